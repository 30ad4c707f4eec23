"""From a fetched page to a record that is on the disk before it is handed on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest
from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider, DropItem
from scrapy.utils.test import get_crawler

from ingest.crawl.addon import RecordLinesExporter
from ingest.crawl.context import PAGE_DONE, context_of
from ingest.crawl.pipelines import OlderArticle, RecordPipeline, RejectedPage, UnchangedArticle
from ingest.crawl.settings import scrapy_settings
from ingest.crawl.stats import Tally
from ingest.errors import OutputLocked, UnwritableOutput
from ingest.processing.recrawl import State
from ingest.record import Article, FetchedPage, Metadata, Publisher, Reason, Rejection
from ingest.settings import Settings
from ingest.storage import segments
from ingest.storage.ledger import Ledger

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
URL = "https://news.example/ferry"
META = Metadata(
    date_downloaded="2026-11-20T09:00:00+00:00", khabar_version="1", trafilatura_version="2"
)


def article(body: str = "The ferry sailed.", **fields: Any) -> Article:
    values = {
        "id": "a" * 32,
        "url": URL,
        "requested_url": URL,
        "headline": "Ferry",
        "metadata": META,
        **fields,
    }
    return Article(
        content_hash=body, article_body=body, publisher=Publisher(domain="news.example"), **values
    )


def page(url: str = URL, **headers: str) -> FetchedPage:
    return FetchedPage(url=url, body=b"<p>", retrieved_at=NOW, requested_url=url, headers=headers)


class FakeWorkers:
    """Pools whose only pool is this object itself: it gives prepared results, one for each page."""

    def __init__(self) -> None:
        self.results: list[Article | Rejection] = []
        self.warmed = False
        self.released = False

    def warm(self) -> None:
        self.warmed = True

    async def run(self, _: FetchedPage) -> Article | Rejection:
        await asyncio.sleep(0)
        return self.results.pop(0)

    def pool(self, *_: object) -> Self:
        return self

    def close(self) -> None:
        self.released = True

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


class Stage:
    """A pipeline with everything around it."""

    def __init__(
        self, workers: FakeWorkers, output: Path | None, since: datetime | None = None
    ) -> None:
        settings = scrapy_settings(Settings.load(), output=output, reactor=False)
        self.crawler = get_crawler(settings_dict={**settings, "KHABAR_CLOCK": lambda: NOW})
        self.crawler.spider = Spider(name="news")
        self.crawler.spider.since = since  # type: ignore[attr-defined]  # as Khabar's spiders have it
        self.closed: list[str] = []
        self.crawler.engine = SimpleNamespace(close_spider_async=self._close)  # type: ignore[assignment]
        self.outcomes: list[object] = []
        self.crawler.signals.connect(self._done, PAGE_DONE)
        self.workers = workers
        self.pipeline = RecordPipeline.from_crawler(self.crawler)

    async def _close(self, *, reason: str) -> None:
        self.closed.append(reason)

    def _done(self, outcome: object) -> None:
        self.outcomes.append(outcome)

    async def give(self, result: Article | Rejection, fetched: FetchedPage | None = None) -> Any:
        self.workers.results.append(result)
        try:
            return await self.pipeline.process_item(fetched or page())
        except DropItem as dropped:
            return dropped

    def counts(self) -> dict[str, int]:
        return {name: number for name, number in Tally(self.crawler).counts().items() if number}


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWorkers]:
    fake = FakeWorkers()
    monkeypatch.setattr("ingest.crawl.context.WorkerPools", lambda: fake)
    yield fake
    assert fake.results == []


def stage_run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


def records(output: Path) -> list[dict[str, Any]]:
    files = sorted(output.rglob("*.jsonl"))
    return [
        json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()
    ]


def test_new_changed_and_unchanged(workers: FakeWorkers, tmp_path: Path) -> None:
    async def scenario() -> None:
        stage = Stage(workers, tmp_path)
        stage.pipeline.open_spider()
        first = await stage.give(article())
        assert (first["articleBody"], first["version"]) == ("The ferry sailed.", 1)
        assert isinstance(await stage.give(article()), UnchangedArticle)
        edited = await stage.give(article("The ferry sank."))
        assert (edited["version"], edited["changed"]) == (2, ["articleBody"])
        stage.pipeline.close_spider()
        assert stage.counts() == {"new": 1, "changed": 1, "unchanged": 1}
        assert len(stage.outcomes) == 3
        assert records(tmp_path) == [first, edited]
        assert not workers.released
        stage.crawler.signals.send_catch_log(signals.spider_closed, spider=stage.crawler.spider)

    stage_run(scenario())
    assert workers.released


def test_workers_that_crawlers_share_are_left_to_their_owner(workers: FakeWorkers) -> None:
    settings = {**scrapy_settings(Settings.load(), reactor=False), "KHABAR_WORKERS": workers}
    crawler = get_crawler(settings_dict=settings)
    crawler.spider = Spider(name="news")
    pipeline = RecordPipeline.from_crawler(crawler)
    pipeline.open_spider()
    pipeline.request_scheduled()
    pipeline.close_spider()
    assert workers.warmed
    assert not workers.released


def test_the_workers_start_with_the_first_page_that_is_asked_for(workers: FakeWorkers) -> None:
    stage = Stage(workers, None)
    stage.pipeline.open_spider()
    assert not workers.warmed
    stage.crawler.signals.send_catch_log(
        signals.request_scheduled, request=Request(URL), spider=stage.crawler.spider
    )
    assert workers.warmed


def test_a_record_is_durable_before_it_is_handed_on(workers: FakeWorkers, tmp_path: Path) -> None:
    async def scenario() -> None:
        stage = Stage(workers, tmp_path)
        stage.pipeline.open_spider()
        await stage.give(article(), page(etag='"x"'))
        (opened,) = tmp_path.rglob("*.open")  # noqa: ASYNC240 - nothing else waits in this loop
        assert json.loads(opened.read_text(encoding="utf-8"))["headline"] == "Ferry"
        ledger = Ledger.open(tmp_path, "news")
        (visit,) = ledger.visits(["news.example/ferry"]).values()
        (position,) = ledger.open_segments().values()
        ledger.close()
        assert (visit.state, visit.etag, visit.article_id) == (State.ARTICLE, '"x"', "a" * 32)
        assert position.length == opened.stat().st_size
        stage.pipeline.close_spider()

    stage_run(scenario())


def test_the_next_run_knows_what_this_one_wrote(workers: FakeWorkers, tmp_path: Path) -> None:
    async def scenario() -> None:
        for expected in ({"new": 1}, {"unchanged": 1}):
            stage = Stage(workers, tmp_path)
            stage.pipeline.open_spider()
            await stage.give(article())
            stage.pipeline.close_spider()
            assert stage.counts() == expected

    stage_run(scenario())
    assert len(records(tmp_path)) == 1


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (Reason.LISTING, State.REJECTED),
        (Reason.NOT_FOUND, State.REJECTED),
        (Reason.CHALLENGE, State.FAILED),
        (Reason.TOO_SLOW, State.FAILED),
    ],
)
def test_a_rejection_is_dropped_counted_and_remembered(
    workers: FakeWorkers, tmp_path: Path, reason: Reason, state: State
) -> None:
    async def scenario() -> None:
        stage = Stage(workers, tmp_path)
        stage.pipeline.open_spider()
        rejection = Rejection(url=URL, requested_url=URL, reason=reason, detail="why")
        dropped = await stage.give(rejection)
        assert isinstance(dropped, RejectedPage)
        assert f"{reason} why" in str(dropped)
        assert stage.crawler.stats.get_value(f"khabar/rejected/{reason}") == 1
        assert stage.outcomes == [rejection]
        stage.pipeline.close_spider()

    stage_run(scenario())
    ledger = Ledger.open(tmp_path, "news")
    assert ledger.visits(["news.example/ferry"])["news.example/ferry"].state is state
    ledger.close()
    assert list(tmp_path.rglob("*.jsonl*")) == []


def test_without_an_output_folder_nothing_is_written(workers: FakeWorkers, tmp_path: Path) -> None:
    async def scenario() -> None:
        stage = Stage(workers, None)
        stage.pipeline.open_spider()
        assert (await stage.give(article()))["version"] == 1
        assert isinstance(await stage.give(article()), UnchangedArticle)
        stage.pipeline.close_spider()

    stage_run(scenario())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("published", "kept"),
    [
        ("2026-11-20T06:00:00+00:00", True),
        ("2026-11-20T05:59:59+00:00", False),
        ("2026-11-20T11:00:00+05:00", True),
        ("2026-11-20", True),
        ("2026-11-19", False),
        (None, True),
    ],
)
def test_what_is_older_than_wanted_is_not_kept(
    workers: FakeWorkers, tmp_path: Path, published: str | None, kept: bool
) -> None:
    async def scenario() -> None:
        stage = Stage(workers, tmp_path, since=datetime(2026, 11, 20, 6, 0, tzinfo=UTC))
        stage.pipeline.open_spider()
        Tally(stage.crawler).found()
        result = await stage.give(article(date_published=published))
        stage.pipeline.close_spider()
        assert isinstance(result, dict) is kept
        assert isinstance(result, OlderArticle) is not kept
        assert stage.counts() == ({"found": 1, "new": 1} if kept else {})

    stage_run(scenario())


def test_a_disk_that_fails_stops_the_crawl_and_leaves_the_article_unseen(
    workers: FakeWorkers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    async def scenario() -> None:
        stage = Stage(workers, tmp_path)
        stage.pipeline.open_spider()
        await stage.give(article())
        with monkeypatch.context() as patch:
            patch.setattr(segments.os, "fsync", full)  # type: ignore[attr-defined]  # the module's own
            dropped = [
                await stage.give(article("Second.", id="b" * 32), page(f"{URL}-{turn}"))
                for turn in (1, 2)
            ]
        assert ["No space left" in str(item) for item in dropped] == [True, True]
        await asyncio.sleep(0)
        assert stage.closed == ["khabar_error"]
        assert isinstance(context_of(stage.crawler).fatal, UnwritableOutput)
        stage.pipeline.close_spider()
        assert stage.counts() == {"new": 1}

    stage_run(scenario())
    assert [record["articleBody"] for record in records(tmp_path)] == ["The ferry sailed."]
    ledger = Ledger.open(tmp_path, "news")
    assert set(ledger.visits(["news.example/ferry", "news.example/ferry-1"])) == {
        "news.example/ferry"
    }
    ledger.close()


def test_a_second_run_of_the_site_is_turned_away(workers: FakeWorkers, tmp_path: Path) -> None:
    async def scenario() -> None:
        first, second = Stage(workers, tmp_path), Stage(workers, tmp_path)
        first.pipeline.open_spider()
        with pytest.raises(CloseSpider):
            second.pipeline.open_spider()
        assert isinstance(context_of(second.crawler).fatal, OutputLocked)
        second.pipeline.close_spider()
        first.pipeline.close_spider()

    stage_run(scenario())


def test_items_of_other_spiders_pass(workers: FakeWorkers) -> None:
    async def scenario() -> None:
        stage = Stage(workers, None)
        stage.pipeline.open_spider()
        assert await stage.pipeline.process_item({"any": "item"}) == {"any": "item"}
        stage.pipeline.close_spider()

    stage_run(scenario())


def test_the_exporter_writes_the_same_lines() -> None:
    file = BytesIO()
    record = article("one\u2028two").to_dict()
    RecordLinesExporter(file).export_item(record)
    text = file.getvalue().decode()
    assert text == article("one\u2028two").to_json_line() + "\n"
    assert "\\u2028" in text
