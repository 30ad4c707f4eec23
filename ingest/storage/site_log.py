"""The committed records of a site, by their sequence numbers: what readers of an output take.

The ledger says which numbers each segment has and how many bytes of it are committed. So a reader
may read the open segment of a running crawl: lines after the committed length are not read, since
the crawl may still cut them off.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Subquery, func, select, union_all

from ingest.errors import UsageError
from ingest.storage.compression.codecs import reading
from ingest.storage.compression.files import open_segment
from ingest.storage.read_only import reading_ledger
from ingest.storage.tables import GAPS, SEGMENTS

PRUNED, LOST = "pruned", "lost"
"""Causes of a gap: an operator removed its records; or their file is gone, and a repair noted it."""
_LEFT_OUT = "records %d to %d of %s were %s, and are left out"
_log = logging.getLogger(__name__)


class Line(NamedTuple):
    """A committed record: its number, and its JSON text in UTF-8 without the newline."""

    sequence: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment in the ledger.

    Attributes:
        path: below the output folder, without `.open`.
        first: the sequence number of its first record.
        records: the number of committed records.
        length: their length in bytes.
        closed: whether it is complete.
    """

    path: str
    first: int
    records: int
    length: int
    closed: bool

    @property
    def last(self) -> int:
        """The sequence number of its last committed record."""
        return self.first + self.records - 1


class Gap(NamedTuple):
    """Numbers whose records are in no segment any more, and why: `pruned` or `lost`."""

    first: int
    last: int
    cause: str


def segments_of(connection: Connection, site: str, after: int = 0) -> list[Segment]:
    """Return the segments of a site with numbers above `after`, in their order."""
    columns = (
        SEGMENTS.c.path,
        SEGMENTS.c.first,
        SEGMENTS.c.records,
        SEGMENTS.c.length,
        SEGMENTS.c.closed,
    )
    has_more = SEGMENTS.c.first + SEGMENTS.c.records > after + 1
    query = select(*columns).where(SEGMENTS.c.site == site, has_more).order_by(SEGMENTS.c.first)
    return [Segment(*row) for row in connection.execute(query)]


def gaps_of(connection: Connection, site: str) -> list[Gap]:
    """Return the gaps in the numbers of a site, in their order."""
    query = select(GAPS.c.first, GAPS.c.last, GAPS.c.cause).where(GAPS.c.site == site)
    return [Gap(*row) for row in connection.execute(query.order_by(GAPS.c.first))]


def ends_of_numbers() -> Subquery:
    """Return site and last number of each segment and each gap, as a query."""
    last = (SEGMENTS.c.first + SEGMENTS.c.records - 1).label("last")
    return union_all(
        select(SEGMENTS.c.site, last), select(GAPS.c.site, GAPS.c.last.label("last"))
    ).subquery()


def last_numbers(output: Path, url: str = "") -> dict[str, int]:
    """Return the number of the last committed record of each site with records, by site.

    The last records may be missing: `SiteLog.after` yields nothing for them.

    Args:
        output: the output folder.
        url: the ledger's URL; `OUTPUT/ledger.sqlite` if empty.

    Raises:
        UsageError: there is no ledger, or it cannot be read.
    """
    ends = ends_of_numbers()
    query = select(ends.c.site, func.max(ends.c.last)).group_by(ends.c.site).order_by(ends.c.site)
    with reading_ledger(output, url) as connection:
        return {site: number for site, number in connection.execute(query) if number}


class SiteLog:
    """The records of one site, read in their order while a crawl may add to them.

    Args:
        output: the output folder.
        site: the name of the site.
        url: the ledger's URL; `OUTPUT/ledger.sqlite` if empty.
    """

    def __init__(self, output: Path, site: str, url: str = "") -> None:
        self._output = output
        self.site = self._site = site
        self._url = url
        self._reached = ("", 0, 0)  # a path, a number, and the byte where its line begins

    def segments(self, after: int = 0) -> list[Segment]:
        """Return the segments with numbers above `after`, in their order."""
        with reading_ledger(self._output, self._url) as connection:
            return segments_of(connection, self._site, after)

    def after(self, place: int) -> Iterator[Line]:
        """Yield the records with numbers above `place` that are committed now.

        Records that were pruned are left out, with a line in the log.

        Raises:
            UsageError: records are missing: their segment is not in the folder or too short, or
                the ledger does not know them any more.
        """
        segments, gaps = self._state(place)
        while True:
            try:
                for line in self._in_segments(segments, gaps, place):
                    place = line.sequence
                    yield line
            except MissingRecords:
                stale = [segment.path for segment in segments if segment.last > place]
                segments, gaps = self._state(place)
                if stale == [segment.path for segment in segments]:
                    raise
                continue  # they were merged or pruned meanwhile
            return

    def _state(self, place: int) -> tuple[list[Segment], list[Gap]]:
        with reading_ledger(self._output, self._url) as connection:
            gaps = gaps_of(connection, self._site)
            return segments_of(connection, self._site, place), gaps

    def _in_segments(
        self, segments: Sequence[Segment], gaps: Sequence[Gap], place: int
    ) -> Iterator[Line]:
        for segment in segments:
            if segment.first > place + 1:
                self._pass_gaps(gaps, place + 1, segment.first - 1)
            yield from self.lines(segment, place)
            place = segment.last

    def _pass_gaps(self, gaps: Sequence[Gap], first: int, last: int) -> None:
        """Log why these records are not there; raises `MissingRecords` if there is no reason."""
        rest = first
        for gap in gaps:
            if gap.first <= rest <= gap.last:
                until = min(gap.last, last)
                _log.warning(_LEFT_OUT, rest, until, self._site, gap.cause)
                rest = until + 1
        if rest <= last:
            raise MissingRecords(self._site, rest, last)

    def lines(self, segment: Segment, after: int = 0) -> Iterator[Line]:
        """Yield the records of a segment with numbers above `after`; raises `MissingRecords`."""
        try:
            name, file = open_segment(self._output, segment.path)
        except FileNotFoundError:
            missing = MissingRecords(self._site, segment.first, segment.last, segment.path)
            raise missing from None
        with file, reading(name):
            number, offset = self._start(segment, after)
            file.seek(offset)
            while number <= segment.last:
                data = file.readline()
                offset += len(data)
                if not data.endswith(b"\n") or offset > segment.length:
                    raise MissingRecords(self._site, number, segment.last, segment.path)
                if number > after:
                    self._reached = (segment.path, number + 1, offset)
                    yield Line(number, data[:-1])
                number += 1

    def _start(self, segment: Segment, after: int) -> tuple[int, int]:
        """Return a number of the segment up to `after + 1`, and the byte where its line begins."""
        path, number, offset = self._reached
        is_usable = path == segment.path and segment.first <= number <= after + 1
        return (number, offset) if is_usable else (segment.first, 0)


class MissingRecords(UsageError):
    """Records of a site that were committed are not in the output."""

    def __init__(self, site: str, first: int, last: int, path: str = "") -> None:
        where = f"not whole in {path}" if path else "not in the ledger any more"
        super().__init__(
            f"records {first} to {last} of {site} are {where}",
            "put the file back, or let the consumer go on behind them: "
            f"khabar consumers reset NAME --site {site} --to {last}",
        )
        self.site, self.first, self.last = site, first, last
