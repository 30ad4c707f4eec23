"""Reacts to responses that ask for a pause (`Retry-After`), for fewer requests, or for none."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.http import Response

from ingest.crawl.context import PAGE_DONE, SOURCE_JUDGED, context_of
from ingest.crawl.http.headers import headers_of
from ingest.crawl.politeness.throttle import HostThrottle
from ingest.discovery.wordpress import asks_api
from ingest.errors import KhabarError
from ingest.extraction.page_type.challenge import header_sign
from ingest.record import Article, Reason, Rejection

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

_BUSY = frozenset({429, 503})
_INCONCLUSIVE = frozenset(
    {Reason.EMPTY, Reason.HTTP_STATUS, Reason.TOO_LARGE, Reason.TOO_SLOW, Reason.BROKEN}
)
"""Rejections that do not show whether the site refused: neither a refusal nor a good response."""


def retry_after_seconds(value: bytes | str | None, now: datetime) -> float | None:
    """Return the seconds of a `Retry-After` header (RFC 9110, 10.2.3), or None."""
    text = _text(value)
    if text.isascii() and text.isdigit():
        return float(text)
    moment = _date(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def refusal_in(response: Response) -> str | None:
    """Return the sign that a response refuses the crawler, or None.

    A response with status 200 is judged by the extraction, or by the spider that requested it. A
    closed API of WordPress answers 403 to everybody, so that this is not a refusal.
    """
    if response.status == 200:
        return None
    if response.status == 429 or (response.status == 403 and not asks_api(response.url)):
        return f"HTTP {response.status}"
    return header_sign(headers_of(response))


class PolitenessMiddleware:
    """Slows requests to a host down, or stops them, as its robots.txt and its responses ask.

    Responses are checked when they arrive, before Scrapy sends what is in the slot's queue. In a
    replay refusals are only counted.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._context = context_of(crawler)
        self._limits = self._context.settings.limits
        self._hosts = HostThrottle(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the middleware; called by Scrapy."""
        middleware = cls(crawler)
        for receiver, signal in (
            (middleware.robots_parsed, signals.robots_parsed),
            (middleware.response_downloaded, signals.response_downloaded),
            (middleware.page_done, PAGE_DONE),
            (middleware.source_judged, SOURCE_JUDGED),
        ):
            crawler.signals.connect(receiver, signal=signal)
        return middleware

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Apply the delay of a robots.txt, whether new or fetched again."""
        if not self._context.replaying:
            self._hosts.obey(_host(request.url), robotparser)

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Slow the host down if it refuses, and pause it if it is busy."""
        if refusal := refusal_in(response):
            self._refused(request.url, refusal)
        elif response.status == 304:
            self._served(request.url)
        if self._context.replaying:
            return
        if response.status in _BUSY:
            self._pause(request, response)
        self._hosts.hold(_host(request.url))  # AutoThrottle has just changed the delay

    def page_done(self, outcome: Article | Rejection | KhabarError) -> None:
        """Note whether a page with status 200 was a challenge, by its extraction."""
        if isinstance(outcome, Article):
            self._served(outcome.url)
        elif (
            isinstance(outcome, Rejection)
            and outcome.status in {None, 200}
            and outcome.reason not in _INCONCLUSIVE
        ):
            if outcome.reason is Reason.CHALLENGE:
                self._refused(outcome.url, "a challenge page")
            else:
                self._served(outcome.url)

    def source_judged(self, url: str, challenge: str | None) -> None:
        """Note whether a source or a robots.txt was a challenge, by the spider."""
        if challenge:
            self._refused(url, "a challenge page")
        else:
            self._served(url)

    async def process_request(self, request: Request) -> None:
        """Keep requests to an excluded host out of Scrapy's slots."""
        if not self._context.replaying:
            self._hosts.meet(_host(request.url)).check(request.url)

    def _refused(self, url: str, sign: str) -> None:
        host, stats = _host(url), self._crawler.stats
        stats.inc_value("khabar/blocked")
        stats.inc_value(f"khabar/blocked/{host}")
        if self._context.replaying:
            return
        pace = self._hosts.refused(host)
        logger.info(
            "%s: blocked by %s: %g s between two requests from now on", url, sign, pace.delay
        )
        if pace.refusals >= self._limits.blocked_answers:
            self._leave_alone(
                host, f"it refused {pace.refusals} answers in a row (403, 429 or challenge pages)"
            )

    def _served(self, url: str) -> None:
        if not self._context.replaying:
            host = _host(url)
            self._hosts.meet(host).served()
            self._hosts.hold(host)

    def _pause(self, request: Request, response: Response) -> None:
        host, most = _host(request.url), self._limits.retry_after_seconds
        # The date in Retry-After is by the host's clock.
        now = _date(_text(response.headers.get("Date"))) or self._context.now()
        wait = retry_after_seconds(response.headers.get("Retry-After"), now)
        if wait is not None and wait > most:
            request.meta["dont_retry"] = True
            self._leave_alone(
                host, f"it asks for a pause of {wait:g} s, more than limits.retry_after_seconds"
            )
            return
        tries = int(request.meta.get("retry_times", 0))
        doubled = self._crawler.settings.getfloat("DOWNLOAD_DELAY") * 2 ** (tries + 1)
        self._hosts.meet(host).pause(min(doubled, most) if wait is None else wait)

    def _leave_alone(self, host: str, reason: str) -> None:
        if self._hosts.meet(host).ended:
            return
        problem = f"{host} is left alone for the rest of this run: {reason}"
        self._hosts.end(host, problem)
        self._context.close_host(problem)
        logger.warning("%s", problem)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _text(value: bytes | str | None) -> str:
    return (value.decode("latin-1") if isinstance(value, bytes) else value or "").strip()


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
