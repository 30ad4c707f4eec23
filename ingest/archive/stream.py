"""The bytes of an archive file, decompressed, from a file or a pipe, in constant memory.

`gzip_stream.open_stream` tells a compressed file by its first bytes. A stream ends a read where the
next record is known to start in a gzip member of its own: a wrong length in a record then costs
that record alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

from ingest.archive.record import SkipReason

CHUNK = 2**16
VERSION = b"WARC/"
"""What the version line of a record starts with."""


class Readable(Protocol):
    """A binary file or pipe."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none at the end."""


class Damage(Exception):
    """The bytes of a file cannot be decompressed from here; `recover` goes on behind it."""

    def __init__(self, offset: int, reason: SkipReason, detail: str) -> None:
        super().__init__(detail)
        self.offset = offset
        self.reason = reason
        self.detail = detail


class ArchiveStream(ABC):
    """Decompressed bytes, in units that start with a record.

    Every method that reads raises `Damage`.
    """

    def __init__(self) -> None:
        self._data = bytearray()

    @property
    @abstractmethod
    def offset(self) -> int:
        """Where the next byte is in the file; in a compressed file, where its member starts."""

    @property
    @abstractmethod
    def is_last(self) -> bool:
        """Whether nothing is known to follow the unit."""

    @abstractmethod
    def next_unit(self) -> bool:
        """Go on behind the end of a unit; False at the end of the file."""

    @abstractmethod
    def recover(self) -> bool:
        """Go to the next unit behind a `Damage`; False if there is none."""

    @abstractmethod
    def _fill(self) -> bool:
        """Add bytes to `_data`; False at the end of the unit."""

    def peek(self, size: int) -> bytes:
        """Return the next bytes and leave them; fewer only at the end of the unit."""
        while len(self._data) < size and self._fill():
            pass
        return bytes(self._data[:size])

    def read(self, size: int) -> bytes:
        """Return the next bytes; fewer only at the end of the unit."""
        taken = self.peek(size)
        del self._data[: len(taken)]
        return taken

    def skip(self, size: int) -> int:
        """Leave out bytes; returns how many: fewer only at the end of the unit."""
        left = size
        while left and (taken := len(self.read(min(left, CHUNK)))):
            left -= taken
        return size - left

    def readline(self, limit: int) -> bytes:
        """Return the rest of the line with its end, or `limit` bytes of it."""
        start = 0
        while (end := self._data.find(b"\n", start)) < 0 and len(self._data) < limit:
            start = len(self._data)
            if not self._fill():
                break
        return self.read(min(limit, end + 1 if end >= 0 else len(self._data)))

    def push_back(self, data: bytes) -> None:
        """Read these bytes again."""
        self._data[:0] = data

    def to_next_version_line(self) -> None:
        """Leave out bytes up to the next line that starts a record, or the end of the unit."""
        while True:
            start = self._data.find(b"\n" + VERSION)
            if start >= 0:
                del self._data[: start + 1]
                return
            del self._data[: -len(VERSION)]
            if not self._fill():
                self._data.clear()
                return


class PlainStream(ArchiveStream):
    """An archive that is not compressed: one unit."""

    def __init__(self, file: Readable, start: bytes, offset: int = 0) -> None:
        super().__init__()
        self._file = file
        self._data += start
        self._read_to = offset + len(start)

    @property
    def offset(self) -> int:
        """The offset of the next byte."""
        return self._read_to - len(self._data)

    @property
    def is_last(self) -> bool:
        """There is one unit."""
        return True

    def next_unit(self) -> bool:
        """There is one unit."""
        return bool(self._data) or self._fill()

    def recover(self) -> bool:
        """There is no damage that could be recovered from."""
        return False

    def _fill(self) -> bool:
        chunk = self._file.read(CHUNK)
        self._data += chunk
        self._read_to += len(chunk)
        return bool(chunk)
