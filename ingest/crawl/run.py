"""Runs crawls in this process: `crawl_sites` for `khabar crawl`, `fetch_pages` for `khabar scrape`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.utils.misc import load_object

from ingest import plugins
from ingest.crawl.context import PAGE_DONE, context_of
from ingest.crawl.http.netguard import AddressPolicy
from ingest.crawl.http.recording import open_tape
from ingest.crawl.jobs import Job, Listener, raise_if_all_failed, run_jobs
from ingest.crawl.spider import KhabarSpider
from ingest.crawl.stats import Tally, summarise
from ingest.errors import KhabarError, NothingFetched
from ingest.monitoring.summary import RunSummary
from ingest.onboarding.explore import Explorer, Tell, silently
from ingest.onboarding.findings import Findings
from ingest.processing.workers import NO_SITE, default_workers
from ingest.record import Article, FetchedPage, Rejection
from ingest.settings import Settings
from ingest.sites import UNKNOWN_SITE, Site, SiteCatalog
from ingest.urls import check_url

if TYPE_CHECKING:
    from vcr.cassette import Cassette


def explore_site(
    url: str,
    settings: Settings,
    *,
    catalog: SiteCatalog | None = None,
    tries: int = 5,
    replay: Iterable[Path | str] = (),
    record: Path | str | None = None,
    on_step: Tell = silently,
) -> Findings:
    """Look around the site of a front page, feed or article.

    Args:
        url: an absolute http(s) URL of the site.
        settings: what the operator set; nothing is written to its `output`.
        catalog: the definitions, for the throttle; loaded from `settings.sites` if None.
        tries: maximum number of articles to fetch.
        replay: cassettes, or folders of them, that answer in place of the network.
        record: a cassette to record to.
        on_step: called with what is done next.

    Raises:
        InvalidURL, InvalidCassette: before anything is fetched.
        Unreachable, ForbiddenAddress, NotRecorded: the URL itself or the site's front page cannot be fetched.
    """
    found: list[Findings] = []
    arguments = {
        "url": check_url(url),
        "tries": tries,
        "on_step": on_step,
        "on_findings": found.append,
    }
    job = Job(ExploreSpider, arguments)
    run_jobs(
        [job],
        settings,
        open_tape(replay, record),
        catalog=catalog,
        output=None,
        listeners=[_no_listener],
    )
    raise_if_all_failed([job])
    if not found:
        raise NothingFetched(f"{url}: the look around the site was broken off", "try again")
    return found[0]


def _no_listener(_: Crawler) -> None:
    """The spider tells its findings itself."""


class ExploreSpider(KhabarSpider):
    """The crawl of `explore_site`: not a site of its own, so that `scrapy list` does not name it."""

    name = "explore"
    custom_settings: dict[str, Any] | None = {"ITEM_PIPELINES": {}}  # noqa: RUF012 - as Scrapy's Spider has it
    """Its pages are no records yet."""

    def __init__(
        self, url: str, tries: int, on_step: Tell, on_findings: Callable[[Findings], None]
    ) -> None:
        super().__init__()
        self._url = url
        self._tries = tries
        self._on_step = on_step
        self._on_findings = on_findings

    async def start(self) -> AsyncIterator[Request]:
        """Look around; nothing is left to ask for then."""
        context = self.context
        explorer = Explorer(self._fetched, self._tries, context.settings.limits, self._on_step)
        try:
            self._on_findings(await explorer.run(self._url))
        except KhabarError as error:
            context.fatal = error
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def _fetched(self, url: str) -> FetchedPage:
        return self._page(await self.fetch(url), url)


_SITE_SPIDER = "spiders.site.SiteSpider"
_PAGE_SPIDER = "spiders.page.PageSpider"
"""By name, as Scrapy's settings name classes: `spiders` stands above this package."""

Progress = Callable[[str, Mapping[str, int]], None]
Outcome = Article | Rejection | KhabarError
PageRequests = tuple[Site | None, Sequence[str]]
"""URLs to fetch with a definition; None: the definition depends on the URL."""


class Wanted(TypedDict, total=False):
    """What a crawl asks for, of each site.

    limit: at most so many articles.
    since: nothing published before.
    full: every source to its end and every article anew, whatever is known.
    only: by site, the keys of known addresses; these are read anew and no source is asked.
    """

    limit: int | None
    since: datetime | None
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
        OutputLocked, UnwritableOutput: if that ended the crawl of every site; otherwise the error is in
            the reports of the sites concerned.
    """
    if catalog is None:
        catalog = SiteCatalog.load(settings.sites)
    chosen = _definitions(sites, catalog)
    catalog = catalog.with_sites(chosen)
    plugins.check(chosen, settings)
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

    Raises:
        InvalidURL, UnknownSite, InvalidCassette: before anything is fetched.
    """
    catalog = SiteCatalog.load(settings.sites)
    if isinstance(site, str):
        site = UNKNOWN_SITE if site == NO_SITE else catalog.get(site)
    requests = [(site, urls)]
    (outcomes,) = fetch_by_site(requests, settings, catalog=catalog, replay=replay, record=record)
    return outcomes


def fetch_by_site(
    requests: Sequence[PageRequests],
    settings: Settings,
    *,
    catalog: SiteCatalog | None = None,
    replay: Iterable[Path | str | Cassette] = (),
    record: Path | str | None = None,
) -> list[list[Outcome]]:
    """Fetch single pages with several definitions at the same time: `fetch_pages` for each item."""
    all_urls = [url for _, urls in requests for url in urls]
    refused = {} if replay else _refused(all_urls, settings)
    if refused and all(url in refused for url in all_urls):  # no crawl needs to start
        return [[refused[url] for url in urls] for _, urls in requests]
    spider = load_object(_PAGE_SPIDER)
    jobs = [Job(spider, {"urls": urls, "site": site}) for site, urls in requests]
    results: list[dict[str, Outcome]] = [{} for _ in jobs]
    run_jobs(
        jobs,
        _with_workers_for(len(all_urls), settings),
        open_tape(replay, record),
        catalog=_with_definitions(catalog, requests, settings),
        output=None,
        listeners=[_collector(outcomes) for outcomes in results],
    )
    raise_if_all_failed(jobs)
    return [
        [outcomes.get(url.strip()) or _nothing(url, job) for url in urls]
        for (_, urls), job, outcomes in zip(requests, jobs, results, strict=True)
    ]


def _with_definitions(
    catalog: SiteCatalog | None, requests: Sequence[PageRequests], settings: Settings
) -> SiteCatalog:
    """Return the catalogue, with the definitions of the requests that it may not hold."""
    if catalog is None:
        catalog = SiteCatalog.load(settings.sites)
    return catalog.with_sites(
        site for site, _ in requests if site is not None and site is not UNKNOWN_SITE
    )


def _refused(urls: Iterable[str], settings: Settings) -> dict[str, KhabarError]:
    """The URLs that spell out an address that no request may go to."""
    refused: dict[str, KhabarError] = {}
    policy = AddressPolicy.of(settings)
    for url in urls:
        if urlsplit(url).hostname in settings.connect_to:
            continue
        try:
            policy.check_url(url)
        except KhabarError as error:
            refused[url] = error
    return refused


def _with_workers_for(pages: int, settings: Settings) -> Settings:
    """The settings with no more extraction processes than pages: one page need not wait for four to start."""
    number = min(settings.workers or default_workers(), max(1, pages))
    return settings.model_copy(update={"workers": number})


def _collector(outcomes: dict[str, Outcome]) -> Listener:
    def listen(crawler: Crawler) -> None:
        def done(url: str, outcome: Outcome) -> None:
            outcomes[url] = outcome

        crawler.signals.connect(done, PAGE_DONE, weak=False)

    return listen


def _nothing(url: str, job: Job) -> KhabarError:
    return (
        job.error
        if isinstance(job.error, KhabarError)
        else NothingFetched(f"{url}: nothing came of it")
    )


def _summary(site: str, job: Job) -> RunSummary:
    if job.crawler is None or job.error is not None:
        return RunSummary.of_error(site, str(job.error), datetime.now(UTC), job.seconds)
    return context_of(job.crawler).summary or summarise(job.crawler)


def _progress(site: str, on_progress: Progress | None) -> Listener:
    def listen(crawler: Crawler) -> None:
        def tell() -> None:
            if on_progress is not None:
                on_progress(site, Tally(crawler).counts())

        for signal in (PAGE_DONE, signals.request_reached_downloader):
            crawler.signals.connect(tell, signal, weak=False)

    return listen
