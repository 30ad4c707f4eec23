"""`khabar crawl`: fetch what is new on sites. `run_crawls` also serves `khabar recheck`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.completion import site_names
from ingest.cli.console import Terminal, print_table, safe
from ingest.cli.options import FetchOptions, Limit, Output, Quiet, Record, Since

if TYPE_CHECKING:
    from typing import Unpack

    from ingest.crawl.run import Wanted
    from ingest.monitoring.summary import RunSummary
    from ingest.settings import Settings
    from ingest.sites import Site, SiteCatalog

logger = logging.getLogger(__name__)

_COUNTS = ("found", "new", "changed", "unchanged", "rejected", "failed")


def crawl(
    context: typer.Context,
    sites: Annotated[
        list[str],
        typer.Argument(
            metavar="SITE...", help="Names as in `khabar sites`.", autocompletion=site_names
        ),
    ],
    *,
    output: Output = None,
    limit: Limit = None,
    since: Since = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="Read every source to its end, and every article again."),
    ] = False,
    archive: Annotated[
        bool | None,
        typer.Option(
            "--archive", help="Keep the answers of articles in WARC files.", show_default=False
        ),
    ] = None,
    record: Record = None,
    quiet: Quiet = False,
    fetch: FetchOptions,
) -> None:
    """Fetch what is new on each site into JSON Lines.

    Example: khabar crawl propakistani --since 2d
    """
    from ingest.schedule import parse_since
    from ingest.sites import SiteCatalog

    if since:
        parse_since(since)  # an error now; the crawl knows the clock that a duration counts from
    terminal = context.ensure_object(Terminal)
    settings = fetch.start(terminal, "warning", output=output, archive=archive)
    catalog = SiteCatalog.load(settings.sites)
    run_crawls(
        terminal,
        [catalog.get(name) for name in dict.fromkeys(sites)],
        settings,
        catalog,
        quiet=quiet,
        replay=fetch.cassettes,
        record=record,
        limit=limit,
        since=since or None,
        full=full,
    )


def run_crawls(
    terminal: Terminal,
    sites: Iterable[Site],
    settings: Settings,
    catalog: SiteCatalog,
    *,
    quiet: bool,
    replay: list[Path],
    record: Path | None,
    **wanted: Unpack[Wanted],
) -> None:
    """Crawl these sites and print what happened.

    Args:
        terminal: where the live counts and the closing table go.
        sites: definitions of the sites.
        settings: as loaded.
        catalog: all definitions.
        quiet: log records in place of live counts and table; implied by `settings.log_json`.
        replay: cassettes that answer in place of the network.
        record: a cassette to record to.
        wanted: see `ingest.crawl.run.Wanted`.

    Raises:
        typer.Exit: the exit code is not 0.
    """
    from ingest.crawl.run import crawl_sites
    from ingest.monitoring.report import alarm, exit_code, log_end, log_start, send

    sites = list(sites)
    names = [site.name for site in sites]
    quiet = quiet or settings.log_json
    log_start(names)
    with live_counts(terminal, names, quiet=quiet) as update:
        reports = crawl_sites(
            sites,
            settings,
            catalog=catalog,
            replay=replay,
            record=record,
            on_progress=update,
            **wanted,
        )
    if quiet:
        log_end(reports)
    else:
        print_reports(terminal, reports)
    code = exit_code(reports)
    if code:
        message = alarm(reports, code, settings.output, datetime.now(UTC))
        for problem in send(message, settings):
            logger.warning("%s", problem)
        raise typer.Exit(code)


@contextmanager
def live_counts(
    terminal: Terminal, sites: Iterable[str], *, quiet: bool
) -> Iterator[Callable[[str, Mapping[str, int]], None] | None]:
    """Show the counts of each site on a terminal while the block runs; yields what updates them.

    Yields None if `quiet`, or if standard error is not a terminal.
    """
    if quiet or not terminal.err.is_terminal:
        yield None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    bars = Progress(*columns, console=terminal.err, transient=True)
    tasks = {
        site: bars.add_task(f"{safe(site)}: looking for articles", total=None) for site in sites
    }

    def update(site: str, counts: Mapping[str, int]) -> None:
        text = ", ".join(f"{number} {safe(name)}" for name, number in counts.items() if number)
        bars.update(tasks[site], description=f"{safe(site)}: {text}")

    with bars:
        yield update


def print_reports(terminal: Terminal, reports: Iterable[RunSummary]) -> None:
    """Print the closing table of a crawl on standard error, then a line for each problem."""
    reports = list(reports)
    headings = ("site", *_COUNTS, "newest (UTC)")
    print_table(terminal.err, headings, map(_cells, reports), numeric=_COUNTS)
    if not any(map(_has_records, reports)):
        is_healthy = all(report.healthy for report in reports)
        terminal.note(f"{'nothing new: ' if is_healthy else ''}no record was written")
    for report in reports:
        for line in _remarks(report):
            terminal.note(line)
        for problem in report.findings or report.errors:
            terminal.error(f"{report.site}: {problem}")


def _has_records(report: RunSummary) -> bool:
    return bool(report.new or report.changed or report.gone)


def _cells(report: RunSummary) -> list[str]:
    newest = report.newest
    moment = newest.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if newest else "-"
    return [safe(report.site), *(str(_count(report, name)) for name in _COUNTS), moment]


def _count(report: RunSummary, name: str) -> int:
    value = getattr(report, name)
    return sum(value.values()) if isinstance(value, Mapping) else int(value)


def _remarks(report: RunSummary) -> Iterator[str]:
    if report.gone:
        yield f"{report.site}: {report.gone} gone: a closing record was written for each"
    for reason, number in sorted(report.rejected.items()):
        yield f"{report.site}: {number} rejected: {reason}"
    for reason, number in sorted(report.failures.items()):
        yield f"{report.site}: {number} failed: {reason}"
    for remark in report.remarks:
        yield f"{report.site}: {remark}"
