"""Fetches single pages, and explains how the record of each comes about."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler

from ingest.crawl.http.recording import open_tape
from ingest.crawl.jobs import Job, raise_if_all_failed, run_jobs
from ingest.crawl.pages.fetch import WantedPages, definition_of, sized_for
from ingest.crawl.pages.given import Given, NamedHosts
from ingest.crawl.spider import KhabarSpider
from ingest.errors import KhabarError
from ingest.processing.explain import explain_page
from ingest.settings import Settings
from ingest.sites import Site, SiteCatalog


def explain_each(
    urls: Sequence[str],
    settings: Settings,
    on_text: Callable[[str, str | KhabarError], None],
    *,
    site: Site | str | None = None,
    given: Given | None = None,
    replay: Iterable[Path | str] = (),
    record: Path | str | None = None,
) -> None:
    """Fetch pages, and report how the record of each comes about; see `ingest.explain`.

    Args:
        urls: absolute http(s) URLs.
        settings: the operator's settings.
        on_text: called with each URL, and its explanation or why it could not be fetched.
        site: as in `WantedPages`.
        given: as in `WantedPages`.
        replay: as for `fetch_each`.
        record: as for `fetch_each`.
    """
    catalog = SiteCatalog.load(settings.sites)
    wanted = WantedPages(urls=urls, given=given or Given())
    arguments = {"wanted": wanted, "site": definition_of(site, catalog), "on_text": on_text}
    job = Job(ExplainSpider, arguments)
    run_jobs(
        [job],
        sized_for(urls, settings),
        open_tape(replay, record),
        catalog=catalog,
        output=None,
        listeners=[_no_listener],
    )
    raise_if_all_failed([job])


def _no_listener(_: Crawler) -> None:
    """Do nothing: the spider reports its explanations itself."""


class ExplainSpider(KhabarSpider):
    """The spider of `explain_each`."""

    name = "explain"
    custom_settings: dict[str, Any] | None = {"ITEM_PIPELINES": {}}  # noqa: RUF012 - as in Scrapy
    """Its pages are not made into records."""

    def __init__(
        self,
        wanted: WantedPages,
        on_text: Callable[[str, str | KhabarError], None],
        site: Site | None = None,
    ) -> None:
        super().__init__()
        self.site = site
        self.given = wanted.given
        self.ignore_robots = wanted.given.ignore_robots
        self.named_hosts = NamedHosts(wanted.urls)
        self._urls = wanted.urls
        self._on_text = on_text

    async def start(self) -> AsyncIterator[Request]:
        """Explain each page; there are no further requests."""
        for url in self._urls:
            try:
                self._on_text(url, await self._explained(url))
            except KhabarError as error:
                self._on_text(url, error)
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def _explained(self, url: str) -> str:
        context = self.context
        page = self._page(await self.fetch(url), url)
        site = self.site or context.catalog.for_url(page.url)
        return await context.reader.run(explain_page, page, site, context.settings.limits)
