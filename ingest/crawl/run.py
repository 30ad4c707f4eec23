"""Runs crawls in this process: `crawl_sites` for `khabar crawl`, `fetch_pages` for `khabar scrape`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.utils.misc import load_object
from vcr.cassette import Cassette

from ingest.crawl.context import PAGE_DONE, context_of
from ingest.crawl.http.netguard import guard_url
from ingest.crawl.jobs import Job, Listener, open_tape, raise_if_all_failed, run_jobs
from ingest.crawl.spider import KhabarSpider
from ingest.crawl.stats import Tally, summarise
from ingest.errors import KhabarError, NothingFetched
from ingest.monitoring.summary import RunSummary
from ingest.onboarding.explore import Explorer, Tell, silently
from ingest.onboarding.findings import Findings
from ingest.processing.workers import NO_SITE, default_workers
from ingest.record import Article, FetchedPage, Rejection
from ingest.settings import Settings
from ingest.sites import get_site
from ingest.urls import check_url


def explore_site(
    url: str,
    settings: Settings,
    *,
    tries: int = 5,
    replay: Iterable[Path | str] = (),
    record: Path | str | None = None,
    on_step: Tell = silently,
) -> Findings:
    """Look around the site of a front page, feed or article.

    Args:
        url: an absolute http(s) URL of the site.
        settings: what the operator set; nothing is written to its `output`.
        tries: at most so many articles are fetched.
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
    run_jobs([job], settings, open_tape(replay, record), output=None, listeners=[_no_listener])
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
    names: Sequence[str],
    settings: Settings,
    *,
    replay: Iterable[Path | str | Cassette] = (),
    record: Path | str | None = None,
    on_progress: Progress | None = None,
    now: Callable[[], datetime] | None = None,
    **wanted: Unpack[Wanted],
) -> list[RunSummary]:
    """Crawl sites at the same time into `settings.output`.

    Args:
        names: of site definitions.
        settings: what the operator set.
        replay: cassettes, or folders of them, that answer in place of the network; pytest-recording's `vcr` too.
        record: a cassette to record to.
        on_progress: called with a site's name and its counts whenever they change.
        now: the clock, aware; the system's when not given.
        wanted: see `Wanted`.

    Returns:
        The summary of each run, in the order of the names.

    Raises:
        UnknownSite, InvalidCassette: before anything is fetched.
        OutputLocked, UnwritableOutput: where that ended the crawl of every site; of some, their reports say so.
    """
    folders = tuple(settings.sites)
    sites = [get_site(name, folders).name for name in dict.fromkeys(names)]
    spider = load_object(_SITE_SPIDER)
    asked = {name: value for name, value in wanted.items() if name != "only"}
    only = wanted.get("only", {})
    jobs = [Job(spider, {"site": site, **asked, "only": only.get(site)}) for site in sites]
    listeners = [_progress(site, on_progress) for site in sites]
    run_jobs(
        jobs,
        settings,
        open_tape(replay, record),
        output=settings.output,
        listeners=listeners,
        now=now,
    )
    raise_if_all_failed(jobs)
    return [_summary(site, job) for site, job in zip(sites, jobs, strict=True)]


def fetch_pages(
    urls: Sequence[str],
    settings: Settings,
    *,
    site: str | None = None,
    replay: Iterable[Path | str | Cassette] = (),
    record: Path | str | None = None,
) -> list[Outcome]:
    """Fetch single pages, and give what became of each, in their order.

    Args:
        urls: absolute http(s) URLs.
        settings: what the operator set; nothing is written to its `output`.
        site: the definition to read the pages by; `none` for none at all, by address when not given.
        replay: cassettes, or folders of them, that answer in place of the network; pytest-recording's `vcr` too.
        record: a cassette to record to.

    Raises:
        InvalidURL, UnknownSite, InvalidCassette: before anything is fetched.
    """
    return fetch_by_site({site: urls}, settings, replay=replay, record=record)[site]


def fetch_by_site(
    urls: Mapping[str | None, Sequence[str]],
    settings: Settings,
    *,
    replay: Iterable[Path | str | Cassette] = (),
    record: Path | str | None = None,
) -> dict[str | None, list[Outcome]]:
    """Fetch single pages by several definitions at the same time: `fetch_pages` for each of `urls`, by its site."""
    folders = tuple(settings.sites)
    refused = (
        {} if replay else _refused([url for asked in urls.values() for url in asked], settings)
    )
    if refused and all(url in refused for asked in urls.values() for url in asked):
        return {
            site: [refused[url] for url in asked] for site, asked in urls.items()
        }  # no crawl needs to start
    spider = load_object(_PAGE_SPIDER)
    jobs = [
        Job(spider, {"urls": asked, "site": _definition(site, folders)})
        for site, asked in urls.items()
    ]
    outcomes: list[dict[str, Outcome]] = [{} for _ in jobs]
    listeners = [_collector(found) for found in outcomes]
    settings = _with_workers_for(sum(map(len, urls.values())), settings)
    run_jobs(jobs, settings, open_tape(replay, record), output=None, listeners=listeners)
    raise_if_all_failed(jobs)
    return {
        site: [found.get(url.strip()) or _nothing(url, job) for url in asked]
        for (site, asked), job, found in zip(urls.items(), jobs, outcomes, strict=True)
    }


def _refused(urls: Iterable[str], settings: Settings) -> dict[str, KhabarError]:
    """The URLs that spell out an address that no request may go to."""
    refused: dict[str, KhabarError] = {}
    for url in urls:
        if urlsplit(url).hostname in settings.connect_to:
            continue
        try:
            guard_url(url, allow_loopback=settings.allow_loopback, networks=settings.allow_networks)
        except KhabarError as error:
            refused[url] = error
    return refused


def _with_workers_for(pages: int, settings: Settings) -> Settings:
    """The settings with no more extraction processes than pages: one page need not wait for four to start."""
    number = min(settings.workers or default_workers(), max(1, pages))
    return settings.model_copy(update={"workers": number})


def _definition(site: str | None, folders: tuple[Path, ...]) -> str | None:
    return site if site is None or site == NO_SITE else get_site(site, folders).name


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
