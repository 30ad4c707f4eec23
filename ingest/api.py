"""The functions of `import ingest`: `extract`, `scrape`, the same of many pages, `crawl`, `read`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from ingest import errors
from ingest.crawl.process import crawl, scrape, scrape_many
from ingest.processing.build import article_for
from ingest.processing.explain import explain_page
from ingest.record import Article, FetchedPage, Rejection
from ingest.settings import Settings
from ingest.sites import UNKNOWN_SITE, Site, SiteCatalog
from ingest.urls import check_url

__all__ = ["crawl", "explain", "extract", "extract_many", "read", "scrape", "scrape_many"]


def extract(
    html: bytes | str,
    url: str,
    *,
    retrieved_at: datetime | None = None,
    site: Site | str | None = None,
    accept_any: bool = False,
) -> Article | Rejection:
    """Return the record of a page that was already fetched.

    Args:
        html: the page, as text, or as bytes, whose encoding is detected as browsers do.
        url: the absolute http(s) URL of the page.
        retrieved_at: when it was fetched: "8 hours ago" counts from then, and later dates are
            refused. Now by default; UTC if naive.
        site: a definition or its name. By default it depends on the URL; `UNKNOWN_SITE` means none.
        accept_any: give the record of a page that does not look like an article too, with a warning
            in `metadata.warnings`, if it has a text.

    Returns:
        An `Article`, or a `Rejection` with the reason why the page is not an article.

    Raises:
        InvalidURL: the URL is not an absolute http(s) URL.
        UnknownSite: no definition has the name.
    """
    page, definition, settings = _saved_page(html, url, retrieved_at, site)
    return article_for(replace(page, accept_any=accept_any), definition, settings.limits)


class Extracted(NamedTuple):
    """One file of `extract_many`, and its record, the reason for none, or why it was not read."""

    path: Path
    result: Article | Rejection | errors.KhabarError


def extract_many(
    paths: Path | str | Iterable[Path | str] | Mapping[Path | str, str],
    *,
    url_from: Literal["meta", "path"] = "meta",
    site: Site | str | None = None,
    accept_any: bool = False,
) -> Iterator[Extracted]:
    """Yield the records of saved pages, extracted on all cores.

    Each page is extracted in a worker process with the limits of a crawl. So a program that calls
    this must be importable: call it below `if __name__ == "__main__":`.

    Args:
        paths: files, and folders, of which `*.html`, `*.htm` and `*.xhtml` at any depth are read;
            or the URL of each file by its path.
        url_from: where the URL of a page comes from: `meta` for what its head states, `path` for
            the file's path below the folder, as wget saves it.
        site: a definition for all pages, or its name. By default it depends on the URL of each
            page; `UNKNOWN_SITE` means none.
        accept_any: give the record of a page that does not look like an article too.

    Returns:
        An iterator of `(path, result)`, in the order of completion. A file that cannot be read or
        has no URL has a `KhabarError` as its result, which is not raised.

    Raises:
        UsageError: a path does not exist.
        UnknownSite: no definition has the name.
    """
    from ingest.processing.saved import SavedPage, UrlFrom, find_files  # noqa: PLC0415 - starts processes
    from ingest.processing.saved_pool import extract_saved  # noqa: PLC0415 - as above

    settings, catalog = _ambient()
    if isinstance(paths, Mapping):
        pages = [SavedPage(Path(path), url=check_url(url)) for path, url in paths.items()]
    else:
        given = [paths] if isinstance(paths, Path | str) else paths
        pages = find_files(map(Path, given)).pages
    if isinstance(site, Site) and site is not UNKNOWN_SITE:
        catalog = catalog.with_sites([site])
    name = _site_name(site, catalog)
    outcomes = extract_saved(
        pages,
        catalog,
        settings.limits,
        number=settings.workers,
        url_from=UrlFrom(url_from),
        site=name,
        accept_any=accept_any,
    )
    return (Extracted(page.file, outcome) for page, outcome in outcomes)


def _site_name(site: Site | str | None, catalog: SiteCatalog) -> str | None:
    if site is None:
        return None
    if site is UNKNOWN_SITE:
        return "none"  # as `ingest.processing.workers.NO_SITE`
    return site.name if isinstance(site, Site) else catalog.get(site).name


def explain(
    html: bytes | str,
    url: str,
    *,
    retrieved_at: datetime | None = None,
    site: Site | str | None = None,
) -> str:
    """Return how the record of a page comes about, as lines of text.

    For the headline, the authors and the dates it lists what the page has, with source and weight;
    for the text each block of the page that is left out, with the cause; and the signs by which
    the page is an article or a list. The arguments and errors are those of `extract`.
    """
    page, definition, settings = _saved_page(html, url, retrieved_at, site)
    return explain_page(page, definition, settings.limits)


def _saved_page(
    html: bytes | str, url: str, retrieved_at: datetime | None, site: Site | str | None
) -> tuple[FetchedPage, Site, Settings]:
    url = check_url(url)
    body = html.encode("utf-8", "replace") if isinstance(html, str) else html
    headers = {"content-type": "text/html; charset=utf-8"} if isinstance(html, str) else {}
    settings, catalog = _ambient()
    page = FetchedPage(
        url=url, body=body, retrieved_at=_aware(retrieved_at), requested_url=url, headers=headers
    )
    return page, _definition(site, url, catalog), settings


class _Ambient(NamedTuple):
    settings: Settings
    catalog: SiteCatalog


@cache
def _ambient() -> _Ambient:
    """Return the settings of file and environment, and their sites. Both are read only once.

    Reading them takes longer than the extraction of a page.
    """
    settings = Settings.load()
    return _Ambient(settings, SiteCatalog.load(settings.sites))


def _definition(site: Site | str | None, url: str, catalog: SiteCatalog) -> Site:
    if isinstance(site, Site):
        return site
    return catalog.get(site) if site else catalog.for_url(url)


def _aware(moment: datetime | None) -> datetime:
    if moment is None:
        return datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read(
    path: Path | str,
    *,
    sites: Iterable[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    by: Literal["published", "downloaded"] = "published",
    where: Iterable[tuple[str, str]] = (),
    latest: bool = False,
) -> Iterator[Article]:
    """Yield the records of a JSON Lines file, or of all finished segments below a folder, by name.

    Args:
        path: the file, or an output folder, or a folder in one.
        sites: names of sites; all by default.
        since: only from this aware time on.
        until: only before this aware time.
        by: the time that both mean.
        where: pairs of `language`, `section` or `author`, and a value.
        latest: only the newest version of each article, without those that are gone.

    Raises:
        UsageError: there is no such file, folder or site, or a line is not a record. The message
            names file and line.
    """
    from ingest.storage.selection import Moment, Selection, read_lines  # noqa: PLC0415 - only here

    selection = Selection(tuple(sites), since, until, Moment(by), tuple(where), latest)
    return (line.article() for line in read_lines(Path(path), selection))
