"""The bytes of a compressed archive, and which kind of stream a file needs."""

from __future__ import annotations

import zlib

from ingest.archive.record import SkipReason
from ingest.archive.stream import CHUNK, VERSION, ArchiveStream, Damage, PlainStream, Readable

_MOST_OUT = 2**18
"""Bytes that one call decompresses at most; a chunk could expand to a thousand times its size."""
_HELD = 2**24
"""Compressed bytes of the current gzip member that are kept, to search them for the next one."""
_GZIP = b"\x1f\x8b\x08"
"""Start of a gzip member with deflate (RFC 1952, 2.3.1)."""
_RESERVED_FLAGS = 0xE0


class GzipStream(ArchiveStream):
    """An archive of gzip members; one that starts with a record starts a unit."""

    def __init__(self, file: Readable, start: bytes, offset: int = 0) -> None:
        super().__init__()
        self._file = file
        self._held = bytearray(start)  # compressed, from `_held_at` in the file
        self._held_at = offset
        self._used = 0  # of `_held`, by the decoder
        self._member = offset
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._ahead = b""  # the first bytes of the next unit
        self._is_boundary = False
        self._damage: Damage | None = None  # at the start of the next unit
        self._unit = offset

    @property
    def offset(self) -> int:
        """The offset of the gzip member that started this unit."""
        return self._unit

    @property
    def is_last(self) -> bool:
        """Whether no further member has begun."""
        return self._damage is None and not self._is_boundary

    def next_unit(self) -> bool:
        """Go to the next member that starts with a record."""
        if self._damage is not None:
            damage, self._damage = self._damage, None
            raise damage
        if not self._is_boundary:
            return False
        self._is_boundary = False
        self._unit = self._member
        self._data += self._ahead
        self._ahead = b""
        return True

    def recover(self) -> bool:
        """Search for the next member that starts with a record."""
        self._data.clear()
        self._damage, self._is_boundary = None, False
        place = max(self._member + 1, self._held_at)
        while True:
            at = self._held.find(_GZIP, place - self._held_at)
            if at < 0:
                place = max(place, self._held_at + len(self._held) - len(_GZIP) + 1)
                del self._held[: place - self._held_at]
                self._held_at = place
                if not self._read():
                    return False
                continue
            place = self._held_at + at
            if self._starts_record(at):
                break
            place += 1
        del self._held[: place - self._held_at]
        self._held_at = place
        self._begin()
        self._unit = place
        return True

    def _starts_record(self, at: int) -> bool:
        """Whether a gzip member with a record starts there."""
        while len(self._held) < at + 1024 and self._read():
            pass
        head = bytes(self._held[at : at + 1024])
        if len(head) > 3 and head[3] & _RESERVED_FLAGS:
            return False
        try:
            return (
                zlib.decompressobj(zlib.MAX_WBITS | 16)
                .decompress(head, len(VERSION))
                .startswith(VERSION)
            )
        except zlib.error:
            return False

    def _begin(self) -> None:
        """Start to decompress the member at `_held`."""
        self._member = self._held_at
        self._used = 0
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def _read(self) -> bool:
        chunk = self._file.read(CHUNK)
        self._held += chunk
        return bool(chunk)

    def _fill(self) -> bool:
        if self._is_boundary or self._damage is not None:
            return False
        data = self._decompressed()
        while not data:
            if not self._next_member():
                return False
            if (first := self._first_of_member()) is None:
                return False
            data = first
        self._data += data
        return True

    def _decompressed(self) -> bytes:
        """Return the next bytes of the member, none at its end."""
        decoder = self._decoder
        while not decoder.eof:
            if self._used == len(self._held):
                self._read()
            piece = bytes(self._held[self._used : self._used + CHUNK])
            try:
                data = decoder.decompress(piece, _MOST_OUT)
            except zlib.error as error:
                raise Damage(self._member, SkipReason.BROKEN_GZIP, str(error)) from error
            left = decoder.unused_data or decoder.unconsumed_tail
            self._used += len(piece) - len(left)
            if self._used > _HELD + CHUNK:
                del self._held[:CHUNK]
                self._held_at += CHUNK
                self._used -= CHUNK
            if data:
                return data
            if not piece:
                raise Damage(self._member, SkipReason.TRUNCATED, "the file ends in a gzip member")
        return b""

    def _next_member(self) -> bool:
        """Go to the next member; False at the end of the file, or if there is none."""
        del self._held[: self._used]
        self._held_at += self._used
        self._used = 0
        while len(self._held) < len(_GZIP) and self._read():
            pass
        if not self._held:
            return False
        if not self._held.startswith(_GZIP):
            self._member = self._held_at
            self._damage = Damage(
                self._held_at, SkipReason.BROKEN_GZIP, "no gzip member follows the one before"
            )
            return False
        self._begin()
        return True

    def _first_of_member(self) -> bytes | None:
        """Return the first bytes of a member; None if it does not belong to this unit."""
        data = b""
        try:
            while len(data) < len(VERSION) and (more := self._decompressed()):
                data += more
        except Damage as damage:
            self._damage = damage
            return None
        if data.startswith(VERSION):
            self._ahead, self._is_boundary = data, True
            return None
        return data


def open_stream(file: Readable, offset: int = 0) -> ArchiveStream:
    """Return the bytes of an archive, compressed or not.

    Args:
        file: positioned at `offset`, where a record or gzip member starts.
        offset: what counts as the position of the first byte.
    """
    start = b""
    while len(start) < len(_GZIP) and (chunk := file.read(CHUNK)):
        start += chunk
    kind = GzipStream if start.startswith(_GZIP) else PlainStream
    return kind(file, start, offset)
