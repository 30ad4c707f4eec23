"""Values that no record can have: they are null with a warning, and the record stays."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ingest.extraction.extract import extract_page
from ingest.html.page import parse
from ingest.processing.build import article_for, normalise
from ingest.record import Article, FetchedPage, Image, valid_or
from ingest.sites import UNKNOWN_SITE
from tests.extraction.facts import facts_of
from tests.small_paper import HOME, NOW, sentences

URL = f"{HOME}/news/the-dam-is-dry/"
PLACEHOLDERS = (
    "None",
    "null",
    "NaN",
    "undefined",
    "NULL",
    "NONE",
    "nan",
    "\u200b\u200b",
    "\u200e \u2060",
)


def fetched(html: str) -> FetchedPage:
    return FetchedPage(url=URL, body=html.encode(), retrieved_at=NOW, requested_url=URL)


def read(html: str) -> Article:
    result = article_for(fetched(html), UNKNOWN_SITE)
    assert isinstance(result, Article), result
    return result


def page(end: str = "", *, head: str = "", byline: str = "By Ana Kipp") -> str:
    text = "".join(f"<p>{text}</p>" for number in range(3) for text in sentences(number))
    return (
        f"<html><head><title>The dam is dry</title>{head}</head><body><article>"
        f'<h1>The dam is dry</h1><p class="byline">{byline}</p>'
        f'<time datetime="2026-11-02T10:00:00Z">2 November 2026</time>{text}{end}'
        "</article></body></html>"
    )


@pytest.mark.parametrize("value", PLACEHOLDERS)
@pytest.mark.parametrize("credit", ["Source: {}", "via {}", 'Source: <a href="/x">{}</a>'])
def test_a_placeholder_is_no_credited_source(value: str, credit: str) -> None:
    article = read(page(f"<p>{credit.format(value)}</p>"))
    assert article.source_organization is None
    assert [author.name for author in article.authors] == ["Ana Kipp"]


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_placeholder_as_publisher_and_second_author_costs_neither_record_nor_first_author(
    value: str,
) -> None:
    names = (
        f'<a rel="author" href="/by/ana">Ana Kipp</a> and <a rel="author" href="/by/x">{value}</a>'
    )
    data = {"@type": "NewsArticle", "publisher": {"@type": "Organization", "name": value}}
    site = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    article = read(page(head=site, byline=f"By {names}"))
    assert [author.name for author in article.authors] == ["Ana Kipp"]
    assert article.publisher.name is None


def test_nan_is_a_news_agency_and_a_given_name() -> None:
    assert [author.name for author in read(page(byline="By Nan Goldin")).authors] == ["Nan Goldin"]
    article = read(page("<p>Source: NAN</p>", byline="By NAN"))
    assert [author.name for author in article.authors] == ["NAN"]
    assert article.source_organization is not None
    assert article.source_organization.name == "NAN"


def test_an_invalid_optional_value_of_any_field_is_null_with_a_warning() -> None:
    html = page()
    extraction = extract_page(facts_of(parse(html.encode(), URL), now=NOW))
    assert extraction.times.published is not None
    wrong = replace(
        extraction,
        addresses=replace(extraction.addresses, canonical="ftp://x", short="no address"),
        times=replace(
            extraction.times, published=replace(extraction.times.published, value="yesterday")
        ),
        language="null",
    )
    article = normalise(wrong, fetched(html), UNKNOWN_SITE)
    assert isinstance(article, Article)
    assert article.headline == "The dam is dry"
    assert (article.canonical_url, article.date_published, article.in_language) == (None,) * 3
    assert article.metadata.short_url is None
    for field in ("canonicalUrl", "datePublished", "inLanguage", "shortUrl"):
        assert any(warning.startswith(f"{field}: ") for warning in article.metadata.warnings)
    assert "datePublished" not in article.metadata.provenance


def test_an_extractor_with_an_invalid_value_gives_its_default_and_a_warning() -> None:
    image, warnings = valid_or(lambda: Image(url="x y", caption="null"), None, "images")
    assert image is None
    assert [warning.partition(" left out")[0] for warning in warnings] == [
        "images.url: 'x y'",
        "images.caption: 'null'",
    ]
