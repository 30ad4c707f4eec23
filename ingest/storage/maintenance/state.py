"""What the ledger says of a site, for checks: also ledgers of earlier releases, and none at all."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, RowMapping, select

from ingest.errors import UsageError
from ingest.processing.changes import Known
from ingest.storage.engine import Database
from ingest.storage.migration import LEDGER_VERSION, version_of
from ingest.storage.read_only import reading_ledger
from ingest.storage.rows import known_in
from ingest.storage.site_log import Gap, Segment, gaps_of, segments_of
from ingest.storage.tables import ARTICLES, GAPS, REMOVALS, SEGMENTS

_WAIT_SECONDS = 30.0
_BATCH = 500


@contextmanager
def readable(output: Path, url: str = "") -> Iterator[str]:
    """Give the URL of a ledger in the present form, to read: the given one, or that of a copy.

    Nothing in the output is changed. Without a ledger, the copy is empty.

    Raises:
        UsageError: the ledger cannot be read, or a newer release made it.
    """
    file = output / "ledger.sqlite"
    with tempfile.TemporaryDirectory(prefix="khabar-") as folder:
        copy = Path(folder) / "ledger.sqlite"
        if url or file.is_file():
            with reading_ledger(output, url) as connection:
                is_present = version_of(connection) == LEDGER_VERSION
                if not is_present:
                    _copy(connection, copy)
            if is_present:
                yield url
                return
        _migrate(copy)
        yield f"sqlite:///{copy}"


def _copy(connection: Connection, copy: Path) -> None:
    if version_of(connection) > LEDGER_VERSION:
        raise UsageError("a newer Khabar made the ledger", "update Khabar")
    if connection.dialect.name != "sqlite":
        raise UsageError("an older Khabar made the ledger", "run a crawl once with it")
    source = cast("sqlite3.Connection", connection.connection.driver_connection)
    with closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _migrate(copy: Path) -> None:
    database = Database(f"sqlite:///{copy}", _WAIT_SECONDS)
    database.prepare()
    database.close()


@dataclass(frozen=True, slots=True)
class SiteState:
    """What the ledger says of the files of a site.

    Attributes:
        segments: in the order of their numbers.
        gaps: numbers that are in no segment.
        removals: files that are to be removed.
    """

    segments: list[Segment]
    gaps: list[Gap]
    removals: frozenset[str]

    @property
    def last(self) -> int:
        """The last number that was given to a record, 0 if there is none."""
        ends = [segment.last for segment in self.segments] + [gap.last for gap in self.gaps]
        return max(ends, default=0)

    def missing(self, first: int, last: int) -> list[tuple[int, int]]:
        """Return the ranges of these numbers that are in no gap."""
        ranges = []
        for gap in self.gaps:
            if gap.last < first or gap.first > last:
                continue
            if gap.first > first:
                ranges.append((first, gap.first - 1))
            first = gap.last + 1
        return [*ranges, (first, last)] if first <= last else ranges


class SiteLedger:
    """The rows of one site, to read.

    Args:
        output: the output folder.
        site: the name of the site.
        url: of the ledger, as `readable` gives it.
    """

    def __init__(self, output: Path, site: str, url: str) -> None:
        self._output = output
        self._site = site
        self._url = url

    def state(self, after: int = 0) -> SiteState:
        """Return the state of the files; of the segments those with numbers above `after`."""
        with reading_ledger(self._output, self._url) as connection:
            return state_of(connection, self._site, after)

    def articles(self) -> Iterator[RowMapping]:
        """Yield the rows of the articles."""
        query = select(ARTICLES).where(ARTICLES.c.site == self._site)
        with reading_ledger(self._output, self._url) as connection:
            streamed = connection.execution_options(yield_per=1000)
            yield from streamed.execute(query).mappings()

    def known(self, article_id: str) -> Known | None:
        """Return what the ledger has of the last version of an article."""
        with reading_ledger(self._output, self._url) as connection:
            return known_in(connection, article_id)

    def unknown(self, articles: list[str]) -> list[str]:
        """Return those ids that no article of any site has."""
        found: set[str] = set()
        with reading_ledger(self._output, self._url) as connection:
            for start in range(0, len(articles), _BATCH):
                part = articles[start : start + _BATCH]
                query = select(ARTICLES.c.id).where(ARTICLES.c.id.in_(part))
                found.update(connection.scalars(query))
        return [article for article in articles if article not in found]


def state_of(connection: Connection, site: str, after: int = 0) -> SiteState:
    """Return the state of the files of a site."""
    removals = connection.scalars(select(REMOVALS.c.path).where(REMOVALS.c.site == site))
    return SiteState(
        segments_of(connection, site, after), gaps_of(connection, site), frozenset(removals)
    )


def sites_of(output: Path, url: str) -> list[str]:
    """Return the sites with segments in the ledger, by name."""
    with reading_ledger(output, url) as connection:
        sites = {*connection.scalars(select(SEGMENTS.c.site).distinct())}
        return sorted(sites | {*connection.scalars(select(GAPS.c.site).distinct())})
