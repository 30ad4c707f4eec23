"""Responses of archives as pages: codings, HTTP/2, filters, and what only the record knows."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import re
import sys
import zlib
from datetime import UTC, datetime

import brotli
import pytest

from ingest.archive.pages import ArchivedPage, ArchivePages, PageFilter
from ingest.archive.record import Skipped
from tests.archive.writing import HTTP, page, record

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MOST = 2**20
BODY = page(1, 40)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
Items = list[ArchivedPage | Skipped]


def pages(*records: bytes, chosen: PageFilter | None = None, most: int = MOST) -> Items:
    return list(ArchivePages(io.BytesIO(b"".join(records)), most, chosen or PageFilter()))


def one(block: bytes, **values: str) -> ArchivedPage:
    (item,) = pages(record(block, fields=values))
    assert isinstance(item, ArchivedPage)
    return item


def chunked(body: bytes, size: int = 300) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    lines = b"".join(b"%x;name=value\r\n%s\r\n" % (len(part), part) for part in parts)
    return lines + b"0\r\nX-Trailer: yes\r\n\r\n"


def raw_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


CODINGS = {
    "gzip": gzip.compress(BODY),
    "x-gzip": gzip.compress(BODY[:100]) + gzip.compress(BODY[100:]),
    "deflate": zlib.compress(BODY),
    "Deflate": raw_deflate(BODY),
    "br": brotli.compress(BODY),
    "zstd": zstd.compress(BODY),
    "deflate, gzip": gzip.compress(zlib.compress(BODY)),
    "identity": BODY,
    "utf-8": BODY,
}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_is_decoded(coding: str, is_chunked: bool) -> None:
    body, head = CODINGS[coding], HEAD + f"Content-Encoding: {coding}\r\n".encode()
    if is_chunked:
        body, head = chunked(body), head + b"Transfer-Encoding: chunked\r\n"
    found = one(head + b"\r\n" + body).page
    assert found.body == BODY
    assert found.warnings == ()


@pytest.mark.parametrize("coding", CODINGS)
def test_a_body_that_was_stored_decoded_keeps_its_headers(coding: str) -> None:
    head = HEAD + f"Content-Encoding: {coding}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    assert one(head + BODY).page.body == BODY


def test_a_damaged_body_is_reported() -> None:
    body = bytearray(CODINGS["gzip"])
    body[len(body) // 2] ^= 0xFF
    head = HEAD + b"Content-Encoding: gzip\r\n\r\n"
    (item,) = pages(record(head + body))
    assert isinstance(item, Skipped)
    assert (item.reason, item.url) == ("broken-body", "https://paper.example/1")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_decompresses_to_too_much_is_reported(coding: str) -> None:
    bomb = bytes(50 * MOST)
    packed = {
        "gzip": gzip.compress(bomb),
        "deflate": zlib.compress(bomb),
        "br": brotli.compress(bomb, quality=1),
        "zstd": zstd.compress(bomb),
    }
    head = HEAD + f"Content-Encoding: {coding}\r\n\r\n".encode()
    (item,) = pages(record(head + packed[coding]))
    assert isinstance(item, Skipped)
    assert item.reason == "too-large"


def test_a_part_of_a_page_is_a_page_whose_record_says_so() -> None:
    head = HEAD + b"Content-Encoding: gzip\r\n\r\n"
    cut = gzip.compress(BODY)[:-200]
    silent = one(head + cut).page
    assert BODY.startswith(silent.body)
    assert silent.warnings == ("the archived body ends early",)
    marked = one(head + cut, **{"WARC-Truncated": "length"}).page
    assert marked.warnings == ("the archive has only a part of the page (WARC-Truncated: length)",)
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    assert one(head + chunked(BODY)[:1000]).page.warnings == silent.warnings


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/2 200\r\ncontent-type: text/html\r\nset-cookie: a\r\nset-cookie: b\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n:status: 200\r\ncontent-type: text/html\r\n\r\n",
        b":status: 200\r\ncontent-type: text/html\r\n\r\n",
        b"HTTP/1.1 200\nContent-Type: text/html\n\n",
    ],
)
def test_a_response_of_another_version(head: bytes) -> None:
    found = one(head + BODY).page
    assert (found.status, found.headers["content-type"], found.body) == (200, "text/html", BODY)
    assert found.headers.get("set-cookie", "a, b") == "a, b"
    assert not any(name.startswith((":", "status")) for name in found.headers)


@pytest.mark.parametrize("block", [b"", BODY, b"HTTP/1.1 fine\r\n\r\n"])
def test_a_block_that_is_no_response_is_reported(block: bytes) -> None:
    (item,) = pages(record(block))
    assert isinstance(item, Skipped)
    assert item.reason == "broken-http"


def test_the_clock_is_that_of_the_record() -> None:
    found = one(HTTP + BODY, **{"WARC-Date": "2016-05-01T07:30:00.123456Z"}).page
    assert found.retrieved_at == datetime(2016, 5, 1, 7, 30, 0, 123456, tzinfo=UTC)
    assert found.url == found.requested_url == "https://paper.example/1"


def test_a_wrong_digest_is_a_warning() -> None:
    block = HTTP + BODY
    right = base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()
    for digest in (f"sha1:{right}", f"sha256:{hashlib.sha256(block).hexdigest()}", "other:1"):
        assert one(block, **{"WARC-Block-Digest": digest}).page.warnings == ()
    wrong = one(block, **{"WARC-Block-Digest": f"sha1:{right[::-1]}"}).page
    assert wrong.warnings == ("the archived page does not have the digest of its record",)


def test_other_records_are_counted_and_revisits_reported() -> None:
    archive = ArchivePages(
        io.BytesIO(
            record(b"software: x\r\n", "", kind="warcinfo")
            + record(b"GET / HTTP/1.1\r\n\r\n", kind="request")
            + record(b"a: b\r\n", kind="metadata")
            + record(b"name. 1 IN A", "dns:paper.example")
            + record(HTTP, kind="revisit", fields={"WARC-Refers-To-Target-URI": "https://a/b"})
            + record(
                BODY,
                "https://paper.example/r",
                kind="resource",
                fields={"Content-Type": "text/html"},
            )
        ),
        MOST,
        PageFilter(),
    )
    revisit, resource = archive
    assert isinstance(revisit, Skipped)
    assert (revisit.reason, revisit.detail) == ("revisit", "the same as https://a/b")
    assert isinstance(resource, ArchivedPage)
    assert (resource.page.body, resource.page.status) == (BODY, 200)
    assert archive.others == 4


def test_filters_leave_records_out_by_their_header() -> None:
    records = [
        record(HTTP + BODY, "https://a.example/news/1", date="2026-03-01T00:00:00Z"),
        record(HTTP + BODY, "https://b.example/news/2", date="2026-03-02T00:00:00Z"),
        record(HTTP + BODY, "https://b.example/tag/3", date="2026-03-03T00:00:00Z"),
        record(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n", "https://b.example/news/4"),
    ]

    def left(**values: object) -> str:
        found = pages(*records, chosen=PageFilter(**values))  # type: ignore[arg-type]
        return "".join(item.page.url[-1] for item in found if isinstance(item, ArchivedPage))

    assert left() == "1234"
    assert left(url=re.compile("/news/")) == "124"
    assert left(is_wanted=lambda url: "//b." in url) == "234"
    assert left(mime=re.compile("html")) == "123"
    second = datetime(2026, 3, 2, tzinfo=UTC)
    assert left(since=second) == "23"
    assert left(until=second) == "14"
