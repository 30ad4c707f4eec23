"""`khabar sites check`: run the tests of site definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.completion import site_names
from ingest.cli.console import Terminal
from ingest.cli.options import FetchOptions, Record
from ingest.errors import UsageError

if TYPE_CHECKING:
    from ingest.onboarding.check import CheckResult, Outcome
    from ingest.settings import Settings
    from ingest.sites import Site, SiteTest


def check(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SITE...", help="Names; without any, all sites.", autocompletion=site_names
        ),
    ] = None,
    *,
    saved: Annotated[
        Path | None,
        typer.Option(
            "--saved", metavar="DIR", help="Read the pages from the files in this folder."
        ),
    ] = None,
    record: Record = None,
    fetch: FetchOptions,
) -> None:
    """Run the tests of site definitions.

    Example: khabar sites check dailytimes
    """
    from ingest.monitoring.report import EXIT_NOTHING, EXIT_UNHEALTHY
    from ingest.onboarding.check import CheckResult
    from ingest.sites import SiteCatalog

    terminal = context.ensure_object(Terminal)
    settings = fetch.start(terminal, "error")
    if saved is not None and (fetch.replay or record):
        raise UsageError("--saved takes its pages from a folder", "leave out --replay and --record")
    catalog = SiteCatalog.load(settings.sites)
    chosen = [catalog.get(name) for name in names] if names else list(catalog)
    if saved is not None:
        results = _from_folder(saved, chosen, settings)
    else:
        results = _from_network(chosen, settings, fetch.cassettes, record)
    result = CheckResult()
    for site, test, outcome in results:
        result.add(site.name, test, outcome)
    print_result(terminal, result)
    if not result.ran:
        raise typer.Exit(EXIT_NOTHING)
    if result.problems:
        raise typer.Exit(EXIT_UNHEALTHY)


def _from_folder(
    folder: Path, sites: Sequence[Site], settings: Settings
) -> Iterator[tuple[Site, SiteTest, Outcome]]:
    from ingest.onboarding.check import saved_pages
    from ingest.processing.build import article_for

    urls = [test.url for site in sites for test in site.tests]
    pages = saved_pages(folder, urls, settings.limits)
    for site in sites:
        for test in site.tests:
            page = pages.get(test.url)
            yield site, test, None if page is None else article_for(page, site, settings.limits)


def _from_network(
    sites: Sequence[Site], settings: Settings, replay: list[Path], record: Path | None
) -> Iterator[tuple[Site, SiteTest, Outcome]]:
    from ingest.crawl.run import fetch_by_site

    tested = [site for site in sites if site.tests]
    if not tested:
        return
    requests = [(site, [test.url for test in site.tests]) for site in tested]
    results = fetch_by_site(requests, settings, replay=replay, record=record)
    for site, outcomes in zip(tested, results, strict=True):
        for test, outcome in zip(site.tests, outcomes, strict=True):
            yield site, test, outcome


def print_result(terminal: Terminal, result: CheckResult) -> None:
    """Print a line for each value that differs from its test, then the number of tests."""
    for site, url, problem in result.problems:
        values = f"got {problem.got}, expected {problem.expected}"
        terminal.line(f"{site}: {url}: {problem.field}: {values}")
    counts = [f"{result.passed} passed", f"{result.failed} failed"]
    if result.unfetched:
        counts.append(f"{result.unfetched} not fetched")
    if result.without_page:
        counts.append(f"{result.without_page} without a page")
    terminal.line(f"tests: {', '.join(counts)}")
