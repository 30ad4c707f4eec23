"""Each run leaves its summary: in the ledger, as a file, in Scrapy's statistics."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Response
from sqlalchemy import create_engine

from ingest.crawl.http.headers import answered_at
from ingest.crawl.run import crawl_sites
from ingest.errors import UsageError
from ingest.monitoring.summary import End, Finding, Kind, RunSummary, age_text
from ingest.settings import Settings
from ingest.storage.ledger import Ledger
from ingest.storage.output import write_summary
from ingest.storage.read_only import reading_ledger
from ingest.storage.runs import runs_of, sites_with_runs
from tests.monitoring.summaries import NOW, summary

CASSETTES = Path(__file__).parents[2] / "fixtures" / "cassettes"


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl")
    for _ in range(2):
        crawl_sites(
            ["dailytimes"], Settings.load(output=folder, workers=1), limit=6, replay=[CASSETTES]
        )
    return folder


def summaries(output: Path) -> list[RunSummary]:
    files = sorted((output / "dailytimes" / "runs").glob("*.json"))
    return [RunSummary.model_validate_json(file.read_text("utf-8")) for file in files]


def test_a_run_is_summed_up(output: Path) -> None:
    first, second = summaries(output)
    assert (first.site, first.found, first.new, first.read, first.unchanged) == (
        "dailytimes",
        6,
        6,
        6,
        0,
    )
    assert (second.found, second.new, second.unchanged) == (12, 6, 6)
    assert first.fields["authors.url"] == first.provenance["authors:rule"] == 1.0
    assert first.fields["comments.dateCreated"] < 1.0
    assert first.responses == {"200": first.requests}
    assert first.bytes > 6 * 10_000
    assert {source.kind for source in first.sources} == {
        "feed",
        "listing",
        "sitemap",
        "wordpress-api",
    }
    assert (first.ended, first.error, first.findings) == (End.FINISHED, None, [])


def test_in_a_replay_ages_count_from_the_recording(output: Path) -> None:
    one = summaries(output)[0]
    assert one.replayed
    assert one.as_of == NOW
    assert (
        one.newest_age_seconds
        == (NOW - datetime(2026, 11, 20, 6, 3, 1, tzinfo=UTC)).total_seconds()
    )


def test_file_and_ledger_say_the_same(output: Path) -> None:
    with reading_ledger(output) as connection:
        assert sites_with_runs(connection) == ["dailytimes"]
        runs = runs_of(connection, "dailytimes")
        assert [run.summary for run in runs] == summaries(output)[::-1]
        assert runs_of(connection, "dailytimes", limit=1) == runs[:1]
    assert all(run.finished for run in runs)
    assert not list((output / "dailytimes" / "runs").glob(".*"))


def test_reading_makes_no_file(output: Path) -> None:
    before = sorted(output.rglob("*"))
    with reading_ledger(output) as connection:
        runs_of(connection, "dailytimes")
    assert sorted(output.rglob("*")) == before
    assert [file.name for file in output.glob("ledger.sqlite*")] == ["ledger.sqlite"]


def test_reading_goes_on_while_another_writes(output: Path) -> None:
    with sqlite3.connect(output / "ledger.sqlite") as writer:
        writer.execute("begin immediate")
        with reading_ledger(output) as connection:
            assert len(runs_of(connection, "dailytimes")) == 2
        writer.rollback()
    writer.close()


@pytest.mark.parametrize(
    "content", [None, b"", b"this is no database at all, but long enough to be looked at" * 20]
)
def test_a_ledger_that_cannot_be_read_is_one_line(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "ledger.sqlite").write_bytes(content)
    with pytest.raises(UsageError, match=str(tmp_path)), reading_ledger(tmp_path) as connection:
        sites_with_runs(connection)


def test_a_ledger_without_summaries_is_one_line(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create table runs (id text, site text, started text, finished text, counts json)"
        )
    engine.dispose()
    with (
        pytest.raises(UsageError, match=r"summary.*run a crawl once"),
        reading_ledger(tmp_path) as connection,
    ):
        runs_of(connection, "news")


def test_only_the_newest_runs_are_kept(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, "news")
    other = Ledger.open(tmp_path, "other")
    other.runs.start("a", NOW)
    for number in range(6):
        one = summary(f"run-{number}", started=NOW + timedelta(hours=number))
        ledger.runs.start(str(one.run_id), one.started)
        ledger.runs.finish(str(one.run_id), one.model_dump(mode="json"), one.finished, keep=3)
        write_summary(tmp_path, one, keep=3)
    assert [run.id for run in ledger.runs.newest_first()] == ["run-5", "run-4", "run-3"]
    assert [run.id for run in other.runs.newest_first()] == ["a"]
    assert [file.stem for file in sorted((tmp_path / "news" / "runs").iterdir())] == [
        "run-3",
        "run-4",
        "run-5",
    ]
    ledger.close()
    other.close()


def test_a_summary_of_another_release_is_read_as_far_as_it_is_known(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, "news")
    for number, kept in enumerate(
        [{"new": 3}, summary("b").model_dump(mode="json") | {"somethingNew": 1}]
    ):
        ledger.runs.start(f"run-{number}", NOW + timedelta(hours=number))
        ledger.runs.finish(f"run-{number}", kept, NOW)
    assert [run.summary for run in ledger.runs.newest_first()] == [summary("b"), None]
    ledger.close()


def test_a_file_that_a_killed_run_left_half_written_goes_with_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "news" / "runs"
    folder.mkdir(parents=True)
    (folder / ".run-0.json.tmp").write_text("{")
    write_summary(tmp_path, summary("run-1"), keep=3)
    assert [file.name for file in folder.iterdir()] == ["run-1.json"]
    assert json.loads((folder / "run-1.json").read_text("utf-8"))["runId"] == "run-1"


def test_a_run_that_an_error_ended_is_not_healthy() -> None:
    shut = RunSummary.of_error("news", "another run writes news", NOW, seconds=2.5)
    assert (shut.run_id, shut.ended, shut.articles) == (None, End.ERROR, 0)
    assert (shut.finished - shut.started).total_seconds() == shut.seconds == 2.5
    assert not shut.healthy
    assert not shut.idle


@pytest.mark.parametrize(
    ("values", "healthy"),
    [
        ({"new": 1}, True),
        ({}, False),
        (
            {
                "sources": [
                    {
                        "url": "https://news.example/feed/",
                        "kind": "feed",
                        "status": 304,
                        "items": 0,
                        "newest": None,
                        "error": None,
                    }
                ]
            },
            True,
        ),
        ({"new": 1, "errors": ["https://news.example/feed/: not a feed"]}, False),
        ({"new": 1, "findings": [Finding(kind=Kind.SILENT, reason="no article")]}, False),
    ],
    ids=["articles", "none", "idle", "error", "finding"],
)
def test_a_run_is_healthy_with_articles_or_idle_sources_and_no_problem(
    values: dict[str, Any], healthy: bool
) -> None:
    assert summary(**values).healthy == healthy


def test_a_finding_is_one_line() -> None:
    finding = Finding(kind=Kind.STALE_SOURCE, subject="x", reason="the feed is 9 days old")
    assert str(finding) == "stale source: the feed is 9 days old"
    assert RunSummary.model_validate_json(summary(findings=[finding]).to_json()).findings == [
        finding
    ]


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=40), "1 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=2.6), "3 h"),
        (timedelta(hours=71), "71 h"),
        (timedelta(days=9.2), "9 days"),
        (timedelta(seconds=-5), "0 min"),
    ],
)
def test_ages_are_said_in_their_largest_unit(span: timedelta, text: str) -> None:
    assert age_text(span) == text


@pytest.mark.parametrize(
    ("headers", "moment"),
    [
        ({"Date": "Fri, 20 Nov 2026 09:00:00 GMT"}, NOW),
        ({"Date": "Fri, 20 Nov 2026 08:00:00 GMT", "Age": "3600"}, NOW),
        ({"Date": "Fri, 20 Nov 2026 09:00:00 GMT", "Age": "a while"}, NOW),
        ({"Date": "Fri, 20 Nov 2026 09:00:00 GMT", "Age": "999999999"}, NOW),
        ({"Date": "soon"}, None),
        ({}, None),
    ],
)
def test_an_answer_tells_the_time(headers: dict[str, str], moment: datetime | None) -> None:
    assert answered_at(Response("https://news.example/", headers=headers)) == moment
