"""What a site asks of its visitors and Scrapy does not hear: `Crawl-delay` and `Retry-After`."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.http import Response

from ingest.crawl.context import context_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

_BUSY = frozenset({429, 503})


def retry_after_seconds(value: bytes | str | None, now: datetime) -> float | None:
    """The wait that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date), or None where it is none."""
    text = (value.decode("latin-1") if isinstance(value, bytes) else value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class PolitenessMiddleware:
    """Slows a host down as its robots.txt and its answers ask.

    It must stand nearer to the network than Scrapy's retries, which send a request again at once.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._context = context_of(crawler)
        self._limits = self._context.settings.limits
        self._delays: dict[str, float] = {}
        self._closed_until: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware.robots_parsed, signal=signals.robots_parsed)
        crawler.signals.connect(middleware.response_downloaded, signal=signals.response_downloaded)
        return middleware

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Take a host's `Crawl-delay`, up to `limits.crawl_delay_seconds`."""
        asked = robotparser.crawl_delay(self._crawler.settings["USER_AGENT"])
        if asked and not self._context.replaying:
            host = urlsplit(request.url).hostname or ""
            self._delays[host] = min(asked, self._limits.crawl_delay_seconds)
            self._hold(host)

    def response_downloaded(self, request: Request) -> None:
        """Undo what AutoThrottle has just taken off a delay that the site asks for."""
        self._hold(urlsplit(request.url).hostname or "")

    async def process_request(self, request: Request) -> None:
        """Wait while the host has asked for a pause."""
        until = self._closed_until.get(urlsplit(request.url).hostname or "", 0.0)
        if (wait := until - monotonic()) > 0:
            await asyncio.sleep(wait)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Pause the host where the answer says that it is busy."""
        if response.status in _BUSY and not self._context.replaying:
            await self._pause(request, response)
        return response

    def _hold(self, host: str) -> None:
        delay = self._delays.get(host)
        if delay is None:
            return
        downloader = self._crawler.engine.downloader
        downloader.per_slot_settings.setdefault(host, {})["delay"] = delay  # for a slot that is made anew
        if slot := downloader.slots.get(host):
            slot.delay = max(slot.delay, delay)

    async def _pause(self, request: Request, response: Response) -> None:
        asked = retry_after_seconds(response.headers.get("Retry-After"), self._context.now())
        tries = int(request.meta.get("retry_times", 0))
        wait = self._crawler.settings.getfloat("DOWNLOAD_DELAY") * 2 ** (tries + 1) if asked is None else asked
        if wait > self._limits.retry_after_seconds:
            request.meta["dont_retry"] = True  # it asks for more than a run can wait: a later run comes again
            return
        host = urlsplit(request.url).hostname or ""
        self._closed_until[host] = max(self._closed_until.get(host, 0.0), monotonic() + wait)
        if tries < self._crawler.settings.getint("RETRY_TIMES"):
            await asyncio.sleep(wait)
