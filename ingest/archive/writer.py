"""Writes the answers of a crawl into WARC 1.1 files beside the segments of their site.

A file is `OUTPUT/<site>/<YYYY-MM-DD>/<run id>-<number>.warc.gz`; while a run writes it, its name
ends with `.warc.gz.open`. Every record is a gzip member of its own.

Write order: `add` writes an answer, `sync` calls fsync, and only then the ledger commits what came
of the answer. So the answer of a committed record is on the disk. After a crash, `recover_archives`
cuts an open file behind its last whole record. A whole record whose outcome was not committed
stays: it is an answer that was received, and the next run asks again.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedRandom, BytesIO
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from ingest.archive.response import Exchange
from ingest.errors import UnwritableOutput
from ingest.record import ArchivePlace
from ingest.storage.segments import make_folder, sync_folder, writable

OPEN = ".open"
MAX_BYTES = 10**9
"""Size in bytes after which another file is begun, as usual for WARC files (ISO 28500, annex C)."""
_CHUNK = 2**20
_PROFILES = "http://netpreserve.org/warc/1.1/revisit/"


@dataclass(frozen=True, slots=True)
class _Kept:
    """A payload in the archive of this run."""

    url: str
    date: str


@dataclass
class ArchiveWriter:
    """The archive of one run of a site, whose lock must be held. `close` it.

    No file is created before the first answer.

    Args:
        output: the output folder.
        site: the name of the site.
        run_id: the start of the names; its first eight digits are the day.
        info: fields of the `warcinfo` record.
        most_bytes: size after which another file is begun.

    Raises:
        UnwritableOutput: in every method: a file cannot be written.
    """

    output: Path
    site: str
    run_id: str
    info: Mapping[str, str]
    most_bytes: int = MAX_BYTES
    _number: int = 0
    _path: str = ""
    _file: BufferedRandom | None = None
    _is_dirty: bool = False
    _error: UnwritableOutput | None = None  # after which the file may end in a part of a record
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def add(self, exchange: Exchange) -> ArchivePlace:
        """Write an answer, its request and its source; `sync` makes them durable."""
        date = _date(exchange.date)
        digest = str(_digested(exchange.body))
        kind, fields = self._kind(exchange, digest)
        buffer = BytesIO()
        writer: Any = WARCWriter(buffer, gzip=True, warc_version="1.1")
        fields = {"WARC-Date": date, **fields}
        line = f"{exchange.status} {exchange.reason}".rstrip()
        answer = writer.create_warc_record(
            exchange.url,
            kind,
            payload=BytesIO(b"" if kind == "revisit" else exchange.body),
            length=0 if kind == "revisit" else len(exchange.body),
            http_headers=StatusAndHeaders(line, list(exchange.headers), protocol="HTTP/1.1"),
            warc_headers_dict=fields,
        )
        writer.write_record(answer)
        length = buffer.tell()
        together = {"WARC-Date": date, "WARC-Concurrent-To": _id_of(answer)}
        writer.write_record(_request(writer, exchange, together))
        if exchange.source:
            text = f"via: {exchange.source}\r\n".encode()
            writer.write_record(
                writer.create_warc_record(
                    exchange.url,
                    "metadata",
                    payload=BytesIO(text),
                    length=len(text),
                    warc_content_type="application/warc-fields",
                    warc_headers_dict=together,
                )
            )
        offset = self._append(buffer.getvalue())
        if kind == "response":
            self._kept.setdefault(digest, _Kept(exchange.url, date))
        return ArchivePlace(file=self._path, offset=offset, length=length, digest=digest)

    def _kind(self, exchange: Exchange, digest: str) -> tuple[str, dict[str, str]]:
        """Return the type of the record of an answer, with the fields of a revisit."""
        if exchange.status == 304:
            earlier = {"WARC-Refers-To-Target-URI": exchange.url}
            if exchange.last_full is not None:
                earlier["WARC-Refers-To-Date"] = _date(exchange.last_full)
            return "revisit", {"WARC-Profile": f"{_PROFILES}server-not-modified", **earlier}
        kept = self._kept.get(digest)
        if kept is None or not exchange.body:
            return "response", {"WARC-Payload-Digest": digest}
        return "revisit", {
            "WARC-Profile": f"{_PROFILES}identical-payload-digest",
            "WARC-Payload-Digest": digest,
            "WARC-Refers-To-Target-URI": kept.url,
            "WARC-Refers-To-Date": kept.date,
        }

    def sync(self) -> None:
        """Make all answers durable; raises the error of an `add` that failed."""
        if self._error is not None:
            raise self._error
        if self._file is not None and self._is_dirty:
            with self._intact():
                os.fsync(self._file.fileno())
            self._is_dirty = False

    def close(self) -> None:
        """Finish the open file; one whose end may be torn is left to `recover_archives`."""
        if self._file is None:
            return
        if self._error is None:
            self.sync()
        file, self._file = self._file, None
        with writable(self.output):
            file.close()
            if self._error is not None:
                return
            opened = self.output / f"{self._path}{OPEN}"
            opened.replace(opened.with_suffix(""))
            sync_folder(opened.parent)

    def _append(self, data: bytes) -> int:
        """Write bytes, and return where they start."""
        if self._file is not None and self._file.tell() >= self.most_bytes:
            self.close()
        with self._intact():
            file = self._file or self._begin()
            offset = file.tell()
            file.write(data)
            file.flush()
        self._is_dirty = True
        return offset

    @contextmanager
    def _intact(self) -> Iterator[None]:
        """Keep the error of the block."""
        try:
            with writable(self.output):
                yield
        except UnwritableOutput as error:
            self._error = error
            raise

    def _begin(self) -> BufferedRandom:
        self._number += 1
        day = f"{self.run_id[:4]}-{self.run_id[4:6]}-{self.run_id[6:8]}"
        self._path = f"{self.site}/{day}/{self.run_id}-{self._number:04}.warc.gz"
        opened = self.output / f"{self._path}{OPEN}"
        make_folder(opened.parent)
        self._file = opened.open("xb+")
        sync_folder(opened.parent)
        writer: Any = WARCWriter(self._file, gzip=True, warc_version="1.1")
        writer.write_record(writer.create_warcinfo_record(Path(self._path).name, self.info))
        return self._file


def _id_of(record: Any) -> str:  # noqa: ANN401 - warcio has no types
    """Return the id of a record of warcio's."""
    return str(record.rec_headers.get_header("WARC-Record-ID"))


def _request(writer: Any, exchange: Exchange, fields: Mapping[str, str]) -> Any:  # noqa: ANN401
    line = f"{exchange.method} {exchange.target} HTTP/1.1"
    return writer.create_warc_record(
        exchange.url,
        "request",
        payload=BytesIO(b""),
        length=0,
        http_headers=StatusAndHeaders(line, list(exchange.request_headers), is_http_request=True),
        warc_headers_dict=dict(fields),
    )


def _digested(body: bytes) -> Digester:
    digester = Digester("sha1")
    digester.update(body)
    return digester


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def recover_archives(output: Path, site: str) -> None:
    """Cut the files that a killed run left open behind their last whole record, and finish them.

    The site's lock must be held. Raises `UnwritableOutput`.
    """
    with writable(output):
        for opened in sorted((output / site).glob(f"*/*.warc.gz{OPEN}")):
            length = whole_length(opened)
            if not length:
                opened.unlink()
                continue
            with opened.open("rb+") as file:
                file.truncate(length)
                os.fsync(file.fileno())
            opened.replace(opened.with_suffix(""))
            sync_folder(opened.parent)


def whole_length(path: Path) -> int:
    """Return the bytes of a file up to the end of its last whole gzip member."""
    whole = 0
    with path.open("rb") as file:
        decoder, read = zlib.decompressobj(zlib.MAX_WBITS | 16), 0
        data = file.read(_CHUNK)
        while data:
            try:
                decoder.decompress(data)
            except zlib.error:
                break
            if not decoder.eof:
                read += len(data)
                data = file.read(_CHUNK)
                continue
            read += len(data) - len(decoder.unused_data)
            whole = read
            data = decoder.unused_data or file.read(_CHUNK)
            decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
    return whole
