"""The ledger: the addresses, articles, sources, segments and runs of each site (SQLAlchemy Core).

It is an SQLite file in the output folder, or a PostgreSQL database. One transaction commits the
outcomes of visits, the last versions of their articles and the new length of their segment. It
follows the fsync of the segment, so the ledger never contains a record that is not on the disk.
See `segments` for the write order and recovery.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, func, select, update

from ingest.discovery.candidate import Candidate
from ingest.discovery.source import Evidence, Source
from ingest.errors import UnwritableOutput
from ingest.processing.changes import Known
from ingest.processing.identity import Name
from ingest.processing.recrawl import State, Visit
from ingest.settings import Limits
from ingest.storage.binding import bind, unbind
from ingest.storage.engine import Database
from ingest.storage.maintenance.removals import finish_removals
from ingest.storage.rows import (
    Due,
    Outcome,
    announced,
    iso,
    iso_or_none,
    known_in,
    moment_of,
    names_of,
    put_outcomes,
    visit_of,
)
from ingest.storage.runs import SiteRuns
from ingest.storage.segments import Position
from ingest.storage.site_log import ends_of_numbers
from ingest.storage.tables import ARTICLES, SEGMENTS, SOURCES, URLS, add_missing, put


def sources_of(connection: Connection, site: str) -> dict[str, Source]:
    """Return the sources of a site, by URL."""
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
            checked=moment_of(row["last_seen"]),
            active=moment_of(row["active"]),
            idle=row["idle"],
            moved_to=row["moved_to"],
            resume=tuple(row["resume"] or ()),
            denied=row["denied"],
            confirmed=moment_of(row["confirmed"]),
        )
        for row in rows
    }


def put_source(connection: Connection, site: str, source: Source, now: datetime) -> None:
    """Insert or update the row of a source."""
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
        "last_seen": iso(source.checked or now),
        "last_full": iso_or_none(source.last_full),
        "active": iso_or_none(source.active),
        "idle": source.idle,
        "moved_to": source.moved_to,
        "resume": list(source.resume),
        "denied": source.denied,
        "confirmed": iso_or_none(source.confirmed),
    }
    put(connection, SOURCES, {"site": site, "url": source.url}, values)


_PARAMETERS = 500
"""Parameters of one query; SQLite limits their number."""


class Ledger:
    """The rows of one site in a database that other sites and processes share.

    `runs` are the rows of its runs. Every method may raise `UnwritableOutput`: a run cannot
    continue without its ledger.

    Args:
        url: a URL of SQLAlchemy.
        site: the name of the site.
        wait_seconds: the timeout for the write lock of an SQLite file.
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
        """Open the ledger at a URL; if it is empty, `OUTPUT/ledger.sqlite`."""
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

    def bind(self, output: Path) -> None:
        """Bind the site to an output folder; raises `UsageError` if it is bound to another."""
        bind(self._database, output, self._site)

    def unbind(self) -> str | None:
        """Bind the site to no folder, so that the next crawl binds it; return where that was."""
        return unbind(self._database, self._site)

    def visits(self, keys: Iterable[str]) -> dict[str, Visit]:
        """Return the last visit of those of the addresses that are in the ledger, by key."""
        unique, visits = list(dict.fromkeys(keys)), {}
        with self._database.reading() as connection:
            for start in range(0, len(unique), _PARAMETERS):
                part = unique[start : start + _PARAMETERS]
                for row in connection.execute(select(URLS).where(URLS.c.key.in_(part))).mappings():
                    visits[row["key"]] = visit_of(row)
        return visits

    def due(self, now: datetime) -> Iterator[Due]:
        """Return the site's addresses that are due whether a source announces them or not.

        These are addresses that a run announced and did not visit, those whose next check has
        passed, and those that were older than the `since` of their run.
        """
        return self._addresses(URLS.c.next_check <= iso(now))

    def addresses(self, keys: Collection[str]) -> Iterator[Due]:
        """Return those of the site's addresses that are in the ledger."""
        unique = list(keys)
        for start in range(0, len(unique), _PARAMETERS):
            yield from self._addresses(URLS.c.key.in_(unique[start : start + _PARAMETERS]))

    def keys(self) -> list[str]:
        """Return the keys of all addresses of the site."""
        with self._database.reading() as connection:
            return list(connection.scalars(select(URLS.c.key).where(URLS.c.site == self._site)))

    def _addresses(self, condition: ColumnElement[bool]) -> Iterator[Due]:
        query = select(URLS).where(URLS.c.site == self._site, condition)
        with self._database.reading() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query).mappings():
                yield Due(row["key"], row["url"], visit_of(row))

    def known(self, article_id: str) -> Known | None:
        """Return the last version of an article, or None if there is none."""
        with self._database.reading() as connection:
            return known_in(connection, article_id)

    def names(self, keys: Sequence[str]) -> list[Name]:
        """Return the names of articles with these keys, at most some ten."""
        with self._database.reading() as connection:
            return names_of(connection, keys)

    def last_read(self, number: int) -> list[str]:
        """Return the URLs of the articles that were read last."""
        query = (
            select(URLS.c.url)
            .where(URLS.c.site == self._site, URLS.c.state == State.ARTICLE)
            .order_by(URLS.c.last_seen.desc())
            .limit(number)
        )
        with self._database.reading() as connection:
            return list(connection.scalars(query))

    def commit(self, outcomes: Sequence[Outcome], position: Position | None = None) -> None:
        """Commit the outcomes of visits in one transaction.

        Args:
            outcomes: of the visits.
            position: the end of the segment, if it has new records; they are synced already.
        """
        with self._database.writing() as connection:
            put_outcomes(connection, self._site, outcomes)
            if position is not None:
                self._put_segment(connection, position, closed=False)

    def announce(
        self, candidates: Iterable[tuple[str, Candidate]], sources: Iterable[Source], now: datetime
    ) -> None:
        """Insert the candidates that are not in the ledger, and update the state of the sources.

        Both are one transaction: a source must not count as read if its candidates are lost.

        Args:
            candidates: by key.
            sources: as they are after this run's requests.
            now: the current time, aware.
        """
        with self._database.writing() as connection:
            rows = (announced(self._site, key, candidate, now) for key, candidate in candidates)
            add_missing(connection, URLS, ["key"], rows)
            for source in sources:
                put_source(connection, self._site, source, now)

    def sources(self) -> dict[str, Source]:
        """Return the site's sources as they were after the last runs, by URL."""
        with self._database.reading() as connection:
            return sources_of(connection, self._site)

    def judge(self, evidence: Iterable[Evidence]) -> None:
        """Update what is known of the claims of sources."""
        with self._database.writing() as connection:
            for found in evidence:
                row = (SOURCES.c.site == self._site) & (SOURCES.c.url == found.source)
                values = {"denied": found.denied, "confirmed": iso_or_none(found.confirmed)}
                connection.execute(update(SOURCES).where(row).values(values))

    def forget(self, keys: Iterable[str], now: datetime) -> int:
        """Reset addresses, so that the next crawl fetches them and writes their articles again.

        The articles keep their version numbers: the next record of each is a further version.

        Returns:
            The number of addresses that were in the ledger.
        """
        visits = self.visits(keys)
        unvisited = {
            "state": State.FOUND,
            "next_check": iso(now),
            "attempts": 0,
            "etag": None,
            "last_modified": None,
        }
        articles = [visit.article_id for visit in visits.values() if visit.article_id]
        with self._database.writing() as connection:
            connection.execute(
                update(URLS).where(URLS.c.key.in_(visits)).values(unvisited | {"last_error": None})
            )
            changed = update(ARTICLES).where(ARTICLES.c.id.in_(articles))
            connection.execute(changed.values(content_hash="", field_hashes=""))
        return len(visits)

    def open_segments(self) -> dict[str, Position]:
        """Return the segments that are not closed, by path."""
        query = select(SEGMENTS).where(SEGMENTS.c.site == self._site, SEGMENTS.c.closed.is_(False))
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return {
            row["path"]: Position(row["path"], row["length"], row["records"], row["first"])
            for row in rows
        }

    def last_segment(self) -> str | None:
        """Return the path of the segment that sorts last, or None if there is none."""
        query = select(func.max(SEGMENTS.c.path)).where(SEGMENTS.c.site == self._site)
        with self._database.reading() as connection:
            path: str | None = connection.scalar(query)
        return path

    def last_sequence(self) -> int:
        """Return the sequence number of the site's last record, 0 if there is none."""
        ends = ends_of_numbers()
        query = select(func.max(ends.c.last)).where(ends.c.site == self._site)
        with self._database.reading() as connection:
            return connection.scalar(query) or 0

    def finish_removals(self, output: Path) -> None:
        """Remove files of the site that a killed `compact` or `prune` has left."""
        finish_removals(self._database, output, self._site)

    def close_segments(self, positions: Iterable[Position]) -> None:
        """Note that segments are complete and have their final names."""
        if positions := [position for position in positions if position.length]:
            with self._database.writing() as connection:
                for position in positions:
                    self._put_segment(connection, position, closed=True)

    def _put_segment(self, connection: Connection, position: Position, *, closed: bool) -> None:
        values = {
            "site": self._site,
            "length": position.length,
            "records": position.records,
            "first": position.first,
            "closed": closed,
        }
        put(connection, SEGMENTS, {"path": position.path}, values)
