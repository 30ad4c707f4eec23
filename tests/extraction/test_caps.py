"""A cap on a search says in the record that something was left out."""

from __future__ import annotations

import json

import pytest
from lxml.html import fragment_fromstring as html_fragment

from ingest import extract
from ingest.extraction.byline.surroundings import is_in_sentence, text_before
from ingest.extraction.caps import capped, noted, reached
from ingest.extraction.comments.runs import in_holders
from ingest.extraction.extract import extract_page
from ingest.html.page import parse
from ingest.record import Rejection
from tests.extraction.facts import facts_of
from tests.small_paper import HOME, article, sentences

LONG = " ".join(sentences(1) * 3)


def warnings_of(html: str) -> tuple[str, ...]:
    return extract_page(facts_of(parse(html, f"{HOME}/one/"))).warnings


def script(text: str) -> str:
    return f"<script>{text}</script>"


def with_script(text: str) -> str:
    """A page whose text is only in a script."""
    return f"<html><head><title>A title of some words</title></head><body><h1>A title of some words</h1>{script(text)}</body></html>"


def in_script(text: str, before: int) -> str:
    assigned = "".join(f"var a{number} = {{}};" for number in range(before))
    return with_script(f"{assigned} var story = {json.dumps({'articleBody': text})};")


def no_heading(elements: int) -> str:
    """A page whose headline is after so many elements."""
    head, body = (
        article(3).replace("<h1>", '<p class="title">').replace("</h1>", "</p>").split("<main>")
    )
    return f"{head}<div>{'<span>x</span>' * elements}</div><main>{body}"


def names(number: int) -> str:
    nodes = [{"@type": "Organization", "name": f"Tern Paper {each}"} for each in range(number)]
    data = f'<script type="application/ld+json">{json.dumps(nodes)}</script>'
    return article(3, head=data)


def wide(attributes: int) -> str:
    tag = f"<p {' '.join(f'a{each}=1' for each in range(attributes))}>"
    return in_script(f"{tag}{LONG}</p>", 1)


CASES = [
    (
        "over 50 values: the others were not searched for the text",
        in_script(LONG, 60),
        in_script(LONG, 9),
    ),
    (
        "over 4,000 elements: the others were not searched for the headline",
        no_heading(4_100),
        no_heading(50),
    ),
    ("the site has over 200 names", names(250), names(150)),
    ("a tag with over 500 attributes: it was not read as the text", wide(600), wide(20)),
]


@pytest.mark.parametrize(("warning", "over", "below"), CASES, ids=[text for text, *_ in CASES])
def test_a_cap_that_is_reached_is_a_warning_of_the_record(
    warning: str, over: str, below: str
) -> None:
    assert any(warning in text for text in warnings_of(over)), warnings_of(over)
    assert not any(warning in text for text in warnings_of(below))


def test_a_page_that_is_refused_for_a_cap_says_so() -> None:
    result = extract(in_script(LONG, 60).encode(), f"{HOME}/one/")
    assert isinstance(result, Rejection)
    assert "over 50 values" in result.detail


def test_a_search_that_ends_before_its_cap_notes_nothing() -> None:
    with noted() as notes:
        assert list(capped("abc", 3, "over")) == ["a", "b", "c"]
        assert next(capped("abcd", 1, "over")) == "a"
        assert notes == {}
        assert list(capped("abcd", 3, "over")) == ["a", "b", "c"]
        assert list(notes) == ["over"]


def test_a_note_outside_of_an_extraction_is_dropped() -> None:
    reached("nobody asks")
    with noted() as notes:
        pass
    assert notes == {}


def test_the_caps_of_elements_below_a_heading_and_beside_a_name_are_noted() -> None:
    holders = html_fragment(f"<div>{'<div><b></b><b></b></div>' * 200}</div>")
    link = html_fragment(f"<p>By {'<i></i>' * 150}<a>Ines Okafor</a></p>").find("a")
    assert link is not None
    for search, warning in (
        (lambda: in_holders([holders]), "over 120 elements follow the heading of the comments"),
        (lambda: text_before(link), "over 100 elements are beside a name"),
        (lambda: is_in_sentence(link), "over 100 elements are beside a name"),
    ):
        with noted() as notes:
            search()
        assert len(notes) == 1
        assert next(iter(notes)).startswith(warning)
