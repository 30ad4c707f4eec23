"""Crawl-delay, Retry-After, robots.txt: the site's wishes are obeyed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.test import get_crawler

from ingest.crawl import politeness
from ingest.crawl.cassette import Tape
from ingest.crawl.context import context_of
from ingest.crawl.politeness import PolitenessMiddleware, retry_after_seconds
from ingest.crawl.robots import RobotsAnswerMiddleware, RobotsMiddleware
from ingest.crawl.scrapy_settings import scrapy_settings
from ingest.settings import Settings

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
URL = "https://news.example/a"
ROBOTS = Request("https://news.example/robots.txt", meta={"dont_obey_robotstxt": True})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"120", 120),
        ("0", 0),
        ("Fri, 20 Nov 2026 09:00:30 GMT", 30),
        ("Fri, 20 Nov 2026 08:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: bytes | str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were asked for; none is waited for, but the clock moves on."""
    waits: list[float] = []
    clock = [1000.0]

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr("ingest.crawl.politeness.asyncio.sleep", sleep)
    monkeypatch.setattr(politeness, "monotonic", lambda: clock[0])
    return waits


def crawler_of(tape: Tape | None = None, **flags: object) -> Any:
    settings = scrapy_settings(Settings.load(**flags), tape=tape, reactor=False)
    return get_crawler(settings_dict={**settings, "KHABAR_CLOCK": lambda: NOW})


def within_loop(make: Callable[[], Any]) -> Any:
    """Crawlers want a running event loop."""

    async def main() -> Any:
        result = make()
        return await result if asyncio.iscoroutine(result) else result

    return asyncio.run(main())


def ask(middleware: PolitenessMiddleware, status: int, retry_after: str | None = None, **meta: object) -> Request:
    request = Request(URL, meta=meta)
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    asyncio.run(middleware.process_response(request, Response(URL, status=status, headers=headers)))
    return request


def polite(tape: Tape | None = None, **flags: object) -> PolitenessMiddleware:
    return within_loop(lambda: PolitenessMiddleware(crawler_of(tape, **flags)))  # type: ignore[no-any-return]


def test_a_busy_host_is_left_alone_as_long_as_it_asks(slept: list[float]) -> None:
    middleware = polite()
    ask(middleware, 429, "7")
    assert slept == [7]
    asyncio.run(middleware.process_request(Request(URL)))
    assert slept == [7]


def test_other_requests_of_the_host_wait_too(slept: list[float]) -> None:
    middleware = polite()
    ask(middleware, 503, "9", retry_times=2)  # its last try: it need not wait itself
    asyncio.run(middleware.process_request(Request("https://other.example/")))
    assert slept == []
    asyncio.run(middleware.process_request(Request(URL)))
    assert slept == [pytest.approx(9)]


def test_without_a_word_from_the_host_the_wait_doubles(slept: list[float]) -> None:
    middleware = polite(delay=1.5)
    ask(middleware, 429)
    ask(middleware, 429, retry_times=1)
    assert slept == [3.0, 6.0]


def test_who_asks_for_hours_is_not_asked_again_in_this_run(slept: list[float]) -> None:
    request = ask(polite(), 503, "7200")
    assert slept == []
    assert request.meta["dont_retry"] is True


@pytest.mark.parametrize("status", [200, 404, 500])
def test_other_answers_make_no_pause(slept: list[float], status: int) -> None:
    ask(polite(), status, "7")
    assert slept == []


def test_a_replay_never_waits(slept: list[float]) -> None:
    ask(polite(Tape([])), 429, "7")
    assert slept == []


def crawl_delay(rules: str, *, tape: Tape | None = None, slot_delay: float = 0.5) -> tuple[float, float | None]:
    """The delay of a host's slot after its rules were read and AutoThrottle lowered it, and that of a later slot."""
    crawler = within_loop(lambda: crawler_of(tape))
    middleware = within_loop(lambda: PolitenessMiddleware(crawler))
    slot = SimpleNamespace(delay=slot_delay)
    downloader = SimpleNamespace(slots={"news.example": slot}, per_slot_settings={})
    crawler.engine = SimpleNamespace(downloader=downloader)
    middleware.robots_parsed(ProtegoRobotParser(rules.encode(), None), Request(URL))
    slot.delay /= 2
    middleware.response_downloaded(Request(URL))
    return slot.delay, downloader.per_slot_settings.get("news.example", {}).get("delay")


def test_a_crawl_delay_is_the_least_pause() -> None:
    assert crawl_delay("User-agent: *\nCrawl-delay: 5\n") == (5, 5)
    assert crawl_delay("User-agent: khabar\nCrawl-delay: 3\n\nUser-agent: *\nCrawl-delay: 5\n") == (3, 3)


def test_a_longer_pause_of_ours_stays() -> None:
    assert crawl_delay("User-agent: *\nCrawl-delay: 5\n", slot_delay=20)[0] == 10


def test_an_endless_crawl_delay_is_bounded() -> None:
    assert crawl_delay("User-agent: *\nCrawl-delay: 86400\n") == (60, 60)


def test_no_crawl_delay_changes_nothing() -> None:
    assert crawl_delay("User-agent: *\nDisallow: /x\n") == (0.25, None)
    assert crawl_delay("User-agent: *\nCrawl-delay: 5\n", tape=Tape([])) == (0.25, None)


def answering(most_bytes: int = 1000) -> RobotsAnswerMiddleware:
    return within_loop(lambda: RobotsAnswerMiddleware.from_crawler(crawler_of(limits={"robots_bytes": most_bytes})))  # type: ignore[no-any-return]


def rules_of(response: Response, request: Request = ROBOTS) -> Response:
    return asyncio.run(answering().process_response(request, response))


def test_no_robots_txt_allows_all() -> None:
    missing = rules_of(Response(ROBOTS.url, status=404, body=b"User-agent: *\nDisallow: /\n"))
    assert missing.body == b""


def test_a_robots_txt_that_fails_allows_nothing_and_the_report_says_so() -> None:
    crawler = within_loop(crawler_of)
    middleware = RobotsAnswerMiddleware.from_crawler(crawler)
    broken = asyncio.run(middleware.process_response(ROBOTS, Response(ROBOTS.url, status=503, body=b"<html>")))
    assert not ProtegoRobotParser(broken.body, None).allowed(URL, "Khabar")
    assert context_of(crawler).errors == [f"{ROBOTS.url}: HTTP 503: nothing may be fetched (RFC 9309, 2.3.1.4)"]


def test_robots_txt_is_cut_to_size() -> None:
    assert len(rules_of(Response(ROBOTS.url, body=b"#" * 5000)).body) == 1000


def test_pages_are_left_as_they_are() -> None:
    page = Response(URL, status=503, body=b"x" * 5000)
    assert rules_of(page, Request(URL)) is page
    named_alike = Request("https://news.example/robots.txt")
    assert rules_of(page, named_alike) is page


def test_a_robots_txt_that_cannot_be_fetched_is_passed_over() -> None:
    middleware = answering()
    with pytest.raises(IgnoreRequest):
        asyncio.run(middleware.process_exception(ROBOTS, OSError("refused")))
    asyncio.run(middleware.process_exception(Request(URL), OSError("refused")))


def test_all_requests_that_wait_for_robots_txt_are_given_its_rules() -> None:
    async def download(_: Request) -> Response:
        await asyncio.sleep(0.01)
        return Response(ROBOTS.url, body=b"User-agent: *\nDisallow: /secret\n")

    async def main() -> list[object]:
        crawler = crawler_of()
        crawler.engine = SimpleNamespace(download_async=download)
        middleware = RobotsMiddleware(crawler)
        requests = [Request(f"https://news.example/secret/{number}") for number in range(4)]
        return list(await asyncio.gather(*map(middleware.process_request, requests), return_exceptions=True))

    results = asyncio.run(main())
    assert [type(result) for result in results] == [IgnoreRequest] * 4
