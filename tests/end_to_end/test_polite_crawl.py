"""Politeness on the wire: what loopback servers were asked, and when. No gap is shorter than was asked for.

All crawls run in one child process, as Twisted's reactor wants it, most of them at the same time. Gaps are only ever
held to be long enough: a busy machine makes them longer.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from fixtures.newsrooms.newsroom import Newsroom
from fixtures.newsrooms.response import http_date
from fixtures.newsrooms.server import Server, serve
from ingest.crawl.context import context_of
from ingest.crawl.jobs import Job, run_jobs
from ingest.crawl.run import crawl_sites
from ingest.crawl.spider import KhabarSpider
from ingest.errors import KhabarError, Terminated
from ingest.monitoring.summary import RunSummary
from ingest.settings import Settings

SITE = "propakistani"
PAGES = ("/feed/", "/", "/comments/feed/", "/page/2/", "/page/3/")
CHANGING = ("/feed/", "/", "/page/2/")
DELAY = 0.1
EARLY = 0.3
"""Seconds by which a server may note a request late, and so see the gap after it shortened."""


class VisitSpider(KhabarSpider):
    """Asks a host for pages all at once, one of which at a time gets through; after `change`, again for all of them."""

    custom_settings: dict[str, Any] | None = {  # noqa: RUF012 - as in Scrapy's Spider
        "ITEM_PIPELINES": {},
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    }

    def __init__(
        self, host: str, paths: Sequence[str] = PAGES, change: Callable[[], None] | None = None
    ) -> None:
        super().__init__(name=host)
        self.paths = paths
        self.change = change
        self.errors: list[str] = []

    async def start(self) -> AsyncIterator[Request]:
        await asyncio.gather(*map(self.visit, self.paths))
        if self.change is not None:
            self.change()
            await asyncio.gather(*map(self.visit, self.paths))
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def visit(self, path: str) -> None:
        try:
            await self.fetch(f"https://{self.name}{path}")
        except KhabarError as error:
            self.errors.append(str(error))


class PagesSpider(VisitSpider):
    """Asks for the same as pages, which a run that is stopped waits for: it gives up only what `start` awaits."""

    async def start(self) -> AsyncIterator[Request]:
        for path in self.paths:
            yield self.page_request(f"https://{self.name}{path}")


@dataclass(frozen=True)
class Visit:
    """What a host was asked for, in order and with times; the errors of its pages and of the run; the statistics."""

    asked: list[tuple[str, float]]
    errors: list[str]
    run_errors: list[str]
    stats: dict[str, Any]

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def keeps(self, delay: float, since: int = 1) -> bool:
        """Whether so many seconds stand between each two requests, from the one of that number on.

        The very first one, for robots.txt, stays out: it has to wait for its connection.
        """
        times = [arrived for _, arrived in self.asked[since:]]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        whole = times[-1] - times[0] >= len(gaps) * delay - EARLY
        return bool(gaps) and whole and all(gap >= delay - EARLY for gap in gaps)

    def gap_after(self, path: str) -> float:
        """The seconds to the next request after the first one for a path."""
        at = self.paths.index(path)
        return self.asked[at + 1][1] - self.asked[at][1]


def robots(text: str) -> Callable[[Newsroom], None]:
    return lambda newsroom: newsroom.faults.answer("/robots.txt", f"User-agent: *\n{text}\n")


def busy(
    status: int, retry_after: str | None = None, seconds: int = 0
) -> Callable[[Newsroom], None]:
    def prepare(newsroom: Newsroom) -> None:
        wait = retry_after or http_date(newsroom.now + timedelta(seconds=seconds))
        newsroom.faults.fail("/feed/", status, 1, retry_after=wait)

    return prepare


def refusing(newsroom: Newsroom) -> None:
    robots("Disallow:")(newsroom)
    newsroom.faults.fail("/", 403, 99)


HOSTS: Mapping[str, Callable[[Newsroom], None]] = {
    "plain.example": lambda _: None,
    "delay.example": robots("Crawl-delay: 0.6"),
    "rate.example": robots("Request-rate: 5/3"),
    "throttled.example": lambda _: None,
    "seconds.example": busy(429, "2"),
    "date.example": busy(503, seconds=2),
    "hours.example": busy(503, "7200"),
    "missing.example": lambda newsroom: newsroom.faults.fail("/robots.txt", 404, 9),
    "failing.example": lambda newsroom: newsroom.faults.fail("/robots.txt", 500, 9),
    "dropping.example": lambda newsroom: newsroom.faults.drop("/robots.txt"),
    "silent.example": lambda newsroom: newsroom.stall("/robots.txt", 60),
    "refusing.example": refusing,
    "challenging.example": lambda newsroom: newsroom.faults.challenge("/feed/"),
}


def settings(servers: Mapping[str, Server], **flags: object) -> Settings:
    addresses = {host: server.url for host, server in servers.items()}
    return Settings.load(
        connect_to=addresses, allow_loopback=True, delay=DELAY, timeout=3, workers=1, **flags
    )


def visit_all(
    servers: Mapping[str, Server], arguments: Mapping[str, object], **flags: object
) -> dict[str, Visit]:
    jobs = [Job(VisitSpider, {"host": host, **arguments}) for host in servers]
    run_jobs(
        jobs, settings(servers, **flags), None, output=None, listeners=[lambda _: None] * len(jobs)
    )
    return {
        host: _visit(server, job) for (host, server), job in zip(servers.items(), jobs, strict=True)
    }


def _visit(server: Server, job: Job) -> Visit:
    assert job.error is None
    assert job.crawler is not None
    asked = [(request.path, request.arrived) for request in server.requests]
    errors = getattr(job.crawler.spider, "errors", [])
    return Visit(asked, errors, context_of(job.crawler).errors, dict(job.crawler.stats.get_stats()))


def visit_hosts(folder: Path) -> dict[str, Visit]:
    """Visit all hosts at the same time; then one whose robots.txt changes and does not hold for long."""
    definition = 'domain = "throttled.example"\n[throttle]\ndelay = 0.6\n'
    (folder / "throttled.toml").write_text(definition, encoding="utf-8")
    with ExitStack() as stack:
        servers = {host: stack.enter_context(serve(Newsroom.load(SITE))) for host in HOSTS}
        for host, prepare in HOSTS.items():
            prepare(servers[host].newsroom)
        visits = visit_all(
            servers,
            {},
            max_delay=0.8,
            retries=1,
            sites=[folder],
            limits={"blocked_answers": 3, "robots_hours": 24},
        )
        changing = {"changing.example": stack.enter_context(serve(Newsroom.load(SITE)))}
        newsroom = changing["changing.example"].newsroom
        change = {
            "change": lambda: robots("Crawl-delay: 0.5\nDisallow: /page/")(newsroom),
            "paths": CHANGING,
        }
        return visits | visit_all(changing, change, limits={"robots_hours": 1e-12})


def stop_meanwhile() -> list[str]:
    """Send this process SIGTERM while a host wants a long pause; gives what the host was asked for."""

    def listen(crawler: Crawler) -> None:
        def answered(response: Response) -> None:
            if response.status == 429:
                asyncio.get_running_loop().call_later(0.1, os.kill, os.getpid(), signal.SIGTERM)

        crawler.signals.connect(answered, signals.response_downloaded, weak=False)

    with serve(Newsroom.load(SITE)) as server:
        busy(429, "110")(server.newsroom)
        job = Job(PagesSpider, {"host": "stopped.example"})
        with pytest.raises(Terminated):
            run_jobs(
                [job], settings({"stopped.example": server}), None, output=None, listeners=[listen]
            )
        return [request.path for request in server.requests]


def crawl_challenged(folder: Path) -> list[RunSummary]:
    """Crawl a newsroom whose articles are challenge pages, and again when they are not: the reports."""
    with serve(Newsroom.load(SITE)) as server:
        found = []
        server.newsroom.faults.challenge("/2026/")
        for limits in ({"blocked_answers": 3}, {}):
            flags = settings(
                {server.newsroom.site.host: server}, output=folder, max_delay=0.5, limits=limits
            )
            (report,) = crawl_sites([SITE], flags, limit=4)
            found.append(report)
            server.newsroom.faults.clear()
        return found


Results = tuple[dict[str, Visit], list[RunSummary], list[str]]


def scenario(folder: Path) -> Results:
    (folder / "sites").mkdir()
    return visit_hosts(folder / "sites"), crawl_challenged(folder / "data"), stop_meanwhile()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(scenario, tmp_path_factory.mktemp("polite")).result(timeout=100)


@pytest.fixture
def visits(results: Results) -> dict[str, Visit]:
    return results[0]


def test_every_page_is_asked_for_once_at_the_pace_of_the_operator(visits: dict[str, Visit]) -> None:
    plain = visits["plain.example"]
    assert sorted(plain.paths) == sorted(["/robots.txt", *PAGES])
    assert plain.keeps(DELAY)
    assert plain.errors == plain.run_errors == []
    assert "khabar/blocked" not in plain.stats


@pytest.mark.parametrize("host", ["delay.example", "rate.example", "throttled.example"])
def test_the_delay_that_robots_txt_or_the_definition_asks_for_is_kept(
    visits: dict[str, Visit], host: str
) -> None:
    assert visits[host].keeps(0.6)
    assert sorted(visits[host].paths) == sorted(["/robots.txt", *PAGES])


def test_a_robots_txt_is_read_again_and_its_new_delay_and_rules_hold(
    visits: dict[str, Visit],
) -> None:
    changing = visits["changing.example"]
    assert changing.paths.count("/robots.txt") == 2 * len(CHANGING)
    again = 2 * len(CHANGING)  # the first request after the change
    assert changing.paths[again - 1] == "/page/2/"
    assert changing.keeps(0.5, since=again)
    assert changing.errors == ["https://changing.example/page/2/: Forbidden by robots.txt"]


@pytest.mark.parametrize("host", ["seconds.example", "date.example"])
def test_a_busy_host_is_asked_for_nothing_while_it_wants_a_pause(
    visits: dict[str, Visit], host: str
) -> None:
    busy = visits[host]
    assert busy.gap_after("/feed/") >= 2 - EARLY
    assert busy.paths.count("/feed/") == 2
    assert busy.stats["retry/count"] == 1
    assert busy.errors == busy.run_errors == []


def test_a_host_that_asks_for_hours_is_asked_for_nothing_more(visits: dict[str, Visit]) -> None:
    hours = visits["hours.example"]
    assert hours.paths == ["/robots.txt", "/feed/"]
    (error,) = hours.run_errors
    assert error.startswith(
        "hours.example is left alone for the rest of this run: it asks for a pause of 7200 s"
    )
    assert len(hours.errors) == len(PAGES)
    assert (
        sum(": not asked for: hours.example is left alone" in error for error in hours.errors)
        == len(PAGES) - 1
    )


def test_no_robots_txt_allows_all_on_the_wire(visits: dict[str, Visit]) -> None:
    assert sorted(visits["missing.example"].paths) == sorted(["/robots.txt", *PAGES])
    assert visits["missing.example"].errors == []


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        ("failing.example", "HTTP 500"),
        ("dropping.example", "the connection gave no usable answer"),
        ("silent.example", "no whole answer in time"),
    ],
)
def test_a_robots_txt_that_cannot_be_read_allows_nothing(
    visits: dict[str, Visit], host: str, problem: str
) -> None:
    closed = visits[host]
    assert closed.paths == ["/robots.txt"] * 2
    assert closed.run_errors == [
        f"https://{host}/robots.txt: {problem}: nothing may be fetched (RFC 9309, 2.3.1.4)"
    ]
    assert sorted(closed.errors) == sorted(
        f"https://{host}{path}: robots.txt: {problem}: nothing may be fetched" for path in PAGES
    )


def test_a_host_that_refuses_again_and_again_is_asked_ever_less_and_then_left_alone(
    visits: dict[str, Visit],
) -> None:
    refusing = visits["refusing.example"]
    assert refusing.paths == ["/robots.txt", *PAGES[:3]]
    assert refusing.keeps(0.8)
    assert (
        refusing.stats["khabar/blocked"] == refusing.stats["khabar/blocked/refusing.example"] == 3
    )
    (error,) = refusing.run_errors
    assert error.startswith(
        "refusing.example is left alone for the rest of this run: it refused 3 answers in a row"
    )


def test_a_challenge_page_in_place_of_a_feed_is_said_and_slows_the_host_down(
    visits: dict[str, Visit],
) -> None:
    challenging = visits["challenging.example"]
    assert challenging.gap_after("/feed/") >= 0.8 - EARLY
    assert challenging.stats["khabar/blocked"] == 1
    (error,) = challenging.errors
    assert error.startswith("https://challenging.example/feed/: blocked by a challenge page")


def test_articles_behind_challenges_are_accounted_for_and_come_with_a_later_run(
    results: Results,
) -> None:
    blocked, open_again = results[1]
    assert blocked.articles == 0
    assert blocked.rejected["challenge"] >= 3
    assert blocked.rejected["challenge"] + blocked.failed == blocked.found == 4
    assert all("is left alone" in reason for reason in blocked.failures)
    assert [error.partition(": ")[2] for error in blocked.errors] == [
        "it refused 3 answers in a row (403, 429 or challenge pages)"
    ]
    assert (open_again.new, open_again.errors) == (4, [])


def test_a_run_that_is_told_to_stop_does_not_wait_for_the_end_of_a_pause(results: Results) -> None:
    assert results[2] == ["/robots.txt", "/feed/"]
