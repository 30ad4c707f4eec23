"""Merge the small segments of a day into larger ones, and compress them.

A merged segment has the name of its first part, begins with the same bytes, and continues with
those of the others. So no line, number or place of a consumer changes, the names still sort in the
order of writing, and a reader that knows the former length reads the same lines. The order of
writing, of which any step may be the last one of a killed process:

1. The new file is written under a hidden name and synced.
2. It is renamed, which replaces the first part. The ledger still has the former lengths.
3. One transaction changes the rows of the segments, the positions of the articles in them, and
   notes the files that are not needed any more.
4. These are removed (`removals`).

After a kill before step 3 the next compaction makes the same file again.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any, BinaryIO

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from ingest.errors import UnwritableOutput
from ingest.storage.compression.codecs import Compression, compressed, compression_of, reading
from ingest.storage.compression.files import file_of, files_of, open_segment
from ingest.storage.engine import Database
from ingest.storage.maintenance.removals import finish_removals, note_removals
from ingest.storage.segments import MAX_BYTES, MAX_RECORDS, sync_folder, writable
from ingest.storage.site_log import Segment, segments_of
from ingest.storage.tables import ARTICLES, SEGMENTS

_BLOCK = 2**20
_DRAFT = ".tmp"


@dataclass(slots=True)
class Compacted:
    """What a compaction did: segments and bytes of files that it read, and that it made of them."""

    segments_before: int = 0
    segments_after: int = 0
    bytes_before: int = 0
    bytes_after: int = 0


def ends_before(path: str, moment: datetime) -> bool:
    """Whether the day of a segment, in UTC, has ended before a time."""
    day = date.fromisoformat(path.split("/")[-2])
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) <= moment


def compact(
    database: Database,
    output: Path,
    site: str,
    before: datetime,
    compression: Compression = Compression.NONE,
) -> Compacted:
    """Compact the finished segments of days that ended before a time. The caller has the lock.

    Segments that are compressed in another format than `compression` are left as they are.

    Raises:
        UnwritableOutput: a file cannot be read or written, or a segment is not whole.
    """
    finish_removals(database, output, site)
    _remove_drafts(output / site)
    with database.reading() as connection:
        segments = segments_of(connection, site)
    old = [segment for segment in segments if segment.closed and ends_before(segment.path, before)]
    done = Compacted()
    for group in _groups([each for each in old if _is_fit(output, each, compression)]):
        if len(group) > 1 or _format(output, group[0]) is not compression:
            _merge(database, output, site, group, compression, done)
    return done


def _format(output: Path, segment: Segment) -> Compression | None:
    file = file_of(output, segment.path)
    return None if file is None else compression_of(file)


def _is_fit(output: Path, segment: Segment, compression: Compression) -> bool:
    """Whether a segment may be merged into one of a format: it is plain or has that format.

    A compressed file is never replaced by a plain one, or by one of another format: of two files
    of a segment, a reader could not tell which one is newer.
    """
    return _format(output, segment) in (Compression.NONE, compression)


def _groups(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Yield segments of one day with consecutive numbers, as many as fit into one."""
    group: list[Segment] = []
    for segment in segments:
        if group and not _fits(group, segment):
            yield group
            group = []
        group.append(segment)
    if group:
        yield group


def _fits(group: Sequence[Segment], segment: Segment) -> bool:
    return (
        group[-1].last + 1 == segment.first
        and _folder(group[-1]) == _folder(segment)
        and sum(each.records for each in group) + segment.records <= MAX_RECORDS
        and sum(each.length for each in group) + segment.length <= MAX_BYTES
    )


def _folder(segment: Segment) -> str:
    return segment.path.rpartition("/")[0]


def _merge(
    database: Database,
    output: Path,
    site: str,
    group: Sequence[Segment],
    compression: Compression,
    done: Compacted,
) -> None:
    path = group[0].path
    target = output / f"{path}{compression.suffix}"
    files = [file for segment in group for file in files_of(output, segment.path)]
    done.segments_before += len(group)
    done.bytes_before += sum(file.stat().st_size for file in files)
    with writable(output):
        draft = target.with_name(f".{target.name}{_DRAFT}")
        with draft.open("wb") as file:
            with compressed(file, compression) as stream:
                for segment in group:
                    _copy(output, segment, stream)
            _sync(file)
        draft.replace(target)
        sync_folder(target.parent)
    moved = _moved(database, site, group)
    with database.writing() as connection:
        _put_rows(connection, group, moved)
        needless = [file for file in files if file != target]
        note_removals(connection, site, [each.relative_to(output).as_posix() for each in needless])
    finish_removals(database, output, site)
    done.segments_after += 1
    done.bytes_after += target.stat().st_size


def _copy(output: Path, segment: Segment, target: BinaryIO) -> None:
    """Copy the lines of a segment; raises `UnwritableOutput` if they are not whole."""
    left, last = segment.length, b""
    try:
        file, stream = open_segment(output, segment.path)
    except FileNotFoundError:
        raise _not_whole(segment) from None
    with stream, reading(file):
        while left and (block := stream.read(min(left, _BLOCK))):
            target.write(block)
            left -= len(block)
            last = block[-1:]
    if left or last != b"\n":
        raise _not_whole(segment)


def _not_whole(segment: Segment) -> UnwritableOutput:
    return UnwritableOutput(f"{segment.path} is not whole", "see: khabar verify")


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _moved(database: Database, site: str, group: Sequence[Segment]) -> list[dict[str, Any]]:
    """Return new places of the articles whose last version is in a segment but the first one.

    The caller has the site's lock, so that no row changes before they are written.
    """
    firsts = [segment.first for segment in group]
    offsets, end = [], 0
    for segment in group:
        offsets.append(end)
        end += segment.length
    by_path = {segment.path: offset for segment, offset in zip(group, offsets, strict=True)}
    numbered = ARTICLES.c.sequence.between(group[0].last + 1, group[-1].last)
    columns = (ARTICLES.c.id, ARTICLES.c.sequence, ARTICLES.c.segment, ARTICLES.c.position)
    query = select(*columns).where(
        ARTICLES.c.site == site,
        ARTICLES.c.position.is_not(None),
        or_(numbered, ARTICLES.c.segment.is_not(None)),  # of an earlier release: by its path
    )
    rows = []
    with database.reading() as connection:
        for ident, number, path, position in connection.execute(query):
            if path is None:
                offset = offsets[bisect_right(firsts, number) - 1]
            elif by_path.get(path):
                offset = by_path[path]
            else:
                continue
            new_path = None if path is None else group[0].path
            rows.append({"ident": ident, "to": position + offset, "new_path": new_path})
    return rows


def _put_rows(
    connection: Connection, group: Sequence[Segment], moved: Sequence[dict[str, Any]]
) -> None:
    first, *others = group
    whole = {
        "length": sum(segment.length for segment in group),
        "records": sum(segment.records for segment in group),
    }
    connection.execute(update(SEGMENTS).where(SEGMENTS.c.path == first.path).values(whole))
    if others:
        removed = delete(SEGMENTS).where(SEGMENTS.c.path == bindparam("former"))
        connection.execute(removed, [{"former": segment.path} for segment in others])
    if moved:
        row = update(ARTICLES).where(ARTICLES.c.id == bindparam("ident"))
        row = row.values(position=bindparam("to"), segment=bindparam("new_path"))
        connection.execute(row, list(moved))


def _remove_drafts(folder: Path) -> None:
    """Remove what a killed compaction was writing."""
    with writable(folder):
        for draft in folder.glob(f"*/.*{_DRAFT}"):
            if draft.parent.name != "runs":
                draft.unlink(missing_ok=True)
