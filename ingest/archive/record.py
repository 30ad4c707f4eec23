"""A record of an archive, or the part of a file that gave none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SkipReason(StrEnum):
    """Why a part of an archive gave no page."""

    BROKEN_GZIP = "broken-gzip"
    """A gzip member does not decompress, or its checksum is wrong."""
    TRUNCATED = "truncated"
    """The file ends inside of a record."""
    WRONG_LENGTH = "wrong-length"
    """No record follows where `Content-Length` says that this one ends."""
    NO_RECORD = "no-record"
    """Bytes that do not start with the version line of a record."""
    BROKEN_HEADER = "broken-header"
    """A record header without valid type, date, address or length."""
    BROKEN_HTTP = "broken-http"
    """A response without HTTP status line and headers."""
    BROKEN_BODY = "broken-body"
    """A body that is not in the codings that its header names."""
    TOO_LARGE = "too-large"
    """A record over `limits.page_bytes`, before or after decompression."""
    REVISIT = "revisit"
    """A `revisit` record: its payload is that of another record."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A part of a file that gave no page.

    Attributes:
        offset: where it starts in the file, in bytes; of the gzip member in a compressed file.
        reason: the category, for counts.
        detail: one line for people.
        url: the address, if the header of the record could be read.
    """

    offset: int
    reason: SkipReason
    detail: str = ""
    url: str = ""

    @property
    def is_damage(self) -> bool:
        """Whether something is wrong with the archive."""
        return self.reason is not SkipReason.REVISIT


@dataclass(frozen=True, slots=True)
class RecordHead:
    """The header of a record.

    Attributes:
        offset: where the record starts; see `Skipped.offset`.
        kind: the value of `WARC-Type`, in lower case.
        url: the value of `WARC-Target-URI`, empty if there is none.
        date: the value of `WARC-Date`, aware.
        length: bytes of the block that follows.
        fields: all fields, with lower-case names.
    """

    offset: int
    kind: str
    url: str
    date: datetime
    length: int
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """A record with its block: for a response, HTTP headers and body."""

    head: RecordHead
    block: bytes = field(repr=False)
