"""Runs one call of `khabar extract`: reads, extracts, writes, and reports."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import logs
from ingest.archive.pages import PageFilter
from ingest.archive.sources import Found, Sources
from ingest.cli.archive.results import ExtractResults
from ingest.cli.console import Terminal
from ingest.cli.scrape.results import open_rejections, print_closing, progress_bar
from ingest.formats import open_output
from ingest.formats.writers import RecordWriter
from ingest.processing.saved import UrlFrom
from ingest.processing.saved_pool import extract_each

if TYPE_CHECKING:
    from ingest.settings import Settings
    from ingest.sites import SiteCatalog


@dataclass(frozen=True, kw_only=True)
class ExtractCall:
    """What one call is to do.

    Attributes:
        terminal: for messages.
        settings: `limits` and `workers`.
        catalog: the site definitions.
        sources: what to read.
        chosen: which pages to read.
        language: of the records to take; None for all.
        url_from: where the URL of a saved page is found.
        writer: of the records.
        rejected: file for what gave no record.
        quiet: print no closing line.
    """

    terminal: Terminal
    settings: Settings
    catalog: SiteCatalog
    sources: Sources
    chosen: PageFilter
    language: str | None
    url_from: str
    writer: RecordWriter
    rejected: Path | None
    quiet: bool


def run(call: ExtractCall) -> int:
    """Print the records of a call, and return its exit code.

    Raises:
        UsageError: a source cannot be read.
        UnwritableOutput: the records or rejections cannot be written.
    """
    limits = call.settings.limits
    with (
        open_output(None, call.writer) as output,
        open_rejections(call.rejected, append=False) as rejections,
    ):
        results = ExtractResults(output, call.terminal, rejections, call.language)
        with _reported(call, results):
            outcomes = extract_each(
                call.sources.read(call.chosen, limits, UrlFrom(call.url_from)),
                Found.page,
                call.catalog,
                limits,
                number=call.settings.workers,
                keep_order=True,
            )
            for found, outcome in outcomes:
                results.take_page(found, outcome)
    return results.exit_code


@contextmanager
def _reported(call: ExtractCall, results: ExtractResults) -> Iterator[None]:
    """Show the progress, and print the closing line also if the run is ended."""
    # Both streams may be the same terminal, on which a bar and records would mix.
    is_apart = not sys.stdout.isatty()
    is_shown = not call.quiet and is_apart and call.terminal.err.is_terminal and not logs.is_json()
    try:
        with progress_bar(call.terminal, results) if is_shown else nullcontext():
            yield
    finally:
        if not call.quiet:
            print_closing(call.terminal, results, results.closing_line(call.sources))
