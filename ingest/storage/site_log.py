"""The committed records of a site, by their sequence numbers: what readers of an output take.

The ledger says which numbers each segment has and how many bytes of it are committed. So a reader
may read the open segment of a running crawl: lines after the committed length are not read, since
the crawl may still cut them off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ingest.errors import UnwritableOutput, UsageError
from ingest.storage.read_only import reading_ledger
from ingest.storage.segments import OPEN
from ingest.storage.tables import SEGMENTS


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


def last_numbers(output: Path, url: str = "") -> dict[str, int]:
    """Return the number of the last committed record of each site with records, by site.

    Args:
        output: the output folder.
        url: the ledger's URL; `OUTPUT/ledger.sqlite` if empty.

    Raises:
        UsageError: there is no ledger, or it cannot be read.
    """
    last = func.max(SEGMENTS.c.first + SEGMENTS.c.records - 1)
    query = select(SEGMENTS.c.site, last).group_by(SEGMENTS.c.site).order_by(SEGMENTS.c.site)
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
        self._site = site
        self._url = url
        self._reached = ("", 0, 0)  # a path, a number, and the byte where its line begins

    def segments(self, after: int = 0) -> list[Segment]:
        """Return the segments with numbers above `after`, in their order."""
        with reading_ledger(self._output, self._url) as connection:
            return segments_of(connection, self._site, after)

    def after(self, place: int) -> Iterator[Line]:
        """Yield the records with numbers above `place` that are committed now.

        Raises:
            UsageError: records are missing: their segment is not in the folder or too short, or
                the ledger does not know them any more.
        """
        for segment in self.segments(place):
            if segment.first > place + 1:
                raise MissingRecords(self._site, place + 1, segment.first - 1)
            for line in self.lines(segment, place):
                place = line.sequence
                yield line

    def lines(self, segment: Segment, after: int = 0) -> Iterator[Line]:
        """Yield the records of a segment with numbers above `after`; raises `MissingRecords`."""
        with self._opened(segment) as file:
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

    def _opened(self, segment: Segment) -> BufferedReader:
        """Open a segment, which may get its final name meanwhile."""
        finished = self._output / segment.path
        for file in (finished, finished.with_name(f"{finished.name}{OPEN}"), finished):
            try:
                return file.open("rb")
            except FileNotFoundError:
                continue
            except OSError as error:
                problem = f"cannot read {file}: {error.strerror}"
                raise UnwritableOutput(problem, "see its disk") from error
        raise MissingRecords(self._site, segment.first, segment.last, segment.path)


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
