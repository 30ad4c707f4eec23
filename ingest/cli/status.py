"""The command `khabar status`: how the sites of an output folder stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from ingest.cli.console import safe
from ingest.cli.options import settings_of
from ingest.errors import UsageError
from ingest.monitoring.report import EXIT_UNHEALTHY
from ingest.monitoring.status import Coverage, SiteStatus
from ingest.monitoring.summary import age_text
from ingest.settings import Settings
from ingest.sites import SiteCatalog

if TYPE_CHECKING:
    from ingest.monitoring.status import SiteStatus


_out = Console(highlight=False)
_BARS = "▁▂▃▄▅▆▇█"
_RUNS = 5
"""Shown as bars: what fits beside the other columns into 80."""


def print_table(statuses: Iterable[SiteStatus], now: datetime) -> None:
    """The sites one below the other, then a line for each thing that is wrong."""
    statuses = list(statuses)
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    grid.add_column("site", no_wrap=True)
    grid.add_column("last run", no_wrap=True)
    grid.add_column("newest", no_wrap=True)
    grid.add_column("new", no_wrap=True)
    grid.add_column("failed", justify="right", no_wrap=True)
    grid.add_column("coverage", no_wrap=True)
    grid.add_column("verdict", no_wrap=True)
    for status in statuses:
        grid.add_row(
            safe(status.site),
            "at work" if status.at_work else _last(status, now),
            "-" if status.newest_age is None else age_text(status.newest_age),
            _new(status),
            "-" if status.summary is None else str(status.summary.failed),
            _coverage(status.coverage),
            "[green]ok[/]" if status.healthy else "[bold red]faulty[/]",
        )
    _out.print(grid)
    for status in statuses:
        for finding in status.findings:
            _out.print(f"[bold]{safe(status.site)}[/]: {safe(str(finding))}", soft_wrap=True)


def as_json(status: SiteStatus) -> dict[str, Any]:
    """The same as JSON types; `lastRun` is the summary of the last run that ended."""
    return {
        "site": status.site,
        "healthy": status.healthy,
        "findings": [finding.model_dump(mode="json") for finding in status.findings],
        "atWork": status.at_work,
        "lastStarted": status.last.started.isoformat(),
        "lastFinished": status.last.finished.isoformat() if status.last.finished else None,
        "newestAgeSeconds": None
        if status.newest_age is None
        else round(status.newest_age.total_seconds()),
        "medianNew": status.usual_new,
        "new": list(status.new),
        "coverage": {
            name: {"share": one.share, "median": one.before}
            for name, one in status.coverage.items()
        },
        "lastRun": None if status.summary is None else status.summary.model_dump(mode="json"),
    }


def _last(status: SiteStatus, now: datetime) -> str:
    return f"{age_text(now - (status.last.finished or status.last.started))} ago"


def _new(status: SiteStatus) -> str:
    usual = f"{status.usual_new:g}"
    return (
        f"{usual:>4} {_bars(status.new[-_RUNS:])}"
        if len(status.new) > 1 and _is_unicode()
        else f"{usual:>4}"
    )


def _bars(numbers: Sequence[int]) -> str:
    """The numbers as bars, the highest one full."""
    most = max(numbers, default=0) or 1
    return "".join(_BARS[round(number / most * (len(_BARS) - 1))] for number in numbers)


def _is_unicode() -> bool:
    return _out.encoding.casefold().startswith("utf")


def _coverage(coverage: dict[str, Coverage]) -> str:
    """The key fields: one figure where all are full, else the one that lost most, with its median before."""
    if not coverage:
        return "-"
    name, worst = min(
        coverage.items(), key=lambda pair: (pair[1].share - (pair[1].before or 0.0), pair[1].share)
    )
    if all(one.share == 1 for one in coverage.values()):
        return "100 %"
    before = "" if worst.before is None else f"/{100 * worst.before:.0f}"
    return f"{name} {100 * worst.share:.0f}{before} %"


def status(
    sites: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SITE...", help="Names; all that were ever crawled when none is given."
        ),
    ] = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="Folder of records and ledger [default: data]"
        ),
    ] = None,
    json_lines: Annotated[
        bool, typer.Option("--json", help="An object a site, as JSON Lines.")
    ] = False,
) -> None:
    """Show how the sites stand by their last runs, also during a crawl, for example `khabar status dailytimes`."""
    now = datetime.now(UTC)
    statuses = _statuses(sites or [], settings_of(output=output), now)
    if json_lines:
        for one in statuses:
            typer.echo(json.dumps(as_json(one), ensure_ascii=False))
    else:
        print_table(statuses, now)
    if not all(one.healthy for one in statuses):
        raise typer.Exit(EXIT_UNHEALTHY)


def _statuses(names: list[str], settings: Settings, now: datetime) -> list[SiteStatus]:
    from ingest.monitoring.status import LOOKED_BACK, status_of
    from ingest.storage.runs import reading_runs, runs_of, sites_with_runs
    from ingest.storage.segments import is_locked

    found = []
    with reading_runs(settings.output, settings.ledger) as connection:
        known = sites_with_runs(connection)
        for name in _chosen(names, known, settings):
            runs = runs_of(connection, name, LOOKED_BACK * 2)
            seems_at_work = runs[0].finished is None
            locked = is_locked(settings.output, name) if seems_at_work else False
            found.append(status_of(name, runs, now, locked=locked))
    return found


def _chosen(names: list[str], known: list[str], settings: Settings) -> list[str]:
    """The sites to show, by name or domain; raises `UsageError` where one never ran."""
    if not known:
        raise UsageError(
            f"no run in the ledger of {settings.output}", "crawl first: khabar crawl SITE"
        )
    catalog = SiteCatalog.load(settings.sites)
    domains = {host: site.name for site in catalog for host in site.hosts}
    chosen = list(dict.fromkeys(domains.get(name, name) for name in names)) or known
    for name in chosen:
        if name not in known:
            raise UsageError(
                f"{name} never ran into {settings.output}",
                f"crawl it first; these did: {', '.join(known)}",
            )
    return chosen
