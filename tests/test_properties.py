"""What holds for every input: nothing raises, nothing is over the limits, and what comes out is valid."""

from __future__ import annotations

import json
import re
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest import UNKNOWN_SITE, Article, Rejection
from ingest.api import extract
from ingest.dates.parse import parse_date
from ingest.discovery.candidate import Candidate
from ingest.discovery.feed import read_feed
from ingest.discovery.listing import read_listing
from ingest.discovery.sitemap import read_robots, read_sitemap
from ingest.discovery.wordpress import read_posts
from ingest.errors import InvalidURL
from ingest.extraction.body.render import sanitize
from ingest.html.page import absolute, parse
from ingest.processing.remote_comments import read_comment_feed, read_comments
from ingest.record import Comment, Reason, json_schema
from ingest.text import (
    LINE_CHARACTERS,
    block,
    clean,
    json_line,
    known,
    one_line,
    printable,
    whole_number,
)
from ingest.url_shape import article_points, is_list_url, page_number
from ingest.urls import article_id, article_key, check_url, host_of, is_home
from tests.conftest import examples
from tests.newslike import (
    ADDRESSES,
    CURSED,
    WORDS,
    addresses,
    json_values,
    pages,
    stirred_pages,
    texts,
)

URL = "https://paper.example/2026/10/05/a-new-road/"
NOW = datetime(2026, 10, 6, 8, 30, tzinfo=UTC)
ZONES = st.sampled_from(
    (None, ZoneInfo("Asia/Karachi"), ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Kiritimati"))
)
VALIDATOR = jsonschema.Draft202012Validator(
    json_schema(), format_checker=jsonschema.FormatChecker()
)
COMMENTS = jsonschema.Draft202012Validator(
    Comment.model_json_schema(by_alias=True, mode="serialization")
)
UNSAFE = {"Cc", "Cs"}


@pytest.mark.threat("O3")
@examples(300)
@given(texts | st.text())
def test_text_is_safe_and_stays_as_it_is(text: str) -> None:
    for function in (clean, one_line, block):
        cleaned = function(text)
        assert function(cleaned) == cleaned
        assert unicodedata.is_normalized("NFC", cleaned)
        assert {unicodedata.category(char) for char in cleaned} & UNSAFE <= (
            {"Cc"} if set(cleaned) & {"\n", "\t"} else set()
        )
        assert not set(cleaned) & {
            "\x00",
            "\x1b",
            "\x85",
            "\u202e",
            "\u2066",
            "\ufeff",
            "\U000e0041",
        }
        cleaned.encode("utf-8")
    assert not set(one_line(text)) & {"\n", "\u2028", "\u2029"}
    assert len(known(text) or "") <= LINE_CHARACTERS
    assert (whole_number(text) or 0) < 10**9


@pytest.mark.threat("O5")
@examples(200)
@given(texts | st.text())
def test_what_is_shown_moves_no_cursor_and_starts_no_line(text: str) -> None:
    shown = printable(text)
    assert all(char.isprintable() or char in "\u200c\u200d" for char in shown)
    assert printable(shown) == shown
    shown.encode("utf-8")


@pytest.mark.threat("O4")
@examples(200)
@given(st.dictionaries(texts, json_values, max_size=4))
def test_a_line_is_one_line_for_every_reader(record: dict[str, object]) -> None:
    line = json_line(json.loads(json.dumps(record)))
    assert len(line.splitlines()) <= 1 or set(line) & {
        "\x85",
        "\x1c",
        "\x1d",
        "\x1e",
        "\x0b",
        "\x0c",
    }
    assert json.dumps(json.loads(line)) == json.dumps(record)


@examples(300)
@given(addresses)
def test_addresses(text: str) -> None:
    joined = absolute(URL, text)
    if joined is not None:
        assert joined.startswith(("http://", "https://"))
        assert len(joined) <= 9_000
        assert absolute(URL, joined) == joined
        joined.encode("utf-8")
    for url in (text, joined or URL):
        host_of(url), is_home(url), is_list_url(url), article_points(url)
        assert (page_number(url) or 0) < 10**9
        assert len(article_id(url)) == 32
        with suppress(InvalidURL):
            assert check_url(url) == url.strip()


@examples(300)
@given(
    st.sampled_from([address for address in ADDRESSES if address.startswith("http")])
    | st.from_regex(r"https?://[a-z.]{1,9}(/[ -~]{0,12}){0,3}", fullmatch=True)
)
def test_the_key_of_an_article_is_its_own_key(url: str) -> None:
    key = article_key(url)
    assert article_key(f"https://{key}") == key or "://" in key


DATES = (
    st.sampled_from(WORDS)
    | texts
    | st.datetimes().map(str)
    | st.from_regex(r"[\d\w :,./|+-]{0,40}")
)


@examples(300)
@given(DATES, ZONES, st.sampled_from(((), ("en-US",), ("ur",), ("x" * 50,))))
@example("9999 days ago", None, ())
def test_dates(text: str, zone: ZoneInfo | None, languages: tuple[str, ...]) -> None:
    found = parse_date(text, now=NOW, zone=zone, languages=languages)
    if found is None:
        return
    moment = datetime.fromisoformat(found.value)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC) - timedelta(hours=14)
    assert moment.year >= 1990
    assert aware <= NOW + timedelta(hours=24)
    again = parse_date(found.value, now=NOW, zone=zone, languages=languages)
    assert again is not None
    assert (again.value, again.instant) == (found.value, found.instant)


def check_candidates(candidates: tuple[Candidate, ...] | list[Candidate]) -> None:
    for candidate in candidates:
        assert candidate.url.startswith(("http://", "https://"))
        candidate.url.encode("utf-8")
        (candidate.title or "").encode("utf-8")
        for moment in (candidate.published, candidate.modified):
            assert moment is None or moment.tzinfo is not None


@st.composite
def feeds(draw: st.DrawFn) -> bytes:
    """RSS, Atom and sitemaps in one, with elements that are missing, doubled and wrong."""
    names = st.sampled_from(
        (
            "title",
            "link",
            "guid",
            "id",
            "pubDate",
            "updated",
            "loc",
            "lastmod",
            "news:title",
            "news:publication_date",
            "dc:date",
        )
    )
    items = draw(st.lists(st.lists(st.tuples(names, texts | addresses), max_size=6), max_size=5))
    item, root = draw(
        st.sampled_from(
            (("item", "rss"), ("entry", "feed"), ("url", "urlset"), ("sitemap", "sitemapindex"))
        )
    )
    parts = []
    for fields in items:
        inner = "".join(f"<{name} href='{value}'>{value}</{name}>" for name, value in fields)
        parts.append(f"<{item}>{inner}</{item}>")
    head = draw(
        st.sampled_from(
            ("", "<?xml version='1.0' encoding='utf-16'?>", "<?xml version='1.0'?>", "\ufeff")
        )
    )
    return f"{head}<{root}>{''.join(parts)}</{root}>".encode("utf-8", "surrogatepass")


@examples(120)
@given(feeds() | pages.map(lambda page: page.encode("utf-8", "replace")))
def test_sources(body: bytes) -> None:
    feed, sitemap = read_feed(body, URL), read_sitemap(body, URL)
    check_candidates(feed.candidates)
    check_candidates(sitemap.candidates)
    for address in read_robots(body, URL):
        assert address.startswith("http")
    for comment in read_comment_feed(body):
        COMMENTS.validate(comment.model_dump(mode="json", by_alias=True))


@examples(60)
@given(pages)
def test_listings(page: str) -> None:
    found = read_listing(parse(page, URL), UNKNOWN_SITE)
    check_candidates(found.candidates)
    assert found.next_url is None or found.next_url.startswith("http")


API = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(1, 10**12)},
        optional={
            name: json_values | texts | st.fixed_dictionaries({"rendered": texts | pages})
            for name in (
                "link",
                "title",
                "content",
                "author_name",
                "author_url",
                "date",
                "date_gmt",
                "modified_gmt",
                "parent",
                "type",
            )
        },
    ),
    max_size=4,
)


@examples(100)
@given(API)
def test_answers_of_the_api(items: list[dict[str, object]]) -> None:
    body = json.dumps(items).encode()
    check_candidates(read_posts(body, URL).candidates)
    for comment in read_comments(body):
        COMMENTS.validate(comment.model_dump(mode="json", by_alias=True))


def check(result: Article | Rejection, size: int) -> None:
    if isinstance(result, Rejection):
        assert result.reason is not Reason.BROKEN, result.detail
        return
    record = result.to_dict()
    assert [error.message for error in VALIDATOR.iter_errors(record)] == []
    line = result.to_json_line()
    line.encode("utf-8")
    assert len(line) <= 8 * size + 10_000
    assert Article.model_validate_json(line) == result
    html = record["articleBodyHtml"] or ""
    assert sanitize(html) == html


@examples(100)
@given(pages)
def test_pages_of_news_markup(page: str) -> None:
    body = page.encode("utf-8", "surrogatepass")
    check(extract(body, URL, retrieved_at=NOW, site=UNKNOWN_SITE), len(body))


@examples(80)
@given(stirred_pages(), st.booleans())
def test_stirred_pages_of_the_newsrooms(page: tuple[str, bytes], defined: bool) -> None:
    url, body = page
    check(extract(body, url, retrieved_at=NOW, site=None if defined else UNKNOWN_SITE), len(body))


TAG = re.compile(r"</?(?:p|a|table|tbody|tr|td)>|<a href=\"https://x\.example/\">")
MARKUP = st.lists(
    st.sampled_from(
        (
            *CURSED,
            "<p>",
            "</p>",
            "<a href='https://x.example/'>",
            "</a>",
            "<table>",
            "<td>",
            "<svg>",
            "<math>",
            "<script>",
            "<style>",
            " onclick=x ",
        )
    )
    | st.text(max_size=5),
    max_size=12,
).map("".join)


@pytest.mark.threat("O1")
@examples(300)
@given(MARKUP)
def test_sanitized_markup_stays_as_it_is(markup: str) -> None:
    once = sanitize(markup)
    assert sanitize(once) == once
    assert sanitize(unicodedata.normalize("NFC", once)) == once
    assert not TAG.sub("", once).count("<")
