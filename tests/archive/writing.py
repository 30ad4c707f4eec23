"""Writes small archives for tests, with the headers that they ask for."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping

HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


def page(number: int, paragraphs: int = 2) -> bytes:
    """Return a page that does not compress to nothing."""
    text = "".join(
        f"<p>Paragraph {n} of {number}: {zlib.crc32(bytes([number, n])):x}</p>"
        for n in range(paragraphs)
    )
    return f"<html><head><title>Page {number}</title></head><body>{text}</body></html>".encode()


def record(
    block: bytes,
    url: str = "https://paper.example/1",
    *,
    kind: str = "response",
    date: str = "2026-03-01T10:00:00Z",
    length: int | None = None,
    fields: Mapping[str, str] | None = None,
) -> bytes:
    """Return a record; `length` is a wrong Content-Length."""
    head = {
        "WARC-Type": kind,
        "WARC-Record-ID": "<urn:uuid:12345678-0000-4000-8000-000000000000>",
        "WARC-Date": date,
        "WARC-Target-URI": url,
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block) if length is None else length),
        **(fields or {}),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items() if value)
    return b"WARC/1.1\r\n" + lines.encode() + b"\r\n" + block + b"\r\n\r\n"


def numbered(number: int) -> bytes:
    """Return a record with a page."""
    return record(HTTP + page(number), f"https://paper.example/{number}")


def member(data: bytes) -> bytes:
    """Return a gzip member."""
    return gzip.compress(data, mtime=0)
