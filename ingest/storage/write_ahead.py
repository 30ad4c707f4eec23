"""Whether an SQLite file and the write-ahead log beside it belong together.

SQLite keeps the last commits in a file `-wal` until they are in the database. The log stays after a
crash, and the next connection applies it. If the database was restored from a copy meanwhile, that
mixes the pages of two states, which SQLite cannot notice: the log does not name its database.

So each transaction of Khabar counts up `user_version`, which SQLite leaves to its users. It is in
the first page, so that each commit in the log has it, too
(https://www.sqlite.org/fileformat2.html, 1.3 and 4.1).
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BufferedReader
from itertools import count
from pathlib import Path
from urllib.parse import quote

from ingest.errors import UsageError

_WAL_HEADER = struct.Struct(">4I8s8s")
"""Magic number, version, page size, checkpoint number, salts, checksums."""
_FRAME_HEADER = struct.Struct(">2I8s8s")
"""Page number, size of the database, salts, checksums."""
_MAGIC = 0x377F0682
"""The last bit is the byte order of the checksums."""
_NUMBER_AT = 60
"""Where the first page has `user_version`, with four bytes."""
_ATTEMPTS = 5
"""The log is read again if another process has begun it anew meanwhile."""


@dataclass(frozen=True, slots=True)
class _Log:
    """A write-ahead log: its salts, and the numbers of the transactions in it, if it has any."""

    salts: bytes
    numbers: tuple[int, ...]
    has_frames: bool


def check_log(file: Path) -> None:
    """Check that the write-ahead log of an SQLite file, if there is one, belongs to it.

    Raises:
        UsageError: it belongs to another state of the file, which was restored from a copy.
    """
    path = file.with_name(f"{file.name}-wal")
    for _ in range(_ATTEMPTS):
        before, number, after = _read_log(path), _number(file), _read_log(path)
        if before is None or after is None or number is None:
            return
        if before.salts == after.salts:
            if not _fits(file, number, before, after):
                raise UsageError(
                    f"the ledger {file} does not fit {path.name}, which is of another state of it",
                    f"if {file.name} is a restored copy, move {path.name} and {file.name}-shm away",
                )
            return


def _fits(file: Path, number: int, before: _Log, after: _Log) -> bool:
    """Whether a file with this number has the state before a log, or one after a checkpoint."""
    if before.numbers and before.numbers[0]:  # 0: of a release that did not number
        return before.numbers[0] - 1 <= number <= max(after.numbers)
    return not before.has_frames or _is_sound(file)


def _is_sound(file: Path) -> bool:
    """Whether SQLite finds the file with its log in order: for a log of another program.

    It is opened to read only, since closing it would write the log into the file.
    """
    uri = f"file:{quote(str(file.resolve()))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError as error:
        return "malformed" not in str(error)  # anything else shows when it is used


def _read_log(path: Path) -> _Log | None:
    """Return what a log has of the first page; None if there is no log."""
    try:
        with path.open("rb") as stream:
            header = stream.read(_WAL_HEADER.size)
            if len(header) < _WAL_HEADER.size:
                return None
            magic, _, size, _, salts, _ = _WAL_HEADER.unpack(header)
            if magic & ~1 != _MAGIC:
                return None
            numbers = tuple(_numbers(stream, size, salts))
            stream.seek(_WAL_HEADER.size)
            first = stream.read(_FRAME_HEADER.size)
            used = len(first) == _FRAME_HEADER.size and _FRAME_HEADER.unpack(first)[2] == salts
            return _Log(salts, numbers, used)
    except OSError:
        return None


def _numbers(stream: BufferedReader, size: int, salts: bytes) -> Iterator[int]:
    """Yield the numbers of the transactions in a log, in the order of their commits."""
    for frame in count():
        stream.seek(_WAL_HEADER.size + frame * (_FRAME_HEADER.size + size))
        header = stream.read(_FRAME_HEADER.size)
        if len(header) < _FRAME_HEADER.size:
            return
        page, _, frame_salts, _ = _FRAME_HEADER.unpack(header)
        if frame_salts != salts:  # of an earlier use of the log
            return
        if page == 1 and (number := _number_in(stream)) is not None:
            yield number


def _number(file: Path) -> int | None:
    try:
        with file.open("rb") as stream:
            return _number_in(stream)
    except OSError:
        return None


def _number_in(first_page: BufferedReader) -> int | None:
    start = first_page.read(_NUMBER_AT + 4)
    return int.from_bytes(start[_NUMBER_AT:]) if len(start) == _NUMBER_AT + 4 else None
