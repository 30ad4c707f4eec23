"""The request rate of one host, enforced right before a request goes to the network.

Scrapy's download slots have a delay, but cannot pause a host or stop: whatever is in a slot's queue
is sent. So each request waits for its turn here, below the slots.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from scrapy.exceptions import IgnoreRequest

from ingest.errors import HostExcluded

_FIRST_PENALTY = 1.0
"""Seconds of delay after a first refusal, if there was no delay to double."""
_RELIEF = 0.8
"""Factor of the penalty after a good response: three halve it, one refusal doubles it."""


class RefusedRequest(HostExcluded, IgnoreRequest):
    """`HostExcluded` in Scrapy's terms: not retried, and logged by the spider, not by Scrapy."""


@dataclass
class Pace:
    """The request rate of one host.

    Attributes:
        base: seconds between two requests, by the operator and the site's definition.
        robots: the same, by the host's robots.txt.
        penalty: the same, after refusals. The longest of the three is the delay.
        refusals: how many responses in a row refused the crawler.
        ended: why no request may be sent any more, if that is so.
    """

    base: float = 0.0
    robots: float = 0.0
    penalty: float = 0.0
    refusals: int = 0
    ended: str | None = None
    _paused_until: float = 0.0
    _last: float = float("-inf")
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _end: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def delay(self) -> float:
        """Minimum seconds between two requests."""
        return max(self.base, self.robots, self.penalty)

    async def turn(self, url: str) -> None:
        """Wait until a request may be sent; raises `RefusedRequest` if the host has ended."""
        async with self._turn:
            while (
                wait := max(self._paused_until, self._last + self.delay) - monotonic()
            ) > 0 and not self.ended:
                with suppress(TimeoutError):  # then a longer pause may have begun meanwhile
                    await asyncio.wait_for(self._end.wait(), wait)
            self.check(url)
            self._last = monotonic()

    def check(self, url: str) -> None:
        """Raise `RefusedRequest` if no request may be sent any more."""
        if self.ended:
            raise RefusedRequest(f"{url}: not asked for: {self.ended}")

    def pause(self, seconds: float) -> None:
        """Send no request for `seconds`. Never shortens a longer pause."""
        self._paused_until = max(self._paused_until, monotonic() + seconds)

    def end(self, reason: str) -> None:
        """Send no request any more. Requests that wait for their turn fail at once."""
        self.ended = self.ended or reason
        self._end.set()

    def refused(self, delay: float, most: float) -> None:
        """Note a refusal: double `delay`, up to `most` seconds."""
        self.refusals += 1
        self.penalty = max(self.penalty, min(max(2 * delay, _FIRST_PENALTY), most))

    def served(self) -> None:
        """Note a good response: reduce the penalty."""
        self.refusals = 0
        relieved = self.penalty * _RELIEF
        self.penalty = (
            relieved if relieved > max(self.base, self.robots, _FIRST_PENALTY / 2) else 0.0
        )
