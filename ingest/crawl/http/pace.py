"""How fast one host may be asked, held where requests leave for the network.

Scrapy's download slots know a delay, but no pause of a whole host and no end: what has come into a slot's queue goes
out. So each request takes its turn here, below the slots.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from scrapy.exceptions import IgnoreRequest

from ingest.errors import HostExcluded

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_FIRST_PENALTY = 1.0
"""Seconds: the delay after a first refusal, where there was none that could be doubled."""
_RELIEF = 0.8
"""What a good answer leaves of the delay that refusals made: three of them halve it, one refusal doubles it."""


class RefusedRequest(HostExcluded, IgnoreRequest):
    """`HostExcluded` as Scrapy wants it: not to be retried, and logged by who asked rather than by Scrapy."""


@dataclass
class Pace:
    """The pace of one host.

    `base`, `robots` and `penalty` are seconds between two requests: by the operator and the site's definition, by its
    robots.txt, and after its refusals; the longest one holds. `refusals` counts those in a row.
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
        """The least seconds between two requests."""
        return max(self.base, self.robots, self.penalty)

    async def turn(self, url: str) -> None:
        """Wait until the host may be asked once more; raises `RefusedRequest` where it may not in this run."""
        async with self._turn:
            while (
                wait := max(self._paused_until, self._last + self.delay) - monotonic()
            ) > 0 and not self.ended:
                with suppress(
                    TimeoutError
                ):  # the wait is over; a pause may have been prolonged meanwhile
                    await asyncio.wait_for(self._end.wait(), wait)
            self.check(url)
            self._last = monotonic()

    def check(self, url: str) -> None:
        """Raise `RefusedRequest` where the host may not be asked any more."""
        if self.ended:
            raise RefusedRequest(f"{url}: not asked for: {self.ended}")

    def pause(self, seconds: float) -> None:
        """Ask for nothing so long; a pause that ends later stays."""
        self._paused_until = max(self._paused_until, monotonic() + seconds)

    def end(self, reason: str) -> None:
        """Ask for nothing more; those who wait for their turn are told at once."""
        self.ended = self.ended or reason
        self._end.set()

    def refused(self, delay: float, most: float) -> None:
        """The host refused an answer: double the delay that there was, up to the most."""
        self.refusals += 1
        self.penalty = max(self.penalty, min(max(2 * delay, _FIRST_PENALTY), most))

    def served(self) -> None:
        """The host gave a good answer: take some of the penalty off."""
        self.refusals = 0
        relieved = self.penalty * _RELIEF
        self.penalty = (
            relieved if relieved > max(self.base, self.robots, _FIRST_PENALTY / 2) else 0.0
        )


_paces: WeakKeyDictionary[Crawler, defaultdict[str, Pace]] = WeakKeyDictionary()


def paces_of(crawler: Crawler) -> defaultdict[str, Pace]:
    """The paces of a crawler's hosts, by host name; a host that was not met yet gets one that waits for nothing."""
    return _paces.setdefault(crawler, defaultdict(Pace))
