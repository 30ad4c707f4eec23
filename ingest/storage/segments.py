"""Segments: the JSON Lines files that hold the records of a site.

A segment is `OUTPUT/<site>/<YYYY-MM-DD>/<run id>-<first>.jsonl`: `first` is the sequence number of
its first record, with ten digits (older outputs have the run's number of the segment, with four).
While a run writes it, its name ends with `.jsonl.open`; it is renamed when it is full or the run ends.

Write order, for each group of records:

1. `SegmentWriter.append` writes the lines and calls fsync.
2. The ledger commits the rows of these records and the segment's new length, in one transaction.
3. `SegmentWriter.committed` marks that length as safe.

Recovery: after a crash, the bytes of an `.open` file up to the length in the ledger are complete
records; later bytes may end in a torn line. `recover` cuts the file to that length and renames it.
The next run fetches the cut articles again. So no record is lost and none is written twice.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import BufferedRandom
from pathlib import Path

from ingest.errors import UnwritableOutput

OPEN = ".open"
MAX_RECORDS = 10_000
"""Records in a segment: some tens of MB, a size that every tool can open."""
MAX_BYTES = 64 * 2**20
"""Bytes in a segment. The records of one commit may exceed either limit."""
RUN_STAMP = "%Y%m%dT%H%M%S.%fZ"
"""Start of a run id, in UTC, so that run ids sort by time."""


@dataclass(frozen=True, slots=True)
class Position:
    """A length of a segment.

    Attributes:
        path: the segment below the output folder, with `/` and without `.open`.
        length: in bytes.
        records: the number of lines.
        first: the sequence number of the segment's first record.
    """

    path: str
    length: int
    records: int
    first: int = 1


class SegmentWriter:
    """Writes the segments of one run of a site.

    No file is created before the first record. `close` truncates bytes that were not committed.

    Args:
        output: the output folder.
        site: the name of the site; its lock must be held.
        day: the folder of the segments.
        run_id: the start of their names.
        max_records: start another segment at this number of records.
        max_bytes: start another segment at this length.
    """

    def __init__(
        self,
        output: Path,
        site: str,
        day: date,
        run_id: str,
        *,
        max_records: int = MAX_RECORDS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._output = output
        self._prefix = f"{site}/{day.isoformat()}/{run_id}"
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._file: BufferedRandom | None = None
        self._position = Position("", 0, 0)
        self._safe = self._position

    @property
    def full(self) -> bool:
        """Whether the segment has reached a limit: `close` it before the next `append`."""
        return self._safe.records >= self._max_records or self._safe.length >= self._max_bytes

    @property
    def position(self) -> Position:
        """The end of the segment after the last `append`, committed or not."""
        return self._position

    def append(self, lines: Sequence[str], first: int) -> list[Position]:
        """Write lines and call fsync.

        Args:
            lines: JSON texts without their newlines.
            first: the sequence number of the first of them.

        Returns:
            The start of each line.

        Raises:
            UnwritableOutput: the file cannot be written.
        """
        data = [line.encode("utf-8") + b"\n" for line in lines]
        with writable(self._output):
            file = self._file or self._start(first)
            file.seek(self._safe.length)  # overwrite an earlier append whose commit failed
            file.write(b"".join(data))
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        starts, end = [], self._safe
        for item in data:
            starts.append(end)
            end = replace(end, length=end.length + len(item), records=end.records + 1)
        self._position = end
        return starts

    def committed(self) -> None:
        """Mark the last `position` as committed to the ledger."""
        self._safe = self._position

    def close(self) -> Position | None:
        """Truncate the open segment to its committed length and rename it.

        Returns:
            Its final length, or None if no segment is open.
        """
        file, position = self._file, self._safe
        if file is None:
            return None
        self._file = None
        with writable(self._output):
            _cut(file, position.length)
            file.close()
            finish(self._output, position)
        return position

    def _start(self, first: int) -> BufferedRandom:
        path = f"{self._prefix}-{first:010}.jsonl"  # names sort in the order of writing
        opened = self._output / f"{path}{OPEN}"
        make_folder(opened.parent)
        self._file = opened.open("xb+")
        sync_folder(opened.parent)
        self._safe = self._position = Position(path, 0, 0, first)
        return self._file


def finish(output: Path, position: Position) -> None:
    """Rename an `.open` segment to its final name, or remove it if it has no records."""
    opened = output / f"{position.path}{OPEN}"
    if position.length:
        opened.replace(output / position.path)
    else:
        opened.unlink(missing_ok=True)
    sync_folder(opened.parent)


def in_order(day: date, run_id: str, last: str | None) -> tuple[date, str]:
    """Return a day and run id that sort after the last segment, even if the clock was set back.

    Args:
        day: today, by the clock.
        run_id: the run id by the clock: `RUN_STAMP`, a hyphen and a random suffix.
        last: the path of the segment that sorts last, or None.
    """
    if last is None:
        return day, run_id
    _, last_day, name = last.split("/")
    last_run = name.rpartition("-")[0]
    if (day.isoformat(), run_id) > (last_day, last_run):
        return day, run_id
    stamp, _, _ = last_run.partition("-")
    moment = datetime.strptime(stamp, RUN_STAMP).replace(tzinfo=UTC) + timedelta(microseconds=1)
    later = max(moment.date(), date.fromisoformat(last_day))
    return later, f"{moment.strftime(RUN_STAMP)}-{run_id.rpartition('-')[2]}"


def recover(output: Path, site: str, committed: Mapping[str, Position]) -> list[Position]:
    """Close the segments that a killed run left open. The site's lock must be held.

    Args:
        output: the output folder.
        site: the name of the site.
        committed: the lengths of open segments in the ledger, by path. A segment that is not among
            them has no committed record and is removed.

    Returns:
        The segments that are closed now; the caller notes it in the ledger.

    Raises:
        UnwritableOutput: a file cannot be read or written.
    """
    finished = []
    with writable(output):
        for opened in sorted((output / site).glob(f"*/*.jsonl{OPEN}")):
            path = opened.relative_to(output).as_posix().removesuffix(OPEN)
            position = committed.get(path, Position(path, 0, 0))
            with opened.open("rb+") as file:
                _cut(file, min(position.length, opened.stat().st_size))
            finish(output, position)
            finished.append(position)
        paths = {position.path for position in finished}
        # A run killed after the rename and before the ledger's note of it left these.
        for path, position in committed.items():
            if path not in paths and (output / path).exists():
                finished.append(position)
    return finished


def _cut(file: BufferedRandom, length: int) -> None:
    """Truncate a file that is longer and call fsync: a power cut must not bring the rest back."""
    if file.seek(0, os.SEEK_END) > length:
        file.truncate(length)
        os.fsync(file.fileno())


@contextmanager
def writable(output: Path) -> Iterator[None]:
    """Convert an `OSError` of the block into `UnwritableOutput`."""
    try:
        yield
    except OSError as error:
        path = error.filename or output
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = "make room, then run again" if full else "choose another --output"
        raise UnwritableOutput(f"cannot write {path}: {error.strerror or error}", remedy) from error


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, durably: each parent is synced after an entry is added."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Call fsync on a folder, so that its entries are durable (POSIX only)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
