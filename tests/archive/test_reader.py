"""Archives that others wrote, whole and damaged: nothing is lost but what is damaged."""

from __future__ import annotations

import gzip
import io
import tracemalloc

import pytest

from ingest.archive.reader import ArchiveReader
from ingest.archive.record import Record, Skipped
from tests.archive.writing import HTTP, member, numbered, page, record

MOST = 2**20
Items = list[Record | Skipped]


class Pipe:
    """A pipe: no seek, and short reads."""

    def __init__(self, data: bytes, most: int = 700) -> None:
        self._file = io.BytesIO(data)
        self._most = most

    def read(self, size: int, /) -> bytes:
        return self._file.read(min(size, self._most))


def read(data: bytes, most: int = MOST) -> Items:
    items = list(ArchiveReader(io.BytesIO(data), most))
    assert items == list(ArchiveReader(Pipe(data), most))
    return items


def summary(items: Items) -> list[str]:
    """Return the numbers of the pages, and the reasons of the others."""
    return [
        item.reason.value if isinstance(item, Skipped) else item.head.url.rsplit("/", 1)[1]
        for item in items
    ]


def test_records_of_a_plain_and_of_a_compressed_archive() -> None:
    records = [numbered(number) for number in range(4)]
    forms = {
        "plain": b"".join(records),
        "by record": b"".join(map(member, records)),
        "whole": member(b"".join(records)),
        # `pigz` and others cut where they like.
        "in parts": b"".join(
            member(b"".join(records)[at : at + 100]) for at in range(0, 4000, 100)
        ),
    }
    for form, data in forms.items():
        items = read(data)
        assert summary(items) == ["0", "1", "2", "3"], form
        blocks = [item.block for item in items if isinstance(item, Record)]
        assert blocks == [HTTP + page(number) for number in range(4)], form


def test_offsets_are_those_of_the_record_or_of_its_member() -> None:
    records = [numbered(number) for number in range(3)]
    for make in (bytes, member):
        parts = [make(data) for data in records]
        offsets = [len(b"".join(parts[:number])) for number in range(3)]
        heads = [item.head for item in read(b"".join(parts)) if isinstance(item, Record)]
        assert [head.offset for head in heads] == offsets
        again = io.BytesIO(b"".join(parts))
        again.seek(offsets[1])
        assert summary(list(ArchiveReader(again, MOST, offset=offsets[1]))) == ["1", "2"]


@pytest.mark.parametrize("is_compressed", [False, True])
def test_a_file_that_is_cut_at_any_byte_gives_all_records_before(is_compressed: bool) -> None:
    make = member if is_compressed else bytes
    parts = [make(numbered(number)) for number in range(3)]
    data = b"".join(parts)
    for end in range(len(parts[0]), len(data)):
        items = list(ArchiveReader(io.BytesIO(data[:end]), MOST))
        whole = 2 if end >= len(parts[0] + parts[1]) else 1
        numbers = summary(items)
        assert numbers[:whole] == ["0", "1"][:whole]
        is_whole = end in {len(parts[0]), len(parts[0] + parts[1])}
        assert is_whole or len(numbers) > whole  # what was cut is reported


def test_a_flipped_byte_costs_its_own_record_and_is_reported() -> None:
    parts = [member(numbered(number)) for number in range(4)]
    start, end = len(parts[0]), len(parts[0] + parts[1])
    data = b"".join(parts)
    silent = 0
    for place in range(start, end):
        damaged = bytearray(data)
        damaged[place] ^= 0x55
        items = list(ArchiveReader(io.BytesIO(damaged), MOST))
        numbers = summary(items)
        assert numbers[0] == "0"
        assert numbers[-2:] == ["2", "3"], place
        skipped = [item for item in items if isinstance(item, Skipped)]
        if not skipped:  # time, name and system of the header of gzip are in no checksum
            assert items == read(data)
            silent += 1
        assert {item.offset for item in skipped} <= {start}
    assert silent < 10


@pytest.mark.parametrize("is_compressed", [False, True])
@pytest.mark.parametrize("error", [-40, -1, 5, 40, 500, 5_000, 10**9])
def test_a_wrong_length_costs_its_own_record(error: int, is_compressed: bool) -> None:
    make = member if is_compressed else bytes
    block = HTTP + page(1)
    wrong = record(block, length=len(block) + error)
    data = b"".join(make(part) for part in (numbered(0), wrong, numbered(2), numbered(3)))
    assert summary(read(data)) == ["0", "wrong-length", "2", "3"]


def test_a_length_that_counts_a_line_end_too_does_no_harm() -> None:
    block = HTTP + page(1)
    assert summary(read(record(block, length=len(block) + 2) + numbered(2))) == ["1", "2"]


def test_bytes_between_records_are_reported_and_left_out() -> None:
    zeros, text = bytes(512), b"not a record\r\n"
    one, two = member(numbered(1)), member(numbered(2))
    for between in (zeros, text, one[:200], b"\x1f\x8b\x08\x00", b"\x1f\x8b\x08" * 200):
        items = read(one + between + two)
        assert summary(items)[0] == "1"
        assert summary(items)[-1] == "2"
        assert [item.offset for item in items if isinstance(item, Skipped)] == [len(one)]
    # In a plain file, it is as well the length of the record before that may be wrong.
    assert summary(read(numbered(1) + text + numbered(2))) == ["wrong-length", "2"]
    assert summary(read(text + numbered(2))) == ["no-record", "2"]
    assert summary(read(member(text) + two)) == ["no-record", "2"]


@pytest.mark.parametrize(
    "fields",
    [{"Content-Length": "many"}, {"WARC-Date": "yesterday"}, {"WARC-Type": ""}],
    ids="".join,
)
def test_a_header_without_what_it_needs_is_reported(fields: dict[str, str]) -> None:
    for make in (bytes, member):
        wrong = record(HTTP + page(1), fields=fields)
        data = make(numbered(0)) + make(wrong) + make(numbered(2))
        assert summary(read(data)) == ["0", "broken-header", "2"]


def test_an_endless_header_ends() -> None:
    data = b"WARC/1.0\r\n" + b"A: b\r\n" * 20_000 + b"\r\n" + numbered(2)
    assert summary(read(data)) == ["broken-header", "2"]


def test_the_address_of_wget_is_without_its_brackets() -> None:
    (item,) = read(record(HTTP, "<https://paper.example/7>"))
    assert isinstance(item, Record)
    assert item.head.url == "https://paper.example/7"


def test_no_archive_at_all() -> None:
    assert read(b"") == []
    assert summary(read(b"<html></html>")) == ["no-record"]
    assert summary(read(gzip.compress(b"<html></html>"))) == ["no-record"]


def test_what_is_not_wanted_is_counted_and_not_read() -> None:
    data = record(b"GET / HTTP/1.1\r\n\r\n", kind="request") + numbered(1)
    reader = ArchiveReader(io.BytesIO(data), MOST, lambda head: head.kind == "response")
    assert summary(list(reader)) == ["1"]
    assert reader.passed == {"request": 1}


def test_memory_is_that_of_a_page_whatever_the_record_holds() -> None:
    huge = member(record(bytes(200 * 2**20)))
    data = huge + member(numbered(2))
    del huge
    tracemalloc.start()
    try:
        items = list(ArchiveReader(io.BytesIO(data), MOST))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert summary(items) == ["too-large", "2"]
    assert peak < 8 * 2**20
