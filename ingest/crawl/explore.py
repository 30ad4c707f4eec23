"""A polite look around an unknown site, in one crawl of its own that obeys robots.txt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler

from ingest.crawl.jobs import Job, open_tape, raise_if_all_failed, run_jobs
from ingest.crawl.spider import KhabarSpider
from ingest.errors import KhabarError, NothingFetched
from ingest.onboarding.explore import Explorer, Tell, silently
from ingest.onboarding.findings import Findings
from ingest.record import FetchedPage
from ingest.settings import Settings
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
        BadURL, BadRecording: before anything is fetched.
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
