"""Fetches any number of single pages, and reports the outcome of each when it is known."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from ingest.crawl.context import PAGE_DONE, context_of
from ingest.crawl.frontier.sources import feed_page, sitemap_page
from ingest.crawl.http.recording import open_tape
from ingest.crawl.jobs import Job, run_jobs
from ingest.crawl.pages.given import NO_ROBOTS, Given, NamedHosts
from ingest.crawl.politeness.throttle import stop_asking
from ingest.crawl.rendering.chromium import check_browser
from ingest.crawl.spider import KhabarSpider
from ingest.errors import HostExcluded, KhabarError, LimitExceeded, NothingFetched
from ingest.plugins import SourcePage
from ingest.processing.workers import NO_SITE, default_workers
from ingest.record import Article, Rejection
from ingest.settings import Settings
from ingest.sites import UNKNOWN_SITE, Site, SiteCatalog
from ingest.urls import host_of

_MOST_AT_A_TIME = 32
"""Requests at the same time, unless the operator sets another number."""

Outcome = Article | Rejection | KhabarError
OnOutcome = Callable[[str, Outcome], None]
OnFound = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class WantedPages:
    """Pages to fetch.

    Attributes:
        urls: absolute http(s) URLs, each once.
        feeds: URLs of feeds whose articles are fetched.
        sitemaps: URLs of sitemaps whose pages are fetched, with the sitemaps that an index names.
        limit: maximum number of pages of feeds and sitemaps.
        done: URLs that are not fetched although a feed or sitemap names them.
        site: the definition for all pages, or its name, or `none` for no definition. By default the
            definition depends on the URL of each page.
        accept_any: give the record of a page that does not look like an article too.
        given: headers and cookies for the requests, and whether robots.txt is not asked.
    """

    urls: Sequence[str] = ()
    feeds: Sequence[str] = ()
    sitemaps: Sequence[str] = ()
    limit: int | None = None
    done: Collection[str] = ()
    site: Site | str | None = None
    accept_any: bool = False
    given: Given = field(default_factory=Given)


def fetch_each(
    wanted: WantedPages,
    settings: Settings,
    on_outcome: OnOutcome,
    *,
    on_found: OnFound | None = None,
    replay: Iterable[Path | str] = (),
    record: Path | str | None = None,
) -> None:
    """Fetch pages of any hosts at the same time, each host as politely as in a crawl.

    Args:
        wanted: the pages.
        settings: the operator's settings; nothing is written to its `output`.
        on_outcome: called once with each URL and its outcome, in the order of completion; also with
            the URL of a feed or sitemap that could not be read whole. If it raises, the run ends
            with that exception.
        on_found: called with each URL of a feed or sitemap that will be fetched.
        replay: cassettes, or folders of them, that answer instead of the network.
        record: a cassette to record to.

    Raises:
        UnknownSite, InvalidCassette: before anything is fetched.
        KeyboardInterrupt, Terminated: a signal ended the run; outcomes so far were reported.
    """
    catalog = SiteCatalog.load(settings.sites)
    site = definition_of(wanted.site, catalog)
    if site is not None and site is not UNKNOWN_SITE:
        catalog = catalog.with_sites([site])
    named = (*wanted.urls, *wanted.feeds, *wanted.sitemaps)
    check_browser([site] if site else map(catalog.for_url, named), settings)
    receiver = _Receiver(on_outcome, on_found, ignores_robots=wanted.given.ignore_robots)
    job = Job(ScrapeSpider, {"wanted": wanted, "site": site, "receiver": receiver})
    run_jobs(
        [job],
        sized_for(wanted.urls, settings),
        open_tape(replay, record),
        catalog=catalog,
        output=None,
        listeners=[receiver.listen],
    )
    if job.error is not None and not (isinstance(job.error, KhabarError) and receiver.has_reported):
        raise job.error
    receiver.finish(wanted.urls, job.error)


def definition_of(site: Site | str | None, catalog: SiteCatalog) -> Site | None:
    """Return the definition that `WantedPages.site` means; raises `UnknownSite`."""
    if isinstance(site, str):
        return UNKNOWN_SITE if site == NO_SITE else catalog.get(site)
    return site


def sized_for(urls: Sequence[str], settings: Settings) -> Settings:
    """Return the settings with the processes and requests that fit the URLs.

    There are no more extraction processes than pages, to start faster. Unless the operator sets
    `concurrency`, it grows with the number of hosts, so that hosts that do not answer do not hold
    up the others; each host is asked no faster for that.
    """
    workers = settings.workers or default_workers()
    update = {"workers": min(workers, len(urls)) if urls else workers}
    if "concurrency" not in settings.model_fields_set:
        hosts = len({host_of(url) for url in urls})
        update["concurrency"] = max(settings.concurrency, min(hosts, _MOST_AT_A_TIME))
    return settings.model_copy(update=update)


class _Receiver:
    """Passes outcomes on, and ends the crawl if they cannot be taken."""

    def __init__(
        self, on_outcome: OnOutcome, on_found: OnFound | None, *, ignores_robots: bool = False
    ) -> None:
        self._on_outcome = on_outcome
        self._on_found = on_found
        self._ignores_robots = ignores_robots
        self._found: list[str] = []
        self._reported: set[str] = set()
        self._error: BaseException | None = None
        self._crawler: Crawler | None = None
        self._closing: asyncio.Future[None] | None = None

    @property
    def has_reported(self) -> bool:
        """Whether there was any outcome."""
        return bool(self._reported)

    def listen(self, crawler: Crawler) -> None:
        """Connect to a crawler before it starts."""
        self._crawler = crawler
        crawler.signals.connect(self.done, PAGE_DONE)

    def found(self, url: str) -> None:
        """Note a URL that a feed or sitemap names."""
        self._found.append(url)
        if self._on_found is not None:
            self._on_found(url)

    def done(self, url: str, outcome: Outcome) -> None:
        """Report an outcome."""
        if self._error is not None or url in self._reported or self._was_not_asked(outcome):
            return
        if self._ignores_robots and isinstance(outcome, Article):
            outcome = _with_warning(outcome, NO_ROBOTS)
        self._reported.add(url)
        try:
            self._on_outcome(url, outcome)
        except BaseException as error:  # noqa: BLE001 - Scrapy would log it; raised at the end
            self._error = error
            self._stop()

    def _was_not_asked(self, outcome: Outcome) -> bool:
        """Whether a page has no outcome but the end of the run by a signal."""
        if self._crawler is None or not isinstance(outcome, HostExcluded):
            return False
        return context_of(self._crawler).interrupted

    def finish(self, urls: Iterable[str], error: KhabarError | None) -> None:
        """Report the URLs that nothing came of, and raise what the caller raised."""
        for url in [*urls, *self._found]:
            if url not in self._reported:
                self.done(url, error or NothingFetched(f"{url}: nothing came of it"))
        if self._error is not None:
            raise self._error

    def _stop(self) -> None:
        if self._crawler is not None and self._crawler.engine is not None:
            stop_asking(self._crawler, "the run was stopped")
            self._closing = asyncio.ensure_future(
                self._crawler.engine.close_spider_async(reason="khabar_error")
            )


def _with_warning(article: Article, warning: str) -> Article:
    metadata = article.metadata
    metadata = metadata.model_copy(update={"warnings": [*metadata.warnings, warning]})
    return article.model_copy(update={"metadata": metadata})


class ScrapeSpider(KhabarSpider):
    """The spider of `fetch_each`; not in `spiders`, so that `scrapy list` omits it."""

    name = "page"

    def __init__(self, wanted: WantedPages, receiver: _Receiver, site: Site | None = None) -> None:
        super().__init__()
        self.site = site
        self.accept_any = wanted.accept_any
        self.given = wanted.given
        self.ignore_robots = wanted.given.ignore_robots
        self.named_hosts = NamedHosts([*wanted.urls, *wanted.feeds, *wanted.sitemaps])
        self._wanted = wanted
        self._receiver = receiver

    async def start(self) -> AsyncIterator[Request]:
        """Ask for each page, then for those that feeds and sitemaps name."""
        for url in self._wanted.urls:
            self.tally.found()
            yield self.page_request(url)
        seen = {*self._wanted.urls, *self._wanted.done}
        left = self._wanted.limit
        async for url in self._announced():
            if url in seen:
                continue
            if left == 0:
                return
            left = None if left is None else left - 1
            seen.add(url)
            self._receiver.found(url)
            self.tally.found()
            yield self.page_request(url)

    async def _announced(self) -> AsyncIterator[str]:
        for url in self._wanted.feeds:
            page = await self._source(url, feed_page)
            for candidate in page.candidates:
                yield candidate.url
        for url in self._wanted.sitemaps:
            async for address in self._in_sitemap(url):
                yield address

    async def _in_sitemap(self, start: str) -> AsyncIterator[str]:
        """Yield the pages of a sitemap and of those that it names."""
        most = self.context.settings.limits.listing_pages
        queue, seen = deque([start]), {start}
        for _ in range(most):
            if not queue:
                return
            page = await self._source(queue.popleft(), sitemap_page)
            for candidate in page.candidates:
                yield candidate.url
            for url, _changed in page.links:
                if url not in seen:
                    seen.add(url)
                    queue.append(url)
        if queue:
            problem = f"{start}: {len(queue)} of its sitemaps were not read"
            self._receiver.done(start, LimitExceeded(problem, "raise limits.listing_pages"))

    async def _source(self, url: str, read: Callable[..., SourcePage]) -> SourcePage:
        """Return the content of a feed or sitemap; report what is missing of it."""
        try:
            response: Response = await self.fetch(url)
            page = await self.context.reader.run(partial(read, None), response)
        except KhabarError as error:
            self._receiver.done(url, error)
            return SourcePage(())
        if page.error:
            self._receiver.done(url, NothingFetched(f"{url}: {page.error}"))
        return page
