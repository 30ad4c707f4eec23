"""Reads the records of an archive file, and goes on behind whatever is damaged.

warcio parses the headers. It ends at the first damage, as other libraries do, so the framing of
the records is read here (ISO 28500:2017, annexes A and D).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO

from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from ingest.archive.gzip_stream import open_stream
from ingest.archive.record import Record, RecordHead, Skipped, SkipReason
from ingest.archive.stream import VERSION, ArchiveStream, Damage, Readable

_HEAD_BYTES = 2**16
"""Bytes of a record header; there are some hundred in a usual one."""
_VERSIONS = ["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"]
_VERSION_LINE_BYTES = 16
"""At least the bytes of a version line with the line ends before it."""
_SWALLOWED = re.compile(rb"\r?\n\r?\n(?=WARC/[01]\.\d+\r?\n)")
"""The end of a record and the start of another, inside of a block that is too long."""

Wanted = Callable[[RecordHead], bool]


class ArchiveReader:
    """The records of one archive, in order.

    Attributes:
        passed: number of records that were not wanted, by type.

    Args:
        file: the file or pipe, positioned at a record.
        most_bytes: size of the largest block to read; a larger one is skipped.
        wanted: whether to read the block of a record; None for all.
        offset: what counts as the position of the first byte.
    """

    def __init__(
        self, file: Readable, most_bytes: int, wanted: Wanted | None = None, offset: int = 0
    ) -> None:
        self.passed: Counter[str] = Counter()
        self._stream: ArchiveStream = open_stream(file, offset)
        self._most = most_bytes
        self._wanted = wanted
        self._parser = StatusAndHeadersParser(_VERSIONS)

    def __iter__(self) -> Iterator[Record | Skipped]:
        """Yield the wanted records, and what could not be read."""
        while True:
            try:
                while (item := self._next()) is not None:
                    if not isinstance(item, RecordHead):
                        yield item
            except Damage as damage:
                yield Skipped(damage.offset, damage.reason, damage.detail)
                if not self._stream.recover():
                    return
            else:
                return

    def _next(self) -> Record | Skipped | RecordHead | None:
        """Return the next record, its head alone if it is not wanted, or None at the end."""
        stream = self._stream
        while not self._skip_blank_lines():
            if not stream.next_unit():
                return None
        offset = stream.offset
        if not self._is_at_record():
            stream.to_next_version_line()
            return Skipped(offset, SkipReason.NO_RECORD, "bytes that are no record")
        head = self._head(offset)
        if isinstance(head, Skipped):
            stream.to_next_version_line()
            return head
        return self._with_block(head)

    def _skip_blank_lines(self) -> bool:
        """Leave out line ends; False at the end of the unit."""
        while (start := self._stream.peek(1)) in (b"\r", b"\n"):
            self._stream.read(1)
        return bool(start)

    def _is_at_record(self) -> bool:
        """Whether a version line follows, or the beginning of one at the end of the unit."""
        return VERSION.startswith(self._stream.peek(len(VERSION)))

    def _head(self, offset: int) -> RecordHead | Skipped:
        """Read the header of a record."""
        lines = bytearray()
        while len(lines) < _HEAD_BYTES:
            line = self._stream.readline(_HEAD_BYTES)
            lines += line
            if not line.endswith(b"\n") and len(line) < _HEAD_BYTES:
                return Skipped(offset, SkipReason.TRUNCATED, "the file ends in a record header")
            if not line.strip(b"\r\n"):
                break
        else:
            return Skipped(offset, SkipReason.BROKEN_HEADER, "the header does not end")
        try:
            parsed = self._parser.parse(BytesIO(lines))
        except StatusAndHeadersParserException:
            return Skipped(offset, SkipReason.BROKEN_HEADER, "not a header of WARC 0.17 to 1.1")
        fields = {name.lower(): value.strip() for name, value in parsed.headers}
        return _head_of(offset, fields)

    def _with_block(self, head: RecordHead) -> Record | Skipped | RecordHead:
        """Read the block of a record, and test that the record ends where it says."""
        stream = self._stream
        block = stream.read(min(head.length, self._most))
        rest = head.length - len(block)
        if rest and len(block) == self._most:
            rest -= stream.skip(rest)
        size = head.length - rest
        if rest:
            return self._short(head, block, size)
        if self._skip_blank_lines() and not self._is_at_record():
            return self._wrong_length(head, block)
        if self._wanted is not None and not self._wanted(head):
            self.passed[head.kind] += 1
            return head
        if head.length > self._most:
            detail = f"{head.length} bytes, over limits.page_bytes"
            return Skipped(head.offset, SkipReason.TOO_LARGE, detail, head.url)
        return Record(head, block)

    def _short(self, head: RecordHead, block: bytes, size: int) -> Skipped:
        """Return that a record ends early, after reading on at one that is in its block."""
        is_end = not self._read_again(block) and self._stream.is_last
        reason = SkipReason.TRUNCATED if is_end else SkipReason.WRONG_LENGTH
        return Skipped(head.offset, reason, f"{size} bytes of {head.length}", head.url)

    def _wrong_length(self, head: RecordHead, block: bytes) -> Skipped:
        """Return that no record follows, after going to the next one."""
        if not self._read_again(block):
            if len(block) == head.length:  # it may end inside of a version line
                self._stream.push_back(block[-_VERSION_LINE_BYTES:])
            self._stream.to_next_version_line()
        detail = f"no record follows after {head.length} bytes"
        return Skipped(head.offset, SkipReason.WRONG_LENGTH, detail, head.url)

    def _read_again(self, block: bytes) -> bool:
        """Go back to the first record inside of a block; False if there is none."""
        inside = _SWALLOWED.search(block)
        if inside is not None:
            self._stream.push_back(block[inside.end() :])
        return inside is not None


def _head_of(offset: int, fields: dict[str, str]) -> RecordHead | Skipped:
    kind, length = fields.get("warc-type", "").lower(), fields.get("content-length", "")
    # Some versions of wget write it in angle brackets, as WARC 1.0 has it in its grammar.
    url = fields.get("warc-target-uri", "").removeprefix("<").removesuffix(">").replace(" ", "%20")
    if not kind:
        return Skipped(offset, SkipReason.BROKEN_HEADER, "no WARC-Type", url)
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        return Skipped(offset, SkipReason.BROKEN_HEADER, "no Content-Length", url)
    try:
        date = datetime.fromisoformat(fields.get("warc-date", ""))
    except ValueError:
        return Skipped(offset, SkipReason.BROKEN_HEADER, "no valid WARC-Date", url)
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return RecordHead(offset, kind, url, date, int(length), fields)
