"""`khabar status`: the state of the sites of an output folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.console import Terminal, print_table, safe
from ingest.cli.options import Output
from ingest.errors import UsageError

if TYPE_CHECKING:
    from ingest.monitoring.status import Coverage, SiteStatus
    from ingest.settings import Settings

_BARS = "▁▂▃▄▅▆▇█"
_BAR_RUNS = 5
"""Number of runs shown as bars, so that the table fits into 80 columns."""


def status(
    context: typer.Context,
    sites: Annotated[
        list[str] | None,
        typer.Argument(metavar="SITE...", help="Names; without any, all that were ever crawled."),
    ] = None,
    *,
    output: Output = None,
    json_lines: Annotated[
        bool, typer.Option("--json", help="One object for each site, as JSON Lines.")
    ] = False,
) -> None:
    """Show the state of sites by their last runs, also during a crawl.

    Example: khabar status dailytimes
    """
    from ingest.monitoring.report import EXIT_UNHEALTHY
    from ingest.settings import Settings

    terminal = context.ensure_object(Terminal)
    now = datetime.now(UTC)
    statuses = _statuses(sites or [], Settings.load(output=output), now)
    if json_lines:
        for status in statuses:
            typer.echo(json.dumps(as_json(status), ensure_ascii=False))
    else:
        print_statuses(terminal, statuses, now)
    if not all(status.healthy for status in statuses):
        raise typer.Exit(EXIT_UNHEALTHY)


def _statuses(names: list[str], settings: Settings, now: datetime) -> list[SiteStatus]:
    from ingest.monitoring.status import LOOKED_BACK, status_of
    from ingest.storage.read_only import reading_ledger
    from ingest.storage.runs import runs_of, sites_with_runs
    from ingest.storage.site_lock import is_locked

    statuses = []
    with reading_ledger(settings.output, settings.ledger) as connection:
        for name in _chosen(names, sites_with_runs(connection), settings):
            runs = runs_of(connection, name, LOOKED_BACK * 2)
            is_unfinished = runs[0].finished is None
            locked = is_locked(settings.output, name) if is_unfinished else False
            statuses.append(status_of(name, runs, now, locked=locked))
    return statuses


def _chosen(names: list[str], crawled: list[str], settings: Settings) -> list[str]:
    """Return the sites to show, by name or domain; raises `UsageError` if one was never crawled."""
    from ingest.sites import SiteCatalog

    if not crawled:
        message = f"no run in the ledger of {settings.output}"
        raise UsageError(message, "crawl first: khabar crawl SITE")
    catalog = SiteCatalog.load(settings.sites)
    domains = {host: site.name for site in catalog for host in site.hosts}
    chosen = list(dict.fromkeys(domains.get(name, name) for name in names)) or crawled
    for name in chosen:
        if name not in crawled:
            message = f"{name} was never crawled into {settings.output}"
            raise UsageError(message, f"crawl it first; these were: {', '.join(crawled)}")
    return chosen


def as_json(status: SiteStatus) -> dict[str, Any]:
    """Return a status as JSON types. `lastRun` is the summary of the last run that ended."""
    age = status.newest_age
    return {
        "site": status.site,
        "healthy": status.healthy,
        "findings": [finding.model_dump(mode="json") for finding in status.findings],
        "atWork": status.at_work,
        "lastStarted": status.last.started.isoformat(),
        "lastFinished": status.last.finished.isoformat() if status.last.finished else None,
        "newestAgeSeconds": None if age is None else round(age.total_seconds()),
        "medianNew": status.usual_new,
        "new": list(status.new),
        "coverage": {
            name: {"share": coverage.share, "median": coverage.before}
            for name, coverage in status.coverage.items()
        },
        "lastRun": None if status.summary is None else status.summary.model_dump(mode="json"),
    }


def print_statuses(terminal: Terminal, statuses: Iterable[SiteStatus], now: datetime) -> None:
    """Print a table of the sites, then a line for each finding and each note on a source."""
    statuses = list(statuses)
    with_bars = terminal.out.encoding.casefold().startswith("utf")
    print_table(
        terminal.out,
        ("site", "last run", "newest", "new", "failed", "coverage", "verdict"),
        [_cells(status, now, with_bars=with_bars) for status in statuses],
        numeric=["failed"],
    )
    for status in statuses:
        for finding in status.findings:
            name = safe(status.site)
            terminal.out.print(f"[bold]{name}[/]: {safe(str(finding))}", soft_wrap=True)
        for remark in status.summary.remarks if status.summary is not None else ():
            terminal.out.print(f"{safe(status.site)}: note: {safe(remark)}", soft_wrap=True)


def _cells(status: SiteStatus, now: datetime, *, with_bars: bool) -> list[str]:
    from ingest.monitoring.summary import age_text

    last = status.last.finished or status.last.started
    return [
        safe(status.site),
        "running" if status.at_work else f"{age_text(now - last)} ago",
        "-" if status.newest_age is None else age_text(status.newest_age),
        _new_articles(status, with_bars=with_bars),
        "-" if status.summary is None else str(status.summary.failed),
        _coverage(status.coverage),
        "[green]ok[/]" if status.healthy else "[bold red]faulty[/]",
    ]


def _new_articles(status: SiteStatus, *, with_bars: bool) -> str:
    """Return the median number of new articles of a run, with bars for the last runs."""
    usual = f"{status.usual_new:g}"
    if not with_bars or len(status.new) < 2:
        return f"{usual:>4}"
    return f"{usual:>4} {_bars(status.new[-_BAR_RUNS:])}"


def _bars(numbers: Sequence[int]) -> str:
    """Return the numbers as bars. The highest number has a full bar."""
    highest = max(numbers, default=0) or 1
    return "".join(_BARS[round(number / highest * (len(_BARS) - 1))] for number in numbers)


def _coverage(coverage: dict[str, Coverage]) -> str:
    """Return the coverage of the key fields in one cell.

    That is one figure if all fields are complete, or else the field with the largest loss, followed
    by the median of earlier runs.
    """
    if not coverage:
        return "-"
    if all(field.share == 1 for field in coverage.values()):
        return "100 %"
    name, worst = min(coverage.items(), key=lambda item: _loss(item[1]))
    before = "" if worst.before is None else f"/{100 * worst.before:.0f}"
    return f"{name} {100 * worst.share:.0f}{before} %"


def _loss(coverage: Coverage) -> tuple[float, float]:
    """Return a key that is lowest for the largest loss, and then for the lowest share."""
    return coverage.share - (coverage.before or 0.0), coverage.share
