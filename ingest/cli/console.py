"""The two output streams of a command: messages on standard error, tables and text on standard out.

Text of a page reaches a terminal only through `safe` or `Terminal.line`, which escape it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from ingest.errors import KhabarError

if TYPE_CHECKING:
    from rich.console import Console

    from ingest.logs import LogLevel
    from ingest.record import Rejection

_UNBOUNDED = 10_000
"""Columns: wider than any table."""


def safe(text: str | None) -> str:
    """Return the text of a page for rich: one printable line, with markup escaped."""
    from rich.markup import escape

    from ingest.text import one_line, printable

    return escape(printable(one_line(text)))


class Terminal:
    """Standard output and standard error of one call of `khabar`. `main` creates it."""

    @cached_property
    def out(self) -> Console:
        """Standard output as a console of rich's."""
        from rich.console import Console

        return Console(highlight=False)

    @cached_property
    def err(self) -> Console:
        """Standard error. Log records and live displays have to share one console."""
        from rich.console import Console

        return Console(stderr=True, highlight=False)

    def start_logs(self, level: LogLevel, *, json: bool) -> None:
        """Log to standard error at this level."""
        from ingest import logs

        logs.set_up(logs.LogOptions(level, json=json), self.err if self._has_colours() else None)

    def line(self, text: str) -> None:
        """Print text as one line on standard output."""
        self.out.print(safe(text), soft_wrap=True)

    def note(self, message: str) -> None:
        """Print a message that is not an error as one line on standard error."""
        self._complain(message)

    def error(self, message: str) -> None:
        """Print an error as one line on standard error, which is a log record with `--log-json`."""
        from ingest import logs

        if logs.is_json():
            import logging

            logging.getLogger(__name__).error("%s", message)
            return
        self._complain(message, "khabar:")

    def _has_colours(self) -> bool:
        """Whether standard error needs rich, which takes longer to load than a wrong call."""
        return "err" in vars(self) or sys.stderr.isatty() or "FORCE_COLOR" in os.environ

    def _complain(self, message: str, prefix: str = "") -> None:
        """Print one line on standard error, with the prefix in red on a terminal."""
        from ingest.redaction.text import masked
        from ingest.text import one_line, printable

        text = masked(message)
        if self._has_colours():
            start = f"[bold red]{prefix}[/] " if prefix else ""
            self.err.print(f"{start}{safe(text)}", soft_wrap=True)
        else:
            start = f"{prefix} " if prefix else ""
            sys.stderr.write(f"{start}{printable(one_line(text))}\n")

    def complain(self, result: Rejection | KhabarError) -> None:
        """Print in one line on standard error why a URL has no record."""
        if isinstance(result, KhabarError):
            self.error(str(result))
            return
        detail = f" ({result.detail})" if result.detail else ""
        self.error(f"{result.requested_url}: not an article: {result.reason}{detail}")


def print_table(
    console: Console,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numeric: Sequence[str] = (),
) -> None:
    """Print a table, or one block of lines for each row if the console is too narrow for a table.

    Nothing is cut off in either form.

    Args:
        console: where to print.
        headings: of the columns. The first column names the row.
        rows: cells as rich's markup; escape text of a page with `safe`.
        numeric: headings of columns that are aligned to the right.
    """
    from rich import box
    from rich.table import Table

    rows = list(rows)
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in headings:
        justify: Literal["left", "right"] = "right" if heading in numeric else "left"
        grid.add_column(heading, justify=justify, no_wrap=True)
    for row in rows:
        grid.add_row(*row)
    needed = console.measure(grid, options=console.options.update_width(_UNBOUNDED)).maximum
    if needed <= console.width:
        console.print(grid)
    else:
        _print_blocks(console, headings, rows)


def _print_blocks(console: Console, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    for row in rows:
        console.print(row[0], soft_wrap=True)
        for heading, cell in zip(headings[1:], row[1:], strict=True):
            console.print(f"  {heading}: {cell}", soft_wrap=True)
