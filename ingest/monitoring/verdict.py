"""Judge a run: what is wrong with the site, compared with its earlier runs (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from statistics import median

from ingest.monitoring.rhythm import Pace, stale_sources, standstill
from ingest.monitoring.shares import Change, Sample, fall, rise
from ingest.monitoring.summary import End, Finding, Kind, RunSummary
from ingest.record import Reason

TOO_MANY_FAILURES = 0.2
"""Threshold: the share of failed pages above which a run is unhealthy."""

_REFUSALS = frozenset({401, 403, 429})
_REFUSED_SHARE = 0.1
_FEWEST_REFUSED = 2
"""Thresholds below which refused pages are a matter of single pages and not of the site."""

_NORM_AFTER = timedelta(days=30)
"""A finding that was reported for this long becomes the norm and is not reported again."""

_LOOKED_BACK = 150
"""Earlier runs with records to compare with; enough for `shares` if each has one record."""

_OURS = frozenset(
    {
        "schemaVersion",
        "id",
        "version",
        "changed",
        "contentHash",
        "url",
        "requestedUrl",
        "publisher",
        "metadata",
    }
)
"""Fields that do not depend on the page, so that their coverage cannot drop."""
_RULE = "rule"
"""The source in `metadata.provenance` for a selector of the site's definition."""
_SELECTORS = {
    "alternativeHeadline": "alternative_headline",
    "articleBody": "body",
    "articleSection": "section",
    "dateModified": "modified",
    "datePublished": "published",
}
"""The name in a definition's `[select]` of each field with another name there."""


def verdict(run: RunSummary, earlier: Sequence[RunSummary], pace: Pace) -> list[Finding]:
    """Return the findings of a run, the worst first; empty if it is healthy.

    Args:
        run: the run to judge.
        earlier: earlier runs of the site, newest first; the more, the better its rhythm is known.
        pace: the limits for the age of its newest article.
    """
    stale = list(stale_sources(run, earlier, pace))
    still = None if stale else standstill(run, earlier, pace)
    return [
        *_blocked(run),
        *_failures(run),
        *_broken_sources(run),
        *stale,
        *([still] if still else _silent(run)),
        *_rejections(run, earlier),
        *_coverage(run, earlier),
    ]


def _blocked(run: RunSummary) -> Iterator[Finding]:
    if reason := _refusal(run):
        yield Finding(kind=Kind.BLOCKED, reason=reason)
    for source in run.sources:
        if source.status in _REFUSALS:
            yield Finding(
                kind=Kind.BLOCKED,
                subject=source.url,
                reason=f"{source.url} answers HTTP {source.status}",
            )
    for problem in run.shut_out:
        if problem not in run.unreachable:
            yield Finding(kind=Kind.BLOCKED, subject=problem.partition(": ")[0], reason=problem)


def _refusal(run: RunSummary) -> str:
    """Return how much of the site refuses requests, or an empty text."""
    counts = {f"HTTP {status}": run.failures.get(f"HTTP {status}", 0) for status in _REFUSALS}
    challenges = run.rejected.get(Reason.CHALLENGE, 0)
    refused = challenges + sum(counts.values())
    if _is_many(refused, run.tried):
        parts = [f"{challenges} challenge pages"] if challenges else []
        parts += [f"{count} times {answer}" for answer, count in sorted(counts.items()) if count]
        return f"{refused} of {run.tried} pages refused: {', '.join(parts)}"
    if run.articles or run.idle or not run.blocked:
        return ""
    total = sum(run.responses.values())  # answers to any request, not only for pages
    return f"{run.blocked} of {total} answers refuse us, and no article came"


def _is_many(refused: int, tried: int) -> bool:
    if refused == tried:
        return refused > 0
    return refused >= _FEWEST_REFUSED and refused > _REFUSED_SHARE * tried


def _failures(run: RunSummary) -> Iterator[Finding]:
    for problem in run.unreachable:
        yield Finding(kind=Kind.FAILURES, subject=problem.partition(": ")[0], reason=problem)
    if run.ended is not End.INTERRUPTED and run.failed > TOO_MANY_FAILURES * run.tried:
        reason, number = max(
            run.failures.items(), key=lambda pair: pair[1], default=("unknown", run.failed)
        )
        text = f"{run.failed} of {run.tried} pages could not be fetched, {number} of them: {reason}"
        yield Finding(kind=Kind.FAILURES, reason=text)


def _broken_sources(run: RunSummary) -> Iterator[Finding]:
    for problem in run.errors:
        if problem not in run.shut_out:
            yield Finding(
                kind=Kind.BROKEN_SOURCE, subject=problem.partition(": ")[0], reason=problem
            )


def _silent(run: RunSummary) -> Iterator[Finding]:
    """Report a finished run without any article."""
    if run.articles or run.idle or run.ended is not End.FINISHED:
        return
    answered = sum(1 for source in run.sources if source.status in {200, 304})
    if run.tried:
        rejected = sum(run.rejected.values())
        text = f"no article came of {run.tried} pages: {run.failed} failed, {rejected} rejected"
        if run.rejected:
            counts = (f"{reason} {number}" for reason, number in sorted(run.rejected.items()))
            text += f" ({', '.join(counts)})"
    elif run.sources:
        text = f"{answered} of {len(run.sources)} sources answered, and none announced an article"
    else:
        text = "no source announced an article"
    yield Finding(kind=Kind.SILENT, reason=text)


def _rejections(run: RunSummary, earlier: Sequence[RunSummary]) -> Iterator[Finding]:
    def sample(one: RunSummary) -> Sample:
        number = sum(one.rejected.values())
        return Sample(number, one.read + number, _reported(one, run, Kind.REJECTIONS_UP, ""))

    earlier = [one for one in earlier if one.read or one.rejected][:_LOOKED_BACK]
    if change := rise(sample(run), [sample(one) for one in earlier]):
        reason, number = _risen(run, earlier)
        text = f"{_of(change, 'pages')} rejected, before {_percent(change.before)}"
        text += f"; most: {reason} ({number})"
        yield Finding(kind=Kind.REJECTIONS_UP, reason=text)


def _risen(run: RunSummary, earlier: Sequence[RunSummary]) -> tuple[str, int]:
    """Return the reason that rose most above its median in earlier runs, and its count.

    The count is of the last run with rejections.
    """
    latest = next((one for one in (run, *earlier) if one.rejected), run)

    def usual(reason: str) -> float:
        return median([one.rejected.get(reason, 0) for one in earlier if one is not latest] or [0])

    return max(
        latest.rejected.items(), key=lambda pair: pair[1] - usual(pair[0]), default=("unknown", 0)
    )


def _coverage(run: RunSummary, earlier: Sequence[RunSummary]) -> Iterator[Finding]:
    """Report fields whose coverage fell, then rules of the definition that no longer match."""
    earlier = [one for one in earlier if one.read][:_LOOKED_BACK]
    fields = list(_fallen_fields(run, earlier))
    yield from fields
    yield from _fallen_rules(run, earlier, {finding.subject for finding in fields})


def _fallen_fields(run: RunSummary, earlier: Sequence[RunSummary]) -> Iterator[Finding]:
    """Report each field whose coverage fell; fields inside a reported one are skipped."""
    fallen: set[str] = set()
    for path in sorted({path for one in earlier for path in one.fields}):
        top = path.partition(".")[0]
        if top in _OURS or any(path.startswith(f"{outer}.") for outer in fallen):
            continue
        change = _change(run, earlier, path, partial(_field, path))
        if change is None:
            continue
        fallen.add(path)
        text = f"{path}: in {_of(change, 'records')}, before in {_percent(change.before)}"
        text += _cause(run, earlier, path)
        yield Finding(kind=Kind.COVERAGE_DROP, subject=path, reason=text)


def _fallen_rules(
    run: RunSummary, earlier: Sequence[RunSummary], reported: set[str]
) -> Iterator[Finding]:
    """Report each field that its rule fills less often, although its coverage did not fall."""
    ruled = {key.partition(":")[0] for one in earlier for key in one.provenance if _is_rule(key)}
    for field in sorted(ruled - reported):
        change = _change(run, earlier, f"{field}:{_RULE}", partial(_by_rule, field))
        if change is None:
            continue
        text = f"{field}: by its rule in {_of(change, 'records')}"
        text += f", before in {_percent(change.before)} ({_unmatched(field)}{_instead(run, field)})"
        yield Finding(kind=Kind.COVERAGE_DROP, subject=f"{field}:{_RULE}", reason=text)


def _change(
    run: RunSummary,
    earlier: Sequence[RunSummary],
    subject: str,
    share_of: Callable[[RunSummary], float],
) -> Change | None:
    def sample(one: RunSummary) -> Sample:
        return Sample(
            round(share_of(one) * one.read),
            one.read,
            _reported(one, run, Kind.COVERAGE_DROP, subject),
        )

    return fall(sample(run), [sample(one) for one in earlier])


def _reported(one: RunSummary, run: RunSummary, kind: Kind, subject: str) -> bool:
    """Whether an earlier run has the same finding, and is recent enough not to be the norm."""
    return run.started - one.started < _NORM_AFTER and any(
        finding.kind is kind and finding.subject == subject for finding in one.findings
    )


def _cause(run: RunSummary, earlier: Sequence[RunSummary], field: str) -> str:
    ruled = [_by_rule(field, one) for one in earlier if one.read]
    if ruled and median(ruled) > 0.5 and _by_rule(field, run) < 0.5:
        return f" ({_unmatched(field)})"
    return ""


def _unmatched(field: str) -> str:
    return f"rule `select.{_SELECTORS.get(field, field)}` of the definition no longer matches"


def _field(path: str, run: RunSummary) -> float:
    return run.fields.get(path, 0.0)


def _by_rule(field: str, run: RunSummary) -> float:
    return sum(
        share
        for key, share in run.provenance.items()
        if key.partition(":")[0] == field and _is_rule(key)
    )


def _is_rule(key: str) -> bool:
    """Whether the source in a key such as `datePublished:rule, zone: site` is a rule."""
    return key.partition(":")[2].partition(",")[0] == _RULE


def _instead(run: RunSummary, field: str) -> str:
    others = {
        key.partition(":")[2]: share
        for key, share in run.provenance.items()
        if key.startswith(f"{field}:")
    }
    best = max(others, key=lambda source: others[source], default="")
    return f"; found by {best} now" if best and best != _RULE else ""


def _of(change: Change, what: str) -> str:
    return f"{change.sample.hits} of {change.sample.size} {what}"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"
