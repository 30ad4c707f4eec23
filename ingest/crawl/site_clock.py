"""What time it is for the sites: the newest `Date` of their answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.http import Response

from ingest.crawl.context import CrawlContext, context_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_LONGEST_AGE = 10 * 365 * 86_400
"""Seconds; what says more is no age."""


class SiteClock:
    """Keeps the newest time of an answer in the crawl's context: ages of articles count from it, also in a replay."""

    def __init__(self, context: CrawlContext) -> None:
        self._context = context

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        clock = cls(context_of(crawler))
        crawler.signals.connect(clock.response_received, signal=signals.response_received)
        return clock

    def response_received(self, response: Response) -> None:
        """Take the time of an answer."""
        moment = answered_at(response)
        if moment is not None and (
            self._context.answered_at is None or moment > self._context.answered_at
        ):
            self._context.answered_at = moment


def answered_at(response: Response) -> datetime | None:
    """When an answer left the server or cache: its `Date` and, from a cache, its `Age` (RFC 9111, 4.2.3)."""
    try:
        moment = parsedate_to_datetime((response.headers.get("Date") or b"").decode("latin-1"))
    except ValueError:
        return None
    age = (response.headers.get("Age") or b"").decode("latin-1").strip()
    seconds = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment + timedelta(seconds=seconds if seconds < _LONGEST_AGE else 0)
