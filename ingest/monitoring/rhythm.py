"""The time that a source may have nothing new: stated, learned, or by default (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from ingest.discovery.candidate import SITEMAP
from ingest.discovery.source import SourceVisit
from ingest.monitoring.summary import Finding, Kind, RunSummary, age_text, moment_text

_ENOUGH = timedelta(days=7)
"""The shortest period to derive a rhythm from: it has a weekend."""
_FEWEST_STEPS = 3
_PATIENCE = 3
"""Threshold: a pause is too long if it exceeds the longest one so far this many times."""
_SHORTEST, _LONGEST = timedelta(days=1), timedelta(days=60)

_ANSWERS = frozenset({200, 304})


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The longest time that may pass without a newer item, and why."""

    limit: timedelta
    reason: str


@dataclass(frozen=True, slots=True)
class Pace:
    """The limits for the age of a site's newest item.

    Attributes:
        stated: by its definition; None if that has none.
        default: if the definition has none and too few runs are known.
    """

    stated: timedelta | None
    default: timedelta

    def rhythm(self, history: Iterable[tuple[datetime, datetime]]) -> Rhythm:
        """Return the rhythm of a source or site.

        Args:
            history: the time of each earlier run, and the time of the newest item then.
        """
        if self.stated is not None:
            return Rhythm(self.stated, "as its definition says")
        pairs = sorted(history)
        steps = sorted({newest for _, newest in pairs})
        if len(steps) <= _FEWEST_STEPS or pairs[-1][0] - pairs[0][0] < _ENOUGH:
            return Rhythm(self.default, "while its rhythm is not known")
        pauses = [later - sooner for sooner, later in pairwise(steps)]
        limit = min(max(max(pauses) * _PATIENCE, _SHORTEST), _LONGEST)
        return Rhythm(limit, f"its longest pause so far was {age_text(max(pauses))}")


def stale_sources(run: RunSummary, earlier: Sequence[RunSummary], pace: Pace) -> Iterator[Finding]:
    """Report sources that answer and whose newest item is older than their rhythm allows."""
    history: dict[str, list[tuple[datetime, datetime]]] = {}
    for before in earlier:
        for name, visits in _grouped(before.sources).items():
            if newest := _newest(visits):
                history.setdefault(name, []).append((before.as_of, newest))
    for name, visits in _grouped(run.sources).items():
        newest = _newest(visits)
        answered = {visit.status for visit in visits} & _ANSWERS
        if newest is None or not answered:
            continue
        rhythm = pace.rhythm(history.get(name, ()))
        if run.as_of - newest > rhythm.limit:
            yield Finding(
                kind=Kind.STALE_SOURCE,
                subject=name,
                reason=_reason(name, answered, run, newest, rhythm),
            )


def standstill(run: RunSummary, earlier: Sequence[RunSummary], pace: Pace) -> Finding | None:
    """Report that the whole site has had nothing new for longer than its rhythm allows."""
    history = [(before.as_of, before.newest) for before in earlier if before.newest]
    moments = [moment for _, moment in history]
    if run.newest:
        moments.append(run.newest)
    if not moments:
        return None
    newest = max(moments)
    rhythm = pace.rhythm(history)
    if run.as_of - newest <= rhythm.limit:
        return None
    age = age_text(run.as_of - newest)
    reason = f"nothing newer than {moment_text(newest)}, {age} old; {_allowed(rhythm)}"
    return Finding(kind=Kind.SILENT, reason=reason)


def _grouped(visits: Iterable[SourceVisit]) -> dict[str, list[SourceVisit]]:
    """Group visits by source; the sitemaps of a site are one, since most are archives."""
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
    text = f"{name} {verb} {statuses}, but the newest item is {age} old ({moment_text(newest)})"
    return f"{text}; {_allowed(rhythm)}"


def _allowed(rhythm: Rhythm) -> str:
    return f"{age_text(rhythm.limit)} are allowed, {rhythm.reason}"
