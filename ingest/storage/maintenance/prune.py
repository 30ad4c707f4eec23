"""Remove old segments, and keep those that somebody still needs.

A segment stays

- if one of its records was downloaded within the time to keep;
- if it is the last one of the site: the numbers and names of further segments follow it;
- if a consumer has not taken all of it;
- if it has the last version of an article that is to be visited again: should that be gone, its
  closing record repeats the last version. Most articles are not visited again after some days
  (`recheck`), so that this keeps little. To keep the last versions of all articles would keep nearly
  all segments. If an article whose last record was pruned turns out to be gone, the ledger notes
  it, and there is no closing record; if it was edited, it gets its next version.

Numbers are not given again. The ledger has the ranges that were pruned, so that readers pass them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ingest.record import Status
from ingest.storage.compression.codecs import reading
from ingest.storage.compression.files import files_of, open_segment
from ingest.storage.engine import Database
from ingest.storage.maintenance.compact import ends_before
from ingest.storage.maintenance.removals import finish_removals, note_removals
from ingest.storage.site_log import PRUNED, Gap, Segment, gaps_of, segments_of
from ingest.storage.tables import ARTICLES, GAPS, SEGMENTS, URLS


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be removed of a site, and what is old enough and yet stays, by the reason."""

    site: str
    remove: tuple[Segment, ...]
    keep: Mapping[str, Sequence[Segment]]


def plan(
    database: Database,
    output: Path,
    site: str,
    before: datetime,
    places: Mapping[str, Mapping[str, int]],
) -> Plan:
    """Decide what to remove of a site; nothing is changed.

    Args:
        database: the ledger.
        output: the output folder.
        site: the name of the site.
        before: records that were downloaded before this time may be removed.
        places: of each consumer, by its name: the last number that it has taken of each site.

    Raises:
        UnwritableOutput: the ledger or a segment cannot be read.
    """
    with database.reading() as connection:
        segments = segments_of(connection, site)
        needed, needed_paths = _needed(connection, site)
    remove: list[Segment] = []
    keep: dict[str, list[Segment]] = {}
    for segment in segments:
        if not (segment.closed and ends_before(segment.path, before)):
            continue
        numbers = range(segment.first, segment.last + 1)
        is_needed = segment.path in needed_paths or any(number in needed for number in numbers)
        reason = (
            ("it is the last one of the site" if segment == segments[-1] else "")
            or _consumer(segment, site, places)
            or ("an article in it is to be visited again" if is_needed else "")
            or _age(output, segment, before)
        )
        if reason:
            keep.setdefault(reason, []).append(segment)
        else:
            remove.append(segment)
    return Plan(site, tuple(remove), keep)


def _needed(connection: Connection, site: str) -> tuple[set[int], set[str]]:
    """Return the numbers of the last versions of articles to visit; of earlier releases the paths."""
    query = (
        select(ARTICLES.c.sequence, ARTICLES.c.segment)
        .join(URLS, URLS.c.article_id == ARTICLES.c.id)
        .where(URLS.c.site == site, URLS.c.next_check.is_not(None))
        .where(ARTICLES.c.site == site, ARTICLES.c.status != Status.GONE.value)
    )
    rows = connection.execute(query).all()
    return {row.sequence for row in rows if row.sequence}, {row.segment for row in rows}


def _consumer(segment: Segment, site: str, places: Mapping[str, Mapping[str, int]]) -> str:
    for name, by_site in places.items():
        if by_site.get(site, 0) < segment.last:
            return f"consumer {name} has not taken all of it, only to {by_site.get(site, 0)}"
    return ""


def _age(output: Path, segment: Segment, before: datetime) -> str:
    """Return why a segment is too new, or cannot be judged; empty if it is old."""
    try:
        file, stream = open_segment(output, segment.path)
    except FileNotFoundError:
        return "it is not in the folder, see: khabar verify"
    with stream, reading(file):
        for line in stream:
            try:
                downloaded = datetime.fromisoformat(json.loads(line)["metadata"]["dateDownloaded"])
            except (ValueError, KeyError, TypeError):
                return "a line of it is not a record, see: khabar verify"
            if (downloaded if downloaded.tzinfo else downloaded.replace(tzinfo=UTC)) >= before:
                return "a record of it is too new"
    return ""


def prune(database: Database, output: Path, plan: Plan) -> None:
    """Remove what a plan says. The caller has had the site's lock since before the plan.

    Raises:
        UnwritableOutput: the folder or the ledger cannot be written.
    """
    finish_removals(database, output, plan.site)
    if not plan.remove:
        return
    paths = [{"former": segment.path} for segment in plan.remove]
    files = [file for segment in plan.remove for file in files_of(output, segment.path)]
    with database.writing() as connection:
        connection.execute(delete(SEGMENTS).where(SEGMENTS.c.path == bindparam("former")), paths)
        if connection.scalar(select(ARTICLES.c.id).where(ARTICLES.c.segment.is_not(None)).limit(1)):
            unplaced = update(ARTICLES).where(ARTICLES.c.segment == bindparam("former"))
            connection.execute(unplaced.values(segment=None, position=None), paths)
        add_gaps(
            connection, plan.site, [Gap(each.first, each.last, PRUNED) for each in plan.remove]
        )
        note_removals(
            connection, plan.site, [each.relative_to(output).as_posix() for each in files]
        )
    finish_removals(database, output, plan.site)


def add_gaps(connection: Connection, site: str, gaps: Iterable[Gap]) -> None:
    """Add gaps to those of a site; consecutive ones with one cause become one."""
    put_gaps(connection, site, [*gaps_of(connection, site), *gaps])


def put_gaps(connection: Connection, site: str, gaps: Iterable[Gap]) -> None:
    """Replace the gaps of a site."""
    joined: list[Gap] = []
    for gap in sorted(gaps):
        if joined and joined[-1].last + 1 == gap.first and joined[-1].cause == gap.cause:
            joined[-1] = Gap(joined[-1].first, gap.last, gap.cause)
        else:
            joined.append(gap)
    connection.execute(delete(GAPS).where(GAPS.c.site == site))
    if joined:
        connection.execute(insert(GAPS), [{"site": site, **gap._asdict()} for gap in joined])
