"""The least delay of each host, by operator, site definition, robots.txt and refusals, and Scrapy's slots in step."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy.robotstxt import ProtegoRobotParser

from ingest.crawl.context import context_of
from ingest.crawl.http.pace import Pace, RefusedRequest

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)


def asked_delay(rules: RobotParser, user_agent: str, now: datetime) -> float:
    """The least seconds between two requests that a robots.txt asks for at this moment; 0.0 where it asks for none.

    `Crawl-delay` are such seconds. `Request-rate: n/s` are n documents in s seconds, which we spread evenly; one with
    a time of day (UTC), such as `1/30 0800-1700`, holds only then. The slower one counts. RFC 9309 has neither.
    """
    delay = rules.crawl_delay(user_agent) or 0.0
    rate = rules.rp.request_rate(user_agent) if isinstance(rules, ProtegoRobotParser) else None
    if rate is None:
        return delay
    if rate.start_time is not None and rate.end_time is not None:
        time, start, end = now.astimezone(UTC).time(), rate.start_time, rate.end_time
        if not (
            start <= time <= end if start <= end else time >= start or time <= end
        ):  # some go past midnight
            return delay
    return max(delay, rate.seconds / rate.requests)


def stop_asking(crawler: Crawler, reason: str) -> None:
    """Let a crawl end soon that is told to: nothing more is asked for, and nobody waits out a delay or a pause."""
    for host, pace in context_of(crawler).paces.items():
        pace.end(reason)
        _turn_away(crawler, host, pace)


def _turn_away(crawler: Crawler, host: str, pace: Pace) -> None:
    """Tell the requests that wait in the queue of a host's slot that its pace has ended."""
    if slot := crawler.engine.downloader.slots.get(host):
        while slot.queue:
            request, waiting = slot.queue.popleft()
            try:
                pace.check(request.url)
            except RefusedRequest as refusal:
                waiting.errback(refusal)


@dataclass
class _Host:
    """What is known of a host beside its pace: Scrapy's settings for a new slot of it, and the bounds of its delay."""

    pace: Pace
    slot_settings: dict[str, Any]
    own_delay: float | None
    most: float
    rules: RobotParser | None = None


class HostThrottle:
    """Keeps the delay of each host within its bounds, below and above what AutoThrottle makes of it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._context = context_of(crawler)
        self._user_agent = (
            crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        )
        self._delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._jitter = crawler.settings.getfloat("DOWNLOAD_DELAY_JITTER")
        self._paces = self._context.paces
        self._hosts: dict[str, _Host] = {}

    def meet(self, host: str) -> Pace:
        """The pace of a host; at the first call its site's `[throttle]` becomes settings of Scrapy's slot."""
        if host not in self._hosts:
            self._hosts[host] = self._introduced(host)
            self.hold(host)
        return self._hosts[host].pace

    def obey(self, host: str, rules: RobotParser) -> None:
        """Take the delay that a robots.txt asks for, up to `limits.crawl_delay_seconds`."""
        self.meet(host)
        self._hosts[host].rules = rules
        asked, most = self._asked(rules), self._context.settings.limits.crawl_delay_seconds
        if asked > most:
            logger.warning(
                "%s: robots.txt asks for %g s between two requests: %g s are kept, limits.crawl_delay_seconds",
                host,
                asked,
                most,
            )
        self.hold(host)

    def refused(self, host: str) -> Pace:
        """The host refused an answer: lengthen its delay."""
        pace = self.meet(host)
        slot = self._crawler.engine.downloader.slots.get(host)
        pace.refused(max(pace.delay, slot.delay if slot else 0.0), self._hosts[host].most)
        self.hold(host)
        return pace

    def end(self, host: str, reason: str) -> None:
        """Ask the host for nothing more, and tell those requests that wait in its slot's queue."""
        pace = self.meet(host)
        pace.end(reason)
        _turn_away(self._crawler, host, pace)

    def hold(self, host: str) -> None:
        """Bring Scrapy's slot of a host within the host's bounds, undoing what AutoThrottle has just made of it."""
        if (known := self._hosts.get(host)) is None:
            return
        pace, most = known.pace, self._context.settings.limits.crawl_delay_seconds
        pace.robots = min(self._asked(known.rules), most) if known.rules is not None else 0.0
        self._settle_new_slots(known)
        if slot := self._crawler.engine.downloader.slots.get(host):
            slot.delay = min(max(slot.delay, pace.delay), max(known.most, pace.delay))

    def _asked(self, rules: RobotParser) -> float:
        return asked_delay(rules, self._user_agent, self._context.now())

    def _settle_new_slots(self, known: _Host) -> None:
        """What a slot starts with that Scrapy makes anew, after a minute without requests."""
        own = known.own_delay if known.own_delay is not None else self._delay
        if known.pace.delay > own:
            known.slot_settings["delay"] = known.pace.delay
        elif known.own_delay is not None:
            known.slot_settings["delay"] = known.own_delay
        else:
            known.slot_settings.pop("delay", None)

    def _introduced(self, host: str) -> _Host:
        settings = self._context.settings
        throttle = self._context.catalog.for_host(host).throttle
        slot_settings = self._crawler.engine.downloader.per_slot_settings.setdefault(
            host, {}
        )  # DOWNLOAD_SLOTS
        own = slot_settings.get("delay")
        jitter = slot_settings.get("jitter", self._jitter)
        pace = self._paces[host]
        pace.base = max((self._delay if own is None else own) * (1 - jitter), throttle.delay or 0.0)
        if throttle.concurrency is not None:
            slot_settings["concurrency"] = min(
                throttle.concurrency, slot_settings.get("concurrency", 1_000)
            )
        return _Host(
            pace, slot_settings, own, max(throttle.max_delay or settings.max_delay, pace.base)
        )
