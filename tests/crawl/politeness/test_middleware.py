"""Retry-After, refusals and challenge pages: what a host's answers ask for is done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from ingest.crawl.context import PAGE_DONE, SOURCE_JUDGED, context_of
from ingest.crawl.http import pace
from ingest.crawl.http.cassette import Tape
from ingest.crawl.http.failure import outcome_of
from ingest.crawl.http.pace import Pace, RefusedRequest
from ingest.crawl.politeness.middleware import PolitenessMiddleware, retry_after_seconds
from ingest.crawl.settings import scrapy_settings
from ingest.errors import HostExcluded, Unreachable
from ingest.record import Reason, Rejection
from ingest.settings import Settings

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOST = "news.example"
URL = f"https://{HOST}/a"


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


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of the paces, which stands still."""
    time = [1000.0]
    monkeypatch.setattr(pace, "monotonic", lambda: time[0])
    return time


class Polite:
    """The middleware at work for a crawler that fetches nothing."""

    def __init__(self, tape: Tape | None = None, **flags: object) -> None:
        settings = scrapy_settings(Settings.load(**flags), tape=tape, reactor=False)
        self.crawler: Any = get_crawler(settings_dict={**settings, "KHABAR_CLOCK": lambda: NOW})
        self.slots: dict[str, Any] = {}
        engine: Any = SimpleNamespace(
            downloader=SimpleNamespace(slots=self.slots, per_slot_settings={})
        )
        self.crawler.engine = engine
        self.middleware = PolitenessMiddleware.from_crawler(self.crawler)

    def answer(
        self, status: int, url: str = URL, headers: dict[str, str] | None = None, **meta: object
    ) -> Request:
        request = Request(url, meta=meta)
        self.middleware.response_downloaded(
            Response(url, status=status, headers=headers or {}), request
        )
        return request

    def page(self, reason: Reason, status: int | None = 200) -> None:
        rejection = Rejection(url=URL, requested_url=URL, reason=reason, status=status)
        self.crawler.signals.send_catch_log(PAGE_DONE, url=URL, outcome=rejection)

    @property
    def pace(self) -> Pace:
        return context_of(self.crawler).paces[HOST]

    @property
    def blocked(self) -> int:
        return int(self.crawler.stats.get_value("khabar/blocked", 0))

    @property
    def errors(self) -> list[str]:
        return context_of(self.crawler).errors

    def wait(self, url: str = URL) -> float:
        """The seconds until the host may be asked again."""
        waits: list[float] = []

        async def note(future: Any, timeout: float) -> None:  # noqa: ASYNC109 - as asyncio has it
            future.close()
            waits.append(timeout)
            raise asyncio.CancelledError

        async def take_turn() -> None:
            await context_of(self.crawler).paces[url.split("/")[2]].turn(url)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("ingest.crawl.http.pace.asyncio.wait_for", note)
            try:
                asyncio.run(take_turn())
            except asyncio.CancelledError:
                return waits[0]
        return 0.0


def crawl(scenario: Callable[[], None]) -> None:
    """Crawlers want a running event loop."""

    async def main() -> None:
        scenario()

    asyncio.run(main())


@pytest.fixture
def polite() -> Callable[..., Polite]:
    def make(tape: Tape | None = None, **flags: object) -> Polite:
        made: list[Polite] = []
        crawl(lambda: made.append(Polite(tape, **flags)))
        return made[0]

    return make


Make = Callable[..., Polite]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_host_is_left_alone_as_long_as_it_asks(polite: Make, status: int) -> None:
    site = polite()
    site.answer(status, headers={"Retry-After": "7"})
    assert site.wait() == 7
    assert site.wait("https://other.example/") == 0


def test_a_shorter_pause_does_not_end_a_longer_one(polite: Make) -> None:
    site = polite()
    site.answer(503, headers={"Retry-After": "9"})
    site.answer(503, headers={"Retry-After": "2"})
    assert site.wait() == 9


def test_a_date_counts_by_the_clock_of_the_server_that_names_it(polite: Make) -> None:
    site = polite()
    dates = {
        "Date": "Sat, 21 Nov 2026 20:00:00 GMT",
        "Retry-After": "Sat, 21 Nov 2026 20:00:12 GMT",
    }
    site.answer(503, headers=dates)
    assert site.wait() == 12


def test_without_a_word_from_the_host_the_wait_doubles(polite: Make) -> None:
    site = polite(delay=1.5)
    site.answer(503)
    assert site.wait() == 3
    site.answer(503, retry_times=1)
    assert site.wait() == 6
    site.answer(503, retry_times=20)
    assert site.wait() == 120


def test_who_asks_for_hours_is_not_asked_again_in_this_run(polite: Make) -> None:
    site = polite()
    request = site.answer(503, headers={"Retry-After": "7200"})
    assert request.meta["dont_retry"] is True
    site.answer(503, headers={"Retry-After": "7200"})
    assert site.errors == [
        f"{HOST} is left alone for the rest of this run: "  # noqa: ISC004 - one line of the report
        "it asks for a pause of 7200 s, more than limits.retry_after_seconds"
    ]
    with pytest.raises(RefusedRequest) as caught:
        asyncio.run(site.middleware.process_request(Request(URL)))
    outcome = outcome_of(URL, caught.value)
    assert type(outcome) is HostExcluded
    assert outcome.message == f"{URL}: not asked for: {site.errors[0]}"
    asyncio.run(site.middleware.process_request(Request("https://other.example/")))


@pytest.mark.parametrize("status", [200, 301, 304, 401, 404, 410, 451, 500])
def test_other_answers_make_no_pause_and_are_no_refusals(polite: Make, status: int) -> None:
    site = polite()
    site.answer(status, headers={"Retry-After": "7"})
    assert site.wait() == 0
    assert site.blocked == 0


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {}),
        (429, {}),
        (503, {"CF-Mitigated": "challenge"}),
        (202, {"x-amzn-waf-action": "challenge"}),
        (405, {"x-amzn-waf-action": "captcha"}),
    ],
)
def test_a_refusal_doubles_the_delay_and_is_counted(
    polite: Make, status: int, headers: dict[str, str]
) -> None:
    site = polite(delay=2)
    delays = []
    for _ in range(3):
        site.answer(status, headers=headers)
        delays.append(site.pace.delay)
    assert delays == [4, 8, 16]
    assert site.blocked == site.crawler.stats.get_value(f"khabar/blocked/{HOST}") == 3


@pytest.mark.parametrize(
    "path", ["/wp-json/wp/v2/posts?page=1", "/wp-json", "/?rest_route=/wp/v2/comments&post=5"]
)
def test_an_api_that_is_closed_to_all_refuses_nobody(polite: Make, path: str) -> None:
    site = polite()
    site.answer(403, url=f"https://{HOST}{path}")
    assert site.blocked == 0
    site.answer(403, url=f"https://{HOST}{path}", headers={"CF-Mitigated": "challenge"})
    site.answer(429, url=f"https://{HOST}{path}")
    site.answer(403, url=f"https://{HOST}/news-about-wp-json/")
    assert site.blocked == 3


def test_the_delay_that_autothrottle_had_made_is_the_one_that_doubles(polite: Make) -> None:
    site = polite()
    site.slots[HOST] = SimpleNamespace(delay=7.0, queue=[])
    site.answer(403)
    assert site.slots[HOST].delay == 14
    site.slots[HOST].delay = 3.0  # by AutoThrottle
    site.answer(200)
    assert site.slots[HOST].delay == 14


def test_a_refusal_makes_a_delay_where_there_was_none_and_never_more_than_the_most(
    polite: Make,
) -> None:
    site = polite(delay=0, max_delay=3)
    delays = []
    for _ in range(4):
        site.answer(403)
        delays.append(site.pace.delay)
    assert delays == [1, 2, 3, 3]


def test_good_answers_bring_the_delay_down_slowly(polite: Make) -> None:
    site = polite(delay=1)
    site.answer(403)
    site.answer(403)
    assert site.pace.delay == 4
    delays = []
    for _ in range(8):
        site.crawler.signals.send_catch_log(SOURCE_JUDGED, url=URL, challenge=None)
        delays.append(round(site.pace.delay, 2))
    assert delays == [3.2, 2.56, 2.05, 1.64, 1.31, 1.05, 1, 1]
    assert site.pace.penalty == 0


def test_challenge_pages_with_status_200_are_refusals(polite: Make) -> None:
    site = polite(delay=1)
    site.page(Reason.CHALLENGE)
    site.crawler.signals.send_catch_log(SOURCE_JUDGED, url=URL, challenge="Just a moment...")
    assert (site.blocked, site.pace.delay) == (2, 4)


def test_an_answer_is_a_refusal_once(polite: Make) -> None:
    site = polite()
    site.answer(403)
    site.page(Reason.CHALLENGE, status=403)
    site.crawler.signals.send_catch_log(PAGE_DONE, url=URL, outcome=Unreachable(f"{URL}: HTTP 403"))
    assert site.blocked == 1


def test_refusals_in_a_row_end_the_run_of_their_host(
    polite: Make, caplog: pytest.LogCaptureFixture
) -> None:
    site = polite(limits={"blocked_answers": 3})
    caplog.set_level(logging.WARNING)
    for reason in (
        Reason.CHALLENGE,
        Reason.CHALLENGE,
        Reason.LISTING,
        Reason.CHALLENGE,
        Reason.EMPTY,
    ):
        site.page(reason)
    site.answer(403)
    assert site.errors == []
    site.answer(429)
    (problem,) = site.errors
    assert problem == (
        f"{HOST} is left alone for the rest of this run: it refused 3 answers in a row (403, 429 or challenge pages)"
    )
    assert caplog.messages == [problem]
    with pytest.raises(RefusedRequest):
        asyncio.run(site.middleware.process_request(Request(URL)))


def test_an_unmodified_page_is_a_good_answer(polite: Make) -> None:
    site = polite(limits={"blocked_answers": 2})
    for status in (403, 304, 403, 304, 403):
        site.answer(status)
    assert site.errors == []


def test_a_replay_counts_refusals_and_never_waits(polite: Make) -> None:
    site = polite(Tape([]), limits={"blocked_answers": 1})
    request = site.answer(429, headers={"Retry-After": "7200"})
    site.answer(503, headers={"Retry-After": "7"})
    site.page(Reason.CHALLENGE)
    asyncio.run(site.middleware.process_request(request))
    assert site.wait() == 0
    assert (site.blocked, site.errors) == (2, [])
    assert site.crawler.engine.downloader.per_slot_settings == {}
