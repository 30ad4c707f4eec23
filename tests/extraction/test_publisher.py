import json

import pytest

from ingest.extraction.publisher import find_free, find_publisher, own_names
from ingest.extraction.structured import read_structured
from ingest.html.page import parse
from ingest.sites import UNKNOWN_SITE, Site

URL = "https://paper.example/a"


def ld(**values: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **values})}</script>'


def publisher(html: str, site: Site = UNKNOWN_SITE) -> str | None:
    page = parse(html, URL)
    return find_publisher(page, read_structured(page), site)


def free(html: str) -> bool | None:
    page = parse(html, URL)
    return find_free(page, read_structured(page))


def test_the_publisher_is_named_by_definition_then_json_ld_then_open_graph() -> None:
    og = '<meta property="og:site_name" content="The Paper Online">'
    data = ld(publisher={"@type": "Organization", "name": "The Paper"})
    site = Site(name="paper", domain="paper.example", publisher="Paper & Sons")
    assert publisher(data + og, site) == "Paper & Sons"
    assert publisher(data + og) == "The Paper"
    assert publisher(og) == "The Paper Online"
    assert publisher("<p>x") is None


def test_a_slogan_and_an_address_are_no_publisher() -> None:
    data = ld(publisher={"name": "https://paper.example"})
    assert (
        publisher(
            data + f'<meta property="og:site_name" content="{"All the news of the town " * 5}">'
        )
        is None
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (False, False),
        ("True", True),
        ("false", False),
        ("https://schema.org/False", False),
        ("", None),
    ],
)
def test_free_access_is_read_in_all_its_spellings(value: object, expected: bool | None) -> None:
    assert free(ld(isAccessibleForFree=value)) is expected


def test_free_access_is_never_guessed() -> None:
    assert free(ld(headline="x")) is None
    assert free('<meta property="article:content_tier" content="metered">') is None
    assert free('<meta property="article:content_tier" content="locked">') is False


def test_a_headline_that_a_system_writes_as_the_site_s_name_is_no_publisher() -> None:
    title = "Ferry landing opens again below the mill"
    metas = f'<meta property="og:site_name" content="{title}"><meta property="og:title" content="{title}">'
    assert publisher(metas) is None
    page = parse(f"{metas}<body><h1>{title}</h1><p>text</p></body>", URL)
    assert title not in own_names(page, read_structured(page), UNKNOWN_SITE).names
    own = metas.replace(title, "The Paper of Our Town")
    assert publisher(own) == "The Paper of Our Town"
