import pytest

from ingest.extraction.publisher import find_rights
from ingest.html.page import parse
from ingest.record import Rights

URL = "https://paper.example/a"


def rights(html: str, **headers: str) -> Rights:
    return find_rights(
        parse(html, URL, headers={name.replace("_", "-"): value for name, value in headers.items()})
    )


def test_a_page_that_says_nothing() -> None:
    assert rights("<p>x") == Rights()


def test_directives_are_kept_as_found_with_their_crawler() -> None:
    found = rights(
        '<meta name="robots" content="index, follow"><meta name="ROBOTS" content="noarchive">'
        '<meta name="Googlebot-News" content="nosnippet"><meta name="author" content="A Bot">',
        x_robots_tag="otherbot: noindex",
    )
    assert found.robots_meta == ["index, follow", "noarchive", "googlebot-news: nosnippet"]
    assert found.robots_header == ["otherbot: noindex"]
    assert not found.no_ai


@pytest.mark.parametrize("directive", ["noai", "index, NoImageAI"])
def test_no_ai_is_seen_in_page_and_header(directive: str) -> None:
    assert rights(f'<meta name="robots" content="{directive}">').no_ai
    assert rights("<p>x", x_robots_tag=directive).no_ai


def test_a_word_that_begins_like_noai_is_none() -> None:
    assert not rights('<meta name="robots" content="noairing">').no_ai


def test_tdm_reservation_of_page_and_header() -> None:
    page = '<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://paper.example/p.json">'
    found = rights(page, tdm_reservation="0")
    assert (found.tdm_reservation, found.tdm_policy) == (1, "https://paper.example/p.json")
    header = rights("<p>x", tdm_reservation="0", tdm_policy="https://paper.example/h.json")
    assert (header.tdm_reservation, header.tdm_policy) == (0, "https://paper.example/h.json")
    assert rights('<meta name="tdm-reservation" content="yes">').tdm_reservation is None
