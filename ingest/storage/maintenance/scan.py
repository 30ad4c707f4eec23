"""Read the segments of a site without its ledger: their numbers, and the last version of each article."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from ingest.processing.changes import Known, field_hashes, unexplained_after
from ingest.processing.identity import Name, names_of_record
from ingest.record import Article, Status
from ingest.storage.compression.files import opened, path_of
from ingest.storage.field_hashes import packed
from ingest.storage.maintenance.folders import finished_files_of
from ingest.storage.maintenance.lines import parsed
from ingest.storage.rows import iso
from ingest.storage.segments import OPEN, sync_folder, writable
from ingest.storage.site_log import Segment
from ingest.urls import article_key


def finish_open_files(output: Path, site: str) -> list[str]:
    """Give open segments their final names, as far as they have whole lines; return their paths.

    Without its ledger nothing tells which of the last lines were committed: all are taken. The
    caller has the site's lock.

    Raises:
        UnwritableOutput: a file cannot be read or written.
    """
    paths = []
    with writable(output):
        for file in sorted((output / site).glob(f"*/*.jsonl{OPEN}")):
            final = file.with_name(file.name.removesuffix(OPEN))
            if final.exists():
                continue  # both are named by `verify`
            with file.open("rb+") as stream:
                size = sum(len(line) for line in stream if line.endswith(b"\n"))
                stream.truncate(size)
                os.fsync(stream.fileno())
            if size:
                file.rename(final)
                paths.append(final.relative_to(output).as_posix())
            else:
                file.unlink()
            sync_folder(file.parent)
    return paths


def segments_in(output: Path, site: str, known: Mapping[str, Segment]) -> list[Segment]:
    """Return the finished segments of a folder, by path.

    A record without a number has that of its place, after the record before it.

    Args:
        output: the output folder.
        site: the name of the site.
        known: those of the ledger, by path: their first numbers are believed.
    """
    segments: list[Segment] = []
    following = 1
    for file in finished_files_of(output, site):
        path = path_of(output, file)
        records = length = 0
        first = known[path].first if path in known else following
        for data in _whole_lines(file):
            if not records and not isinstance(article := parsed(data), str):
                first = article.metadata.sequence or first
            records += 1
            length += len(data)
        if records:
            segments.append(Segment(path, first, records, length, closed=True))
            following = first + records
    return segments


def cut_to(output: Path, segment: Segment, last: int) -> Segment:
    """Return a segment as far as the record with a number."""
    length = records = 0
    for data in _whole_lines(_file(output, segment)):
        if segment.first + records > last:
            break
        records += 1
        length += len(data)
    return replace(segment, records=records, length=length)


def _file(output: Path, segment: Segment) -> Path:
    site = segment.path.split("/")[0]
    files = finished_files_of(output, site)
    return next(file for file in files if path_of(output, file) == segment.path)


def _whole_lines(file: Path) -> Iterator[bytes]:
    with opened(file) as lines:
        for data in lines:
            if data.endswith(b"\n"):
                yield data


@dataclass(slots=True)
class Found:
    """The last version of an article in the segments.

    Attributes:
        known: as a crawl knows it; the hashes of its fields are in `packed`.
        packed: the hashes of its fields.
        number: of its record.
        position: the byte where its line begins, None if its segment is not taken in.
        last_seen: when it was downloaded.
        names: further keys of the article.
    """

    known: Known
    packed: str
    number: int
    position: int | None
    last_seen: datetime
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Visited:
    """The last visit of an address that gave a record."""

    url: str
    article_id: str
    at: datetime
    gone: bool


@dataclass(slots=True)
class Contents:
    """What the segments of a site say of its articles, by id, and of addresses, by key."""

    articles: dict[str, Found] = field(default_factory=dict)
    addresses: dict[str, Visited] = field(default_factory=dict)

    def read(self, output: Path, site: str, accepted: Sequence[Segment]) -> None:
        """Read all segments of a site in their order; lines that are not records are left out.

        Args:
            output: the output folder.
            site: the name of the site.
            accepted: the segments that the ledger will have.
        """
        by_path = {segment.path: segment for segment in accepted}
        for file in finished_files_of(output, site):
            segment = by_path.get(path_of(output, file))
            position = 0
            for index, data in enumerate(_whole_lines(file)):
                article = parsed(data)
                if not isinstance(article, str):
                    inside = segment is not None and position < segment.length
                    first = segment.first if segment is not None else 1
                    number = article.metadata.sequence or first + index
                    self._add(article, number, position if inside else None)
                position += len(data)

    def _add(self, article: Article, number: int, position: int | None) -> None:
        downloaded = datetime.fromisoformat(article.metadata.date_downloaded)
        at = downloaded if downloaded.tzinfo else downloaded.replace(tzinfo=UTC)
        before = self.articles.get(article.id)
        if before is not None and article.version <= before.known.version:
            if article.version == before.known.version and before.position is None:
                before.number, before.position = number, position
            return
        gone = article.status is Status.GONE
        known = Known(
            version=article.version,
            content_hash=article.content_hash,
            field_hashes={},
            gone=gone,
            modified=article.date_modified,
            unexplained=unexplained_after(article, before.known if before else None),
            first_seen=before.known.first_seen if before else at,
            url=article.url,
        )
        hashes = packed(field_hashes(article))
        names = names_of_record(article)
        self.articles[article.id] = Found(known, hashes, number, position, at, names)
        key = article_key(article.requested_url)
        self.addresses[key] = Visited(article.requested_url, article.id, at, gone)


def article_row(site: str, ident: str, found: Found) -> dict[str, object]:
    """Return the row of an article in the ledger."""
    known = found.known
    return {
        "id": ident,
        "site": site,
        "url": known.url,
        "status": (Status.GONE if known.gone else Status.PUBLISHED).value,
        "content_hash": known.content_hash,
        "field_hashes": found.packed,
        "version": known.version,
        "modified": known.modified,
        "unexplained": known.unexplained,
        "sequence": found.number if found.position is not None else None,
        "segment": None,
        "position": found.position,
        "first_seen": iso(known.first_seen or found.last_seen),
        "last_seen": iso(found.last_seen),
    }
