from hypothesis import given
from hypothesis import strategies as st

from ingest.text import block, clean, one_line, printable


def test_clean_drops_what_is_unsafe_and_keeps_what_urdu_needs() -> None:
    assert clean("a\x00b\x1b[31m\x85c\u202ed\u2066e\ufeff\ud800") == "ab[31m\ncde"
    assert clean("خانه\u200cها") == "خانه\u200cها"
    assert clean("e\u0301") == "é"


def test_one_line_folds_every_white_space() -> None:
    assert one_line(" a\u00a0\n\t b\u2028c ") == "a b c"
    assert one_line(None) == ""


def test_block_keeps_paragraphs() -> None:
    assert block("a  b \r\n\r\n\r\n\n c\u2029d") == "a b\n\nc\nd"


def test_printable_shows_escape_sequences() -> None:
    assert printable("a\x1b[2Jb") == "a\\x1b[2Jb"


@given(st.text())
def test_clean_and_block_are_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert block(block(text)) == block(text)
    clean(text).encode("utf-8")
