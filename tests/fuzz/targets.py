"""What is fuzzed: readers of bytes, with what must hold of each result, and bytes to begin with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import jsonschema

from fixtures.newsrooms import Newsroom
from fixtures.newsrooms.app import respond
from ingest import UNKNOWN_SITE, Article
from ingest.api import extract
from ingest.dates.parse import parse_date
from ingest.discovery.candidate import Candidate
from ingest.discovery.feed import read_feed
from ingest.discovery.listing import read_listing
from ingest.discovery.sitemap import read_robots, read_sitemap
from ingest.discovery.wordpress import read_posts
from ingest.errors import LimitExceeded
from ingest.extraction.body.render import sanitize
from ingest.html.page import parse
from ingest.processing.remote_comments import read_comment_feed, read_comments
from ingest.record import Reason, json_schema
from tests.newslike import ATTRIBUTES, CURSED, KEYS, NAMES, TAGS, VALUED, WORDS, newsroom_pages

URL = "https://paper.example/2026/10/05/a-new-road/"
NOW = datetime(2026, 10, 6, tzinfo=UTC)
VALIDATOR = jsonschema.Draft202012Validator(
    json_schema(), format_checker=jsonschema.FormatChecker()
)


def read_page(body: bytes) -> None:
    """A page gives a valid record or a reason, which is never that something raised."""
    result = extract(body, URL, retrieved_at=NOW, site=UNKNOWN_SITE)
    if isinstance(result, Article):
        record = json.loads(result.to_json_line())
        VALIDATOR.validate(record)
        html = record["articleBodyHtml"] or ""
        if sanitize(html) != html:
            raise AssertionError("the HTML changes when it is sanitized again")
    elif result.reason is Reason.BROKEN:
        raise AssertionError(result.detail)


def read_source(body: bytes) -> None:
    """Feeds and comment feeds."""
    check(read_feed(body, URL).candidates)
    read_comment_feed(body)


def read_map(body: bytes) -> None:
    """Sitemaps and robots.txt."""
    check(read_sitemap(body, URL).candidates)
    read_robots(body, URL)


def read_list(body: bytes) -> None:
    """Listings."""
    try:
        page = parse(body, URL)
    except LimitExceeded:
        return
    check(read_listing(page, UNKNOWN_SITE).candidates)


def read_api(body: bytes) -> None:
    """Answers of WordPress's API."""
    check(read_posts(body, URL).candidates)
    read_comments(body)


def read_time(body: bytes) -> None:
    """Dates."""
    parse_date(body.decode("utf-8", "replace"), now=NOW, zone=None, languages=("en-US",))


def check(candidates: tuple[Candidate, ...]) -> None:
    """Addresses are absolute, and what is kept of an entry can be written."""
    for candidate in candidates:
        if not candidate.url.startswith(("http://", "https://")):
            raise AssertionError(candidate.url)
        f"{candidate.url}{candidate.title}".encode()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "extract": read_page,
    "feed": read_source,
    "sitemap": read_map,
    "listing": read_list,
    "api": read_api,
    "date": read_time,
}
_PATHS = {
    "feed": ("/feed/", "/comments/feed/"),
    "sitemap": (
        "/sitemap.xml",
        "/sitemap_index.xml",
        "/post-sitemap.xml",
        "/news-sitemap.xml",
        "/robots.txt",
    ),
    "listing": ("/", "/category/business/"),
    "api": ("/wp-json/wp/v2/posts", "/wp-json/wp/v2/comments"),
}


def seeds(target: str) -> Iterator[bytes]:
    """Good input, for the search to begin with."""
    if target == "extract":
        yield from (body for _, body in newsroom_pages())
    if target == "date":
        yield from (
            text.encode()
            for text in ("2026-10-05T10:00:00+05:00", "Oct 5, 2026 | 10:21 am", "17 اگست 2015")
        )
    for name in ("propakistani", "dailytimes"):
        newsroom = Newsroom.load(name)
        for path in _PATHS.get(target, ()):
            answer = respond(newsroom, path, {"host": newsroom.site.host})
            if answer.status == 200:
                yield answer.body


def words() -> Iterator[str]:
    """What readers look for, and what breaks them."""
    yield from (f"<{tag} " for tag in TAGS)
    yield from (f' {name}="' for name in VALUED)
    yield from (f'"{key}":' for key in KEYS)
    yield from (word for group in (ATTRIBUTES, CURSED, NAMES, WORDS) for word in group if word)
