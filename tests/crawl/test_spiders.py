"""Whole crawls from recordings, and what the spiders make of answers and failures."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from scrapy.settings import Settings as ScrapySettings
from scrapy.spiderloader import get_spider_loader
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.test import get_crawler
from twisted.internet.defer import CancelledError as TwistedCancelledError
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from ingest.crawl.context import PAGE_DONE
from ingest.crawl.http import cassette_files
from ingest.crawl.http.failure import is_cancelled
from ingest.crawl.http.pace import RefusedRequest
from ingest.crawl.http.recording import REPLAYED
from ingest.crawl.politeness.robots import RobotsMiddleware
from ingest.crawl.run import crawl_sites, fetch_pages
from ingest.crawl.settings import base_settings, scrapy_settings
from ingest.discovery.candidate import FEED, Candidate
from ingest.errors import (
    ForbiddenAddress,
    HostExcluded,
    InvalidURL,
    NotRecorded,
    OutputLocked,
    UnknownSite,
    Unreachable,
    UsageError,
)
from ingest.processing.recrawl import State, Visit
from ingest.record import Article, FetchedPage, Reason, Rejection
from ingest.settings import Settings
from ingest.sites import SiteCatalog
from ingest.storage.site_lock import locked
from ingest.storage.site_store import SiteStore
from ingest.urls import article_key
from spiders.page import PageSpider
from spiders.site import SiteSpider

CASSETTES = Path(__file__).parents[2] / "fixtures" / "cassettes"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAILYTIMES = SiteCatalog.load().get("dailytimes")
STORY = "https://dailytimes.com.pk/1158000/ferry-sails/"


def settings_for(output: Path, **flags: object) -> Settings:
    return Settings.load(output=output, workers=1, **flags)


def records(output: Path) -> list[dict[str, Any]]:
    files = sorted(output.rglob("*.jsonl"))
    return [
        json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()
    ]


def test_a_replayed_crawl_writes_records_and_the_next_one_knows_them(tmp_path: Path) -> None:
    told: list[tuple[str, Mapping[str, int]]] = []
    names, settings = ["propakistani", "dailytimes"], settings_for(tmp_path)

    def crawl(limit: int) -> list[tuple[int, int, int]]:
        reports = crawl_sites(
            names,
            settings,
            limit=limit,
            replay=[CASSETTES],
            on_progress=lambda site, counts: told.append((site, counts)),
        )
        assert [report.site for report in reports] == names
        assert all(report.healthy for report in reports)
        return [(report.found, report.new, report.unchanged) for report in reports]

    assert crawl(limit=3) == [(3, 3, 0), (3, 3, 0)]
    assert {site for site, _ in told} == set(names)
    assert told[-1][1]["new"] == 3
    assert crawl(limit=2) == [(5, 2, 3), (5, 2, 3)]
    written = records(tmp_path)
    assert len({record["id"] for record in written}) == len(written) == 10
    assert {record["metadata"]["site"] for record in written} == set(names)
    assert {record["metadata"]["dateDownloaded"] for record in written} == {
        "2026-11-20T09:00:00+00:00"
    }


def test_since_leaves_older_articles_alone(tmp_path: Path) -> None:
    since = datetime(2026, 11, 10, tzinfo=UTC)
    (report,) = crawl_sites(
        ["propakistani"], settings_for(tmp_path), since=since, replay=[CASSETTES]
    )
    dates = sorted(record["datePublished"] for record in records(tmp_path))
    assert report.new == len(dates) > 0
    assert (
        report.found
        == report.new + report.unchanged + sum(report.rejected.values()) + report.failed
    )
    assert dates[0] >= "2026-11-10"
    assert report.newest is not None
    assert report.newest.isoformat() >= dates[-1][:10]


@pytest.mark.parametrize("since", ["10d", "2026-11-10T09:00:00Z"])
def test_in_a_replay_a_duration_counts_from_the_recording(tmp_path: Path, since: str) -> None:
    """The recordings are of 20 November 2026, 09:00, whatever day it is."""
    later = datetime(2031, 1, 1, tzinfo=UTC)
    (report,) = crawl_sites(
        ["propakistani"],
        settings_for(tmp_path),
        since=since,
        replay=[CASSETTES],
        now=lambda: later,
    )
    assert report.since == datetime(2026, 11, 10, 9, tzinfo=UTC)
    assert report.new > 0


def test_what_a_recording_lacks_is_in_the_report(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("version: 1\ninteractions: []\n", encoding="utf-8")
    (report,) = crawl_sites(
        ["dailytimes"], settings_for(tmp_path / "out"), replay=[tmp_path / "empty.yaml"]
    )
    assert (report.found, report.new) == (0, 0)
    assert not report.healthy
    assert any(
        "not recorded: GET https://dailytimes.com.pk/feed/" in error for error in report.errors
    )


def test_a_locked_output_is_an_error(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with locked(tmp_path, "dailytimes"), pytest.raises(OutputLocked):
        crawl_sites(["dailytimes"], settings, replay=[CASSETTES])


def test_an_unknown_site_is_named_before_anything_happens(tmp_path: Path) -> None:
    with pytest.raises(UnknownSite, match="dailytimes"):
        crawl_sites(["dailytime"], settings_for(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_single_pages_give_what_became_of_each(tmp_path: Path) -> None:
    cassette = cassette_files.load(CASSETTES / "propakistani.yaml")
    article = next(request.uri for request in cassette.requests if "/2026/11/" in request.uri)
    urls = [article, f"{article}?page=9", "https://propakistani.pk/", article]
    outcomes = fetch_pages(urls, settings_for(tmp_path), replay=[CASSETTES])
    assert [type(outcome) for outcome in outcomes] == [Article, NotRecorded, Rejection, Article]
    assert f"the nearest recorded one is {article}" in str(outcomes[1])
    assert isinstance(outcomes[2], Rejection)
    assert outcomes[2].reason is Reason.LISTING
    assert list(tmp_path.iterdir()) == []


def test_spiders_are_listed_by_the_definitions() -> None:
    loader = get_spider_loader(ScrapySettings(base_settings()))
    assert {"page", "propakistani", "dailytimes"} <= set(loader.list())
    assert issubclass(loader.load("dailytimes"), SiteSpider)


@pytest.mark.parametrize("limit", ["0", "-1", "many", 0])
def test_a_limit_is_a_number(limit: str | int) -> None:
    with pytest.raises(UsageError, match="limit"):
        SiteSpider(site=DAILYTIMES, limit=limit)


def test_since_is_a_span_or_a_moment() -> None:
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    assert SiteSpider(site=DAILYTIMES, since="2026-11-01").since == moment
    assert SiteSpider(site=DAILYTIMES, since=moment).since == moment
    assert SiteSpider(site=DAILYTIMES, since=moment.replace(tzinfo=None)).since == moment
    assert SiteSpider(site=DAILYTIMES).since is None


def test_the_page_spider_takes_urls_in_three_ways(tmp_path: Path) -> None:
    file = tmp_path / "urls.txt"
    file.write_text("# today\nhttps://c.example/3\n\n  https://a.example/1\n", encoding="utf-8")
    spider = PageSpider(
        url="https://a.example/1",
        urls="https://b.example/x,y https://b.example/2,https://d.example/",
        urls_file=file,
    )
    assert spider.asked == [
        "https://a.example/1",
        "https://b.example/x,y",
        "https://b.example/2",
        "https://d.example/",
        "https://c.example/3",
    ]


def test_the_page_spider_says_what_it_misses(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no URL"):
        PageSpider()
    with pytest.raises(InvalidURL):
        PageSpider(url="news.example/a")
    with pytest.raises(UsageError, match="cannot read"):
        PageSpider(urls_file=tmp_path / "missing.txt")


def spider_of(output: Path | None = None, **arguments: Any) -> SiteSpider:
    settings = scrapy_settings(Settings.load(), output=output, reactor=False)
    crawler = get_crawler(SiteSpider, settings_dict={**settings, "KHABAR_CLOCK": lambda: NOW})
    spider = SiteSpider.from_crawler(crawler, site="dailytimes", **arguments)
    crawler.spider = spider
    spider.hosts = frozenset({"dailytimes.com.pk"})
    return spider


def parse(spider: SiteSpider, response: Response, visit: Visit | None = None) -> list[FetchedPage]:
    return list(spider.pages(response, STORY, visit))


async def in_loop(scenario: Callable[[], None]) -> None:
    scenario()


def test_a_page_keeps_its_address_headers_and_time() -> None:
    def scenario() -> None:
        headers = {
            "Content-Type": "text/html",
            "X-Robots-Tag": ["noai", "noarchive"],
            "Date": "Fri, 20 Nov 2026 07:00:00 GMT",
        }
        live = parse(spider_of(), Response(f"{STORY}final/", headers=headers, body=b"<p>"))[0]
        assert (live.url, live.requested_url, live.site) == (f"{STORY}final/", STORY, "dailytimes")
        assert live.headers["x-robots-tag"] == "noai, noarchive"
        assert live.retrieved_at == NOW
        replayed = parse(spider_of(), Response(STORY, headers=headers, flags=[REPLAYED]))[0]
        assert replayed.retrieved_at == datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
        undated = parse(spider_of(), Response(STORY, flags=[REPLAYED]))[0]
        assert undated.retrieved_at == NOW

    asyncio.run(in_loop(scenario))


def test_an_unmodified_page_is_unchanged_and_asked_for_by_its_validators() -> None:
    def scenario() -> None:
        spider = spider_of()
        visit = Visit(
            State.ARTICLE, NOW, etag='"x"', last_modified="Thu", article_id="a", last_full=NOW
        )
        request = spider.page_request(STORY, visit)
        assert request.headers.to_unicode_dict() == {
            "If-None-Match": '"x"',
            "If-Modified-Since": "Thu",
        }
        assert spider.page_request(STORY).headers == {}
        long_ago = replace(visit, last_full=NOW - timedelta(days=4))
        assert (
            spider.page_request(STORY, long_ago).headers == {}
        )  # a 304 is believed for three days
        assert list(spider.pages(Response(STORY, status=304), STORY, visit, conditional=True)) == []
        assert spider.tally.counts()["unchanged"] == 1

    asyncio.run(in_loop(scenario))


def test_a_304_that_nobody_asked_for_is_a_failure() -> None:
    def scenario() -> None:
        spider = spider_of()
        assert parse(spider, Response(STORY, status=304)) == []
        assert spider.tally.counts()["failed"] == 1

    asyncio.run(in_loop(scenario))


def test_a_page_of_another_site_is_a_failure() -> None:
    def scenario() -> None:
        spider = spider_of()
        assert parse(spider, Response("https://elsewhere.example/1")) == []
        assert spider.tally.counts()["failed"] == 1

    asyncio.run(in_loop(scenario))


@pytest.mark.parametrize(
    ("error", "failed", "rejected", "said"),
    [
        (HttpError(Response(STORY, status=503)), 1, 0, "HTTP 503"),
        (CannotResolveHostError("x"), 1, 0, "name is unknown"),
        (DownloadTimeoutError("x"), 1, 0, "in time"),
        (DownloadFailedError("x"), 1, 0, "no usable answer"),
        (IgnoreRequest("Forbidden by robots.txt"), 1, 0, "Forbidden by robots.txt"),
        (ForbiddenAddress("10.0.0.1 is not a public address"), 1, 0, "not a public address"),
        (
            DownloadCancelledError("larger than download max size (1)"),
            0,
            1,
            "over limits.page_bytes",
        ),
    ],
)
def test_a_page_that_does_not_come_is_accounted_for(
    tmp_path: Path, error: Exception, failed: int, rejected: int, said: str
) -> None:
    def scenario() -> None:
        spider = spider_of()
        outcomes: list[object] = []

        def done(outcome: object) -> None:
            outcomes.append(outcome)

        spider.crawler.signals.connect(done, PAGE_DONE)
        spider.context.store = store = SiteStore(tmp_path, "dailytimes", "run", lambda: NOW)
        failure = Failure(error)  # type: ignore[no-untyped-call]  # Twisted leaves it untyped
        failure.request = spider.page_request(STORY)  # type: ignore[attr-defined]  # Scrapy puts it there
        spider.page_failed(failure)
        counts = spider.tally.counts()
        assert (counts["failed"], counts["rejected"]) == (failed, rejected)
        assert said in str(outcomes[0])
        (visit,) = store.visits([article_key(STORY)]).values()
        assert visit.state is (State.FAILED if failed else State.REJECTED)
        store.close({})

    asyncio.run(in_loop(scenario))


def test_the_closing_record_of_a_gone_article_goes_to_the_sinks_once_it_is_committed() -> None:
    steps: list[str] = []
    record = SimpleNamespace(to_dict=lambda: {"url": STORY})

    async def durable() -> None:
        steps.append("committed")

    async def write(values: Mapping[str, Any]) -> None:
        steps.append(f"sink {values['url']}")

    async def scenario() -> None:
        spider = spider_of()
        gone: Any = SimpleNamespace(gone=lambda *_, **__: SimpleNamespace(article=record))
        spider.context.store = gone
        commits: Any = SimpleNamespace(durable=durable)
        spider.context.commits = commits
        sinks: Any = SimpleNamespace(write=write)
        spider.context.sinks = sinks
        visit = Visit(State.ARTICLE, NOW, article_id="a")
        pages = [page async for page in spider.parse(Response(STORY, status=410), STORY, visit)]
        assert pages == []

    asyncio.run(scenario())
    assert steps == ["committed", f"sink {STORY}"]


CANCELLED = [asyncio.CancelledError(), TwistedCancelledError()]


@pytest.mark.parametrize("error", CANCELLED, ids=["asyncio", "twisted"])
def test_a_cancelled_page_has_not_failed_and_stays_due(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    def scenario() -> None:
        caplog.set_level(logging.INFO)
        spider = spider_of()
        spider.context.store = store = SiteStore(tmp_path, "dailytimes", "run", lambda: NOW)
        store.announce([(article_key(STORY), Candidate(STORY, FEED))], [])
        failure = Failure(error)  # type: ignore[no-untyped-call]  # Twisted leaves it untyped
        failure.request = spider.page_request(STORY)  # type: ignore[attr-defined]  # Scrapy puts it there
        spider.page_failed(failure)
        assert spider.tally.counts()["failed"] == 0
        store.flush()
        (visit,) = store.visits([article_key(STORY)]).values()
        assert (visit.state, visit.attempts) == (State.FOUND, 0)
        store.close({})

    asyncio.run(in_loop(scenario))
    assert not [text for text in caplog.messages if "CancelledError" in text]


def engine_that_cancels(error: BaseException) -> Any:
    async def download_async(_: Request) -> Response:
        raise error

    return SimpleNamespace(download_async=download_async)


@pytest.mark.parametrize("error", CANCELLED, ids=["asyncio", "twisted"])
def test_a_cancelled_source_and_robots_txt_are_cancelled_too(error: BaseException) -> None:
    async def scenario() -> None:
        spider = spider_of()
        spider.crawler.engine = engine_that_cancels(error)
        robots = RobotsMiddleware(spider.crawler)
        for fetch in (spider.fetch(STORY), robots.robot_parser(Request(STORY))):
            with pytest.raises(asyncio.CancelledError):
                await fetch
        assert spider.context.errors == []

    asyncio.run(scenario())


def test_a_connection_that_was_cut_by_a_signal_is_cancelled() -> None:
    reason = Failure(TwistedCancelledError())  # type: ignore[no-untyped-call]  # Twisted leaves it untyped
    error = DownloadFailedError("ResponseFailed")
    error.__cause__ = ResponseFailed([reason])  # type: ignore[no-untyped-call]  # as above
    assert is_cancelled(error)
    assert not is_cancelled(DownloadFailedError("reset"))


def test_pages_of_a_host_that_is_left_alone_are_no_warnings(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def scenario() -> None:
        caplog.set_level(logging.WARNING)
        tally = spider_of().tally
        tally.failed(STORY, HostExcluded(f"{STORY}: not asked for: it is left alone"))
        assert caplog.messages == []
        tally.failed(STORY, Unreachable(f"{STORY}: HTTP 503"))
        assert caplog.messages == [f"{STORY}: HTTP 503"]
        assert tally.counts()["failed"] == 2

    asyncio.run(in_loop(scenario))


def test_a_page_that_was_not_even_asked_for_stays_due_as_it_was(tmp_path: Path) -> None:
    def scenario() -> None:
        spider = spider_of()
        spider.context.store = store = SiteStore(tmp_path, "dailytimes", "run", lambda: NOW)
        store.announce([(article_key(STORY), Candidate(STORY, FEED))], [])
        for _ in range(20):
            refusal = RefusedRequest(f"{STORY}: not asked for: it is left alone")
            failure = Failure(refusal)  # type: ignore[no-untyped-call]  # Twisted leaves it untyped
            failure.request = spider.page_request(STORY)  # type: ignore[attr-defined]  # Scrapy puts it there
            spider.page_failed(failure)
        assert spider.tally.failures() == {"not asked for: it is left alone": 20}
        store.flush()
        (visit,) = store.visits([article_key(STORY)]).values()
        assert (visit.state, visit.attempts) == (State.FOUND, 0)
        store.close({})

    asyncio.run(in_loop(scenario))
