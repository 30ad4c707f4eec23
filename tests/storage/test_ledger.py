"""The ledger: what was visited, with what outcome."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from ingest.discovery.candidate import FEED, Candidate
from ingest.discovery.source import Evidence, Source
from ingest.errors import UnwritableOutput, UsageError
from ingest.processing.changes import Changed, decide, field_hashes
from ingest.processing.recrawl import Address, State, Visit
from ingest.record import Article, Metadata, Publisher
from ingest.storage.ledger import Ledger
from ingest.storage.migration import LEDGER_VERSION
from ingest.storage.rows import Outcome
from ingest.storage.segments import Position
from ingest.storage.tables import SEGMENTS, put

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
ADDRESS = Address(
    "news.example/ferry", "https://news.example/ferry", '"tag"', "Fri, 20 Nov 2026 08:00:00 GMT"
)
ARTICLE = Article(
    id="a" * 32,
    content_hash="one",
    url="https://news.example/ferry",
    requested_url="https://news.example/ferry",
    headline="Ferry sails",
    article_body="The ferry sailed.",
    publisher=Publisher(domain="news.example"),
    metadata=Metadata(
        date_downloaded="2026-11-20T09:00:00+00:00", khabar_version="1", trafilatura_version="2"
    ),
)
POSITION = Position("news/2026-11-20/run-1.jsonl", 100, 1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(tmp_path, "news")
    yield ledger
    ledger.close()


def commit(ledger: Ledger, state: State = State.ARTICLE, at: datetime = NOW, **more: Any) -> None:
    ledger.commit([Outcome(ADDRESS, state, at, **more)])


def commit_record(ledger: Ledger, article: Article, position: Position, now: datetime) -> None:
    start = Position(position.path, position.length - 100, position.records - 1)
    metadata = article.metadata.model_copy(update={"sequence": position.records})
    article = article.model_copy(update={"metadata": metadata})
    outcome = Outcome(
        ADDRESS, State.ARTICLE, now, article_id=article.id, written=article, position=start
    )
    ledger.commit([outcome], position)


def visit(ledger: Ledger, key: str = ADDRESS.key) -> Visit | None:
    return ledger.visits([key, "news.example/never"]).get(key)


def test_a_record_brings_article_address_and_segment(ledger: Ledger) -> None:
    commit_record(ledger, ARTICLE, POSITION, NOW)
    known = ledger.known(ARTICLE.id)
    assert known is not None
    assert (known.version, known.content_hash) == (1, "one")
    assert known.field_hashes == field_hashes(ARTICLE)
    assert (known.segment, known.position, known.first_seen) == (POSITION.path, 0, NOW)
    assert visit(ledger) == Visit(
        State.ARTICLE,
        NOW,
        etag=ADDRESS.etag,
        last_modified=ADDRESS.last_modified,
        article_id=ARTICLE.id,
        last_full=NOW,
    )
    assert ledger.open_segments() == {POSITION.path: POSITION}


def test_the_ledger_outlives_its_connection(ledger: Ledger, tmp_path: Path) -> None:
    commit_record(ledger, ARTICLE, POSITION, NOW)
    ledger.close()
    again = Ledger.open(tmp_path, "news")
    assert again.known(ARTICLE.id) is not None
    again.close()


def test_a_new_version_replaces_the_old_but_not_the_first_sight(
    ledger: Ledger, tmp_path: Path
) -> None:
    commit_record(ledger, ARTICLE, POSITION, NOW)
    edited = ARTICLE.model_copy(update={"version": 2, "content_hash": "two"})
    commit_record(ledger, edited, Position(POSITION.path, 200, 2), LATER)
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
        commit_record(ledger, ARTICLE, POSITION, NOW)
    assert ledger.known(ARTICLE.id) is None
    assert visit(ledger) is None


def test_a_failure_keeps_what_is_known_of_the_address(ledger: Ledger, tmp_path: Path) -> None:
    commit_record(ledger, ARTICLE, POSITION, NOW)
    bare = Address(ADDRESS.key, ADDRESS.url)
    ledger.commit([Outcome(bare, State.FAILED, LATER, 2, LATER, error="HTTP 503")])
    assert visit(ledger) == Visit(
        State.FAILED,
        LATER,
        attempts=2,
        next_check=LATER,
        etag=ADDRESS.etag,
        last_modified=ADDRESS.last_modified,
        article_id=ARTICLE.id,
        last_full=NOW,
    )
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        assert connection.execute("select last_error from urls").fetchone() == ("HTTP 503",)
    connection.close()


def test_a_304_is_no_full_visit(ledger: Ledger) -> None:
    commit(ledger)
    commit(ledger, at=LATER, full=False)
    assert (seen := visit(ledger)) is not None
    assert (seen.last_seen, seen.last_full) == (LATER, NOW)


def test_an_older_article_keeps_its_date(ledger: Ledger) -> None:
    commit(ledger, State.OLDER, published=NOW - timedelta(days=9))
    assert (seen := visit(ledger)) is not None
    assert (seen.state, seen.published) == (State.OLDER, NOW - timedelta(days=9))


def test_closed_segments_are_no_longer_open(ledger: Ledger) -> None:
    commit_record(ledger, ARTICLE, POSITION, NOW)
    ledger.close_segments([POSITION, Position("news/2026-11-20/empty-1.jsonl", 0, 0)])
    assert ledger.open_segments() == {}


def test_sites_share_a_ledger_and_keep_their_segments(ledger: Ledger, tmp_path: Path) -> None:
    commit_record(ledger, ARTICLE, POSITION, NOW)
    other = Ledger.open(tmp_path, "other")
    assert other.open_segments() == {}
    assert other.known(ARTICLE.id) is not None
    other.close()


def test_many_addresses_are_asked_for_at_once(ledger: Ledger) -> None:
    commit(ledger)
    keys = [f"news.example/{number}" for number in range(1200)]
    assert set(ledger.visits([*keys, ADDRESS.key])) == {ADDRESS.key}


def test_runs_are_noted(ledger: Ledger, tmp_path: Path) -> None:
    ledger.runs.start("run", NOW)
    ledger.runs.finish("run", {"new": 3}, LATER)
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        row = connection.execute("select site, started, finished, summary from runs").fetchone()
    connection.close()
    assert row == ("news", NOW.isoformat(), LATER.isoformat(), '{"new": 3}')


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(
        b"this is no database at all, but long enough to be looked at" * 20
    )
    with pytest.raises(UnwritableOutput, match=r"ledger\.sqlite is damaged \(restore a copy"):
        Ledger.open(tmp_path, "news")


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UnwritableOutput, match="cannot write"):
        Ledger.open(tmp_path / "file" / "below", "news")


def test_the_ledger_may_be_elsewhere(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "out", "news", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    commit(ledger)
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
        dialect=dialect,
        execute=lambda query, _rows: said.append(str(query.compile(dialect=dialect))),
    )
    put(
        cast("Connection", connection),
        SEGMENTS,
        {"path": "a"},
        {"length": 1},
        on_insert={"site": "news"},
    )
    assert "ON CONFLICT (path) DO UPDATE SET length" in said[0]
    assert "site =" not in said[0]


def test_what_was_announced_waits_until_it_is_visited(ledger: Ledger) -> None:
    commit(ledger)
    story = Candidate("https://news.example/new", FEED, published=NOW)
    source = Source(
        "https://news.example/feed/",
        FEED,
        200,
        etag='"f"',
        items=2,
        complete=True,
        newest=NOW,
        last_full=NOW,
        checked=NOW,
        active=NOW,
        idle=1,
        moved_to="https://news.example/rss",
        resume=("https://news.example/feed/?paged=4",),
    )
    ledger.announce([("news.example/new", story), (ADDRESS.key, story)], [source], NOW)
    assert [(due.key, due.url, due.visit.state) for due in ledger.due(LATER)] == [
        ("news.example/new", "https://news.example/new", State.FOUND)
    ]
    assert (seen := visit(ledger)) is not None
    assert seen.state is State.ARTICLE
    assert ledger.sources() == {source.url: source}
    ledger.judge([Evidence(source.url, 7, LATER)])
    assert ledger.sources() == {source.url: replace(source, denied=7, confirmed=LATER)}


def test_what_is_due_is_of_this_site_and_has_come(ledger: Ledger, tmp_path: Path) -> None:
    commit(ledger, next_check=LATER)
    other = Ledger.open(tmp_path, "other")
    assert list(other.due(LATER)) == []
    other.close()
    assert list(ledger.due(NOW)) == []
    assert [due.key for due in ledger.due(LATER)] == [ADDRESS.key]


def test_a_forgotten_address_is_taken_as_a_further_version(ledger: Ledger) -> None:
    commit_record(ledger, ARTICLE, POSITION, NOW)
    assert ledger.forget([ADDRESS.key, "news.example/never"], LATER) == 1
    ((key, url, seen),) = ((due.key, due.url, due.visit) for due in ledger.due(LATER))
    assert (key, url) == (ADDRESS.key, ADDRESS.url)
    assert (seen.state, seen.etag, seen.last_modified) == (State.FOUND, None, None)
    decision = decide(ARTICLE, ledger.known(ARTICLE.id))
    assert isinstance(decision, Changed)
    assert (decision.version, decision.fields) == (2, [])


FIRST_TABLES = """
create table articles (id varchar(64) primary key, site varchar(255) not null, url text not null,
  content_hash varchar(64) not null, field_hashes json not null, version integer not null,
  first_seen varchar(32) not null, last_seen varchar(32) not null);
create table urls (key text primary key, site varchar(255) not null, url text not null, article_id varchar(64),
  state varchar(16) not null, etag text, last_modified text, last_seen varchar(32) not null, next_check varchar(32),
  attempts integer not null, published varchar(32), last_error text);
create table segments (path text primary key, site varchar(255) not null, length integer not null,
  records integer not null, closed boolean not null);
create table runs (id varchar(64), site varchar(255), started varchar(32) not null, finished varchar(32), counts json,
  primary key (id, site));
insert into articles values ('aa', 'news', 'https://news.example/ferry', 'one', '{"headline": "f9975e921853a9f4"}', 3,
  '2026-11-01T00:00:00+00:00', '2026-11-02T00:00:00+00:00');
insert into urls values ('news.example/ferry', 'news', 'https://news.example/ferry', 'aa', 'article', '"t"', null,
  '2026-11-02T00:00:00+00:00', null, 0, null, null);
insert into segments values ('news/2026-11-01/b-0001.jsonl', 'news', 70, 7, true),
  ('news/2026-11-01/a-0001.jsonl', 'news', 30, 3, true), ('other/2026-11-01/a-0001.jsonl', 'other', 50, 5, true);
"""
"""As the first release made them."""


def test_a_ledger_of_the_first_release_is_brought_up(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.executescript(FIRST_TABLES)
    connection.close()
    for etag in ('"t"', ADDRESS.etag):
        ledger = Ledger.open(tmp_path, "news")
        known, seen = ledger.known("aa"), visit(ledger)
        assert known is not None
        assert (known.version, known.gone, known.unexplained, known.segment) == (3, False, 0, None)
        assert known.field_hashes == {"headline": "f9975e921853"}  # enough of them to tell an edit
        assert seen is not None
        assert seen.etag == etag
        commit_record(ledger, ARTICLE, POSITION, NOW)
        ledger.runs.start("run", NOW)
        ledger.runs.finish("run", {"new": 1}, NOW)
        ledger.close()


def test_the_records_of_the_first_release_are_numbered_by_site_in_the_order_of_writing(
    tmp_path: Path,
) -> None:
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.executescript(FIRST_TABLES)
    connection.close()
    for site, last in (("news", 10), ("other", 5), ("third", 0)):
        ledger = Ledger.open(tmp_path, site)
        assert ledger.last_sequence() == last
        ledger.close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        firsts = connection.execute("select path, first from segments order by path").fetchall()
    connection.close()
    assert [first for _, first in firsts] == [1, 4, 1]


def test_what_is_due_is_found_by_an_index(ledger: Ledger, tmp_path: Path) -> None:
    commit(ledger, next_check=LATER)
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        query = "explain query plan select * from urls where site = 'news' and next_check <= 'now'"
        ((*_, plan),) = connection.execute(query).fetchall()
    connection.close()
    assert "ix_urls_planned (site=? AND next_check<?)" in plan


def test_a_ledger_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    Ledger.open(tmp_path, "news").close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("update ledger_version set version = ?", (LEDGER_VERSION + 1,))
    connection.close()
    with pytest.raises(UsageError, match=r"ledger\.sqlite is a newer Khabar's .* \(update Khabar"):
        Ledger.open(tmp_path, "news")


def test_a_ledger_that_another_process_holds_is_one_line(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, "news", wait_seconds=0.05)
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(
        UnwritableOutput, match=r"ledger\.sqlite is locked by another process \(wait"
    ):
        commit(ledger)
    other.execute("ROLLBACK")
    other.close()
    commit(ledger)
    assert visit(ledger) is not None
    ledger.close()
