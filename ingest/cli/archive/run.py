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
from ingest.archive.place import Place, PlaceFile
from ingest.archive.sources import STDIN, Found, Sources
from ingest.cli.archive.results import ExtractResults
from ingest.cli.console import Terminal
from ingest.cli.scrape.results import open_rejections, print_closing, progress_bar
from ingest.formats import open_output
from ingest.formats.writers import RecordWriter
from ingest.processing.saved import UrlFrom
from ingest.processing.saved_pool import Outcome, extract_each
from ingest.record import Article, FetchedPage, Rejection

if TYPE_CHECKING:
    from ingest.cli.scrape.results import RejectionFile
    from ingest.settings import Settings
    from ingest.sites import SiteCatalog

_FLUSH_PAGES = 100
"""Pages after which records are made durable: each costs an fsync for a site."""


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
        output: folder to store the records in; None to print them.
        options: those that decide which pages are read, as given.
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
    output: Path | None
    options: tuple[str | None, ...]
    quiet: bool


def run(call: ExtractCall) -> int:
    """Print or store the records of a call, and return its exit code.

    Raises:
        UsageError: a source cannot be read.
        UnwritableOutput: the records or rejections cannot be written.
        OutputLocked: another run writes a site of the output.
    """
    with open_rejections(call.rejected, append=False) as rejections:
        if call.output is not None:
            return _store(call, call.output, rejections)
        with open_output(None, call.writer) as output:

            def take(_: FetchedPage, result: Article | Rejection) -> None:
                if isinstance(result, Article):
                    output.write(result.to_dict())

            results = ExtractResults(take, call.terminal, rejections, call.language)
            with _reported(call, results):
                for found, outcome in _outcomes(call, None):
                    results.take_page(found, outcome)
    return results.exit_code


def _outcomes(call: ExtractCall, place: Place | None) -> Iterator[tuple[Found, Outcome]]:
    limits = call.settings.limits
    return extract_each(
        call.sources.read(call.chosen, limits, UrlFrom(call.url_from), place),
        Found.page,
        call.catalog,
        limits,
        number=call.settings.workers,
        keep_order=True,
    )


def _store(call: ExtractCall, output: Path, rejections: RejectionFile | None) -> int:
    """Write the records to an output folder, like a crawl."""
    from ingest.backfill import Backfill
    from ingest.cli.crawl import print_reports
    from ingest.monitoring.summary import End

    backfill = Backfill(output, call.settings, call.catalog)
    places = PlaceFile(output, call.sources.archives, call.options)
    if (place := places.load()) is not None:
        call.terminal.note(f"goes on at byte {place.offset} of {place.archive}")
    results = ExtractResults(backfill.take, call.terminal, rejections, call.language)
    ended = End.INTERRUPTED
    try:
        with _reported(call, results):
            for found, outcome in _outcomes(call, place):
                results.take_page(found, outcome)
                if results.total % _FLUSH_PAGES == 0:
                    backfill.flush()
                    if found.offset is not None and found.file != STDIN:
                        places.save(found.file, found.offset)
        ended = End.FINISHED
    finally:
        reports = backfill.close(ended)
    places.remove()
    if not call.quiet:
        print_reports(call.terminal, reports)
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
