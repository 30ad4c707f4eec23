"""robots.txt as RFC 9309 reads it: what is found, not found, and cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request, signals
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.test import get_crawler

from ingest.crawl.context import SOURCE_JUDGED, context_of
from ingest.crawl.http.pace import RefusedRequest
from ingest.crawl.politeness import robots
from ingest.crawl.politeness.robots import RobotsMiddleware
from ingest.crawl.settings import scrapy_settings
from ingest.errors import ForbiddenAddress
from ingest.settings import Settings

HOST = "https://news.example"
ROBOTS = f"{HOST}/robots.txt"
SECRET = b"User-agent: *\nDisallow: /secret\n"
Answer = Response | Exception


def found(body: bytes = SECRET, status: int = 200) -> Response:
    return Response(ROBOTS, status=status, body=body)


class Host:
    """A host whose robots.txt gives these answers, the last one again and again."""

    def __init__(self, *answers: Answer, **limits: object) -> None:
        settings = scrapy_settings(Settings.load(limits=limits), reactor=False)
        self.crawler: Any = get_crawler(settings_dict=settings)
        engine: Any = SimpleNamespace(download_async=self._download)
        self.crawler.engine = engine
        self.asked: list[str] = []
        self.parsed: list[RobotParser] = []
        self._answers = list(answers)
        self.middleware = RobotsMiddleware(self.crawler)
        self.crawler.signals.connect(self._note, signals.robots_parsed)

    def _note(self, robotparser: RobotParser) -> None:
        self.parsed.append(robotparser)

    async def _download(self, request: Request) -> Response:
        assert request.meta["dont_obey_robotstxt"]
        self.asked.append(request.url)
        await asyncio.sleep(0)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def may_fetch(self, path: str) -> bool | str:
        """Whether a page may be fetched; if the whole host is closed, why."""
        try:
            await self.middleware.process_request(Request(f"{HOST}{path}"))
        except RefusedRequest as error:
            return error.message
        except IgnoreRequest:
            return False
        return True

    @property
    def errors(self) -> list[str]:
        return context_of(self.crawler).errors


def visit(make: Callable[[], Host], *paths: str) -> tuple[Host, list[bool | str]]:
    async def main() -> tuple[Host, list[bool | str]]:
        host = make()
        return host, [await host.may_fetch(path) for path in paths]

    return asyncio.run(main())


def test_rules_are_read_once_and_told_to_who_listens() -> None:
    host, may = visit(lambda: Host(found()), "/a", "/secret/b", "/c")
    assert may == [True, False, True]
    assert host.asked == [ROBOTS]
    assert len(host.parsed) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 410, 429, 300])
def test_no_robots_txt_allows_all(status: int) -> None:
    host, may = visit(lambda: Host(found(b"User-agent: *\nDisallow: /\n", status)), "/a")
    assert may == [True]
    assert host.errors == []


@pytest.mark.threat("S11")
@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (found(b"<html>", 503), "HTTP 503"),
        (found(b"", 500), "HTTP 500"),
        (DownloadTimeoutError("x"), "no whole answer in time"),
        (OSError("unreachable"), "OSError: unreachable"),
        (DownloadCancelledError("larger than download max size (1)"), "over limits.page_bytes"),
        (IgnoreRequest("larger than DOWNLOAD_MAXSIZE"), "over limits.page_bytes"),
    ],
)
def test_one_that_fails_allows_nothing_and_the_report_says_so_once(
    answer: Answer, problem: str
) -> None:
    host, may = visit(lambda: Host(answer), "/a", "/b")
    assert may == [
        f"{HOST}{path}: robots.txt: {problem}: nothing may be fetched" for path in ("/a", "/b")
    ]
    assert host.errors == [f"{ROBOTS}: {problem}: nothing may be fetched (RFC 9309, 2.3.1.4)"]
    assert host.asked == [ROBOTS]


@pytest.mark.parametrize(
    ("answer", "is_answer"),
    [
        (CannotResolveHostError("x"), False),
        (DownloadConnectionRefusedError("x"), False),
        (found(b"", 502), True),
        (IgnoreRequest("larger than DOWNLOAD_MAXSIZE"), True),
    ],
)
def test_a_host_without_any_answer_is_told_from_one_that_refuses(
    answer: Answer, is_answer: bool
) -> None:
    context = context_of(visit(lambda: Host(answer), "/a")[0].crawler)
    assert context.shut_out == context.errors
    assert context.unreachable == ([] if is_answer else context.errors)


def test_too_many_redirects_are_as_good_as_none() -> None:
    assert visit(lambda: Host(IgnoreRequest("max redirections reached")), "/a")[1] == [True]


def test_what_is_not_the_networks_doing_is_left_to_the_page() -> None:
    host, may = visit(lambda: Host(ForbiddenAddress("10.0.0.1 is not a public address")), "/a")
    assert may == [True]
    assert host.errors == []


@pytest.mark.threat("S10")
def test_it_is_cut_to_size() -> None:
    body = b"#" * 90 + b"\nUser-agent: *\nDisallow: /\n"
    assert visit(lambda: Host(found(body), robots_bytes=90), "/a")[1] == [True]
    assert visit(lambda: Host(found(body), robots_bytes=900), "/a")[1] == [False]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    time = [1000.0]
    monkeypatch.setattr(robots, "monotonic", lambda: time[0])
    return time


def over_days(
    clock: list[float], hours: Sequence[float], *answers: Answer
) -> tuple[Host, list[bool | str]]:
    """What may be done with a page at these times."""

    async def main() -> tuple[Host, list[bool | str]]:
        host, may, start = Host(*answers), [], clock[0]
        for hour in hours:
            clock[0] = start + 3600 * hour
            may.append(await host.may_fetch("/secret"))
        return host, may

    return asyncio.run(main())


def test_it_is_read_again_after_a_day(clock: list[float]) -> None:
    host, may = over_days(clock, [0, 23.9, 24.1, 30, 48.2], found(), found(b""), found())
    assert may == [False, False, True, True, False]
    assert len(host.asked) == len(host.parsed) == 3


def test_old_rules_hold_where_the_new_ones_cannot_be_read(
    clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    host, may = over_days(clock, [0, 24.1, 25, 49], found(), found(b"", 503), found(b""))
    assert may == [False, False, False, True]
    assert host.errors == []
    assert f"{ROBOTS}: HTTP 503: what it said before still holds (RFC 9309, 2.4)" in caplog.messages


def test_old_rules_hold_where_we_may_not_ask_ourselves(clock: list[float]) -> None:
    _, may = over_days(clock, [0, 24.1], found(), RefusedRequest("not asked for: it is left alone"))
    assert may == [False, False]


def test_a_challenge_page_in_its_place_is_told() -> None:
    judged: list[object] = []

    def make() -> Host:
        host = Host(found(b"<!doctype html><title>Just a moment...</title>"))
        host.crawler.signals.connect(note, SOURCE_JUDGED)
        return host

    def note(url: str, challenge: str | None) -> None:
        judged.append((url, challenge))

    assert visit(make, "/a")[1] == [True]
    assert judged == [(ROBOTS, "Just a moment...")]


def test_all_requests_that_wait_for_it_are_given_its_rules() -> None:
    async def main() -> tuple[Host, list[bool | str]]:
        host = Host(found())
        return host, await asyncio.gather(
            *(host.may_fetch(f"/secret/{number}") for number in range(4))
        )

    host, may = asyncio.run(main())
    assert may == [False] * 4
    assert host.asked == [ROBOTS]


@pytest.mark.parametrize(
    ("status", "body"), [(200, SECRET), (200, b"User-agent: *\nDisallow: /\n"), (404, b"")]
)
def test_who_looks_into_a_robots_txt_that_was_read_gets_that_answer(
    status: int, body: bytes
) -> None:
    async def main() -> tuple[Host, list[Response | None]]:
        host = Host(found(body, status))
        robots = context_of(host.crawler).robots
        assert robots is not None
        return host, [await robots(Request(ROBOTS)) for _ in range(2)]

    host, answers = asyncio.run(main())
    assert [(answer.status, answer.body) for answer in answers if answer is not None] == [
        (status, body)
    ] * 2
    assert host.asked == [ROBOTS]


def test_a_robots_txt_that_is_refused_is_asked_for_itself() -> None:
    async def main() -> Response | None:
        return await Host(found(status=403)).middleware.answer(Request(ROBOTS))

    assert asyncio.run(main()) is None
