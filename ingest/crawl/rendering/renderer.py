"""Renders the pages of a crawl whose text only scripts bring."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from scrapy import signals

from ingest.crawl.context import context_of
from ingest.crawl.rendering.chromium import find_chromium, render_mode
from ingest.crawl.rendering.page_requests import Answer, FirstParty, PageRequests
from ingest.errors import HostExcluded, LimitExceeded, Unreachable
from ingest.processing.workers import NO_SITE
from ingest.record import Article, FetchedPage, Reason, Rejection
from ingest.sites import UNKNOWN_SITE, Site

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from ingest.crawl.rendering.browser import Browser

Extracted = Article | Rejection
Run = Callable[[FetchedPage], Awaitable[Extracted]]
"""Extracts a page in a worker."""

_PAGES = 2
"""Pages that are rendered at the same time. Each is a process of Chromium with some 100 MiB."""
_HOPELESS = frozenset(
    {
        Reason.CHALLENGE,  # passing it by a browser would deceive the site
        Reason.NOT_FOUND,
        Reason.NOT_HTML,
        Reason.HTTP_STATUS,
        Reason.TOO_LARGE,
        Reason.TOO_SLOW,
    }
)
"""Rejections that stay, whatever a browser makes of the page."""
_VALIDATORS = frozenset({"etag", "last-modified"})
"""They are of the page without what its scripts add, which changes without them."""


class Renderer:
    """Renders pages of one crawl in one Chromium, which starts with the first of them."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._context = context_of(crawler)
        self._browser: Browser | None = None
        self._start = asyncio.Lock()
        self._turns = asyncio.Semaphore(_PAGES)
        self._scripts: dict[str, Answer] = {}

    async def improved(
        self, page: FetchedPage, result: Extracted, run: Run
    ) -> tuple[FetchedPage, Extracted]:
        """Return a page and its result, both as rendered if the page is to be rendered.

        A page that cannot be rendered keeps an article that was found without; it has a warning.

        Args:
            page: as fetched.
            result: of its extraction.
            run: extracts the rendered page.

        Raises:
            HostExcluded: a host must not be contacted any more, so that the page lacks something.
            Unreachable: the page or the browser crashed, or data is missing, and there is no article.
            UsageError: there is no browser, or it does not start.
        """
        if not self._wants(page, result):
            return page, result
        try:
            rendered, missing = await self._rendered(page)
        except (LimitExceeded, Unreachable) as problem:
            if isinstance(problem, HostExcluded) or self._context.interrupted:
                raise
            if isinstance(result, Article):
                page = replace(page, warnings=(*page.warnings, problem.message))
                return page, await run(page)
            if isinstance(problem, LimitExceeded):
                return page, _rejected(page, result, problem)
            raise
        improved = await run(rendered)
        if missing is not None and isinstance(improved, Rejection):
            raise missing
        return rendered, improved

    async def close(self) -> None:
        """End the browser, if it was started."""
        browser, self._browser = self._browser, None
        if browser is not None:
            await browser.close()

    def _wants(self, page: FetchedPage, result: Extracted) -> bool:
        mode = render_mode(self._site(page), self._context.settings)
        if not mode:
            return False
        if isinstance(result, Rejection):
            return result.reason not in _HOPELESS if mode is True else _is_shell(result)
        return mode is True or any(text.startswith(_SHELL) for text in result.metadata.warnings)

    def _site(self, page: FetchedPage) -> Site:
        catalog = self._context.catalog
        if page.site == NO_SITE:
            return UNKNOWN_SITE
        return catalog.get(page.site) if page.site else catalog.for_url(page.url)

    async def _rendered(self, page: FetchedPage) -> tuple[FetchedPage, Unreachable | None]:
        """Return a page as it is after its scripts have run, and what it lacks.

        Raises:
            HostExcluded: as `improved` does.
            LimitExceeded, Unreachable, UsageError: as `Browser` does.
        """
        settings, site = self._context.settings, self._site(page)
        requests = PageRequests(
            page,
            FirstParty(page.url, site),
            self._crawler.engine.download_async,
            most=settings.limits.render_requests,
            scripts=self._scripts,
        )
        async with self._turns:
            browser = await self._running()
            html, is_settled = await browser.render(
                page.url,
                requests,
                seconds=settings.limits.render_seconds,
                most=settings.limits.page_bytes,
                user_agent=self._crawler.settings["USER_AGENT"],
                time_zone=site.time_zone,
            )
        if isinstance(requests.problem, HostExcluded):
            raise requests.problem
        warnings = [*page.warnings, requests.remark()]
        if not is_settled:
            warnings.append("rendered only as far as it was after limits.render_seconds")
        headers = {
            name: value for name, value in page.headers.items() if name not in _VALIDATORS
        } | {"content-type": "text/html; charset=utf-8"}
        body = html.encode("utf-8", "replace")
        rendered = replace(page, body=body, headers=headers, warnings=tuple(warnings))
        return rendered, requests.problem

    async def _running(self) -> Browser:
        """Return the browser; it is started first, or again if it has crashed."""
        async with self._start:
            if self._browser is not None and not self._browser.is_running:
                await self.close()
            if self._browser is None:
                path = find_chromium(self._context.settings)
                from ingest.crawl.rendering.browser import Browser  # noqa: PLC0415 - of an extra

                self._browser = await Browser.start(path)
                # Again after a crash: the dispatcher keeps a receiver once.
                self._crawler.signals.connect(self.close, signals.spider_closed)
            return self._browser


_SHELL = f"not an article ({Reason.EMPTY})"
"""The beginning of a warning of the record, if a page without text is accepted all the same."""


def _is_shell(result: Rejection) -> bool:
    """Whether a page is empty, or only a script fills it."""
    return result.reason is Reason.EMPTY


def _rejected(page: FetchedPage, result: Rejection, problem: LimitExceeded) -> Rejection:
    is_large = "limits.page_bytes" in problem.message
    reason = Reason.TOO_LARGE if is_large else Reason.TOO_SLOW
    detail = problem.message.removeprefix(f"{page.url}: ")
    return result.model_copy(update={"reason": reason, "detail": detail})
