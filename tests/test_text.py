import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text import (
    LINE_CHARACTERS,
    block,
    clean,
    hollow,
    known,
    one_line,
    printable,
    whole_number,
)


@pytest.mark.threat("O3")
def test_clean_drops_what_is_unsafe_and_keeps_what_urdu_needs() -> None:
    assert clean("a\x00b\x1b[31m\x85c\u202ed\u2066e\ufeff\ud800") == "ab[31m\ncde"
    assert clean("خانه\u200cها") == "خانه\u200cها"
    assert clean("e\u0301") == "é"
    assert clean("a\t\n\u2066b\u00a0") == "a\t\nb\u00a0"


def test_one_line_folds_every_white_space() -> None:
    assert one_line(" a\u00a0\n\t b\u2028c ") == "a b c"
    assert one_line(None) == ""


def test_block_keeps_paragraphs() -> None:
    assert block("a  b \r\n\r\n\r\n\n c\u2029d") == "a b\n\nc\nd"


def test_printable_shows_escape_sequences() -> None:
    assert printable("a\x1b[2Jb") == "a\\x1b[2Jb"
    assert printable("a\u202eb\U000e0041\n\u2028") == "a\\u202eb\\U000e0041\\x0a\\u2028"
    assert printable("خانه\u200cها") == "خانه\u200cها"


@pytest.mark.threat("O3")
def test_invisible_tag_characters_go_and_the_flags_of_regions_stay() -> None:
    hidden = "".join(chr(0xE0000 + ord(char)) for char in "obey me")
    assert clean(f"Ferry{hidden} sails") == "Ferry sails"
    scotland = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    assert clean(f"a {scotland} b") == f"a {scotland} b"
    assert clean(f"\U0001f3f4{hidden}\U000e007f") == "\U0001f3f4"


@pytest.mark.threat("P9")
def test_no_letter_bears_more_marks_than_languages_have() -> None:
    assert len(clean("a" + "\u0301\u0323" * 1_000_000)) <= 31  # NFC alone would take minutes


@pytest.mark.parametrize("start", range(128))
def test_a_long_run_of_marks_is_found_wherever_it_begins(start: int) -> None:
    assert clean("a" * (1_000 + start) + "\u0324" * 128).count("\u0324") == 30


@pytest.mark.threat("P8")
def test_a_line_that_is_too_long_or_says_nothing_is_not_known() -> None:
    assert known("x" * LINE_CHARACTERS) is not None
    assert known("x" * (LINE_CHARACTERS + 1)) is None
    assert [known(text) for text in ("None", " null ", "", None)] == [None] * 4
    assert [
        known(text) for text in ("\u200b\u200b", "\u200e \u200f", "\u3164", "\u00ad\u2060")
    ] == [None] * 4
    assert known("علی\u200cرضا") == "علی\u200cرضا"
    assert hollow("\u200b" * 500)
    assert [hollow(text) for text in ("None", " " * 500, "None" + " " * 500, "None of it", "x" * 500)] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_whole_numbers_are_small_and_of_decimal_digits() -> None:
    assert [whole_number(text) for text in ("12", " 7 ", "٣")] == [12, 7, 3]
    assert [whole_number(text) for text in ("²", "", None, "-1", "1.5", "9" * 10, "9" * 5_000)] == [
        None
    ] * 7


@given(st.text())
def test_clean_and_block_are_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert block(block(text)) == block(text)
    clean(text).encode("utf-8")
