"""What `khabar sites check` and `khabar sites add` show on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich import box
from rich.console import Console
from rich.table import Table

from ingest import logs
from ingest.cli.console import safe, standard_error
from ingest.monitoring.coverage_draft import coverage
from ingest.onboarding.check import Verdict
from ingest.record import Article

if TYPE_CHECKING:
    from ingest.onboarding.draft import (
        Draft,
    )  # it loads the whole extraction, which a crawl leaves to its workers

_out = Console(highlight=False)
_err = standard_error()


def verdict(result: Verdict) -> None:
    """A line for each thing that is not as its definition wants it, and the count of all tests."""
    for site, url, problem in result.problems:
        line = f"{site}: {url}: {problem.field}: got {problem.got}, wanted {problem.wanted}"
        _out.print(safe(line), soft_wrap=True)
    counts = [f"{result.held} hold", f"{result.failed} fail"]
    if result.unfetched:
        counts.append(f"{result.unfetched} not fetched")
    if result.absent:
        counts.append(f"{result.absent} not at hand")
    _out.print(f"tests: {', '.join(counts)}")


class Looking:
    """Says on a terminal what `khabar sites add` is doing; silent elsewhere."""

    def __init__(self) -> None:
        self._status = _err.status("looking around")

    def __enter__(self) -> Self:
        if _err.is_terminal and not logs.speaks_json():
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._status.stop()

    def update(self, text: str) -> None:
        """Show what is done next."""
        self._status.update(safe(text))


def draft(result: Draft, file: Path) -> None:
    """What was found of a site, and how many of the articles tried give each field."""
    _out.print(
        f"[bold]{safe(str(result.values.get('publisher') or result.name))}[/]: {safe(str(file))}",
        soft_wrap=True,
    )
    _out.print(_coverage(result.articles))
    for source in result.sources:
        _out.print(safe(source), soft_wrap=True)
    for rejection in result.rejections:
        _out.print(
            safe(f"not an article: {rejection.requested_url}: {rejection.reason}"), soft_wrap=True
        )
    for note in result.notes:
        _out.print(safe(f"note: {note}"), soft_wrap=True)
    for key, text in result.reviews.items():
        _out.print(safe(f"review {key}: {text}"), soft_wrap=True)


def next_steps(result: Draft, folder: Path, *, listed: bool) -> None:
    """What to do with a definition that was written; `listed`: the settings name its folder."""
    if not listed:
        _out.print(
            safe(f'next: name the folder in khabar.toml: sites = ["{folder}"]'), soft_wrap=True
        )
    name = result.name
    text = f"next: look through the file, then: khabar sites check {name} && khabar crawl {name} --limit 5"
    _out.print(safe(text), soft_wrap=True)


def _coverage(articles: Sequence[Article]) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("field")
    grid.add_column(f"of {len(articles)}", justify="right")
    grid.add_column("")
    for row in coverage(articles):
        grid.add_row(row.field, str(row.found), safe(row.detail))
    return grid
