"""The minimum delay of each host, and Scrapy's slots in step with it.

It depends on the operator, the site definition, robots.txt and refusals.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy.robotstxt import ProtegoRobotParser

from ingest.crawl.context import context_of
from ingest.crawl.http.pace import Pace, RefusedRequest
from ingest.crawl.politeness.large_rules import LargeRules

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)


def asked_delay(rules: RobotParser, user_agent: str, now: datetime) -> float:
    """Return the minimum seconds between two requests by a robots.txt; 0.0 if it has none.

    `Crawl-delay` is in seconds. `Request-rate: n/s` means n documents in s seconds, evenly spaced;
    one with a time of day (UTC), such as `1/30 0800-1700`, holds only then. The slower one counts.
    RFC 9309 has neither.
    """
    delay = rules.crawl_delay(user_agent) or 0.0
    rate = None
    if isinstance(rules, LargeRules):
        rate = rules.rate
    elif isinstance(rules, ProtegoRobotParser):
        rate = rules.rp.request_rate(user_agent)
    if rate is None:
        return delay
    if rate.start_time is not None and rate.end_time is not None:
        time, start, end = now.astimezone(UTC).time(), rate.start_time, rate.end_time
        # If `end` is before `start`, the rate is valid past midnight.
        if not (start <= time <= end if start <= end else time >= start or time <= end):
            return delay
    return max(delay, rate.seconds / rate.requests)


def stop_asking(crawler: Crawler, reason: str) -> None:
    """Stop sending requests, and cancel pending delays and pauses, so that a crawl ends soon."""
    for host, pace in context_of(crawler).paces.items():
        pace.end(reason)
        _turn_away(crawler, host, pace)


def _turn_away(crawler: Crawler, host: str, pace: Pace) -> None:
    """Fail the requests in the queue of a host's slot, since its pace has ended."""
    if slot := crawler.engine.downloader.slots.get(host):
        while slot.queue:
            request, waiting = slot.queue.popleft()
            try:
                pace.check(request.url)
            except RefusedRequest as refusal:
                waiting.errback(refusal)


@dataclass
class _Host:
    """The pace of a host, and what bounds it.

    Attributes:
        pace: its delays.
        slot_settings: Scrapy's settings for new slots of the host.
        own_delay: the delay in Scrapy's settings of the slot, if any.
        most: seconds up to which the delay may grow.
        rules: its robots.txt, once it is fetched.
    """

    pace: Pace
    slot_settings: dict[str, Any]
    own_delay: float | None
    most: float
    rules: RobotParser | None = None


class HostThrottle:
    """Keeps the delay of each host within its bounds, even if AutoThrottle changes it."""

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
        """Return the pace of a host. First, its site's `[throttle]` is applied to Scrapy's slot."""
        if host not in self._hosts:
            self._hosts[host] = self._new_host(host)
            self.hold(host)
        return self._hosts[host].pace

    def obey(self, host: str, rules: RobotParser) -> None:
        """Apply the delay of a robots.txt, up to `limits.crawl_delay_seconds`."""
        self.meet(host)
        self._hosts[host].rules = rules
        asked, most = self._asked(rules), self._context.settings.limits.crawl_delay_seconds
        if asked > most:
            logger.warning(
                "%s: robots.txt asks for %g s between two requests: %g s are kept, "
                "limits.crawl_delay_seconds",
                host,
                asked,
                most,
            )
        self.hold(host)

    def refused(self, host: str) -> Pace:
        """Note a refusal: lengthen the delay of the host."""
        pace = self.meet(host)
        slot = self._crawler.engine.downloader.slots.get(host)
        pace.refused(max(pace.delay, slot.delay if slot else 0.0), self._hosts[host].most)
        self.hold(host)
        return pace

    def end(self, host: str, reason: str) -> None:
        """Send no request to the host any more, and fail those in its slot's queue."""
        pace = self.meet(host)
        pace.end(reason)
        _turn_away(self._crawler, host, pace)

    def hold(self, host: str) -> None:
        """Keep the delay of Scrapy's slot within the bounds, after a change by AutoThrottle."""
        entry = self._hosts.get(host)
        if entry is None:
            return
        pace, most = entry.pace, self._context.settings.limits.crawl_delay_seconds
        pace.robots = min(self._asked(entry.rules), most) if entry.rules is not None else 0.0
        _set_new_slots(entry, self._delay)
        if slot := self._crawler.engine.downloader.slots.get(host):
            slot.delay = min(max(slot.delay, pace.delay), max(entry.most, pace.delay))

    def _asked(self, rules: RobotParser) -> float:
        return asked_delay(rules, self._user_agent, self._context.now())

    def _new_host(self, host: str) -> _Host:
        settings = self._context.settings
        throttle = self._context.catalog.for_host(host).throttle
        # The values of DOWNLOAD_SLOTS.
        slot_settings = self._crawler.engine.downloader.per_slot_settings.setdefault(host, {})
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


def _set_new_slots(host: _Host, default: float) -> None:
    """Set the delay for new slots, which Scrapy makes after a minute without requests."""
    own = host.own_delay if host.own_delay is not None else default
    if host.pace.delay > own:
        host.slot_settings["delay"] = host.pace.delay
    elif host.own_delay is not None:
        host.slot_settings["delay"] = host.own_delay
    else:
        host.slot_settings.pop("delay", None)
