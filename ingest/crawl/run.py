"""Runs crawls in this process, for `khabar crawl` and `khabar scrape`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.misc import load_object

from ingest import plugins
from ingest.crawl.context import PAGE_DONE, context_of
from ingest.crawl.http.address_policy import refused_urls
from ingest.crawl.http.recording import open_tape
from ingest.crawl.jobs import Job, Listener, raise_if_all_failed, run_jobs
from ingest.crawl.rendering.chromium import check_browser
from ingest.crawl.stats import Tally, summarise
from ingest.errors import KhabarError, NothingFetched
from ingest.monitoring.summary import RunSummary
from ingest.processing.workers import NO_SITE, default_workers
from ingest.record import Article, Rejection
from ingest.settings import Settings
from ingest.sites import UNKNOWN_SITE, Site, SiteCatalog

if TYPE_CHECKING:
    from vcr.cassette import Cassette


_SITE_SPIDER = "spiders.site.SiteSpider"
_PAGE_SPIDER = "spiders.page.PageSpider"
"""Spiders by name, since `spiders` imports this package."""

Progress = Callable[[str, Mapping[str, int]], None]
Outcome = Article | Rejection | KhabarError
PageRequests = tuple[Site | None, Sequence[str]]
"""URLs to fetch with a definition; None: the definition depends on the URL."""


class Wanted(TypedDict, total=False):
    """What a crawl asks for.

    Attributes:
        limit: maximum number of articles of each site.
        since: skip articles that were published before: a time, or a text for `parse_since`.
        full: read every source to its end and fetch every article again.
        only: keys of known URLs by site name: only these are fetched again, and no source is read.
    """

    limit: int | None
    since: datetime | str | None
    full: bool
    only: Mapping[str, Collection[str]]


def crawl_sites(
    sites: Iterable[Site | str],
    settings: Settings,
    *,
    catalog: SiteCatalog | None = None,
    replay: Iterable[Path | str | Cassette] = (),
    record: Path | str | None = None,
    on_progress: Progress | None = None,
    now: Callable[[], datetime] | None = None,
    **wanted: Unpack[Wanted],
) -> list[RunSummary]:
    """Crawl sites at the same time into `settings.output`.

    Args:
        sites: definitions, or their names.
        settings: the operator's settings.
        catalog: all definitions; loaded from `settings.sites` if None.
        replay: cassettes, or folders of them, that answer instead of the network; also
            pytest-recording's `vcr`.
        record: a cassette to record to.
        on_progress: called with a site's name and its counts whenever they change.
        now: the clock, with a time zone; the system's clock by default.
        wanted: see `Wanted`.

    Returns:
        The summary of each run, in the order of `sites`.

    Raises:
        UnknownSite, InvalidCassette: before anything is fetched.
        UsageError: a plug-in that a site or the settings name does not exist or load.
        OutputLocked, UnwritableOutput: if that ended the crawl of every site; otherwise the error
            is in the reports of the sites concerned.
    """
    if catalog is None:
        catalog = SiteCatalog.load(settings.sites)
    chosen = _definitions(sites, catalog)
    catalog = catalog.with_sites(chosen)
    plugins.check(chosen, settings)
    check_browser(chosen, settings)
    spider = load_object(_SITE_SPIDER)
    arguments = {name: value for name, value in wanted.items() if name != "only"}
    only = wanted.get("only", {})
    jobs = [
        Job(spider, {"site": site, **arguments, "only": only.get(site.name)}) for site in chosen
    ]
    listeners = [_progress(site.name, on_progress) for site in chosen]
    run_jobs(
        jobs,
        settings,
        open_tape(replay, record),
        catalog=catalog,
        output=settings.output,
        listeners=listeners,
        now=now,
    )
    raise_if_all_failed(jobs)
    return [_summary(site.name, job) for site, job in zip(chosen, jobs, strict=True)]


def _definitions(sites: Iterable[Site | str], catalog: SiteCatalog) -> list[Site]:
    """Return each site once; raises `UnknownSite`."""
    chosen: dict[str, Site] = {}
    for item in sites:
        site = catalog.get(item) if isinstance(item, str) else item
        chosen.setdefault(site.name, site)
    return list(chosen.values())


def fetch_pages(
    urls: Sequence[str],
    settings: Settings,
    *,
    site: Site | str | None = None,
    replay: Iterable[Path | str | Cassette] = (),
    record: Path | str | None = None,
    accept_any: bool = False,
) -> list[Outcome]:
    """Fetch single pages, and return the outcome of each, in their order.

    Args:
        urls: absolute http(s) URLs.
        settings: the operator's settings; nothing is written to its `output`.
        site: the definition for all pages, or its name, or `none` for no definition. By default the
            definition depends on the URL of each page.
        replay: cassettes, or folders of them, that answer instead of the network; also
            pytest-recording's `vcr`.
        record: a cassette to record to.
        accept_any: give the record of a page that does not look like an article too.

    Raises:
        InvalidURL, UnknownSite, InvalidCassette: before anything is fetched.
    """
    catalog = SiteCatalog.load(settings.sites)
    if isinstance(site, str):
        site = UNKNOWN_SITE if site == NO_SITE else catalog.get(site)
    requests = [(site, urls)]
    (outcomes,) = fetch_by_site(
        requests, settings, catalog=catalog, replay=replay, record=record, accept_any=accept_any
    )
    return outcomes


def fetch_by_site(
    requests: Sequence[PageRequests],
    settings: Settings,
    *,
    catalog: SiteCatalog | None = None,
    replay: Iterable[Path | str | Cassette] = (),
    record: Path | str | None = None,
    accept_any: bool = False,
) -> list[list[Outcome]]:
    """Fetch single pages with several definitions at the same time: `fetch_pages` for each item."""
    urls = [url for _, part in requests for url in part]
    refused = {} if replay else refused_urls(urls, settings)
    if urls and len(refused) == len(set(urls)):  # no crawl needs to start
        return [[refused[url] for url in part] for _, part in requests]
    catalog = _with_definitions(catalog, requests, settings)
    check_browser(_definitions_of(requests, catalog), settings)
    spider = load_object(_PAGE_SPIDER)
    jobs = [
        Job(spider, {"urls": part, "site": site, "accept_any": accept_any})
        for site, part in requests
    ]
    results: list[dict[str, Outcome]] = [{} for _ in jobs]
    run_jobs(
        jobs,
        _with_workers_for(len(urls), settings),
        open_tape(replay, record),
        catalog=catalog,
        output=None,
        listeners=[_collector(outcomes) for outcomes in results],
    )
    raise_if_all_failed(jobs)
    return [
        _in_order(part, outcomes, job)
        for (_, part), outcomes, job in zip(requests, results, jobs, strict=True)
    ]


def _in_order(urls: Sequence[str], outcomes: Mapping[str, Outcome], job: Job) -> list[Outcome]:
    """Return the outcome of each URL; without one, the error that ended the job."""
    return [outcomes.get(url.strip()) or _nothing(url, job) for url in urls]


def _with_definitions(
    catalog: SiteCatalog | None, requests: Sequence[PageRequests], settings: Settings
) -> SiteCatalog:
    """Return the catalogue, with the definitions of the requests that it may not hold."""
    if catalog is None:
        catalog = SiteCatalog.load(settings.sites)
    return catalog.with_sites(
        site for site, _ in requests if site is not None and site is not UNKNOWN_SITE
    )


def _definitions_of(requests: Sequence[PageRequests], catalog: SiteCatalog) -> Iterator[Site]:
    """Yield the definition of each URL."""
    for site, urls in requests:
        yield from (catalog.for_url(url) if site is None else site for url in urls)


def _with_workers_for(pages: int, settings: Settings) -> Settings:
    """Return the settings with no more extraction processes than pages, to start faster."""
    number = min(settings.workers or default_workers(), max(1, pages))
    return settings.model_copy(update={"workers": number})


def _collector(outcomes: dict[str, Outcome]) -> Listener:
    def listen(crawler: Crawler) -> None:
        def done(url: str, outcome: Outcome) -> None:
            outcomes[url] = outcome

        crawler.signals.connect(done, PAGE_DONE, weak=False)

    return listen


def _nothing(url: str, job: Job) -> KhabarError:
    if isinstance(job.error, KhabarError):
        return job.error
    return NothingFetched(f"{url}: nothing came of it")


def _summary(site: str, job: Job) -> RunSummary:
    if job.crawler is None or job.error is not None:
        return RunSummary.of_error(site, str(job.error), datetime.now(UTC), job.seconds)
    return context_of(job.crawler).summary or summarise(job.crawler)


def _progress(site: str, on_progress: Progress | None) -> Listener:
    def listen(crawler: Crawler) -> None:
        def report() -> None:
            if on_progress is not None:
                on_progress(site, Tally(crawler).counts())

        for signal in (PAGE_DONE, signals.request_reached_downloader):
            crawler.signals.connect(report, signal, weak=False)

    return listen
