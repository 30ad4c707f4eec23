"""The work of a reader grows with the size of what it reads, not with the square of that.

Work is counted in calls; see `counting`. Twice as many things may cost twice the calls, and a little
more, since texts that are longer take other ways.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

import pytest
from scrapy.robotstxt import ProtegoRobotParser

from ingest import UNKNOWN_SITE
from ingest.api import extract
from ingest.crawl.politeness.robots import own_rules
from ingest.discovery.feed import read_feed
from ingest.discovery.listing import read_listing
from ingest.discovery.sitemap import read_robots, read_sitemap
from ingest.discovery.wordpress import read_posts
from ingest.errors import LimitExceeded
from ingest.html.page import parse
from tests.hostile import shapes, source_shapes, value_shapes
from tests.hostile.counting import Counter, growth

URL = "https://paper.example/2026/11/05/a-tram-line/"
LIST = "https://paper.example/news/"
NOW = datetime(2026, 11, 27, tzinfo=UTC)
COUNT = 120
MOST = 1.75
"""Of `growth`: about 1 if the work is linear, 3 if it is quadratic."""


def read_page(source: bytes) -> None:
    extract(source, URL, retrieved_at=NOW, site=UNKNOWN_SITE, accept_any=True)


def read_list(source: bytes) -> None:
    try:
        page = parse(source, LIST)
    except LimitExceeded:
        return
    read_listing(page, UNKNOWN_SITE, NOW)


def read_rules(source: bytes) -> None:
    read_robots(source, "https://paper.example/robots.txt")
    agent = "Mozilla/5.0 (compatible; Khabar/1.0)"
    rules = ProtegoRobotParser(own_rules(source, agent), None)
    rules.allowed("https://paper.example/2026/11/05/a-tram-line/", "Khabar")


class Reader(NamedTuple):
    """A reader, a source with nothing of the shapes, and the shapes."""

    read: Callable[[bytes], object]
    nothing: str
    shapes: dict[str, shapes.Shape]


READERS = {
    "page": Reader(read_page, shapes.page(), value_shapes.SHAPES),
    "feed": Reader(
        lambda source: read_feed(source, LIST, now=NOW), source_shapes.rss(""), source_shapes.FEEDS
    ),
    "sitemap": Reader(
        lambda source: read_sitemap(source, LIST, now=NOW),
        source_shapes.urlset(""),
        source_shapes.SITEMAPS,
    ),
    "robots": Reader(read_rules, "", source_shapes.ROBOTS),
    "list": Reader(read_list, source_shapes.listing(""), source_shapes.LISTINGS),
    "posts": Reader(lambda source: read_posts(source, LIST, now=NOW), "[]", source_shapes.POSTS),
}
CASES = [(kind, name) for kind, reader in READERS.items() for name in reader.shapes]


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    counter = Counter()
    logging.disable()  # a message costs more calls than what it is about
    with counter.counted_elements():
        for name in ("comments-dated", "marks"):  # what is made once, such as tables
            read_page(value_shapes.SHAPES[name](1_000).encode())
        yield counter
    logging.disable(logging.NOTSET)


@pytest.mark.threat("P1", "S13")
@pytest.mark.parametrize(("kind", "name"), CASES, ids=[f"{kind}-{name}" for kind, name in CASES])
def test_work_does_not_grow_with_the_square_of_the_size(
    counter: Counter, kind: str, name: str
) -> None:
    reader = READERS[kind]
    few, many = (reader.shapes[name](count) for count in (COUNT, 2 * COUNT))
    few_calls, calls_of_nothing, many_calls = (
        counter.calls(partial(reader.read, source.encode("utf-8")))
        for source in (few, reader.nothing, many)
    )
    assert growth(few_calls, calls_of_nothing, many_calls, count=COUNT) <= MOST
