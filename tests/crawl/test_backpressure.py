"""Pages that come faster than they are read: the crawl waits, and its memory does not grow with the site."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from scrapy import signals
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.request import Request

from ingest.crawl.context import PAGE_DONE
from ingest.crawl.http.cassette import Tape
from ingest.crawl.settings import scrapy_settings
from ingest.record import Article, FetchedPage, Reason, Rejection
from ingest.settings import Settings
from spiders.page import PageSpider

SIZE = 500_000
PAGES = 60
URLS = [f"https://news.example/{number}" for number in range(PAGES)]


def slow(page: FetchedPage) -> Article | Rejection:
    """An extraction that takes far longer than the replay of a page."""
    time.sleep(0.02)
    return Rejection(url=page.url, requested_url=page.url, reason=Reason.EMPTY)


class Waiting:
    """Counts the pages that have come and are not yet done."""

    def __init__(self, crawler: Crawler) -> None:
        self.now = self.most = self.done = 0
        crawler.signals.connect(self.came, signals.response_received)
        crawler.signals.connect(self.left, PAGE_DONE)

    def came(self) -> None:
        self.now += 1
        self.most = max(self.most, self.now)

    def left(self) -> None:
        self.now -= 1
        self.done += 1


def tape() -> Tape:
    cassette = Cassette(path="none", record_mode=RecordMode.NONE, allow_playback_repeats=True)
    headers = {"Content-Type": ["text/html"]}
    for url in ("https://news.example/robots.txt", *URLS):
        body = b"" if url.endswith(".txt") else b"<p>" + b"x" * SIZE
        answer: dict[str, Any] = {
            "status": {"code": 200},
            "headers": headers,
            "body": {"string": body},
        }
        cassette.append(Request("GET", url, None, {}), answer)
    cassette.rewound = True
    return Tape([cassette])


@pytest.mark.threat("P6")
def test_no_more_pages_wait_than_the_limit_allows() -> None:
    settings = Settings.load(workers=1, delay=0)
    values = {**scrapy_settings(settings, tape=tape(), reactor=False), "KHABAR_EXTRACT": slow}

    async def crawl() -> Waiting:
        runner = AsyncCrawlerRunner(values)
        crawler = runner.create_crawler(PageSpider)
        waiting = Waiting(crawler)
        await runner.crawl(crawler, urls=URLS)
        return waiting

    waiting = asyncio.run(crawl())
    assert waiting.done == PAGES
    waits, under_way = (
        5_000_000 // SIZE,
        settings.concurrency,
    )  # requests that are out when the limit is reached
    assert (
        waiting.most <= waits + 1 + under_way + 1
    )  # the page that goes over the limit; robots.txt
