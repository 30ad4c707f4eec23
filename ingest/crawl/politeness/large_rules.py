"""The rules of a large robots.txt: worker processes read them, and look up each URL in them.

500 KiB of rules take up to 1.5 s to parse, and with wildcards as long for each long URL.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Self

from protego import Protego, RequestRate
from scrapy.robotstxt import RobotParser

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from ingest.crawl.reader import Reader

IN_PLACE = 16 * 2**10
"""Bytes of a robots.txt that is small: all of it, and each URL, take at most 30 ms."""


class LargeRules(RobotParser):
    """The rules for one user agent; `read` them first, then `judge` each URL before `allowed`.

    Attributes:
        rate: its `Request-rate`.
    """

    def __init__(self, reader: Reader, body: bytes, user_agent: str) -> None:
        self.rate: RequestRate | None = None
        self._reader = reader
        self._file = (body, user_agent)
        self._delay: float | None = None
        self._verdicts: dict[str, bool] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        """Not for Scrapy, which would parse the file at once."""
        raise NotImplementedError

    async def read(self) -> None:
        """Parse the file; raises `LimitExceeded`."""
        self._delay, self.rate = await self._reader.run(delays, *self._file)

    async def judge(self, url: str) -> None:
        """Look up a URL; raises `LimitExceeded`."""
        if url not in self._verdicts:
            self._verdicts[url] = await self._reader.run(allows, *self._file, url)

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:  # noqa: ARG002 - Scrapy's
        """Whether a URL that was looked up may be fetched."""
        return self._verdicts[url if isinstance(url, str) else url.decode()]

    def crawl_delay(self, user_agent: str | bytes) -> float | None:  # noqa: ARG002 - Scrapy's
        """Return the `Crawl-delay` in seconds."""
        return self._delay


def delays(body: bytes, user_agent: str) -> tuple[float | None, RequestRate | None]:
    """Return `Crawl-delay` in seconds and `Request-rate` of a robots.txt."""
    rules = _rules(body, user_agent)
    return rules.crawl_delay(user_agent), rules.request_rate(user_agent)


def allows(body: bytes, user_agent: str, url: str) -> bool:
    """Whether a robots.txt allows a URL."""
    return _rules(body, user_agent).can_fetch(url, user_agent)


@lru_cache(maxsize=4)
def _rules(body: bytes, user_agent: str) -> Protego:
    # Imported by the worker, since the module imports this one.
    from ingest.crawl.politeness.robots import own_rules  # noqa: PLC0415 - see above

    return Protego.parse(own_rules(body, user_agent).decode("utf-8", "ignore"))
