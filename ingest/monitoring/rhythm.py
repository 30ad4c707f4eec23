"""How long a source may go without anything new: as stated, as learned from earlier runs, or by default (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from ingest.discovery.candidate import SITEMAP
from ingest.discovery.source import SourceVisit
from ingest.monitoring.summary import Finding, Kind, RunSummary, age_text, moment_text

_ENOUGH = timedelta(days=7)
"""A rhythm is known after a week: nights and weekends are part of it."""
_FEWEST_STEPS = 3
_PATIENCE = 3
"""The longest pause seen, times this, is too long."""
_SHORTEST, _LONGEST = timedelta(days=1), timedelta(days=60)

_ANSWERS = frozenset({200, 304})


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The longest that may pass without a newer item, and how that is known."""

    limit: timedelta
    known: str


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of a site's pace: `stated` in its definition, `default` for those of which nothing is known."""

    stated: timedelta | None
    default: timedelta

    def rhythm(self, seen: Iterable[tuple[datetime, datetime]]) -> Rhythm:
        """The rhythm of something whose newest item was seen: pairs of the time of the run and that of the item."""
        if self.stated is not None:
            return Rhythm(self.stated, "as its definition says")
        pairs = sorted(seen)
        steps = sorted({newest for _, newest in pairs})
        if len(steps) <= _FEWEST_STEPS or pairs[-1][0] - pairs[0][0] < _ENOUGH:
            return Rhythm(self.default, "while its rhythm is not known")
        pauses = [later - sooner for sooner, later in pairwise(steps)]
        limit = min(max(max(pauses) * _PATIENCE, _SHORTEST), _LONGEST)
        return Rhythm(limit, f"its longest pause so far was {age_text(max(pauses))}")


def stale_sources(run: RunSummary, earlier: Sequence[RunSummary], pace: Pace) -> Iterator[Finding]:
    """The sources that answer and whose newest item is older than their rhythm allows."""
    seen: dict[str, list[tuple[datetime, datetime]]] = {}
    for before in earlier:
        for name, visits in _grouped(before.sources).items():
            if newest := _newest(visits):
                seen.setdefault(name, []).append((before.as_of, newest))
    for name, visits in _grouped(run.sources).items():
        newest = _newest(visits)
        answered = {visit.status for visit in visits} & _ANSWERS
        if newest is None or not answered:
            continue
        rhythm = pace.rhythm(seen.get(name, ()))
        if run.as_of - newest > rhythm.limit:
            yield Finding(
                kind=Kind.STALE_SOURCE,
                subject=name,
                reason=_reason(name, answered, run, newest, rhythm),
            )


def standstill(run: RunSummary, earlier: Sequence[RunSummary], pace: Pace) -> Finding | None:
    """That nothing new was seen on the whole site for longer than its rhythm allows."""
    seen = [(before.as_of, before.newest) for before in earlier if before.newest]
    newest = max(
        [moment for _, moment in seen] + ([run.newest] if run.newest else []), default=None
    )
    if newest is None:
        return None
    rhythm = pace.rhythm(seen)
    if run.as_of - newest <= rhythm.limit:
        return None
    age = age_text(run.as_of - newest)
    reason = f"nothing newer than {moment_text(newest)}, {age} old; {_allowed(rhythm)}"
    return Finding(kind=Kind.SILENT, reason=reason)


def _grouped(visits: Iterable[SourceVisit]) -> dict[str, list[SourceVisit]]:
    """Sources by the name that they are judged under: the sitemaps of a site as one, since most are archives."""
    groups: dict[str, list[SourceVisit]] = {}
    for visit in visits:
        groups.setdefault("sitemaps" if visit.kind == SITEMAP else visit.url, []).append(visit)
    return groups


def _newest(visits: Iterable[SourceVisit]) -> datetime | None:
    return max((visit.newest for visit in visits if visit.newest), default=None)


def _reason(
    name: str, answered: set[int | None], run: RunSummary, newest: datetime, rhythm: Rhythm
) -> str:
    statuses = " and ".join(str(status) for status in sorted(filter(None, answered)))
    age = age_text(run.as_of - newest)
    verb = "answer" if name == "sitemaps" else "answers"
    name = name.partition("?")[0]
    return f"{name} {verb} {statuses}, but the newest item is {age} old ({moment_text(newest)}); {_allowed(rhythm)}"


def _allowed(rhythm: Rhythm) -> str:
    return f"{age_text(rhythm.limit)} are allowed, {rhythm.known}"
