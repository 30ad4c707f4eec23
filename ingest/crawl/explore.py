"""Explores an unknown site in a separate crawl, for `khabar sites add`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler

from ingest.crawl.http.recording import open_tape
from ingest.crawl.jobs import Job, raise_if_all_failed, run_jobs
from ingest.crawl.spider import KhabarSpider
from ingest.errors import KhabarError, NothingFetched
from ingest.onboarding.explore import Explorer, Tell, silently
from ingest.onboarding.findings import Findings
from ingest.record import FetchedPage
from ingest.settings import Settings
from ingest.sites import SiteCatalog
from ingest.urls import check_url


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
    """Explore the site of a front page, feed or article, to draft its definition.

    Args:
        url: an absolute http(s) URL of the site.
        settings: the operator's settings; nothing is written to its `output`.
        catalog: the definitions, for the throttle; loaded from `settings.sites` if None.
        tries: maximum number of articles to fetch.
        replay: cassettes, or folders of them, that answer instead of the network.
        record: a cassette to record to.
        on_step: called with the next step.

    Raises:
        InvalidURL, InvalidCassette: before anything is fetched.
        Unreachable, ForbiddenAddress, NotRecorded: the URL or the site's front page cannot be
        fetched.
    """
    results: list[Findings] = []
    arguments = {
        "url": check_url(url),
        "tries": tries,
        "on_step": on_step,
        "on_findings": results.append,
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
    if not results:
        raise NothingFetched(f"{url}: the look around the site was broken off", "try again")
    return results[0]


def _no_listener(_: Crawler) -> None:
    """Do nothing: the spider reports its findings itself."""


class ExploreSpider(KhabarSpider):
    """The crawl of `explore_site`; not in `spiders`, so that `scrapy list` omits it."""

    name = "explore"
    custom_settings: dict[str, Any] | None = {"ITEM_PIPELINES": {}}  # noqa: RUF012 - as in Scrapy
    """Its pages are not made into records."""

    def __init__(
        self, url: str, tries: int, on_step: Tell, on_findings: Callable[[Findings], None]
    ) -> None:
        super().__init__()
        self._url = url
        self._tries = tries
        self._on_step = on_step
        self._on_findings = on_findings

    async def start(self) -> AsyncIterator[Request]:
        """Explore the site; there are no further requests."""
        context = self.context
        context.workers.warm()
        explorer = Explorer(
            self._fetched,
            self._tries,
            context.settings.limits,
            self._on_step,
            context.reader.run,
        )
        try:
            self._on_findings(await explorer.run(self._url))
        except KhabarError as error:
            context.fatal = error
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def _fetched(self, url: str) -> FetchedPage:
        return self._page(await self.fetch(url), url)
