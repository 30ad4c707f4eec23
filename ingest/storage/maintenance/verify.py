"""Verify an output: its lines, its files and its ledger against each other.

A crawl may be at work: only lines that are committed are read, and no lock is taken. Segments that
are merged or pruned meanwhile are looked up again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import RowMapping

from ingest.errors import UnwritableOutput
from ingest.storage.compression.codecs import open_file, reading
from ingest.storage.compression.files import open_segment, path_of, read_line
from ingest.storage.maintenance.findings import REPAIR, RESTORE, Finding
from ingest.storage.maintenance.folders import finished_files_of, foreign_files_of
from ingest.storage.maintenance.lines import Latest, LineCheck, parsed
from ingest.storage.maintenance.state import SiteLedger, SiteState
from ingest.storage.segments import OPEN
from ingest.storage.site_log import Segment

_OLDER = f"the ledger is older than the folder, as one from a copy is; {REPAIR}"


@dataclass(slots=True)
class Counts:
    """What was looked at: sites, segments, records; and numbers that were pruned or lost before."""

    sites: int = 0
    segments: int = 0
    records: int = 0
    absent: int = 0


class SiteVerification:
    """Checks one site.

    Args:
        output: the output folder.
        site: the name of the site.
        url: of the ledger, as `state.readable` gives it.
        counts: are added to.
    """

    def __init__(self, output: Path, site: str, url: str, counts: Counts) -> None:
        self._output = output
        self._site = site
        self._ledger = SiteLedger(output, site, url)
        self._counts = counts
        self._lines = LineCheck(site)
        self._place = 0
        self._seen: list[Segment] = []

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong, and read all of the site for it."""
        yield from self._segments()
        yield from self._articles()
        yield from self._files()
        state = self._ledger.state()
        self._counts.absent += sum(gap.last - gap.first + 1 for gap in state.gaps)

    def _finding(self, where: str, problem: str, remedy: str) -> Finding:
        return Finding(self._site, where, problem, remedy)

    def _segments(self) -> Iterator[Finding]:
        state = self._ledger.state()
        end = state.last
        waiting = deque(state.segments)
        while waiting:
            segment = waiting.popleft()
            try:
                yield from self._numbers(segment, state)
                yield from self._segment(segment)
            except FileNotFoundError:
                state = self._ledger.state(self._place)
                if segment in state.segments:
                    problem = f"records {segment.first} to {segment.last} are not in the folder"
                    yield self._finding(segment.path, problem, f"{RESTORE}, or: {REPAIR}")
                    self._lines.hole(segment.last)
                    self._place = max(self._place, segment.last)
                else:  # it was merged or pruned since
                    waiting = deque(each for each in state.segments if each.first <= end)
            except UnwritableOutput as error:
                yield self._finding(segment.path, error.message, error.remedy)
                self._lines.hole(segment.last)
                self._place = max(self._place, segment.last)
        for gap in state.gaps:
            self._lines.hole(gap.last)

    def _numbers(self, segment: Segment, state: SiteState) -> Iterator[Finding]:
        """Check that a segment follows the one before it."""
        if segment.first <= self._place and not self._overlaps(segment):
            problem = f"its first number is {segment.first}, and the one before has {self._place}"
            yield self._finding(segment.path, problem, REPAIR)
        if segment.first > self._place + 1:
            for first, last in state.missing(self._place + 1, segment.first - 1):
                problem = f"records {first} to {last} before it are in no segment of the ledger"
                yield self._finding(segment.path, problem, REPAIR)
            self._lines.hole(segment.first - 1)
        self._place = max(self._place, segment.first - 1)

    def _overlaps(self, segment: Segment) -> bool:
        """Whether a segment has grown or swallowed others since they were looked at."""
        return segment not in self._seen and segment.last > self._place

    def _segment(self, segment: Segment) -> Iterator[Finding]:
        file, stream = open_segment(self._output, segment.path)
        name = file.relative_to(self._output).as_posix()
        self._seen.append(segment)
        number, position, line_number = segment.first, 0, 0
        with stream, reading(file):
            while position < segment.length:
                data = stream.readline()
                if not data:
                    break
                line_number += 1
                where = f"{name}:{line_number}"
                if position + len(data) > segment.length:
                    break
                if number > self._place:
                    found, problems = self._lines.check(data, number, position)
                    for what, remedy in problems:
                        yield self._finding(where, what, remedy)
                    self._place = number = found
                    self._counts.records += 1
                number += 1
                position += len(data)
            rest = stream.readline() if position == segment.length else b""
        if position != segment.length:
            problem = f"{position} bytes are whole lines, {segment.length} in the ledger"
            yield self._finding(name, problem, f"{RESTORE}, or: {REPAIR}")
            self._lines.hole(segment.last)
        elif number - 1 != segment.last:
            problem = f"ends with record {number - 1}, in the ledger with {segment.last}"
            yield self._finding(name, problem, f"{RESTORE}, or: {REPAIR}")
        if rest and not name.endswith(OPEN):
            yield from self._behind(segment, name, line_number + 1, rest)
        self._place = max(self._place, segment.last)
        self._counts.segments += 1

    def _behind(self, segment: Segment, name: str, line: int, data: bytes) -> Iterator[Finding]:
        """Judge what a finished file has after the committed lines."""
        state = self._ledger.state()
        if segment not in state.segments:
            return  # it has grown, or has been merged
        article = parsed(data)
        number = None if isinstance(article, str) else article.metadata.sequence
        if number is not None and segment.last < number <= state.last:
            return  # `compact` was killed before its commit, and the lines are in the next segments
        problem = f"the lines from here on are not in the ledger, which ends at {segment.last}"
        yield self._finding(f"{name}:{line}", problem, _OLDER)

    def _articles(self) -> Iterator[Finding]:
        """Check the rows of the articles, and that each article has one."""
        seen: set[str] = set()
        doubtful = []
        for row in self._ledger.articles():
            seen.add(row["id"])
            if problem := self._row_problem(row, self._lines.latest.get(row["id"])):
                doubtful.append((row, problem))
        segments = set(self._ledger.state().segments) if doubtful else set()
        are_moved = any(segment not in segments for segment in self._seen)
        for row, problem in doubtful:
            if not (are_moved and self._is_true(row)):
                yield self._finding("ledger", problem, REPAIR)
        left = [article for article in self._lines.latest if article not in seen]
        for article in self._ledger.unknown(left):
            version = self._lines.latest[article].version
            problem = f"article {article} is not in it, the segments have version {version}"
            yield self._finding("ledger", problem, REPAIR)

    def _row_problem(self, row: RowMapping, latest: Latest | None) -> str:
        number = row["sequence"]
        if number is not None and number > self._place:
            return ""  # written since
        article = f"article {row['id']}"
        if latest is None or row["version"] > latest.version:
            if (number, row["segment"], row["position"]) == (None, None, None):
                return ""  # a repair has found that its line is missing
            if self._lines.may_be_missing(latest.number if latest else (number or 1) - 1):
                return ""
            found = f"the segments have version {latest.version if latest else 0}"
            return f"{article} has version {row['version']}, {found}"
        if row["version"] < latest.version:
            return f"{article} has version {row['version']}, the segments have {latest.version}"
        return self._last_version_problem(row, latest)

    def _last_version_problem(self, row: RowMapping, latest: Latest) -> str:
        article, number = f"article {row['id']}", row["sequence"]
        place = (number or latest.number, row["position"])
        is_placed = place == (latest.number, latest.position)
        if not is_placed or row["segment"] not in (None, self._path_of(latest.number)):
            return f"{article} is not where the ledger has its last version"
        if row["content_hash"] and hash(row["content_hash"]) != latest.content:
            return f"{article} has another content hash than its last version in the segments"
        return ""

    def _is_true(self, row: RowMapping) -> bool:
        """Whether a row is true now; its line may have been moved since the lines were read."""
        known = self._ledger.known(row["id"])
        if known is None or known.segment is None or known.position is None:
            return False
        line = read_line(self._output, known.segment, known.position)
        found = parsed(line.encode()) if line else ""
        if isinstance(found, str):
            return False
        latest = self._lines.latest.get(row["id"])
        return (
            (found.id, found.version) == (row["id"], known.version)
            and (latest is None or found.version >= latest.version)
            and known.content_hash in ("", found.content_hash)
            and found.metadata.sequence in (None, row["sequence"])
        )

    def _path_of(self, number: int) -> str | None:
        index = bisect_right(self._seen, number, key=lambda segment: segment.first) - 1
        return self._seen[index].path if index >= 0 else None

    def _files(self) -> Iterator[Finding]:
        """Check that each file of the folder is one of the ledger's."""
        for name in foreign_files_of(self._output, self._site):
            yield self._finding(name, "no file of Khabar", "move it elsewhere")
        files = {
            path_of(self._output, file): file
            for file in finished_files_of(self._output, self._site)
        }
        state = self._ledger.state()  # after the files, so that it has all of them
        known = {segment.path for segment in state.segments}
        for path, file in files.items():
            name = file.relative_to(self._output).as_posix()
            if path in known or name in state.removals:
                continue
            yield from self._unknown(file, name, state)

    def _unknown(self, file: Path, name: str, state: SiteState) -> Iterator[Finding]:
        try:
            with open_file(file) as stream, reading(file):
                article = parsed(stream.readline())
        except FileNotFoundError:
            return
        if isinstance(article, str):
            yield self._finding(name, f"no segment: {article}", "move it elsewhere")
            return
        number = article.metadata.sequence
        if number is not None and number <= state.last and not state.missing(number, number):
            yield self._finding(name, "its records were pruned or lost", REPAIR)
        elif number is not None and number <= state.last:
            problem = f"not in the ledger, which has its number {number} elsewhere"
            yield self._finding(name, problem, "move it elsewhere")
        else:
            yield self._finding(name, "not in the ledger", _OLDER)


def consumer_findings(
    places: Mapping[str, Mapping[str, int]], last: Mapping[str, int]
) -> Iterator[Finding]:
    """Yield the consumers that have taken more records than there are.

    Args:
        places: of each consumer, by its name: the last number that it has taken of each site.
        last: the last number of each site.
    """
    for name, by_site in places.items():
        for site, place in by_site.items():
            if place > (end := last.get(site, 0)):
                problem = f"has taken {place} records, the ledger ends at {end}"
                remedy = f"{REPAIR}, or: khabar consumers reset {name} --site {site} --to {end}"
                yield Finding(site, f"consumer {name}", problem, remedy)
