"""Whatever a page or an answer holds, the readers beside the body neither raise nor hand on a hollow value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.discovery.feed import read_feed
from ingest.discovery.listing import read_listing
from ingest.discovery.sitemap import read_robots, read_sitemap
from ingest.discovery.wordpress import read_posts
from ingest.extraction.classification import find_topics
from ingest.extraction.language import find_language
from ingest.extraction.media.media import find_media
from ingest.extraction.model import Byline, Times
from ingest.extraction.page_type.page_type import judge_page
from ingest.extraction.publisher import find_free, find_publisher, find_rights
from ingest.html.page import parse
from ingest.processing.remote_comments import read_comment_feed, read_comments
from ingest.sites import UNKNOWN_SITE
from tests.extraction.facts import facts_of

URL = "https://paper.example/2025/a"
HOLLOW = [
    "",
    " ",
    "None",
    "null",
    "undefined",
    "\x00",
    "\ud800",
    "\u202e",
    "[]",
    "0",
    "https://[",
    "javascript:x",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(HOLLOW) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@id", "name", "url", "rendered"]), inner)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "headline",
        "image",
        "video",
        "author",
        "publisher",
        "keywords",
        "articleSection",
        "description",
        "itemListElement",
        "item",
        "caption",
        "creditText",
        "isAccessibleForFree",
        "contentUrl",
        "embedUrl",
        "date",
        "date_gmt",
        "modified_gmt",
        "id",
        "link",
        "title",
        "content",
        "author_name",
        "parent",
    ]
)
PIECES = st.sampled_from(
    [
        "<p>The harbour bridge closes on Tuesday, and the repairs will take about a week, the council said.",
        "<figure>",
        "</figure>",
        "<figcaption>Photo: None",
        '<img src="https://[">',
        '<img data-src="/a.jpg" data-caption="None" data-credit="null" width="9999999999999999999999x">',
        '<img srcset=", , 1x, /a.jpg 9999999999999999999999w">',
        '<iframe src="//youtube.com/embed/">',
        "<video><source src=' '>",
        '<h1><a href="/category/x">None',
        '<h2><a href="/2025/03/04/some-long-words-in-it">Some long words in it',
        '<a rel="next" href="http://[">',
        '<a rel="tag category">null',
        '<meta name="robots" content="none">',
        '<meta name="tdm-policy" content="null">',
        '<meta property="og:image" content="http://a b/ c.jpg">',
        '<meta name="keywords" content="None,,;null">',
        '<meta property="og:site_name" content="None">',
        "</main></div></body>",
        "<main><article>",
    ]
)


def read_everything(html: str) -> None:
    page = parse(html, URL)
    facts = facts_of(page)
    judge_page(facts, body_text="", headline=None, byline=Byline(), times=Times())
    topics = find_topics(facts)
    assert not {topics.section, topics.description, *topics.keywords} & {
        "",
        "None",
        "null",
        "undefined",
    }
    find_media(facts)
    find_language(page, page.html[:500])
    find_rights(page)
    find_publisher(page, facts.data, UNKNOWN_SITE)
    find_free(page, facts.data)
    read_listing(page, UNKNOWN_SITE)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=14))
def test_any_mix_of_markup_is_read(pieces: list[str]) -> None:
    read_everything("".join(pieces))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=8), max_size=3))
def test_any_json_ld_is_read(nodes: list[dict[str, object]]) -> None:
    graph = [
        {"@type": kind, **node}
        for node in nodes
        for kind in ("NewsArticle", "BreadcrumbList", "VideoObject")
    ]
    read_everything(f'<script type="application/ld+json">{json.dumps(graph)}</script><p>x')


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=8), max_size=3))
def test_any_answer_of_the_api_is_read(items: list[dict[str, object]]) -> None:
    body = json.dumps(items).encode()
    read_posts(body, URL)
    read_comments(body)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"<rss><channel><item>", b"<urlset><url><loc>", b"\x1f\x8b", b"[{"]),
)
def test_any_bytes_are_read(body: bytes, start: bytes) -> None:
    read_feed(start + body, URL)
    read_comment_feed(start + body)
    read_sitemap(start + body, URL)
    read_robots(start + body, URL)
    read_posts(start + body, URL)
    read_comments(start + body)


@pytest.mark.parametrize("text", ["None", "null"])
def test_a_reader_may_be_called_and_say_nothing(text: str) -> None:
    item = {"id": 1, "author_name": text, "content": {"rendered": text}}
    (comment,) = read_comments(json.dumps([item]).encode())
    assert (comment.author.name, comment.text) == (text, text)


def test_the_directive_none_is_kept() -> None:
    assert find_rights(parse('<meta name="robots" content="none">', URL)).robots_meta == ["none"]
