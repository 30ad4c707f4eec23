"""The present status of a site, by the runs in the ledger (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from ingest.monitoring.summary import End, Finding, Kind, Run, RunSummary, age_text, moment_text

KEY_FIELDS = ("headline", "articleBody", "authors", "datePublished")
"""Fields that every article should have."""

LOOKED_BACK = 20
"""Runs to take medians of."""

_RHYTHM_RUNS = 4
_SHORTEST_PAUSE = timedelta(days=1)
_LONG_PAUSE = timedelta(days=7)
"""The longest time without a run, if too few runs are known to derive a limit."""
_PAUSES = 3
_UNKNOWN_AFTER = timedelta(days=1)
"""An unfinished run whose lock cannot be checked counts as killed after this time."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The share of records with a field in the last run, and the median of earlier runs."""

    share: float
    before: float | None


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """The status of a site, as `khabar status` prints it.

    Attributes:
        site: the name of the site.
        last: the last run, finished or not.
        summary: of the last finished run.
        at_work: whether a run is active.
        newest_age: the age of the newest article now; in a replay at the time of the recording.
        new: new articles of the last runs, oldest first.
        coverage: of each of `KEY_FIELDS`.
        findings: the worst first.
    """

    site: str
    last: Run
    summary: RunSummary | None
    at_work: bool
    newest_age: timedelta | None
    new: tuple[int, ...]
    coverage: dict[str, Coverage]
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether there is no finding."""
        return not self.findings

    @property
    def usual_new(self) -> float:
        """Return the median of new articles in a run."""
        return median(self.new) if self.new else 0.0


def status_of(site: str, runs: Sequence[Run], now: datetime, *, locked: bool | None) -> SiteStatus:
    """Return the status of a site.

    Args:
        site: its name.
        runs: its runs, newest first, at least one.
        now: the current time, aware.
        locked: whether a run holds the site's lock; None if that is unknown.
    """
    last = runs[0]
    summaries = [run.summary for run in runs if run.summary is not None]
    summary = summaries[0] if summaries else None
    at_work = last.finished is None and (
        locked or (locked is None and now - last.started < _UNKNOWN_AFTER)
    )
    findings = [] if summary is None else list(summary.findings)
    return SiteStatus(
        site=site,
        last=last,
        summary=summary,
        at_work=bool(at_work),
        newest_age=_newest_age(summary, now),
        new=tuple(one.new for one in reversed(summaries[:LOOKED_BACK])),
        coverage=_coverage(summaries),
        findings=(*_not_ended(last, at_work=bool(at_work)), *_overdue(runs, now), *findings),
    )


def _not_ended(last: Run, *, at_work: bool) -> list[Finding]:
    began = moment_text(last.started)
    if last.finished is None:
        if at_work:
            return []
        reason = f"the run of {began} was killed; the next one mends what it left"
        return [Finding(kind=Kind.DID_NOT_END, subject=last.id, reason=reason)]
    if last.summary is not None and last.summary.ended is End.ERROR:
        reason = f"the run of {began} ended early: {last.summary.error or 'an error'}"
        return [Finding(kind=Kind.DID_NOT_END, subject=last.id, reason=reason)]
    return []


def _overdue(runs: Sequence[Run], now: datetime) -> list[Finding]:
    pauses = [
        (sooner.started - later.started).total_seconds()
        for sooner, later in pairwise(runs[: LOOKED_BACK + 1])
    ]
    if len(pauses) >= _RHYTHM_RUNS:
        usual = timedelta(seconds=median(pauses))
        limit, basis = max(usual * _PAUSES, _SHORTEST_PAUSE), f"usually every {age_text(usual)}"
    else:
        limit, basis = _LONG_PAUSE, "too few to know how often"
    quiet = now - (runs[0].finished or runs[0].started)
    if quiet <= limit:
        return []
    return [
        Finding(
            kind=Kind.OVERDUE,
            reason=f"no run for {age_text(quiet)}, {basis}; {age_text(limit)} are allowed",
        )
    ]


def _newest_age(summary: RunSummary | None, now: datetime) -> timedelta | None:
    if summary is None or summary.newest is None:
        return None
    return (summary.as_of if summary.replayed else now) - summary.newest


def _coverage(summaries: Sequence[RunSummary]) -> dict[str, Coverage]:
    """Return the coverage of the last run with records."""
    readers = [one for one in summaries if one.read][: LOOKED_BACK + 1]
    if not readers:
        return {}
    last, *earlier = readers
    return {
        name: Coverage(
            last.fields.get(name, 0.0),
            median(one.fields.get(name, 0.0) for one in earlier) if earlier else None,
        )
        for name in KEY_FIELDS
    }
