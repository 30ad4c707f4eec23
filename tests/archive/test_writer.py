"""The archive of a run: valid records, files of a limited size, and whole records after a crash."""

from __future__ import annotations

import errno
import gzip
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from ingest.archive.reader import ArchiveReader
from ingest.archive.record import Record
from ingest.archive.response import Exchange, kept
from ingest.archive.writer import OPEN, ArchiveWriter, recover_archives
from ingest.errors import UnwritableOutput
from tests.archive.writing import page

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
RUN = "20261120T090000.000000Z-abcd"
HEADERS = [("Content-Type", "text/html")]


def exchange(number: int, body: bytes | None = None, **values: Any) -> Exchange:
    given = {
        "url": f"https://paper.example/{number}?a=1",
        "date": NOW,
        "method": "GET",
        "request_headers": [("Accept", "text/html")],
        "status": 200,
        "headers": HEADERS,
        "body": page(number) if body is None else body,
    }
    return Exchange(**{**given, **values})


def writer_in(output: Path, most_bytes: int = 10**9) -> ArchiveWriter:
    return ArchiveWriter(output, "paper", RUN, {"software": "x"}, most_bytes)


def files(output: Path) -> list[Path]:
    return sorted((output / "paper" / "2026-11-20").iterdir())


def kinds(file: Path) -> list[str]:
    """The types of the records, after a check of all digests."""
    found = []
    with file.open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            record.raw_stream.read()
            found.append(record.rec_type)
    return found


def test_an_answer_is_where_its_place_says(tmp_path: Path) -> None:
    writer = writer_in(tmp_path)
    places = [writer.add(exchange(number, source="feed")) for number in range(3)]
    writer.sync()
    opened = tmp_path / f"{places[0].file}{OPEN}"
    assert opened.stat().st_size >= places[2].offset + places[2].length
    writer.close()
    (file,) = files(tmp_path)
    assert file == tmp_path / places[0].file
    assert kinds(file) == ["warcinfo", *["response", "request", "metadata"] * 3]
    for number, place in enumerate(places):
        with file.open("rb") as stream:
            stream.seek(place.offset)
            (record,) = ArchiveReader(io.BytesIO(stream.read(place.length)), 2**20)
        assert isinstance(record, Record)
        assert record.head.url == f"https://paper.example/{number}?a=1"
        assert record.head.fields["warc-payload-digest"] == place.digest
        assert record.block.endswith(b"\r\n\r\n" + page(number))


def test_a_payload_that_comes_again_and_a_304_are_revisits(tmp_path: Path) -> None:
    writer = writer_in(tmp_path)
    writer.add(exchange(1))
    writer.add(exchange(2, page(1)))
    writer.add(exchange(1, b"", status=304, last_full=NOW))
    writer.close()
    (file,) = files(tmp_path)
    assert kinds(file)[1::2] == ["response", "revisit", "revisit"]
    with file.open("rb") as stream:
        revisits = [item for item in ArchiveReader(stream, 2**20) if isinstance(item, Record)][3::2]
    fields = [record.head.fields for record in revisits]
    assert fields[0]["warc-profile"].endswith("/identical-payload-digest")
    assert fields[0]["warc-refers-to-target-uri"] == "https://paper.example/1?a=1"
    assert fields[1]["warc-profile"].endswith("/server-not-modified")
    assert fields[1]["warc-refers-to-date"] == "2026-11-20T09:00:00.000000Z"


def test_another_file_is_begun_at_the_limit(tmp_path: Path) -> None:
    writer = writer_in(tmp_path, most_bytes=1_000)
    places = [writer.add(exchange(number)) for number in range(4)]
    writer.close()
    assert [file.name for file in files(tmp_path)] == sorted(
        {Path(place.file).name for place in places}
    )
    assert len(files(tmp_path)) > 1
    assert all(kinds(file)[0] == "warcinfo" for file in files(tmp_path))


def test_a_killed_run_leaves_whole_records(tmp_path: Path) -> None:
    writer = writer_in(tmp_path)
    places = [writer.add(exchange(number)) for number in range(3)]
    writer.sync()
    assert writer._file is not None
    writer._file.close()
    (opened,) = files(tmp_path)
    data = opened.read_bytes()
    for end in range(0, len(data), 7):
        opened.write_bytes(data[:end])
        recover_archives(tmp_path, "paper")
        whole = [place for place in places if place.offset + place.length <= end]
        if files(tmp_path):
            assert kinds(files(tmp_path)[0]).count("response") == len(whole)
            files(tmp_path)[0].unlink()
        else:
            assert not whole


def test_a_failed_write_leaves_the_file_to_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = writer_in(tmp_path)
    writer.add(exchange(1))
    file = writer._file

    class Full:
        """A disk that takes a part of what is written."""

        def write(self, data: bytes) -> None:
            assert file is not None
            file.write(data[:20])
            file.flush()
            raise OSError(errno.ENOSPC, "No space left on device")

        def __getattr__(self, name: str) -> Any:
            return getattr(file, name)

    monkeypatch.setattr(writer, "_file", Full())
    with pytest.raises(UnwritableOutput, match="No space left"):
        writer.add(exchange(2))
    with pytest.raises(UnwritableOutput, match="No space left"):
        writer.sync()  # so that nothing is committed whose answer is not there
    writer.close()
    assert files(tmp_path)[0].name.endswith(OPEN)
    recover_archives(tmp_path, "paper")
    assert kinds(files(tmp_path)[0]) == ["warcinfo", "response", "request"]


def test_a_body_with_secrets_is_stored_decoded_and_without_them() -> None:
    secret = b'<meta name="csrf-token" content="Zx81kQw90LmVbN3tR7yUeo2">'
    headers = [*HEADERS, ("Content-Encoding", "gzip"), ("Set-Cookie", "sid=Zx81kQw90LmVbN3tR7")]
    fields, body = kept(headers, gzip.compress(secret + page(1)), 2**20)
    assert b"Zx81" not in body
    assert body.endswith(page(1))
    assert fields == [*HEADERS, ("X-Archive-Orig-Content-Encoding", "gzip")]
    fields, body = kept(headers[:2], packed := gzip.compress(page(1)), 2**20)
    assert (fields, body) == (headers[:2], packed)
