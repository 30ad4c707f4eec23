"""`khabar prune` removes what is old, and nothing that somebody still needs."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.processing.recrawl import Address, State, Visit
from ingest.storage.read_only import reading_ledger
from ingest.storage.site_lock import locked
from ingest.storage.site_log import Gap, SiteLog, gaps_of, last_numbers
from ingest.storage.site_store import SiteStore
from ingest.stream.cursor import Cursor
from ingest.stream.follow import Follower
from ingest.urls import article_key
from tests.storage.maintenance.commands import Khabar, contents, runner
from tests.stream.outputs import article, crawling

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def khabar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Khabar:
    return runner(capsys, monkeypatch)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Runs 40, 30, 20, 10 and 0 days ago; the second has a further version of the first article."""
    folder = tmp_path / "data"
    for days, names in ((40, "ab"), (30, "c"), (20, "de"), (10, "f"), (0, "g")):
        with crawling(folder, "news", NOW - timedelta(days=days)) as run:
            run.write(*names)
            if days == 30:
                run.write("a", text="The ferry sank.")
    return folder


def execute(output: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(output / "ledger.sqlite")) as ledger, ledger:
        ledger.execute(statement, values)


def numbers(output: Path) -> list[int]:
    return [line.sequence for line in SiteLog(output, "news").after(0)]


def gaps(output: Path) -> list[Gap]:
    with reading_ledger(output) as connection:
        return gaps_of(connection, "news")


def plan_visit(output: Path, name: str) -> None:
    execute(output, "update urls set next_check = '2030-01-01' where url like ?", f"%/{name}")


def test_old_segments_are_removed_and_known_as_pruned(khabar: Khabar, output: Path) -> None:
    code, lines = khabar("prune", "--output", output, "--older-than", "15d")
    assert (code, len(lines)) == (0, 1)
    assert lines[0].startswith("news: removed 6 records (1-6) in 3 segments, ")
    assert numbers(output) == [7, 8]
    assert gaps(output) == [Gap(1, 6, "pruned")]
    assert khabar("verify", "--output", output) == (0, [])
    assert sorted(path.name for path in (output / "news").glob("2*")) == [
        f"{NOW - timedelta(days=days):%Y-%m-%d}" for days in (10, 0)
    ]
    assert "removed 0 records" in khabar("prune", "--output", output, "--older-than", "15d")[1][0]
    khabar("prune", "--output", output, "--older-than", "5d")
    assert gaps(output) == [Gap(1, 7, "pruned")]


def test_a_dry_run_says_the_same_and_changes_nothing(khabar: Khabar, output: Path) -> None:
    plan_visit(output, "c")
    before = contents(output / "news")
    _, told = khabar("prune", "--output", output, "--older-than", "5d", "--dry-run")
    assert contents(output / "news") == before
    _, done = khabar("prune", "--output", output, "--older-than", "5d")
    assert [line.replace("would remove", "removed") for line in told] == done
    assert len(done) == 2


def test_the_last_segment_stays_so_that_numbers_go_on(khabar: Khabar, output: Path) -> None:
    khabar("prune", "--output", output, "--older-than", "0d")
    assert numbers(output) == [8]
    with crawling(output, "news", NOW + timedelta(days=3)) as run:
        run.write("a", text="The ferry was raised.")
    assert numbers(output) == [8, 9]
    ((version,),) = rows(output, "select version from articles where url like '%/a'")
    assert version == 3
    assert khabar("verify", "--output", output) == (0, [])


def rows(output: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(output / "ledger.sqlite")) as ledger:
        return ledger.execute(query).fetchall()


def test_what_a_consumer_has_not_taken_stays(khabar: Khabar, output: Path) -> None:
    with Follower(output, "slow", start="0", once=True):
        pass
    Cursor(output, "slow").save({"news": 4})
    _, lines = khabar("prune", "--output", output, "--older-than", "5d")
    assert gaps(output) == [Gap(1, 4, "pruned")]
    assert "kept 3 records (5-7) in 2 segments" in lines[1]
    assert "consumer slow has not taken all of it, only to 4" in lines[1]
    with Follower(output, "slow", once=True) as follower:
        assert [line.sequence for line in follower.lines()] == [5, 6, 7, 8]


def test_what_an_article_to_visit_may_need_stays(khabar: Khabar, output: Path) -> None:
    plan_visit(output, "a")  # its last version is in the second segment
    _, lines = khabar("prune", "--output", output, "--older-than", "5d")
    assert numbers(output) == [3, 4, 8]
    assert gaps(output) == [Gap(1, 2, "pruned"), Gap(5, 7, "pruned")]
    assert "kept 2 records (3-4)" in lines[1]
    assert "an article in it is to be visited again" in lines[1]
    assert khabar("verify", "--output", output) == (0, [])


def test_a_record_that_is_too_new_keeps_its_segment(khabar: Khabar, output: Path) -> None:
    (first,) = [path for path in output.rglob("*.jsonl") if "0000000001" in path.name]
    recent = f"{NOW - timedelta(days=1):%Y-%m-%dT%H:%M:%S+00:00}"
    old = f"{NOW - timedelta(days=40):%Y-%m-%dT%H:%M:%S+00:00}"
    head, _, tail = first.read_bytes().rpartition(old.encode())
    first.write_bytes(head + recent.encode() + tail)
    _, lines = khabar("prune", "--output", output, "--older-than", "15d")
    assert numbers(output) == [1, 2, 7, 8]
    assert "a record of it is too new" in lines[1]


def test_a_new_consumer_starts_after_what_was_pruned_and_one_behind_it_is_told(
    khabar: Khabar, output: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan_visit(output, "a")
    khabar("prune", "--output", output, "--older-than", "5d")
    Cursor(output, "behind").save({"news": 1})
    with caplog.at_level(logging.WARNING), Follower(output, "behind", once=True) as follower:
        assert [line.sequence for line in follower.lines()] == [3, 4, 8]
    assert caplog.messages == [
        "records 2 to 2 of news were pruned, and are left out",
        "records 5 to 7 of news were pruned, and are left out",
    ]
    with Follower(output, "new", once=True) as follower:
        assert [line.sequence for line in follower.lines()] == [3, 4, 8]


def test_the_end_of_a_site_may_be_missing_and_its_numbers_are_not_given_again(
    output: Path,
) -> None:
    execute(output, "delete from segments where first = 8")
    execute(output, "insert into gaps values ('news', 8, 8, 'lost')")
    assert last_numbers(output) == {"news": 8}
    with Follower(output, "reader", once=True) as follower:
        assert [line.sequence for line in follower.lines()] == list(range(1, 8))
        follower.commit()
    assert Cursor(output, "reader").load().by_site == {"news": 8}
    with crawling(output, "news", NOW + timedelta(days=1)) as run:
        run.write("h")
    with Follower(output, "reader", once=True) as follower:
        assert [line.sequence for line in follower.lines()] == [9]


def test_an_article_whose_record_was_pruned_is_noted_as_gone(
    khabar: Khabar, output: Path, caplog: pytest.LogCaptureFixture
) -> None:
    khabar("prune", "--output", output, "--older-than", "15d")
    at = NOW + timedelta(days=1)
    store = SiteStore(output, "news", f"{at:%Y%m%dT%H%M%S.%fZ}-ab12", lambda: at)
    last = article("news", "b")
    address = Address(article_key(last.url), last.url)
    visit = Visit(State.ARTICLE, at, article_id=last.id)
    assert store.gone(address, visit, 404) is None
    assert store.visits([address.key])[address.key].state is State.GONE
    store.close({})
    assert "its last record was pruned" in caplog.text
    assert numbers(output) == [7, 8]


def test_a_site_that_is_crawled_is_left_out(khabar: Khabar, output: Path) -> None:
    with locked(output, "news"):
        assert khabar("prune", "--output", output, "--older-than", "5d") == (5, [])
    assert numbers(output) == list(range(1, 9))


def test_an_age_is_needed(khabar: Khabar, output: Path) -> None:
    assert khabar("prune", "--output", output)[0] == 2
    assert khabar("prune", "--output", output, "--older-than", "long")[0] == 2
