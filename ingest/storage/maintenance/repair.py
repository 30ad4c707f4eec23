"""Make the ledger of a site again from its segments, as far as these tell.

The rows of segments, articles and visited addresses follow the folder: after a ledger was lost or
restored from an older copy, the next crawl goes on with the numbers and versions. What only the
ledger knew is not known again: failures, validators, the state of sources, and the runs.

No line is changed or removed. Numbers and versions never go down. All rows of a site are written
in one transaction.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, bindparam, delete, select, update

from ingest.processing.identity import MOST_SHARING, Name
from ingest.processing.recrawl import State
from ingest.storage.engine import Database
from ingest.storage.maintenance.prune import put_gaps
from ingest.storage.maintenance.removals import finish_removals
from ingest.storage.maintenance.scan import (
    Contents,
    Found,
    Visited,
    article_row,
    cut_to,
    finish_open_files,
    segments_in,
)
from ingest.storage.maintenance.state import SiteState, state_of
from ingest.storage.rows import iso
from ingest.storage.site_log import LOST, Gap, Segment
from ingest.storage.tables import ALIASES, ARTICLES, SEGMENTS, URLS, add_missing, put_all

_YOUNG = timedelta(days=7)
"""Articles that were downloaded within this time are visited again at once: when each was to be
visited is not known, and 7 days is the last age of `recheck` by default."""
_BATCH = 1000
"""Rows that are written at a time."""
_NO_PLACE = {"sequence": None, "segment": None, "position": None}
Thing = TypeVar("Thing")


@dataclass(slots=True)
class Repaired:
    """What a repair has done, as lines for the operator."""

    lines: list[str] = field(default_factory=list)

    def add(self, number: int, text: str) -> None:
        """Add a line on a number of things, if there are any."""
        if number:
            self.lines.append(f"{number:,} {text}")


def repair(database: Database, output: Path, site: str, taken: int, now: datetime) -> Repaired:
    """Repair the ledger of a site. The caller has the site's lock.

    Args:
        database: the ledger.
        output: the output folder.
        site: the name of the site.
        taken: the last number that a consumer has taken: none up to it is given again.
        now: the current time, aware.

    Raises:
        UnwritableOutput: a file or the ledger cannot be read or written.
    """
    done = Repaired()
    finish_removals(database, output, site)
    done.add(len(finish_open_files(output, site)), "open segments finished, with all whole lines")
    with database.reading() as connection:
        state = state_of(connection, site)
    places, last = _accepted(output, site, state, done)
    gaps = _gaps(places.segments, state.gaps, max(last, taken, state.last), done)
    contents = Contents()
    contents.read(output, site, places.segments)
    with database.reading() as connection:
        articles, added = _article_changes(connection, site, contents, places)
        addresses = _address_changes(connection, site, contents)
    renewed = {row["id"] for row in articles if "version" in row}
    with database.writing() as connection:
        _put_segments(connection, site, places.segments, state, done)
        if gaps != state.gaps:
            put_gaps(connection, site, gaps)
        for ids in _parts(added):
            rows = [article_row(site, ident, contents.articles[ident]) for ident in ids]
            add_missing(connection, ARTICLES, ["id"], rows)
        for row in articles:
            values = {name: value for name, value in row.items() if name != "id"}
            connection.execute(update(ARTICLES).where(ARTICLES.c.id == row["id"]).values(values))
        for keys in _parts(addresses):
            rows = [_address_row(site, key, contents.addresses[key], now) for key in keys]
            put_all(connection, URLS, ("key",), rows)
        for names in _parts(_names(contents, {*added, *renewed})):
            rows = [{**name._asdict(), "site": site} for name in names]
            add_missing(connection, ALIASES, ["key", "article_id"], rows)
    done.add(len(added), "articles added to the ledger")
    done.add(len(articles), "articles corrected in the ledger")
    done.add(len(addresses), "addresses noted as visited")
    return done


def _parts(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    iterator = iter(things)
    while part := list(islice(iterator, _BATCH)):
        yield part


def _accepted(output: Path, site: str, state: SiteState, done: Repaired) -> tuple[_Places, int]:
    """Return the segments that the ledger is to have, and the last number in any file.

    Two files may have the same numbers: a crawl went on with an older ledger, or a compaction was
    killed. Then those that the ledger has go before the others.
    """
    known = {segment.path: segment for segment in state.segments}
    found = segments_in(output, site, known)
    last = max((segment.last for segment in found), default=0)
    places = _Places()
    starts = sorted(each.first for each in found if each.path in known)
    for segment in sorted(found, key=lambda each: (each.path not in known, each.first, each.path)):
        index = bisect_right(starts, segment.first)
        if segment.path in known and index < len(starts) and starts[index] <= segment.last:
            segment = cut_to(output, segment, starts[index] - 1)  # noqa: PLW2901 - a part of it
        if (other := places.overlapping(segment)) is None:
            places.add(segment)
        else:
            done.lines.append(
                f"{segment.path} is not taken in: its numbers {segment.first} to {segment.last} "
                f"are in {other.path}"
            )
    return places, last


class _Places:
    """Segments in the order of their numbers, of which no two have the same one."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.by_path: dict[str, Segment] = {}

    def add(self, segment: Segment) -> None:
        insort(self.segments, segment, key=lambda each: each.first)
        self.by_path[segment.path] = segment

    def overlapping(self, segment: Segment) -> Segment | None:
        """Return a segment with a number of this one."""
        index = bisect_right(self.segments, segment.last, key=lambda each: each.first) - 1
        other = self.segments[index] if index >= 0 else None
        return other if other is not None and other.last >= segment.first else None

    def has(self, number: int) -> bool:
        index = bisect_right(self.segments, number, key=lambda each: each.first) - 1
        return index >= 0 and number <= self.segments[index].last


def _gaps(
    segments: Iterable[Segment], before: Sequence[Gap], end: int, done: Repaired
) -> list[Gap]:
    """Return the ranges of numbers up to `end` that no segment has; new ones are lost."""
    gaps: list[Gap] = []
    place = 0
    for segment in segments:
        gaps += _causes(place + 1, segment.first - 1, before)
        place = segment.last
    gaps += _causes(place + 1, end, before)
    for gap in gaps:
        if gap.cause == LOST and gap not in before:
            done.lines.append(f"records {gap.first} to {gap.last} are in no file: noted as lost")
    return gaps


def _causes(first: int, last: int, before: Iterable[Gap]) -> Iterator[Gap]:
    """Yield the ranges of a gap by what the ledger says of them."""
    for gap in before:
        if first > last or gap.last < first or gap.first > last:
            continue
        if gap.first > first:
            yield Gap(first, gap.first - 1, LOST)
        yield Gap(max(first, gap.first), min(last, gap.last), gap.cause)
        first = gap.last + 1
    if first <= last:
        yield Gap(first, last, LOST)


def _put_segments(
    connection: Connection,
    site: str,
    segments: Sequence[Segment],
    state: SiteState,
    done: Repaired,
) -> None:
    before, now = set(state.segments), set(segments)
    paths = {segment.path for segment in segments}
    removed = [segment.path for segment in state.segments if segment.path not in paths]
    if removed:
        former = delete(SEGMENTS).where(SEGMENTS.c.path == bindparam("former"))
        connection.execute(former, [{"former": path} for path in removed])
    rows = [
        {
            "path": each.path,
            "site": site,
            "first": each.first,
            "records": each.records,
            "length": each.length,
            "closed": True,
        }
        for each in segments
        if each not in before
    ]
    put_all(connection, SEGMENTS, ("path",), rows)
    done.add(len(now - before), "segments added or corrected in the ledger")
    done.add(len(removed), "segments are not in the folder, and not in the ledger any more")


def _article_changes(
    connection: Connection, site: str, contents: Contents, places: _Places
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the values to change, with the ids of their rows, and the ids of rows to insert."""
    changes, seen = [], set()
    columns = (
        ARTICLES.c.id,
        ARTICLES.c.version,
        ARTICLES.c.content_hash,
        ARTICLES.c.sequence,
        ARTICLES.c.segment,
        ARTICLES.c.position,
    )
    for row in connection.execute(select(*columns).where(ARTICLES.c.site == site)).mappings():
        seen.add(row["id"])
        found = contents.articles.get(row["id"])
        if change := _article_change(site, row, found, places):
            changes.append({"id": row["id"], **change})
    return changes, [ident for ident in contents.articles if ident not in seen]


def _article_change(
    site: str, row: RowMapping, found: Found | None, places: _Places
) -> dict[str, Any]:
    """Return what of a row has to change."""
    if found is None or found.known.version < row["version"]:
        return _NO_PLACE if _is_misplaced(row, places) else {}
    values = article_row(site, row["id"], found)
    if found.known.version > row["version"]:
        return {name: values[name] for name in values if name not in ("id", "first_seen")}
    place = {name: values[name] for name in _NO_PLACE}
    changed = {} if _has_place(row, found, places) else place
    if row["content_hash"] not in ("", found.known.content_hash):
        changed |= {name: values[name] for name in ("content_hash", "field_hashes")}
    return changed


def _has_place(row: RowMapping, found: Found, places: _Places) -> bool:
    """Whether a row has the place of its record, by the number or by the path of its segment."""
    if row["position"] != found.position:
        return False
    if row["segment"] is None:
        return bool(row["sequence"] == found.number) or found.position is None
    segment = places.by_path.get(row["segment"])
    return segment is not None and segment.first <= found.number <= segment.last


def _is_misplaced(row: RowMapping, places: _Places) -> bool:
    """Whether a row names a place in a segment, where its record is not."""
    number = row["sequence"]
    return row["segment"] in places.by_path or (number is not None and places.has(number))


def _address_changes(connection: Connection, site: str, contents: Contents) -> list[str]:
    """Return the keys of addresses that the ledger does not know, or an earlier visit of."""
    columns = (URLS.c.key, URLS.c.last_seen)
    query = select(*columns).where(URLS.c.site == site)
    seen = {row.key: row.last_seen for row in connection.execute(query)}
    return [
        key for key, visited in contents.addresses.items() if seen.get(key, "") < iso(visited.at)
    ]


def _address_row(site: str, key: str, visited: Visited, now: datetime) -> dict[str, Any]:
    return {
        "key": key,
        "site": site,
        "url": visited.url,
        "article_id": visited.article_id,
        "state": (State.GONE if visited.gone else State.ARTICLE).value,
        "last_seen": iso(visited.at),
        "last_full": iso(visited.at),
        "next_check": iso(now) if visited.at > now - _YOUNG else None,
        "attempts": 1 if visited.gone else 0,
        "last_error": None,
    }


def _names(contents: Contents, articles: set[str]) -> Iterator[Name]:
    """Yield the names of articles, without those that many articles have."""
    uses = Counter(name.key for found in contents.articles.values() for name in found.names)
    for ident, found in contents.articles.items():
        for name in found.names if ident in articles else ():
            if not (name.claimed and uses[name.key] >= MOST_SHARING):
                yield name
