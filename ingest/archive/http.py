"""The HTTP response in the block of a record (RFC 9112), also one of HTTP/2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO

from warcio.statusandheaders import StatusAndHeadersParser

from ingest.archive.record import Record, Skipped, SkipReason
from ingest.codings import TooLong, Undecodable, decode

_STATUS = re.compile(r"\s*(\d{3})\b")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
"""The line before a chunk (RFC 9112, 7.1)."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response without its transfer and content codings.

    Attributes:
        status: the status code.
        headers: fields with lower-case names; those of a name that repeats are joined by commas.
        body: the bytes.
        is_whole: whether the codings had their ends.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    is_whole: bool = True


def response_of(record: Record, most_bytes: int) -> HttpResponse | Skipped:
    """Return the response in a record, or why there is none.

    Args:
        record: of type `response`.
        most_bytes: size of the largest body.
    """
    block = BytesIO(record.block)
    try:
        parsed = StatusAndHeadersParser([], verify=False).parse(block)
    except EOFError:
        return _skipped(record, SkipReason.BROKEN_HTTP, "the block is empty")
    status = _status(parsed.protocol, parsed.statusline)
    if status is None:
        return _skipped(record, SkipReason.BROKEN_HTTP, "no HTTP status line")
    headers = _joined(parsed.headers)
    body, is_whole = block.read(), True
    if headers.get("transfer-encoding", "").casefold().endswith("chunked"):
        body, is_whole = without_chunks(body)
    try:
        decoded = decode(body, [headers.get("content-encoding", "").encode()], most_bytes)
    except Undecodable as error:
        return _skipped(record, SkipReason.BROKEN_BODY, str(error))
    except TooLong:
        return _skipped(record, SkipReason.TOO_LARGE, "decompressed over limits.page_bytes")
    return HttpResponse(status, headers, decoded.body, is_whole and decoded.is_whole)


def _skipped(record: Record, reason: SkipReason, detail: str) -> Skipped:
    return Skipped(record.head.offset, reason, detail, record.head.url)


def _status(protocol: str, line: str) -> int | None:
    """Return the status code, of HTTP/2 also if its pseudo header is the first line."""
    if not protocol.upper().startswith(("HTTP/", ":STATUS:")):
        return None
    match = _STATUS.match(line)
    return int(match[1]) if match else None


def _joined(fields: list[tuple[str, str]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in fields:
        if name:  # without those of HTTP/2 that start with a colon
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def without_chunks(body: bytes) -> tuple[bytes, bool]:
    """Return a body without its chunks, and whether the last chunk was there.

    Recorders that store the body without its chunks often keep the header. Such a body is returned
    as it is.
    """
    parts: list[bytes] = []
    at = 0
    while (line := _CHUNK.match(body, at)) is not None:
        size = int(line[1], 16)
        if size == 0:
            return b"".join(parts), True
        parts.append(body[line.end() : line.end() + size])
        at = line.end() + size
        at += 2 if body.startswith(b"\r\n", at) else int(body.startswith(b"\n", at))
    return (b"".join(parts), False) if parts else (body, True)
