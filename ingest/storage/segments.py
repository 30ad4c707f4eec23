"""The records on disk: JSON Lines segments that are whole, or are cut back to what the ledger vouches for.

`OUTPUT/<site>/<YYYY-MM-DD>/<run id>-<n>.jsonl` (n has four digits) is written under the same name with `.open` at its
end and renamed when it is full or the run is over. Each record is synced to the disk before the ledger commits the
segment's length with it. So after a crash, whatever an `.open` file holds beyond that length is a record that the
ledger knows nothing of, perhaps torn: it is cut off, and its article fetched again.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BufferedRandom
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.errors import OutputLocked, UnwritableOutput

if sys.platform != "win32":
    import fcntl

OPEN = ".open"
MAX_RECORDS = 10_000
"""Of a segment: a few tens of MB, which every tool opens."""
MAX_BYTES = 64 * 2**20
"""Both limits may be passed by what one commit holds."""
RUN_STAMP = "%Y%m%dT%H%M%S.%fZ"
"""How a run's name begins: names then sort as the runs followed each other."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a segment goes: its path below the output folder (with `/`), bytes and records."""

    path: str
    length: int
    records: int


class SegmentWriter:
    """Writes the records of one site and run.

    Nothing is created before the first record. After `append` the caller commits the position to its ledger and then
    calls `committed`; what was never committed is cut off by `close`.
    """

    def __init__(  # the limits are parameters so that a test can reach them
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
        self._number = 0
        self._file: BufferedRandom | None = None
        self._position = Position("", 0, 0)
        self._safe = self._position

    @property
    def full(self) -> bool:
        """Whether the next record belongs into another segment: `close` this one first."""
        return self._safe.records >= self._max_records or self._safe.length >= self._max_bytes

    @property
    def position(self) -> Position:
        """How far the segment goes with what was appended last."""
        return self._position

    def append(self, lines: Sequence[str]) -> list[Position]:
        """Write lines (without their newlines) and sync them; where each begins. Raises `UnwritableOutput`."""
        data = [line.encode("utf-8") + b"\n" for line in lines]
        with writable(self._output):
            file = self._file or self._start()
            file.seek(
                self._safe.length
            )  # over what an earlier append left behind when its commit failed
            file.write(b"".join(data))
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        starts, end = [], self._safe
        for item in data:
            starts.append(end)
            end = Position(end.path, end.length + len(item), end.records + 1)
        self._position = end
        return starts

    def committed(self) -> None:
        """The ledger holds the last position: the record stays whatever happens."""
        self._safe = self._position

    def close(self) -> Position | None:
        """Finish the open segment under its final name; its position, or None where there was none."""
        file, position = self._file, self._safe
        if file is None:
            return None
        self._file = None
        with writable(self._output):
            _cut(file, position.length)
            file.close()
            finish(self._output, position)
        return position

    def _start(self) -> BufferedRandom:
        self._number += 1
        path = f"{self._prefix}-{self._number:04}.jsonl"  # names sort in the order of writing
        opened = self._output / f"{path}{OPEN}"
        make_folder(opened.parent)
        self._file = opened.open("xb+")
        sync_folder(opened.parent)
        self._safe = self._position = Position(path, 0, 0)
        return self._file


def finish(output: Path, position: Position) -> None:
    """Give an `.open` segment its final name; one without records is removed."""
    opened = output / f"{position.path}{OPEN}"
    if position.length:
        opened.replace(output / position.path)
    else:
        opened.unlink(missing_ok=True)
    sync_folder(opened.parent)


def in_order(day: date, run_id: str, last: str | None) -> tuple[date, str]:
    """The day and the name of a run, such that its segments sort after the last one, also if the clock was set back.

    Args:
        day: by the clock.
        run_id: as the clock has it: `RUN_STAMP`, a hyphen and something that is the run's own.
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


def read_line(output: Path, path: str, position: int) -> str | None:
    """The line that begins at this byte of a segment, finished or open; None where there is no such segment."""
    for file in (output / path, output / f"{path}{OPEN}"):
        try:
            with file.open("rb") as stream:
                stream.seek(position)
                return stream.readline().decode("utf-8", "replace") or None
        except FileNotFoundError:
            continue
        except OSError as error:
            raise UnwritableOutput(
                f"cannot read {file}: {error.strerror}", "see its disk"
            ) from error
    return None


def recover(output: Path, site: str, known: Mapping[str, Position]) -> list[Position]:
    """Finish what a run that was killed left open; raises `UnwritableOutput`. Hold the site's lock meanwhile.

    Args:
        output: the output folder.
        site: whose segments.
        known: the positions that the ledger vouches for, by path; a segment that it does not know holds nothing.

    Returns:
        The positions of the segments that are now whole.
    """
    finished = []
    with writable(output):
        for opened in sorted((output / site).glob(f"*/*.jsonl{OPEN}")):
            path = opened.relative_to(output).as_posix().removesuffix(OPEN)
            position = known.get(path, Position(path, 0, 0))
            with opened.open("rb+") as file:
                _cut(file, min(position.length, opened.stat().st_size))
            finish(output, position)
            finished.append(position)
        paths = {position.path for position in finished}
        # The kill came between the final name and the ledger's note of it.
        finished += [
            at for path, at in known.items() if path not in paths and (output / path).exists()
        ]
    return finished


def _cut(file: BufferedRandom, length: int) -> None:
    """Cut a file that is longer, durably: after a power cut the rest must not come back under the final name."""
    if file.seek(0, os.SEEK_END) > length:
        file.truncate(length)
        os.fsync(file.fileno())


@contextmanager
def locked(output: Path, site: str) -> Iterator[None]:
    """Hold the lock of an output folder and site; raises `OutputLocked` where another run holds it."""
    with writable(output):
        make_folder(output / site)
        lock = FileLock(output / site / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise OutputLocked(
                f"another run writes {site} to {output}", "wait for it, or choose another --output"
            ) from None
    try:
        yield
    finally:
        lock.release()


def is_locked(output: Path, site: str) -> bool | None:
    """Whether a run holds the lock now; None where that cannot be told.

    It looks by a shared lock for an instant, which a run that begins in that very instant would meet: so ask only where
    a run seems to be at work.
    """
    if sys.platform == "win32":
        return None
    try:
        with (output / site / ".lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except (
        OSError
    ):  # not there: a ledger by URL, whose runs are another machine's; or not ours to read
        return None
    return False


@contextmanager
def writable(output: Path) -> Iterator[None]:
    """Turn the system's errors on writing into `UnwritableOutput`."""
    try:
        yield
    except OSError as error:
        where = error.filename or output
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = "make room, then run again" if full else "choose another --output"
        raise UnwritableOutput(
            f"cannot write {where}: {error.strerror or error}", remedy
        ) from error


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; a name is durable when the folder that it is in is synced."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system knows how (POSIX)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
