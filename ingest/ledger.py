"""What was fetched, from where, with what outcome: SQLAlchemy on SQLite, or on PostgreSQL by its URL.

A record's article, its address and the length of its segment are committed in one transaction, after the record is on
the disk: nothing counts as seen before it is durable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import SQLAlchemyError

from ingest.decide import Known, field_hashes
from ingest.errors import UnwritableOutput, UsageError
from ingest.ledger_runs import Run, prune_runs, runs_of
from ingest.ledger_tables import ARTICLES, RUNS, SEGMENTS, URLS, connect, create_tables, put
from ingest.record import Article, Rejection
from ingest.segments import Position
from ingest.settings import Limits

_QUICK_TRIES = 3


class State(StrEnum):
    """What the last visit of an address came to."""

    ARTICLE = "article"
    REJECTED = "rejected"
    FAILED = "failed"
    OLDER = "older"
    """An article that was older than its run wanted."""


@dataclass(frozen=True, slots=True)
class Visit:
    """The last visit of an address: when, with what outcome, and the validators to ask with (RFC 9110, 13.1)."""

    state: State
    last_seen: datetime
    attempts: int = 0
    next_check: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    article_id: str | None = None
    published: datetime | None = None

    def due(self, now: datetime, modified: datetime | None = None, since: datetime | None = None) -> bool:
        """Whether to fetch the address again: it failed, its time has come, it was modified, or is wanted now."""
        if self.state is State.FAILED:
            return now >= self.last_seen + self._patience
        if self.next_check is not None and self.next_check <= now:
            return True
        if self.state is State.OLDER:
            return since is None or (self.published is not None and self.published >= since)
        return modified is not None and modified > self.last_seen

    @property
    def _patience(self) -> timedelta:
        """The pause after a failure: none after the first three, then an hour, doubled each time, at most a week."""
        hours = 2.0 ** min(self.attempts - _QUICK_TRIES - 1, 8)
        return timedelta() if self.attempts <= _QUICK_TRIES else min(timedelta(hours=hours), timedelta(days=7))


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it was asked for: its key (`urls.article_key`), itself, and the validators that it came with."""

    key: str
    url: str
    etag: str | None = None
    last_modified: str | None = None


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


class Ledger:
    """What is known of one site, by a database that other sites and runs share.

    Every method may raise `UnwritableOutput`: a ledger that cannot be read or written ends the run.
    """

    def __init__(self, url: str, site: str) -> None:
        self._site = site
        try:
            self._engine = connect(url)
        except (SQLAlchemyError, ImportError) as error:
            raise UsageError(f"the ledger's URL is no database: {error}", "see the setting `ledger`") from error
        with self._transaction() as connection:
            create_tables(connection)

    @classmethod
    def open(cls, output: Path, site: str, url: str = "") -> Ledger:
        """The ledger at that URL, or that of an output folder, `OUTPUT/ledger.sqlite`."""
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnwritableOutput(f"cannot write {output}: {error.strerror}", "choose another --output") from error
        return cls(url or f"sqlite:///{output / 'ledger.sqlite'}", site)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def visits(self, keys: Iterable[str]) -> dict[str, Visit]:
        """The last visit of each of these addresses that was ever visited, by key."""
        wanted, found = list(dict.fromkeys(keys)), {}
        with self._transaction() as connection:
            for start in range(0, len(wanted), 500):  # SQLite takes a limited number of parameters
                part = wanted[start : start + 500]
                for row in connection.execute(select(URLS).where(URLS.c.key.in_(part))).mappings():
                    found[row["key"]] = _visit(row)
        return found

    def known(self, article_id: str) -> Known | None:
        """The last version of an article, or None where there is none."""
        with self._transaction() as connection:
            row = connection.execute(select(ARTICLES).where(ARTICLES.c.id == article_id)).mappings().first()
        return None if row is None else Known(row["version"], row["content_hash"], dict(row["field_hashes"]))

    def commit_record(self, article: Article, address: Address, position: Position, now: datetime) -> None:
        """A record is on the disk: its article, its address and its segment's length, all or nothing."""
        with self._transaction() as connection:
            values = {
                "site": self._site,
                "url": article.url,
                "content_hash": article.content_hash,
                "field_hashes": field_hashes(article),
                "version": article.version,
                "last_seen": _iso(now),
            }
            put(connection, ARTICLES, {"id": article.id}, values, on_insert={"first_seen": _iso(now)})
            self._put_address(connection, address, State.ARTICLE, now, article_id=article.id)
            self._put_segment(connection, position, closed=False)

    def touch(self, address: Address, now: datetime, article_id: str | None = None) -> None:
        """The address was visited and its article is as it was."""
        with self._transaction() as connection:
            self._put_address(connection, address, State.ARTICLE, now, article_id=article_id)
            if article_id is not None:
                connection.execute(update(ARTICLES).where(ARTICLES.c.id == article_id).values(last_seen=_iso(now)))

    def reject(self, address: Address, rejection: Rejection, now: datetime) -> None:
        """The address holds no article; it is not asked for again until it is modified."""
        error = f"{rejection.reason}: {rejection.detail}" if rejection.detail else str(rejection.reason)
        with self._transaction() as connection:
            self._put_address(connection, address, State.REJECTED, now, last_error=error)

    def pass_over(self, address: Address, published: datetime, now: datetime) -> None:
        """The address holds an article that is older than the run wants; a run that wants more fetches it again."""
        with self._transaction() as connection:
            self._put_address(connection, address, State.OLDER, now, published=_iso(published))

    def fail(self, address: Address, error: str, now: datetime) -> None:
        """The address could not be fetched; the next run tries again."""
        with self._transaction() as connection:
            tries = connection.scalar(select(URLS.c.attempts).where(URLS.c.key == address.key)) or 0
            self._put_address(connection, address, State.FAILED, now, last_error=error, attempts=tries + 1)

    def open_segments(self) -> dict[str, Position]:
        """The segments that are not closed, by path."""
        query = select(SEGMENTS).where(SEGMENTS.c.site == self._site, SEGMENTS.c.closed.is_(False))
        with self._transaction() as connection:
            rows = connection.execute(query).mappings().all()
        return {row["path"]: Position(row["path"], row["length"], row["records"]) for row in rows}

    def close_segments(self, positions: Iterable[Position]) -> None:
        """These segments are whole and have their final names."""
        with self._transaction() as connection:
            for position in positions:
                if position.length:
                    self._put_segment(connection, position, closed=True)

    def start_run(self, run_id: str, now: datetime) -> None:
        """Note that a run begins."""
        with self._transaction() as connection:
            put(connection, RUNS, {"id": run_id, "site": self._site}, {"started": _iso(now)})

    def finish_run(
        self, run_id: str, summary: Mapping[str, Any], now: datetime, keep: int = Limits().runs_kept
    ) -> None:
        """Note what a run came to, and forget the site's oldest runs but so many."""
        query = update(RUNS).where(RUNS.c.id == run_id, RUNS.c.site == self._site)
        with self._transaction() as connection:
            connection.execute(query.values(finished=_iso(now), summary=dict(summary)))
            prune_runs(connection, self._site, keep)

    def runs(self, site: str | None = None, limit: int | None = None) -> list[Run]:
        """The runs of this site, or of another, newest first."""
        with self._transaction() as connection:
            return runs_of(connection, site or self._site, limit)

    def _put_address(
        self, connection: Connection, address: Address, state: State, now: datetime, **more: str | int | None
    ) -> None:
        values: dict[str, str | int | None] = {
            "site": self._site,
            "url": address.url,
            "state": state.value,
            "etag": address.etag,
            "last_modified": address.last_modified,
            "last_seen": _iso(now),
            "attempts": 0,
            "last_error": None,
        }
        put(connection, URLS, {"key": address.key}, values | more)

    def _put_segment(self, connection: Connection, position: Position, *, closed: bool) -> None:
        values = {"site": self._site, "length": position.length, "records": position.records, "closed": closed}
        put(connection, SEGMENTS, {"path": position.path}, values)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise UnwritableOutput(f"the ledger {self._engine.url} fails: {cause}", "see its file and disk") from error


def _visit(row: Mapping[Any, Any]) -> Visit:
    check = row["next_check"]
    return Visit(
        state=State(row["state"]),
        last_seen=datetime.fromisoformat(row["last_seen"]),
        attempts=row["attempts"],
        next_check=datetime.fromisoformat(check) if check else None,
        etag=row["etag"],
        last_modified=row["last_modified"],
        article_id=row["article_id"],
        published=datetime.fromisoformat(row["published"]) if row["published"] else None,
    )
