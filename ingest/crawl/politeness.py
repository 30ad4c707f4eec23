"""What a site asks of its visitors and Scrapy does not hear: `Crawl-delay`, `Retry-After`, a robots.txt that fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.http import Response

from ingest.crawl.handler import tape_of
from ingest.settings import Limits, Settings

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

_BUSY = frozenset({429, 503})
_NOTHING_ALLOWED = b"User-agent: *\nDisallow: /\n"


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


def limits_of(crawler: Crawler) -> Limits:
    """The limits that hold for this crawler."""
    settings: Settings | None = crawler.settings.get("KHABAR_SETTINGS")
    return settings.limits if settings else Limits()


class PolitenessMiddleware:
    """Slows a host down as its robots.txt and its answers ask.

    It must stand nearer to the network than Scrapy's retries, which send a request again at once.
    """

    def __init__(self, crawler: Crawler, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._crawler = crawler
        self._limits = limits_of(crawler)
        self._now = now
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
        if asked and not self._replaying:
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
        if response.status in _BUSY and not self._replaying:
            await self._pause(request, response)
        return response

    @property
    def _replaying(self) -> bool:
        tape = tape_of(self._crawler)
        return tape is not None and not tape.records

    def _hold(self, host: str) -> None:
        delay = self._delays.get(host)
        if delay is None:
            return
        downloader = self._crawler.engine.downloader
        downloader.per_slot_settings.setdefault(host, {})["delay"] = delay  # for a slot that is made anew
        if slot := downloader.slots.get(host):
            slot.delay = max(slot.delay, delay)

    async def _pause(self, request: Request, response: Response) -> None:
        asked = retry_after_seconds(response.headers.get("Retry-After"), self._now())
        tries = int(request.meta.get("retry_times", 0))
        wait = self._crawler.settings.getfloat("DOWNLOAD_DELAY") * 2 ** (tries + 1) if asked is None else asked
        if wait > self._limits.retry_after_seconds:
            request.meta["dont_retry"] = True  # it asks for more than a run can wait: a later run comes again
            return
        host = urlsplit(request.url).hostname or ""
        self._closed_until[host] = max(self._closed_until.get(host, 0.0), monotonic() + wait)
        if tries < self._crawler.settings.getint("RETRY_TIMES"):
            await asyncio.sleep(wait)


class RobotsTxtAnswerMiddleware:
    """Reads the answer to a request for robots.txt as RFC 9309 does, before Scrapy parses it.

    Not found (any 4xx) means that all is allowed, a server error that nothing is; 500 KiB of rules are enough. It must
    stand nearer to the engine than retries and decompression, and nearer to the network than `RobotsTxtMiddleware`.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(limits_of(crawler))

    async def process_response(self, request: Request, response: Response) -> Response:
        """Put what the answer means in the place of its body."""
        if not (request.meta.get("dont_obey_robotstxt") and urlsplit(request.url).path == "/robots.txt"):
            return response
        if 400 <= response.status < 500:
            return response.replace(body=b"")
        if response.status >= 500:
            logger.warning("%s answers %d: nothing may be fetched (RFC 9309, 2.3.1.4)", response.url, response.status)
            return response.replace(status=200, body=_NOTHING_ALLOWED)
        return response.replace(body=response.body[: self._limits.robots_bytes])
