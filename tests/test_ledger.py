"""The ledger: what was visited, with what outcome."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from ingest.decide import field_hashes
from ingest.errors import UnwritableOutput, UsageError
from ingest.ledger import Address, Ledger, State, Visit
from ingest.ledger_tables import SEGMENTS, put
from ingest.record import Article, Metadata, Publisher, Reason, Rejection
from ingest.segments import Position

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
ADDRESS = Address("news.example/ferry", "https://news.example/ferry", '"tag"', "Fri, 20 Nov 2026 08:00:00 GMT")
ARTICLE = Article(
    id="a" * 32,
    content_hash="one",
    url="https://news.example/ferry",
    requested_url="https://news.example/ferry",
    headline="Ferry sails",
    article_body="The ferry sailed.",
    publisher=Publisher(domain="news.example"),
    metadata=Metadata(date_downloaded="2026-11-20T09:00:00+00:00", khabar_version="1", trafilatura_version="2"),
)
POSITION = Position("news/2026-11-20/run-1.jsonl", 100, 1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(tmp_path, "news")
    yield ledger
    ledger.close()


def visit(ledger: Ledger, key: str = ADDRESS.key) -> Visit | None:
    return ledger.visits([key, "news.example/never"]).get(key)


def test_a_record_brings_article_address_and_segment(ledger: Ledger) -> None:
    ledger.commit_record(ARTICLE, ADDRESS, POSITION, NOW)
    known = ledger.known(ARTICLE.id)
    assert known is not None
    assert (known.version, known.content_hash) == (1, "one")
    assert known.field_hashes == field_hashes(ARTICLE)
    assert visit(ledger) == Visit(
        State.ARTICLE, NOW, etag=ADDRESS.etag, last_modified=ADDRESS.last_modified, article_id=ARTICLE.id
    )
    assert ledger.open_segments() == {POSITION.path: POSITION}


def test_the_ledger_outlives_its_connection(ledger: Ledger, tmp_path: Path) -> None:
    ledger.commit_record(ARTICLE, ADDRESS, POSITION, NOW)
    ledger.close()
    again = Ledger.open(tmp_path, "news")
    assert again.known(ARTICLE.id) is not None
    again.close()


def test_a_new_version_replaces_the_old_but_not_the_first_sight(ledger: Ledger, tmp_path: Path) -> None:
    ledger.commit_record(ARTICLE, ADDRESS, POSITION, NOW)
    edited = ARTICLE.model_copy(update={"version": 2, "content_hash": "two"})
    ledger.commit_record(edited, ADDRESS, Position(POSITION.path, 200, 2), LATER)
    known = ledger.known(ARTICLE.id)
    assert known is not None
    assert (known.version, known.content_hash) == (2, "two")
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        row = connection.execute("select first_seen, last_seen from articles").fetchone()
    connection.close()
    assert row == (NOW.isoformat(), LATER.isoformat())


def test_a_commit_is_all_or_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("killed here")

    monkeypatch.setattr(ledger, "_put_segment", broken)
    with pytest.raises(RuntimeError, match="killed here"):
        ledger.commit_record(ARTICLE, ADDRESS, POSITION, NOW)
    assert ledger.known(ARTICLE.id) is None
    assert visit(ledger) is None


def test_failures_are_counted_until_a_visit_succeeds(ledger: Ledger) -> None:
    for tries in (1, 2):
        ledger.fail(ADDRESS, "HTTP 503", NOW)
        assert (failed := visit(ledger)) is not None
        assert (failed.state, failed.attempts) == (State.FAILED, tries)
    ledger.touch(ADDRESS, LATER)
    assert (seen := visit(ledger)) is not None
    assert (seen.state, seen.attempts) == (State.ARTICLE, 0)


def test_a_rejection_keeps_its_reason(ledger: Ledger, tmp_path: Path) -> None:
    ledger.reject(ADDRESS, Rejection(url="u", requested_url="u", reason=Reason.LISTING, detail="12 teasers"), NOW)
    assert (seen := visit(ledger)) is not None
    assert seen.state is State.REJECTED
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        assert connection.execute("select last_error from urls").fetchone() == ("listing: 12 teasers",)
    connection.close()


@pytest.mark.parametrize(
    ("seen", "modified", "since", "due"),
    [
        (Visit(State.ARTICLE, NOW), None, None, False),
        (Visit(State.ARTICLE, NOW), NOW - timedelta(hours=1), None, False),
        (Visit(State.ARTICLE, NOW), NOW + timedelta(minutes=1), None, True),
        (Visit(State.REJECTED, NOW), None, None, False),
        (Visit(State.REJECTED, NOW), LATER, None, True),
        (Visit(State.FAILED, NOW), None, None, True),
        (Visit(State.FAILED, LATER, attempts=3), None, None, True),
        (Visit(State.FAILED, LATER, attempts=4), None, None, False),
        (Visit(State.FAILED, NOW, attempts=5), None, None, True),
        (Visit(State.FAILED, NOW, attempts=6), LATER, None, False),
        (Visit(State.FAILED, NOW - timedelta(days=7), attempts=99), None, None, True),
        (Visit(State.ARTICLE, NOW, next_check=LATER), None, None, True),
        (Visit(State.ARTICLE, NOW, next_check=LATER + timedelta(hours=1)), None, None, False),
        (Visit(State.OLDER, NOW, published=NOW), None, LATER, False),
        (Visit(State.OLDER, NOW, published=NOW), None, NOW, True),
        (Visit(State.OLDER, NOW, published=NOW), None, None, True),
    ],
)
def test_what_is_due(seen: Visit, modified: datetime | None, since: datetime | None, due: bool) -> None:
    assert seen.due(LATER, modified, since) is due


def test_an_older_article_keeps_its_date(ledger: Ledger) -> None:
    ledger.pass_over(ADDRESS, NOW - timedelta(days=9), NOW)
    assert (seen := visit(ledger)) is not None
    assert (seen.state, seen.published) == (State.OLDER, NOW - timedelta(days=9))


def test_closed_segments_are_no_longer_open(ledger: Ledger) -> None:
    ledger.commit_record(ARTICLE, ADDRESS, POSITION, NOW)
    ledger.close_segments([POSITION, Position("news/2026-11-20/empty-1.jsonl", 0, 0)])
    assert ledger.open_segments() == {}


def test_sites_share_a_ledger_and_keep_their_segments(ledger: Ledger, tmp_path: Path) -> None:
    ledger.commit_record(ARTICLE, ADDRESS, POSITION, NOW)
    other = Ledger.open(tmp_path, "other")
    assert other.open_segments() == {}
    assert other.known(ARTICLE.id) is not None
    other.close()


def test_many_addresses_are_asked_for_at_once(ledger: Ledger) -> None:
    ledger.touch(ADDRESS, NOW)
    keys = [f"news.example/{number}" for number in range(1200)]
    assert set(ledger.visits([*keys, ADDRESS.key])) == {ADDRESS.key}


def test_runs_are_noted(ledger: Ledger, tmp_path: Path) -> None:
    ledger.start_run("run", NOW)
    ledger.finish_run("run", {"new": 3}, LATER)
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        row = connection.execute("select site, started, finished, summary from runs").fetchone()
    connection.close()
    assert row == ("news", NOW.isoformat(), LATER.isoformat(), '{"new": 3}')


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"this is no database at all, but long enough to be looked at" * 20)
    with pytest.raises(UnwritableOutput, match="not a database"):
        Ledger.open(tmp_path, "news")


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UnwritableOutput, match="cannot write"):
        Ledger.open(tmp_path / "file" / "below", "news")


def test_the_ledger_may_be_elsewhere(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "out", "news", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    ledger.touch(ADDRESS, NOW)
    ledger.close()
    assert (tmp_path / "elsewhere.sqlite").exists()
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("url", ["no url", "unknowndb://host/name"])
def test_a_url_that_is_no_database_is_one_line(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="no database") as caught:
        Ledger.open(tmp_path, "news", url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("database", [sqlite, postgresql], ids=["sqlite", "postgresql"])
def test_rows_are_put_in_one_statement_on_both_databases(database: Any) -> None:
    dialect = database.dialect()
    said: list[str] = []
    connection = SimpleNamespace(
        dialect=dialect, execute=lambda query: said.append(str(query.compile(dialect=dialect)))
    )
    put(cast("Connection", connection), SEGMENTS, {"path": "a"}, {"length": 1}, on_insert={"site": "news"})
    assert "ON CONFLICT (path) DO UPDATE SET length" in said[0]
    assert "site =" not in said[0]
