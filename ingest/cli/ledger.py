"""`khabar recheck`, `forget` and `rebind`: what the ledger knows of earlier crawls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import Terminal
from ingest.cli.crawl import run_crawls
from ingest.cli.options import FetchOptions, Output, Quiet, Record
from ingest.errors import ArticleNotFound, UsageError

if TYPE_CHECKING:
    from ingest.settings import Settings
    from ingest.sites import SiteCatalog
    from ingest.storage.ledger import Ledger


def recheck(
    context: typer.Context,
    items: Annotated[
        list[str],
        typer.Argument(metavar="URL|SITE...", help="URLs, or sites with all of their URLs."),
    ],
    *,
    output: Output = None,
    record: Record = None,
    quiet: Quiet = False,
    fetch: FetchOptions,
) -> None:
    """Fetch known articles again now, even if they are not due.

    Example: khabar recheck dailytimes
    """
    from ingest.sites import SiteCatalog

    terminal = context.ensure_object(Terminal)
    settings = fetch.start(terminal, "warning", output=output)
    catalog = SiteCatalog.load(settings.sites)
    only = {}
    for site, urls in _urls_by_site(items, catalog).items():
        with _open_ledger(settings, site) as ledger:
            only[site] = _keys(ledger, urls, settings) if urls else ledger.keys()
        if not only[site]:
            remedy = f"run khabar crawl {site} first"
            raise ArticleNotFound(f"no crawl has met an article of {site}", remedy)
    run_crawls(
        terminal,
        [catalog.get(name) for name in only],
        settings,
        catalog,
        quiet=quiet,
        replay=fetch.cassettes,
        record=record,
        only=only,
    )


def forget(
    context: typer.Context,
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="URLs that a crawl has met.")],
    *,
    output: Output = None,
) -> None:
    """Make the next crawl write these articles again.

    Each gets a new version, even if nothing has changed.

    Example: khabar forget https://dailytimes.com.pk/1402011/
    """
    from ingest.settings import Settings
    from ingest.sites import SiteCatalog
    from ingest.storage.site_lock import locked

    terminal = context.ensure_object(Terminal)
    settings = Settings.load(output=output)
    catalog = SiteCatalog.load(settings.sites)
    for site, site_urls in _urls_by_site(urls, catalog).items():
        if not site_urls:
            remedy = f"khabar recheck {site} fetches all of its articles again"
            raise UsageError(f"forget takes URLs, and {site} is a site", remedy)
        with _open_ledger(settings, site) as ledger, locked(settings.output, site):
            ledger.forget(_keys(ledger, site_urls, settings), datetime.now(UTC))
    pronoun = "it" if len(urls) == 1 else "them"
    terminal.note(f"the next crawl writes {pronoun} again")


def rebind(
    context: typer.Context,
    sites: Annotated[list[str], typer.Argument(metavar="SITE...", help="Names of sites.")],
    *,
    output: Output = None,
) -> None:
    """Bind sites in a shared ledger to another output folder.

    The next crawl binds them to its folder. The ledger counts on it that all of their records are
    there. An SQLite file in the output folder needs no binding.

    Example: khabar rebind dailytimes
    """
    from ingest.settings import Settings
    from ingest.sites import SiteCatalog

    terminal = context.ensure_object(Terminal)
    settings = Settings.load(output=output)
    catalog = SiteCatalog.load(settings.sites)
    if not settings.ledger:
        raise UsageError("the ledger is in the output folder", "only a shared one is bound")
    for site in [catalog.get(name).name for name in sites]:
        with _open_ledger(settings, site) as ledger:
            place = ledger.unbind()
        was = f"was bound to {place}" if place else "was not bound"
        terminal.note(f"{site} {was}; the next crawl binds it to its output folder")


def _urls_by_site(items: Iterable[str], catalog: SiteCatalog) -> dict[str, list[str]]:
    """Return the URLs by site. The list of a site that is named itself is empty: all of its URLs.

    Raises:
        ArticleNotFound: no definition has the host of a URL.
        InvalidURL: an item with a slash is not a URL.
        UnknownSite: an item without a slash is not the name of a site.
    """
    from ingest.sites import UNKNOWN_SITE
    from ingest.urls import check_url

    whole_sites: set[str] = set()
    urls: dict[str, list[str]] = {}
    for item in items:
        if "/" not in item:
            name = catalog.get(item).name
            whole_sites.add(name)
            urls[name] = []
            continue
        url = check_url(item)
        site = catalog.for_url(url)
        if site is UNKNOWN_SITE:
            raise ArticleNotFound(f"{url} is of no site with a definition", "see `khabar sites`")
        urls.setdefault(site.name, []).append(url)
    return urls | {name: [] for name in whole_sites}


def _keys(ledger: Ledger, urls: Iterable[str], settings: Settings) -> list[str]:
    """Return the ledger's keys of these URLs; raises `ArticleNotFound`."""
    from ingest.urls import article_key

    keys = {article_key(url): url for url in urls}
    visits = ledger.visits(keys)
    for key, url in keys.items():
        if key not in visits:
            message = f"no crawl into {settings.output} has met {url}"
            raise ArticleNotFound(message, "khabar scrape fetches any URL")
    return list(keys)


@contextmanager
def _open_ledger(settings: Settings, site: str) -> Iterator[Ledger]:
    """Open the ledger of the output folder; raises `UsageError` if it does not exist."""
    from ingest.storage.ledger import Ledger

    if not settings.ledger and not (Path(settings.output) / "ledger.sqlite").exists():
        raise UsageError(f"no ledger in {settings.output}", "give the --output of a crawl")
    ledger = Ledger.open(
        settings.output, site, settings.ledger, settings.limits.ledger_wait_seconds
    )
    try:
        yield ledger
    finally:
        ledger.close()
