"""What was fetched, from where, with what outcome: SQLAlchemy on SQLite, or on PostgreSQL by its URL.

Records, their articles and addresses, and the lengths of their segments are committed in one transaction, after the
records are on the disk: nothing counts as seen before it is durable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, or_, select, update

from ingest.discovery.candidate import Candidate
from ingest.discovery.source import Source
from ingest.errors import UnwritableOutput
from ingest.processing.changes import Known
from ingest.processing.recrawl import State, Visit
from ingest.settings import Limits
from ingest.storage.engine import Database
from ingest.storage.rows import (
    Due,
    Outcome,
    announced,
    iso,
    iso_or_none,
    known_of,
    moment_of,
    put_outcome,
    visit_of,
)
from ingest.storage.runs import SiteRuns
from ingest.storage.segments import Position
from ingest.storage.tables import ARTICLES, SEGMENTS, SOURCES, URLS, add_missing, put


def sources_of(connection: Connection, site: str) -> dict[str, Source]:
    """A site's sources, by URL."""
    rows = connection.execute(select(SOURCES).where(SOURCES.c.site == site)).mappings()
    return {
        row["url"]: Source(
            url=row["url"],
            kind=row["kind"],
            status=row["status"],
            error=row["error"],
            etag=row["etag"],
            last_modified=row["last_modified"],
            links=tuple(row["links"]),
            items=row["items"],
            complete=row["complete"],
            newest=moment_of(row["newest"]),
            last_full=moment_of(row["last_full"]),
        )
        for row in rows
    }


def put_source(connection: Connection, site: str, source: Source, now: datetime) -> None:
    """Insert or replace a source's row."""
    values = {
        "kind": source.kind,
        "status": source.status,
        "error": source.error,
        "etag": source.etag,
        "last_modified": source.last_modified,
        "links": list(source.links),
        "items": source.items,
        "complete": source.complete,
        "newest": iso_or_none(source.newest),
        "last_seen": iso(now),
        "last_full": iso_or_none(source.last_full),
    }
    put(connection, SOURCES, {"site": site, "url": source.url}, values)


_PARAMETERS = 500
"""Of one query: SQLite takes a limited number."""


class Ledger:
    """What is known of one site, by a database that other sites and runs share; `runs` are the rows on its runs.

    Every method may raise `UnwritableOutput`: a ledger that cannot be read or written ends the run.
    """

    def __init__(
        self, url: str, site: str, wait_seconds: float = Limits().ledger_wait_seconds
    ) -> None:
        self._site = site
        self._database = Database(url, wait_seconds)
        self._database.prepare()
        self.runs = SiteRuns(self._database, site)

    @classmethod
    def open(
        cls,
        output: Path,
        site: str,
        url: str = "",
        wait_seconds: float = Limits().ledger_wait_seconds,
    ) -> Ledger:
        """The ledger at that URL, or that of an output folder, `OUTPUT/ledger.sqlite`."""
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnwritableOutput(
                f"cannot write {output}: {error.strerror}", "choose another --output"
            ) from error
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
                    found[row["key"]] = visit_of(row)
        return found

    def due(self, now: datetime) -> Iterator[Due]:
        """The site's addresses that are to be visited whether a source announces them or not.

        Those that an earlier run announced and did not reach, those whose time has come, and those that were older
        than their run wanted.
        """
        come = or_(URLS.c.next_check <= iso(now), URLS.c.state.in_([State.FOUND, State.OLDER]))
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
                yield Due(row["key"], row["url"], visit_of(row))

    def known(self, article_id: str) -> Known | None:
        """The last version of an article, or None where there is none."""
        with self._database.reading() as connection:
            row = (
                connection.execute(select(ARTICLES).where(ARTICLES.c.id == article_id))
                .mappings()
                .first()
            )
        return None if row is None else known_of(row)

    def commit(self, outcomes: Sequence[Outcome], position: Position | None = None) -> None:
        """These visits are over, and their records on the disk up to `position`: all of it or nothing."""
        with self._database.writing() as connection:
            for outcome in outcomes:
                put_outcome(connection, self._site, outcome)
            if position is not None:
                self._put_segment(connection, position, closed=False)

    def announce(
        self, found: Iterable[tuple[str, Candidate]], sources: Iterable[Source], now: datetime
    ) -> None:
        """Note what the sources announced and nobody has visited yet, together with the state of the sources.

        In one transaction: a source counts as read only when nothing that it announced can get lost.
        """
        with self._database.writing() as connection:
            rows = (announced(self._site, key, candidate, now) for key, candidate in found)
            add_missing(connection, URLS, ["key"], rows)
            for source in sources:
                put_source(connection, self._site, source, now)

    def sources(self) -> dict[str, Source]:
        """The site's sources as the last runs left them, by URL."""
        with self._database.reading() as connection:
            return sources_of(connection, self._site)

    def forget(self, keys: Iterable[str], now: datetime) -> int:
        """Let the next crawl take these addresses as if it had never seen them; how many there were.

        Their articles keep their version numbers, so that what is then written is a further version of them.
        """
        known = self.visits(keys)
        unseen = {
            "state": State.FOUND,
            "next_check": iso(now),
            "attempts": 0,
            "etag": None,
            "last_modified": None,
        }
        articles = [visit.article_id for visit in known.values() if visit.article_id]
        with self._database.writing() as connection:
            connection.execute(
                update(URLS).where(URLS.c.key.in_(known)).values(unseen | {"last_error": None})
            )
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
        query = (
            select(SEGMENTS.c.path)
            .where(SEGMENTS.c.site == self._site)
            .order_by(SEGMENTS.c.path.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            path: str | None = connection.scalar(query)
        return path

    def close_segments(self, positions: Iterable[Position]) -> None:
        """These segments are whole and have their final names."""
        if positions := [position for position in positions if position.length]:
            with self._database.writing() as connection:
                for position in positions:
                    self._put_segment(connection, position, closed=True)

    def _put_segment(self, connection: Connection, position: Position, *, closed: bool) -> None:
        values = {
            "site": self._site,
            "length": position.length,
            "records": position.records,
            "closed": closed,
        }
        put(connection, SEGMENTS, {"path": position.path}, values)
