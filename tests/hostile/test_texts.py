"""Whatever bytes a page is made of: extraction never raises, never breaks, and its records always validate."""

from __future__ import annotations

from datetime import UTC, datetime

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.newsrooms import Newsroom, View
from fixtures.newsrooms.app import respond
from ingest import UNKNOWN_SITE, Article, Rejection
from ingest.api import extract
from ingest.record import Reason, json_schema

URL = "https://paper.example/2026/10/05/a-new-road/"
NOW = datetime(2026, 10, 6, tzinfo=UTC)
VALIDATOR = jsonschema.Draft202012Validator(json_schema())
SLOW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

WORDS = st.sampled_from(
    [
        "By Amna Rao",
        "Source: Paper",
        "(Reuters)",
        "None",
        "null",
        "8 hours ago",
        "2026-13-45T99:99",
        "17 اگست 2015",
        "\x00",
        "\u202e",
        "\ud800",
        "<",
        "&#0;",
        "&#xD800;",
        "&nbsp;",
        "name[at]paper.example",
        "The road was opened on Monday. " * 8,
    ]
)
TAGS = st.sampled_from(
    [
        "p",
        "div",
        "article",
        "h1",
        "h2",
        "time",
        "span",
        "a",
        "ul",
        "li",
        "ol",
        "table",
        "tr",
        "td",
        "figure",
        "figcaption",
        "img",
        "iframe",
        "video",
        "blockquote",
        "script",
        "style",
        "meta",
        "title",
        "form",
        "section",
        "br",
        "noscript",
        "main",
    ]
)
ATTRIBUTES = st.sampled_from(
    [
        "",
        "class='byline author'",
        "class='comment-list'",
        "id='comments'",
        "id='comment-1' class='comment'",
        "href='http://['",
        "datetime='Feb 05, 2025'",
        "datetime='2026-10-05T10:00:00+99:00'",
        "property='og:title' content='x'",
        "itemprop='author'",
        "style='display:none'",
        "src='//[x'",
        "data-cfemail='zz'",
        "rel=author href='/author/a'",
        "id='disqus_thread'",
        "property='article:published_time' content='99999-01-01'",
        "type='application/ld+json'",
        "class='entry-content'",
    ]
)


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Pages of the elements that the extractors look for, in no sensible order and hardly ever closed."""
    parts = draw(st.lists(st.tuples(TAGS, ATTRIBUTES, WORDS, st.booleans()), max_size=40))
    return "".join(
        f"<{tag} {words}>{text}{f'</{tag}>' if closed else ''}"
        for tag, words, text, closed in parts
    )


def check(result: Article | Rejection) -> None:
    if isinstance(result, Rejection):
        assert result.reason is not Reason.BROKEN, result.detail
        return
    assert [error.message for error in VALIDATOR.iter_errors(result.to_dict())] == []
    result.to_json_line().encode("utf-8")


@SLOW
@given(st.binary(max_size=2_000))
def test_any_bytes(body: bytes) -> None:
    check(extract(body, URL, retrieved_at=NOW, site=UNKNOWN_SITE))


@SLOW
@given(pages())
def test_any_elements(page: str) -> None:
    check(extract(page, URL, retrieved_at=NOW, site=UNKNOWN_SITE))


@SLOW
@given(pages())
def test_any_json_ld(page: str) -> None:
    node = '{"@type": "NewsArticle", "headline": ["x", 1, null], "author": [[{"name": {}}], "None"], "datePublished": 7,'
    script = f'<script type="application/ld+json">{node} "comment": [{{"text": []}}], "image": {{"url": 5}}}}</script>'
    check(extract(script + page, URL, retrieved_at=NOW, site=UNKNOWN_SITE))


@pytest.mark.parametrize("name", ["propakistani", "dailytimes"])
@SLOW
@given(data=st.data())
def test_a_page_cut_and_stirred(name: str, data: st.DataObject) -> None:
    newsroom = Newsroom.load(name)
    article = data.draw(st.sampled_from(newsroom.articles()))
    view = View.of(newsroom)
    page = bytearray(respond(newsroom, view.path(article), {"host": newsroom.site.host}).body)
    for _ in range(data.draw(st.integers(0, 5))):
        at = data.draw(st.integers(0, len(page)))
        page[at : at + data.draw(st.integers(0, 300))] = data.draw(st.binary(max_size=20))
    check(extract(bytes(page), view.url(article), retrieved_at=NOW))
