"""Runs one call of `khabar scrape`: reads, fetches, extracts, writes, and reports."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING

from ingest import logs
from ingest.cli.scrape.call import ScrapeCall, check
from ingest.cli.scrape.input import (
    NO_SITE,
    read_page,
    saved_bytes,
    saved_pages,
    site_option,
    url_key,
)
from ingest.cli.scrape.results import (
    ScrapeResults,
    closing_line,
    open_rejections,
    print_closing,
    progress_bar,
)
from ingest.formats import open_output, record_writer

if TYPE_CHECKING:
    from ingest.cli.scrape.results import Outcome
    from ingest.processing.saved import SavedPage

logger = logging.getLogger(__name__)


def run(call: ScrapeCall) -> int:
    """Do what a call asks for, and return its exit code.

    Raises:
        UsageError: options contradict each other, or there is nothing to read.
        KhabarError: the run could not start, or a signal ended it.
    """
    check(call)
    if call.explain:
        from ingest.cli.scrape.explanation import explain

        return explain(call)
    writer = record_writer(call.format, fields=call.fields, pretty=call.pretty)
    saved = [] if call.html else saved_pages(call.terminal, call.input, call.url)
    done = _done(call)
    urls = [url for url in call.input.urls if url_key(url) not in done]
    names = [*map(str, (page.file for page in saved)), *urls]
    remarks = _remarks(call, len(call.input.urls) - len(urls))
    for problem in call.input.problems:
        call.terminal.error(str(problem))
    with (
        open_output(call.output, writer, append=call.resume) as output,
        open_rejections(call.rejected, append=call.resume) as rejections,
    ):
        results = ScrapeResults(
            output, call.terminal, rejections, names if call.keep_order else None
        )
        results.total = len(names)
        with _reported(call, results, remarks):
            _extract(call, saved, results)
            _fetch(call, urls, done, results)
    return _exit_code(results, len(call.input.problems), len(done))


def _done(call: ScrapeCall) -> set[str]:
    """Return the URLs that an earlier run has dealt with."""
    if not call.resume or call.file is None:
        return set()
    from ingest.formats.resume import settled_urls, written_urls  # they load the record's model

    done = written_urls(call.file)
    if call.rejected is not None:
        done |= settled_urls(call.rejected)
    return set(map(url_key, done))


def _remarks(call: ScrapeCall, done: int) -> list[str]:
    """Return what the closing line says beside the counts of this run."""
    remarks = []
    for repetition in call.input.repeated:
        logger.info("%s", repetition)
    if call.input.repeated:
        remarks.append(f"{len(call.input.repeated)} repeated URLs were fetched once")
    if call.input.problems:
        remarks.append(f"{len(call.input.problems)} lines are no URL")
    if done:
        remarks.append(f"{done} were done before")
    return remarks


@contextmanager
def _reported(call: ScrapeCall, results: ScrapeResults, remarks: Iterable[str]) -> Iterator[None]:
    """Show the progress, and print the closing line also if the run is ended."""
    is_reported = call.is_batch and not call.quiet
    # Both streams may be the same terminal, on which a bar and records would mix.
    is_apart = call.output is not None or not sys.stdout.isatty()
    is_shown = is_reported and is_apart and call.terminal.err.is_terminal and not logs.is_json()
    try:
        with progress_bar(call.terminal, results) if is_shown else nullcontext():
            yield
    finally:
        results.finish()
        if is_reported:
            print_closing(call.terminal, results, closing_line(results, remarks))


def _extract(call: ScrapeCall, saved: list[SavedPage], results: ScrapeResults) -> None:
    """Extract saved pages: one in this process, which starts faster, several on all cores."""
    if call.html is not None:
        results.total = 1
        results.take(call.html, _extracted(call, saved_bytes(call.html), call.url or ""))
    elif len(saved) == 1:
        page = read_page(saved[0], call.url_from, call.settings)
        outcome = _extracted(call, page.body, page.url, page.retrieved_at)
        results.take(str(saved[0].file), outcome)
    elif saved:
        _extract_many(call, saved, results)


def _extracted(
    call: ScrapeCall, body: bytes, url: str, retrieved_at: datetime | None = None
) -> Outcome:
    from ingest.api import extract

    site = site_option(call.site)
    return extract(body, url, retrieved_at=retrieved_at, site=site, accept_any=call.accept_any)


def _extract_many(call: ScrapeCall, saved: list[SavedPage], results: ScrapeResults) -> None:
    from ingest.processing.saved import UrlFrom
    from ingest.processing.saved_pool import extract_saved
    from ingest.sites import SiteCatalog

    catalog = SiteCatalog.load(call.settings.sites)
    if call.site is not None and call.site != NO_SITE:
        catalog.get(call.site)  # an error now, not for each page
    outcomes = extract_saved(
        saved,
        catalog,
        call.settings.limits,
        number=call.settings.workers,
        url_from=UrlFrom(call.url_from),
        site=call.site,
        accept_any=call.accept_any,
    )
    for page, outcome in outcomes:
        results.take(str(page.file), outcome)


def _fetch(call: ScrapeCall, urls: list[str], done: set[str], results: ScrapeResults) -> None:
    """Fetch the URLs, and those of feeds and sitemaps."""
    refused = {}
    if urls and not call.replay:
        from ingest.crawl.http.address_policy import refused_urls

        refused = refused_urls(urls, call.settings)
    for url, error in refused.items():
        if call.is_batch:  # which of the list
            error = type(error)(f"{url}: {error.message}", error.remedy)  # noqa: PLW2901
        results.take(url, error)
    urls = [url for url in urls if url not in refused]
    if not (urls or call.feeds or call.sitemaps):
        return
    from ingest.crawl.pages.fetch import WantedPages, fetch_each  # slow: it loads Scrapy

    wanted = WantedPages(
        urls=urls,
        feeds=call.feeds,
        sitemaps=call.sitemaps,
        limit=call.limit,
        done=done,
        site=call.site,
        accept_any=call.accept_any,
        given=call.given,
    )
    sources = {*call.feeds, *call.sitemaps}

    def take(url: str, outcome: Outcome) -> None:
        if url in sources:
            results.total += 1
        results.take(url, outcome)

    fetch_each(
        wanted,
        call.settings,
        take,
        on_found=results.found,
        replay=call.replay,
        record=call.record,
    )


def _exit_code(results: ScrapeResults, bad_lines: int, done: int) -> int:
    from ingest.monitoring.report import EXIT_NOTHING, EXIT_UNHEALTHY

    if not results.problems and not bad_lines:
        return 0
    return EXIT_UNHEALTHY if results.records or done else EXIT_NOTHING
