"""Markup that libxml2 reads otherwise than a browser: the text is found all the same."""

from __future__ import annotations

import pytest

from ingest.html.blocks import read_blocks
from ingest.html.page import Page, parse
from ingest.html.repair import only_characters

URL = "https://gazette.example/2026/05/lock"
FIRST = (
    "The lock keeper of Aldermoor opened the new gates on Friday after eleven months of repairs."
)
SECOND = "Barges had waited in two rows since the early morning, and the first one passed at noon."
THIRD = "The county paid for the gates; the lamps beside them were given by the rowing club."


def lines(page: Page) -> list[str]:
    return [block.text for block in read_blocks(page.body)]


@pytest.mark.parametrize(
    "head",
    [
        "<head><title>The lock is open<meta name='a' content='b'></head>",
        "<head><title>The lock is open\n<link rel='x' href='/y'><script>z</script></head>",
        "<title>The lock is open",
    ],
)
def test_a_title_that_nobody_closed_ends_before_the_next_tag(head: str) -> None:
    page = parse(f"<html>{head}<body><h1>The lock is open</h1><p>{FIRST}</p></body></html>", URL)
    assert lines(page) == ["The lock is open", FIRST]
    assert (page.tree.findtext(".//title") or "").strip() == "The lock is open"


def test_a_closed_title_stays_as_it_is() -> None:
    page = parse(f"<title>A &lt;b&gt; title</title><p>{FIRST}</p>", URL)
    assert page.tree.findtext(".//title") == "A <b> title"


@pytest.mark.parametrize("tag", ["button", "noscript"])
def test_an_element_that_swallowed_the_article_is_no_control(tag: str) -> None:
    story = f"<main><h1>The lock is open</h1><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></main>"
    page = parse(f"<body><div><{tag}><div>{story}</div></{tag}></div></body>", URL)
    assert lines(page) == ["The lock is open", FIRST, SECOND, THIRD]


def test_a_button_of_a_form_stays_a_button() -> None:
    page = parse(f"<body><p>{FIRST}</p><p>Your address: <button>Send</button></p></body>", URL)
    assert lines(page) == [FIRST, "Your address:"]


def test_a_button_between_words_is_a_part_of_the_sentence() -> None:
    text = "The <b><button aria-expanded='false'>sluice</button></b> was repaired in spring."
    assert lines(parse(f"<body><p>{text}</p></body>", URL)) == [
        "The sluice was repaired in spring."
    ]


def test_paragraphs_in_a_figure_that_nobody_closed_follow_it() -> None:
    markup = f"<p>{FIRST}</p><figure><img src=a.jpg><figcaption>The gates</figcaption>"
    page = parse(f"<body><div>{markup}<p>{SECOND}</p><p>{THIRD}</p></div></body>", URL)
    figure = page.body.find(".//figure")
    assert figure is not None
    assert figure.text_content() == "The gates"
    assert lines(page) == [FIRST, "The gates", SECOND, THIRD]


def test_the_head_of_a_page_without_a_body_is_its_body() -> None:
    page = parse(
        f"<html><head><title>Lock</title><box><tr><td><p>{FIRST}</p></td></tr></box></head></html>",
        URL,
    )
    assert FIRST in page.body.text_content()


def test_unknown_elements_are_set_in_the_line_and_custom_elements_are_blocks() -> None:
    page = parse("<body><p>The <firm x=1>Lock Board</firm> met <day>today</day>.</p></body>", URL)
    assert lines(page) == ["The Lock Board met today."]
    page = parse("<body><p>The <x-term>sluice</x-term> opened.</p></body>", URL)
    assert lines(page) == ["The sluice opened."]
    page = parse("<body><my-lead>One</my-lead><my-text>Two</my-text></body>", URL)
    assert lines(page) == ["One", "Two"]


def test_the_lines_of_preformatted_text_stay_lines() -> None:
    page = parse("<body><pre>for gate in gates:\n    gate.open()\nprint(gate)</pre></body>", URL)
    assert lines(page) == ["for gate in gates:\ngate.open()\nprint(gate)"]


def test_a_note_in_the_text_is_set_off() -> None:
    note = "<span class='side-note'>Named in 1702.</span>"
    assert lines(parse(f"<body><p>It opened.{note} Two passed.</p></body>", URL)) == [
        "It opened. Named in 1702. Two passed."
    ]


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("a\x08b\tc\nd", "ab\tc\nd"),
        ("é\ufffeß\uffff", "éß"),
        ("a\ud800b", "ab"),
        ("a&#8;b&#x1F;c&#65;", "abc&#65;"),
        ("plain é\r\n", "plain é\r\n"),
    ],
)
def test_a_source_has_only_characters_of_xml(source: str, kept: str) -> None:
    assert only_characters(source) == kept
