"""A large robots.txt is read and applied by workers, and means the same as a small one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from ingest.crawl.context import context_of
from ingest.crawl.http.pace import RefusedRequest
from ingest.crawl.politeness.large_rules import LargeRules
from ingest.crawl.politeness.robots import RobotsMiddleware
from ingest.crawl.politeness.throttle import asked_delay
from ingest.crawl.settings import scrapy_settings
from ingest.errors import LimitExceeded
from ingest.settings import Settings
from tests.processing.test_workers import LIMITS

HOST = "https://news.example"
RULES = "User-agent: *\nDisallow: /secret\nCrawl-delay: 3\nRequest-rate: 1/5\n"
PADDING = "# nothing to see here\n" * 2_000


class Reading:
    """Runs parsers here; those named in `slow` exceed the limit of time."""

    def __init__(self, *slow: str) -> None:
        self.calls: list[str] = []
        self._slow = slow

    async def run(self, read: Callable[..., Any], *args: Any) -> Any:
        self.calls.append(read.__name__)
        if read.__name__ in self._slow:
            raise LimitExceeded("parsing took over 1 s, limits.extraction_seconds")
        return read(*args)


class Host:
    """A host with this robots.txt."""

    def __init__(self, text: str, *slow: str) -> None:
        settings = scrapy_settings(Settings.load(limits=LIMITS), reactor=False)
        self.crawler = get_crawler(settings_dict=settings)
        engine: Any = SimpleNamespace(download_async=self._download)
        self.crawler.engine = engine
        reading: Any = Reading(*slow)
        self.reading = reading
        context_of(self.crawler).reader = reading
        self.middleware = RobotsMiddleware(self.crawler)
        self._text = text

    async def _download(self, request: Request) -> Response:
        await asyncio.sleep(0)
        return Response(request.url, body=self._text.encode())

    def allows(self, *paths: str) -> list[bool]:
        async def main() -> list[bool]:
            return [await self._allows(path) for path in paths]

        return asyncio.run(main())

    async def _allows(self, path: str) -> bool:
        try:
            await self.middleware.process_request(Request(HOST + path))
        except RefusedRequest:
            raise
        except IgnoreRequest:
            return False
        return True


@pytest.mark.threat("S10")
@pytest.mark.parametrize("text", [RULES, RULES + PADDING])
def test_rules_of_any_size_are_obeyed(text: str) -> None:
    host = Host(text)
    assert host.allows("/a/", "/secret/1", "/robots.txt", "/secret/1") == [True, False, True, False]
    rules: Any = asyncio.run(host.middleware.robot_parser(Request(HOST)))
    assert asked_delay(rules, "Khabar", context_of(host.crawler).now()) == 5.0
    large = isinstance(rules, LargeRules)
    assert large == (text != RULES)
    assert host.reading.calls == (["delays", "allows", "allows", "allows"] if large else [])


@pytest.mark.threat("S10", "S11")
def test_rules_that_take_for_ever_to_read_allow_nothing() -> None:
    host = Host(RULES + PADDING, "delays")
    with pytest.raises(RefusedRequest, match="nothing may be fetched"):
        host.allows("/a/")
    (error,) = context_of(host.crawler).errors
    assert error.startswith(f"{HOST}/robots.txt: parsing took over 1 s, limits.extraction_seconds")


@pytest.mark.threat("S10")
def test_a_page_that_takes_the_rules_for_ever_is_not_fetched_and_the_run_says_so_once() -> None:
    host = Host(RULES + PADDING, "allows")
    for path in ("/a/", "/b/"):
        with pytest.raises(RefusedRequest, match="not fetched"):
            host.allows(path)
    (error,) = context_of(host.crawler).errors
    assert error.startswith("robots.txt of news.example: parsing took over 1 s")
