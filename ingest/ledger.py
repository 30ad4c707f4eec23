"""What was fetched, from where, with what outcome: SQLAlchemy on SQLite, or on PostgreSQL by its URL.

Records, their articles and addresses, and the lengths of their segments are committed in one transaction, after the
records are on the disk: nothing counts as seen before it is durable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, or_, select, update

from ingest import ledger_sources
from ingest.decide import Known, field_hashes
from ingest.discover.candidate import Candidate
from ingest.discover.source import Source
from ingest.errors import UnwritableOutput
from ingest.ledger_engine import Database
from ingest.ledger_tables import ARTICLES, RUNS, SEGMENTS, URLS, add_missing, put
from ingest.record import Article
from ingest.segments import Position
from ingest.settings import Limits
from ingest.visit import Address, State, Visit

_PARAMETERS = 500
"""Of one query: SQLite takes a limited number."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the visit of an address came to; None leaves the ledger's value as it is.

    `written` is the version that was written, `position` where its line begins, `unexplained` as in `Known`;
    `article_id` is that of an article that was met, written or not. `full` says that a page came, rather than a 304.
    """

    address: Address
    state: State
    at: datetime
    attempts: int = 0
    next_check: datetime | None = None
    full: bool = True
    article_id: str | None = None
    written: Article | None = None
    unexplained: int = 0
    position: Position | None = None
    published: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """An address that is to be visited, and its last visit."""

    key: str
    url: str
    visit: Visit


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _iso_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else _iso(moment)


class Ledger:
    """What is known of one site, by a database that other sites and runs share.

    Every method may raise `UnwritableOutput`: a ledger that cannot be read or written ends the run.
    """

    def __init__(self, url: str, site: str, wait_seconds: float = Limits().ledger_wait_seconds) -> None:
        self._site = site
        self._database = Database(url, wait_seconds)
        self._database.prepare()

    @classmethod
    def open(cls, output: Path, site: str, url: str = "", wait_seconds: float = Limits().ledger_wait_seconds) -> Ledger:
        """The ledger at that URL, or that of an output folder, `OUTPUT/ledger.sqlite`."""
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnwritableOutput(f"cannot write {output}: {error.strerror}", "choose another --output") from error
        return cls(url or f"sqlite:///{output / 'ledger.sqlite'}", site, wait_seconds)

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def visits(self, keys: Iterable[str]) -> dict[str, Visit]:
        """The last visit of each of these addresses that was ever announced or visited, by key."""
        wanted, found = list(dict.fromkeys(keys)), {}
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _PARAMETERS):
                part = wanted[start : start + _PARAMETERS]
                for row in connection.execute(select(URLS).where(URLS.c.key.in_(part))).mappings():
                    found[row["key"]] = _visit(row)
        return found

    def due(self, now: datetime) -> Iterator[Due]:
        """The site's addresses that are to be visited whether a source announces them or not.

        Those that an earlier run announced and did not reach, those whose time has come, and those that were older
        than their run wanted.
        """
        come = or_(URLS.c.next_check <= _iso(now), URLS.c.state.in_([State.FOUND, State.OLDER]))
        return self._addresses(come)

    def addresses(self, keys: Collection[str]) -> Iterator[Due]:
        """These of the site's addresses, as far as they are known."""
        wanted = list(keys)
        for start in range(0, len(wanted), _PARAMETERS):
            yield from self._addresses(URLS.c.key.in_(wanted[start : start + _PARAMETERS]))

    def keys(self) -> list[str]:
        """The keys of all addresses of the site."""
        with self._database.reading() as connection:
            return list(connection.scalars(select(URLS.c.key).where(URLS.c.site == self._site)))

    def _addresses(self, condition: Any) -> Iterator[Due]:  # noqa: ANN401 - SQLAlchemy's conditions are of many types
        query = select(URLS).where(URLS.c.site == self._site, condition)
        with self._database.reading() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query).mappings():
                yield Due(row["key"], row["url"], _visit(row))

    def known(self, article_id: str) -> Known | None:
        """The last version of an article, or None where there is none."""
        with self._database.reading() as connection:
            row = connection.execute(select(ARTICLES).where(ARTICLES.c.id == article_id)).mappings().first()
        return None if row is None else _known(row)

    def commit(self, outcomes: Sequence[Outcome], position: Position | None = None) -> None:
        """These visits are over, and their records on the disk up to `position`: all of it or nothing."""
        with self._database.writing() as connection:
            for outcome in outcomes:
                self._put_article(connection, outcome)
                self._put_address(connection, outcome)
            if position is not None:
                self._put_segment(connection, position, closed=False)

    def announce(self, found: Iterable[tuple[str, Candidate]], sources: Iterable[Source], now: datetime) -> None:
        """Note what the sources announced and nobody has visited yet, together with the state of the sources.

        In one transaction: a source counts as read only when nothing that it announced can get lost.
        """
        with self._database.writing() as connection:
            rows = (self._announced(key, candidate, now) for key, candidate in found)
            add_missing(connection, URLS, ["key"], rows)
            for source in sources:
                ledger_sources.put_source(connection, self._site, source, _iso(now))

    def sources(self) -> dict[str, Source]:
        """The site's sources as the last runs left them, by URL."""
        with self._database.reading() as connection:
            return ledger_sources.sources_of(connection, self._site)

    def forget(self, keys: Iterable[str], now: datetime) -> int:
        """Let the next crawl take these addresses as if it had never seen them; how many there were.

        Their articles keep their version numbers, so that what is then written is a further version of them.
        """
        known = self.visits(keys)
        unseen = {"state": State.FOUND, "next_check": _iso(now), "attempts": 0, "etag": None, "last_modified": None}
        articles = [visit.article_id for visit in known.values() if visit.article_id]
        with self._database.writing() as connection:
            connection.execute(update(URLS).where(URLS.c.key.in_(known)).values(unseen | {"last_error": None}))
            changed = update(ARTICLES).where(ARTICLES.c.id.in_(articles))
            connection.execute(changed.values(content_hash="", field_hashes={}))
        return len(known)

    def open_segments(self) -> dict[str, Position]:
        """The segments that are not closed, by path."""
        query = select(SEGMENTS).where(SEGMENTS.c.site == self._site, SEGMENTS.c.closed.is_(False))
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return {row["path"]: Position(row["path"], row["length"], row["records"]) for row in rows}

    def last_segment(self) -> str | None:
        """The path of the segment that sorts last, or None where there is none."""
        query = select(SEGMENTS.c.path).where(SEGMENTS.c.site == self._site).order_by(SEGMENTS.c.path.desc()).limit(1)
        with self._database.reading() as connection:
            path: str | None = connection.scalar(query)
        return path

    def close_segments(self, positions: Iterable[Position]) -> None:
        """These segments are whole and have their final names."""
        if positions := [position for position in positions if position.length]:
            with self._database.writing() as connection:
                for position in positions:
                    self._put_segment(connection, position, closed=True)

    def start_run(self, run_id: str, now: datetime) -> None:
        """Note that a run begins."""
        with self._database.writing() as connection:
            put(connection, RUNS, {"id": run_id, "site": self._site}, {"started": _iso(now)})

    def finish_run(self, run_id: str, summary: Mapping[str, Any], now: datetime) -> None:
        """Note what a run came to."""
        query = update(RUNS).where(RUNS.c.id == run_id, RUNS.c.site == self._site)
        with self._database.writing() as connection:
            connection.execute(query.values(finished=_iso(now), summary=dict(summary)))

    def _put_article(self, connection: Connection, outcome: Outcome) -> None:
        if outcome.article_id is None:
            return
        if outcome.written is None:
            seen = update(ARTICLES).where(ARTICLES.c.id == outcome.article_id)
            connection.execute(seen.values(last_seen=_iso(outcome.at)))
            return
        article = outcome.written
        values = {
            "site": self._site,
            "url": article.url,
            "status": article.status.value,
            "content_hash": article.content_hash,
            "field_hashes": field_hashes(article),
            "version": article.version,
            "modified": article.date_modified,
            "unexplained": outcome.unexplained,
            "segment": outcome.position.path if outcome.position else None,
            "position": outcome.position.length if outcome.position else None,
            "last_seen": _iso(outcome.at),
        }
        put(connection, ARTICLES, {"id": article.id}, values, on_insert={"first_seen": _iso(outcome.at)})

    def _put_address(self, connection: Connection, outcome: Outcome) -> None:
        address = outcome.address
        values: dict[str, str | int | None] = {
            "site": self._site,
            "url": address.url,
            "state": outcome.state.value,
            "last_seen": _iso(outcome.at),
            "next_check": _iso_or_none(outcome.next_check),
            "attempts": outcome.attempts,
            "last_error": outcome.error,
        }
        if outcome.state not in (State.FAILED, State.PARKED):  # a failure brings no validators, and takes none
            values |= {"etag": address.etag, "last_modified": address.last_modified}
            if outcome.full:
                values["last_full"] = _iso(outcome.at)
        if outcome.article_id is not None:
            values["article_id"] = outcome.article_id
        if outcome.published is not None:
            values["published"] = _iso(outcome.published)
        put(connection, URLS, {"key": address.key}, values)

    def _announced(self, key: str, candidate: Candidate, now: datetime) -> dict[str, Any]:
        return {
            "key": key,
            "site": self._site,
            "url": candidate.url,
            "state": State.FOUND.value,
            "last_seen": _iso(now),
            "next_check": _iso(now),
            "attempts": 0,
            "published": _iso_or_none(candidate.dated),
        }

    def _put_segment(self, connection: Connection, position: Position, *, closed: bool) -> None:
        values = {"site": self._site, "length": position.length, "records": position.records, "closed": closed}
        put(connection, SEGMENTS, {"path": position.path}, values)


def _visit(row: RowMapping) -> Visit:
    return Visit(
        state=State(row["state"]),
        last_seen=datetime.fromisoformat(row["last_seen"]),
        attempts=row["attempts"],
        next_check=_moment(row["next_check"]),
        etag=row["etag"],
        last_modified=row["last_modified"],
        article_id=row["article_id"],
        published=_moment(row["published"]),
        last_full=_moment(row["last_full"]),
    )


def _known(row: RowMapping) -> Known:
    return Known(
        version=row["version"],
        content_hash=row["content_hash"],
        field_hashes=dict(row["field_hashes"]),
        gone=row["status"] == "gone",
        modified=row["modified"],
        unexplained=row["unexplained"],
        first_seen=datetime.fromisoformat(row["first_seen"]),
        segment=row["segment"],
        position=row["position"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
