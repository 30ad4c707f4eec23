"""How a site stands now, by the ledger's rows on its runs (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from ingest.monitoring.summary import End, Finding, Kind, Run, RunSummary, age_text, moment_text

KEY_FIELDS = ("headline", "articleBody", "authors", "datePublished")
"""What every article has, and no reader of the output can do without."""

LOOKED_BACK = 20
"""Runs that medians are of."""

_RHYTHM_RUNS = 4
_SHORTEST_PAUSE = timedelta(days=1)
_LONG_PAUSE = timedelta(days=7)
"""Without a run, where too few are known to tell how often the site is crawled."""
_PAUSES = 3
_UNKNOWN_AFTER = timedelta(days=1)
"""An unfinished run that cannot be asked whether it lives is given up after this."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The share of the last records that have a field, and the median of the runs before; None where unknown."""

    share: float
    before: float | None


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """What `khabar status` says of a site.

    `last` is the last run, whether it ended or not, `summary` that of the last one that did; `at_work` says that a run
    is under way. `newest_age` is that of the newest article now (in a replay at the time of the recording), `new` the
    new articles of the last runs, oldest first.
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
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def usual_new(self) -> float:
        """The median of new articles in a run."""
        return median(self.new) if self.new else 0.0


def status_of(site: str, runs: Sequence[Run], now: datetime, *, locked: bool | None) -> SiteStatus:
    """How a site stands.

    Args:
        site: its name.
        runs: of the site, newest first, at least one.
        now: the time.
        locked: whether a run holds the site's lock; None where that is not known.
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
        limit, known = max(usual * _PAUSES, _SHORTEST_PAUSE), f"usually every {age_text(usual)}"
    else:
        limit, known = _LONG_PAUSE, "too few to know how often"
    quiet = now - (runs[0].finished or runs[0].started)
    if quiet <= limit:
        return []
    return [
        Finding(
            kind=Kind.OVERDUE,
            reason=f"no run for {age_text(quiet)}, {known}; {age_text(limit)} are allowed",
        )
    ]


def _newest_age(summary: RunSummary | None, now: datetime) -> timedelta | None:
    if summary is None or summary.newest is None:
        return None
    return (summary.as_of if summary.replayed else now) - summary.newest


def _coverage(summaries: Sequence[RunSummary]) -> dict[str, Coverage]:
    """Of the last run that read something."""
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
