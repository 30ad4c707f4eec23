"""What people see on a terminal: tables, progress, one-line errors. Nothing of a page gets there unescaped."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC
from types import TracebackType
from typing import Self

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from ingest import logs
from ingest.errors import KhabarError
from ingest.monitoring.summary import RunSummary
from ingest.record import Article, Rejection
from ingest.sites import Site
from ingest.text import one_line, printable

_err = Console(stderr=True, highlight=False)
_out = Console(highlight=False)
_COUNTS = ("found", "new", "changed", "unchanged", "rejected", "failed")


def safe(text: str | None) -> str:
    """Text of a page for the terminal: one printable line, no markup of rich's."""
    return escape(printable(one_line(text)))


def standard_error() -> Console:
    """What is shown live and what is logged must go through one and the same."""
    return _err


def error(message: str) -> None:
    """One line on standard error; a log record where that is JSON Lines."""
    if logs.is_json():
        logging.getLogger(__name__).error("%s", message)
        return
    _err.print(f"[bold red]khabar:[/] {safe(message)}", soft_wrap=True)


def warn(message: str) -> None:
    """One line on standard error on something that does not change what was done."""
    _err.print(f"[bold yellow]khabar: warning:[/] {safe(message)}", soft_wrap=True)


def note(message: str) -> None:
    """One line on standard error that is no error."""
    _err.print(safe(message), soft_wrap=True)


def complain(result: Rejection | KhabarError) -> None:
    """Why a URL gave no record, in one line on standard error."""
    if isinstance(result, Rejection):
        detail = f" ({result.detail})" if result.detail else ""
        error(f"{result.requested_url}: not an article: {result.reason}{detail}")
    else:
        error(str(result))


def table(reports: Iterable[RunSummary]) -> None:
    """The closing table of a crawl, on standard error."""
    reports = list(reports)
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    grid.add_column("site", no_wrap=True)
    for name in _COUNTS:
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("newest (UTC)", no_wrap=True)
    for report in reports:
        newest = report.newest.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if report.newest else "-"
        grid.add_row(safe(report.site), *(str(_count(report, name)) for name in _COUNTS), newest)
    _err.print(grid)
    if not any(report.new or report.changed or report.gone for report in reports):
        why = "nothing new: " if all(report.healthy for report in reports) else ""
        note(f"{why}no record was written")
    for report in reports:
        if report.gone:
            note(f"{report.site}: {report.gone} gone: a closing record was written for each")
        for reason, number in sorted(report.rejected.items()):
            _err.print(f"{safe(report.site)}: {number} rejected: {safe(reason)}", soft_wrap=True)
        for reason, number in sorted(report.failures.items()):
            _err.print(f"{safe(report.site)}: {number} failed: {safe(reason)}", soft_wrap=True)
        for problem in report.findings or report.errors:
            error(f"{report.site}: {problem}")


def _count(report: RunSummary, name: str) -> int:
    value = getattr(report, name)
    return sum(value.values()) if isinstance(value, Mapping) else int(value)


class Progress:
    """Live counts of each site on a terminal; silent elsewhere, or where `quiet`."""

    def __init__(self, sites: Iterable[str], *, quiet: bool = False) -> None:
        self._bars = Bars(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=_err, transient=True,
            disable=quiet or not _err.is_terminal,
        )  # fmt: skip
        self._tasks = {
            site: self._bars.add_task(f"{site}: looking for articles", total=None) for site in sites
        }

    def __enter__(self) -> Self:
        if not self._bars.disable:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._bars.disable:  # rich 14.0 would end even then with an empty line
            self._bars.stop()

    def update(self, site: str, counts: Mapping[str, int]) -> None:
        """Show the counts of a site as they stand."""
        text = ", ".join(f"{number} {safe(name)}" for name, number in counts.items() if number)
        self._bars.update(self._tasks[site], description=f"{safe(site)}: {text}")


def sites(definitions: Iterable[Site]) -> None:
    """The sites with a definition."""
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("site", "domain", "language", "platforms", "schedule"):
        grid.add_column(name)
    for site in sorted(definitions, key=lambda site: site.name):
        grid.add_row(
            safe(site.name),
            safe(site.domain),
            safe(site.language),
            safe(", ".join(site.platforms)),
            safe(str(site.schedule or "")),
        )
    _out.print(grid)


def records(articles: Iterable[Article]) -> None:
    """A line for each record: when, where, by whom, what."""
    for article in articles:
        when = (article.date_published or "no date").replace("T", " ")
        names = ", ".join(author.name for author in article.authors) or "no byline"
        number = len(article.comments)
        comments = f", {number} comment{'s' if number > 1 else ''}" if number else ""
        line = f"{when}  {article.metadata.site or article.publisher.domain}  {article.headline}  ({names}{comments})"
        _out.print(safe(line), soft_wrap=True)
