"""The least delay of a host: by operator, definition and robots.txt; AutoThrottle works between the bounds."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.robotstxt import ProtegoRobotParser, PythonRobotParser
from scrapy.utils.test import get_crawler
from twisted.internet.defer import Deferred

from ingest.crawl.context import context_of
from ingest.crawl.http.pace import RefusedRequest
from ingest.crawl.politeness.throttle import HostThrottle, asked_delay, stop_asking
from ingest.crawl.settings import scrapy_settings
from ingest.settings import Settings
from ingest.sites import SiteCatalog

HOST = "news.example"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def rules(text: str) -> ProtegoRobotParser:
    return ProtegoRobotParser(text.encode(), None)


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nRequest-rate: 1/5", 5),
        ("User-agent: *\nRequest-rate: 30/1m", 2),
        ("User-agent: *\nRequest-rate: 1/5\nCrawl-delay: 2", 5),
        ("User-agent: *\nRequest-rate: 1/1\nCrawl-delay: 2", 2),
        ("User-agent: *\nRequest-rate: 1/9 1100-1300", 9),
        ("User-agent: *\nRequest-rate: 1/9 1300-1700\nCrawl-delay: 1", 1),
        ("User-agent: *\nRequest-rate: 1/9 2200-1230", 9),
        ("User-agent: *\nRequest-rate: 1/9 2200-0600", 0),
        ("User-agent: khabar\nCrawl-delay: 3\n\nUser-agent: *\nCrawl-delay: 5", 3),
        ("User-agent: *\nDisallow: /x", 0),
        ("User-agent: *\nCrawl-delay: soon\nRequest-rate: fast", 0),
        ("", 0),
    ],
)
def test_robots_txt_asks_for_a_delay_or_a_rate(text: str, delay: float) -> None:
    assert asked_delay(rules(text), "Khabar/1", NOON) == delay


def test_a_parser_without_rates_is_heard_too() -> None:
    assert (
        asked_delay(PythonRobotParser(b"User-agent: *\nCrawl-delay: 2", None), "Khabar/1", NOON)
        == 2
    )


class Throttled:
    """A throttle over Scrapy's slots, without a network."""

    def __init__(self, slots: dict[str, dict[str, Any]] | None = None, **flags: object) -> None:
        self.time = [NOON]
        settings = scrapy_settings(Settings.load(**flags), reactor=False)
        self.crawler: Any = get_crawler(
            settings_dict={**settings, "KHABAR_CLOCK": lambda: self.time[0]}
        )
        self.slot: Any = SimpleNamespace(delay=0.5, queue=deque())
        self.new_slots = slots if slots is not None else {}
        engine: Any = SimpleNamespace(
            downloader=SimpleNamespace(slots={HOST: self.slot}, per_slot_settings=self.new_slots)
        )
        self.crawler.engine = engine
        self.throttle = HostThrottle(self.crawler)

    def after(self, made_by_autothrottle: float) -> float:
        """The delay of the slot after an answer."""
        self.slot.delay = made_by_autothrottle
        self.throttle.hold(HOST)
        return float(self.slot.delay)


@pytest.fixture
def throttled() -> Callable[..., Throttled]:
    def make(*args: Any, **flags: Any) -> Throttled:
        async def main() -> Throttled:
            return Throttled(*args, **flags)

        return asyncio.run(main())

    return make


Make = Callable[..., Throttled]


def test_what_robots_txt_asks_for_is_the_least(throttled: Make) -> None:
    host = throttled()
    host.throttle.obey(HOST, rules("User-agent: *\nCrawl-delay: 5"))
    assert host.slot.delay == 5
    assert host.after(2) == 5
    assert host.after(20) == 20
    assert host.new_slots[HOST]["delay"] == 5


def test_a_changed_robots_txt_changes_the_delay(throttled: Make) -> None:
    host = throttled()
    host.throttle.obey(HOST, rules("User-agent: *\nCrawl-delay: 5"))
    host.throttle.obey(HOST, rules("User-agent: *\nCrawl-delay: 8"))
    assert host.after(1) == 8
    host.throttle.obey(HOST, rules("User-agent: *\nDisallow: /x"))
    assert host.after(2) == 2
    assert "delay" not in host.new_slots[HOST]


def test_a_rate_holds_at_its_time_of_day_only(throttled: Make) -> None:
    host = throttled()
    host.throttle.obey(HOST, rules("User-agent: *\nRequest-rate: 1/9 1100-1300"))
    assert host.after(1) == 9
    host.time[0] = NOON.replace(hour=14)
    assert host.after(1) == 1


def test_an_endless_delay_is_bounded_and_the_log_says_so(
    throttled: Make, caplog: pytest.LogCaptureFixture
) -> None:
    host = throttled()
    caplog.set_level(logging.WARNING)
    host.throttle.obey(HOST, rules("User-agent: *\nCrawl-delay: 86400"))
    assert host.after(1) == 60
    assert caplog.messages == [
        f"{HOST}: robots.txt asks for 86400 s between two requests: 60 s are kept, limits.crawl_delay_seconds"
    ]


def defined(folder: Path, throttle: str) -> dict[str, object]:
    (folder / "news.toml").write_text(
        f'domain = "{HOST}"\n[throttle]\n{throttle}\n', encoding="utf-8"
    )
    return {"sites": [folder]}


def test_a_definition_bounds_the_delay_of_its_hosts(throttled: Make, tmp_path: Path) -> None:
    host = throttled(**defined(tmp_path, "delay = 3\nmax_delay = 10\nconcurrency = 1"))
    host.throttle.meet(HOST)
    assert host.new_slots[HOST] == {"delay": 3, "concurrency": 1}
    assert (host.after(1), host.after(5), host.after(30)) == (3, 5, 10)
    host.throttle.meet(f"www.{HOST}")
    host.throttle.meet("other.example")
    assert host.new_slots[f"www.{HOST}"]["delay"] == 3
    assert host.new_slots["other.example"] == {}


def test_the_operators_delay_wins_where_it_is_longer(throttled: Make, tmp_path: Path) -> None:
    host = throttled(delay=7, **defined(tmp_path, "delay = 3\nmax_delay = 5"))
    host.throttle.meet(HOST)
    assert host.after(1) == 7
    assert host.after(30) == 7


def test_without_a_definition_the_settings_bound_the_delay(throttled: Make) -> None:
    host = throttled(delay=2, max_delay=20)
    host.throttle.meet(HOST)
    assert (host.after(1), host.after(30)) == (2, 20)


def test_scrapys_own_setting_of_a_slot_stays(throttled: Make, tmp_path: Path) -> None:
    host = throttled(
        {HOST: {"delay": 9, "concurrency": 3}}, **defined(tmp_path, "delay = 3\nconcurrency = 5")
    )
    host.throttle.meet(HOST)
    assert host.new_slots[HOST] == {"delay": 9, "concurrency": 3}
    assert host.after(1) == 9


def test_a_jitter_of_the_operator_may_shorten_the_delay(throttled: Make) -> None:
    host = throttled({HOST: {"jitter": 0.5}}, delay=4)
    assert host.throttle.meet(HOST).delay == 2


def test_refusals_stay_below_the_definitions_most(throttled: Make, tmp_path: Path) -> None:
    host = throttled(**defined(tmp_path, "delay = 3\nmax_delay = 10"))
    delays = [host.throttle.refused(HOST).delay for _ in range(3)]
    assert delays == [6, 10, 10]


def waiting(host: Throttled, number: int) -> list[Deferred[Any]]:
    """Requests in the queue of the slot."""
    answers: list[Deferred[Any]] = [Deferred() for _ in range(number)]
    for at, answer in enumerate(answers):
        answer.addErrback(lambda failure: failure.value)
        host.slot.queue.append((Request(f"https://{HOST}/{at}"), answer))
    return answers


def test_an_end_turns_away_what_waits_in_the_slot(throttled: Make) -> None:
    host = throttled()
    answers = waiting(host, 3)
    host.throttle.end(HOST, f"{HOST} is left alone")
    assert [str(answer.result) for answer in answers] == [
        f"https://{HOST}/{at}: not asked for: {HOST} is left alone" for at in range(3)
    ]
    assert all(isinstance(answer.result, RefusedRequest) for answer in answers)
    assert not host.slot.queue


def test_a_crawl_that_is_told_to_stop_waits_for_no_pause(throttled: Make) -> None:
    host = throttled()
    answers = waiting(host, 1)

    async def stop_meanwhile() -> None:
        host.throttle.meet(HOST).pause(600)
        turns = [
            asyncio.create_task(context_of(host.crawler).paces[HOST].turn(f"https://{HOST}/{at}"))
            for at in range(2)
        ]
        await asyncio.sleep(0)
        stop_asking(host.crawler, "the run was stopped")
        results = await asyncio.gather(*turns, return_exceptions=True)
        assert [type(result) for result in results] == [RefusedRequest] * 2

    asyncio.run(asyncio.wait_for(stop_meanwhile(), 60))
    assert isinstance(answers[0].result, RefusedRequest)


@pytest.mark.parametrize("name", ["dawn", "brecorder"])
def test_sites_that_refuse_crawlers_are_asked_slowly(name: str) -> None:
    throttle = SiteCatalog.load().get(name).throttle
    assert throttle.delay is not None
    assert throttle.delay >= 3
    assert throttle.concurrency == 1
