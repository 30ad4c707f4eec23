"""The base of Khabar's spiders: requests pages, returns `FetchedPage`s, accounts for failures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from ingest.crawl.archiving import archived
from ingest.crawl.context import SOURCE_JUDGED, CrawlContext, context_of
from ingest.crawl.http.failure import http_error, is_cancelled, outcome_of
from ingest.crawl.http.headers import conditions, headers_of
from ingest.crawl.http.recording import REPLAYED
from ingest.crawl.reader import challenge_in
from ingest.crawl.settings import site_catalog
from ingest.crawl.stats import Tally
from ingest.errors import HostExcluded, KhabarError, Unreachable
from ingest.processing.recrawl import Address, State, Visit
from ingest.processing.workers import NO_SITE
from ingest.record import ArchivePlace, Article, FetchedPage, Rejection
from ingest.sites import UNKNOWN_SITE, Site, SiteCatalog
from ingest.urls import article_key, host_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

_GONE = (404, 410)
_MEANINGFUL = [304, *_GONE]
"""Statuses with a meaning for the article: unchanged, or gone. Others than 2xx are failures."""

_CHALLENGED = "the site turns crawlers away; slow down with --delay, or ask its operator"


class KhabarSpider(Spider):
    """A spider whose items are `FetchedPage`s.

    Attributes:
        since: articles that were published before are skipped.
        full: whether pages are fetched again, whatever is known of them.
        site: the definition of all pages; None if it depends on the URL of each page.
        site_name: its name, for a subclass that sets it.
        hosts: if not empty, a page of any other host is a failure.
        accept_any: give the record of a page that does not look like an article too.
        ignore_robots: whether robots.txt is not asked, as the operator wants for a single page.
    """

    since: datetime | None = None
    full: bool = False
    site: Site | None = None
    site_name: str | None = None
    hosts: frozenset[str] = frozenset()
    accept_any: bool = False
    ignore_robots: bool = False

    @classmethod
    def from_crawler(
        cls,
        crawler: Crawler,
        *args: Any,  # noqa: ANN401 - Scrapy's
        **kwargs: Any,  # noqa: ANN401 - Scrapy's
    ) -> Self:
        """Create the spider. A `site` that is given by name is looked up here, once."""
        site = kwargs.get("site") or cls.site or cls.default_site()
        if isinstance(site, str):
            kwargs["site"] = cls.definition(site, site_catalog(crawler.settings))
        return super().from_crawler(crawler, *args, **kwargs)

    @classmethod
    def default_site(cls) -> str | None:
        """Return the name of the site if no argument gives one."""
        return cls.site_name

    @classmethod
    def definition(cls, name: str, catalog: SiteCatalog) -> Site:
        """Return the definition that a spider argument names; raises `UnknownSite`."""
        return catalog.get(name)

    @cached_property
    def _closing_records(self) -> list[Article]:
        """Records of articles that were taken away, until the sinks have them."""
        return []

    @cached_property
    def context(self) -> CrawlContext:
        """The state of this crawl."""
        return context_of(self.crawler)

    @cached_property
    def tally(self) -> Tally:
        """The counts of this crawl."""
        return Tally(self.crawler)

    async def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """Return the response to a GET, with robots.txt, redirects and retries.

        Returns:
            A response with status 200, or 304 if the headers are conditions.

        Raises:
            KhabarError: anything else.
        """
        response = await self._download(url, headers)
        if response.status != 200 and not (response.status == 304 and headers):
            raise http_error(url, response.status)
        if response.status == 304:
            return response
        challenge = await challenge_in(response, self.context.reader)
        self.crawler.signals.send_catch_log(SOURCE_JUDGED, url=response.url, challenge=challenge)
        if challenge:
            raise Unreachable(f"{url}: blocked by a challenge page", _CHALLENGED)
        return response

    async def _download(self, url: str, headers: Mapping[str, str] | None) -> Response:
        """Return a response with any status; raises `KhabarError`."""
        meta = self._robots_meta()
        request = Request(url, headers=dict(headers or {}), callback=NO_CALLBACK, meta=meta)
        try:
            response = await self._fetched_robots(request)
            return response or await self.crawler.engine.download_async(request)
        except Exception as error:  # whatever the layers of the network raise, one source fails
            if is_cancelled(error):
                raise asyncio.CancelledError from error
            outcome = outcome_of(url, error)
            if isinstance(outcome, Rejection):
                raise Unreachable(f"{url}: {outcome.detail}") from error
            raise outcome from error

    def _robots_meta(self) -> dict[str, Any]:
        return {"dont_obey_robotstxt": True} if self.ignore_robots else {}

    async def _fetched_robots(self, request: Request) -> Response | None:
        """Return a robots.txt that was already fetched for its rules, if that is requested."""
        if urlsplit(request.url).path != "/robots.txt":
            return None
        request.meta["dont_obey_robotstxt"] = True  # it is always allowed itself (RFC 9309, 2.2.2)
        return await self.context.robots(request) if self.context.robots is not None else None

    def page_request(self, url: str, visit: Visit | None = None) -> Request:
        """Return the request for a page, a conditional one if it was fetched before.

        Args:
            url: of the page.
            visit: the last one.
        """
        headers = {}
        whole = self.full or self.context.recording  # a 304 could not be replayed elsewhere
        if visit is not None and visit.state is State.ARTICLE and not whole:
            headers = conditions(
                visit, self.context.now(), self.context.settings.limits.believe_304_hours
            )
        return Request(
            url,
            callback=self.parse,
            errback=self.page_failed,
            headers=headers,
            meta={"handle_httpstatus_list": _MEANINGFUL, **self._robots_meta()},
            cb_kwargs={"asked": url, "visit": visit, "conditional": bool(headers)},
        )

    async def parse(
        self,
        response: Response,
        asked: str,
        visit: Visit | None = None,
        *,
        conditional: bool = False,
    ) -> AsyncIterator[FetchedPage]:
        """Yield the page of a response, and deliver records of articles that are gone."""
        for page in self.pages(response, asked, visit, conditional=conditional):
            yield await self.completed(page)
        while self._closing_records:
            await self._deliver(self._closing_records.pop(0))

    async def _deliver(self, record: Article) -> None:
        """Give the closing record of an article to the sinks, once it is committed."""
        context = self.context
        if context.sinks is None or context.commits is None:
            return
        try:
            await context.commits.durable()
        except KhabarError:  # the pipeline has stopped the run for it
            return
        if context.sinks is not None:  # the run may have ended meanwhile
            await context.sinks.write(record.to_dict())

    def pages(
        self,
        response: Response,
        asked: str,
        visit: Visit | None = None,
        *,
        conditional: bool = False,
    ) -> Iterator[FetchedPage]:
        """Yield the page of a response, unless that is unchanged, gone or from another site."""
        place = archived(self.context, response, self._retrieved_at(response), visit)
        if response.status == 304 and visit is not None and conditional:
            self._unmodified(asked, visit)
        elif response.status == 304:
            self._fail(asked, Unreachable(f"{asked}: HTTP 304, which nobody asked for"))
        elif response.status in _GONE and visit is not None and visit.article_id:
            self._gone(asked, visit, response.status, place)
        elif self.hosts and host_of(response.url) not in self.hosts:
            self._fail(
                asked, Unreachable(f"{asked}: redirects to another site, {host_of(response.url)}")
            )
        else:
            yield self._page(response, asked, place)

    async def completed(self, page: FetchedPage) -> FetchedPage:
        """Return the page with what belongs to it elsewhere; for subclasses."""
        return page

    def page_failed(self, failure: Failure) -> None:
        """Account for a page that could not be fetched."""
        if failure.value is not None and is_cancelled(failure.value):
            return  # the page stays due as it was
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        asked = request.cb_kwargs["asked"]
        response: Response | None = getattr(failure.value, "response", None)
        if response is not None:
            archived(self.context, response, self._retrieved_at(response), None)
        outcome = outcome_of(asked, failure.value or Unreachable(f"{asked}: failed"))
        if isinstance(outcome, Rejection):
            if self.context.store is not None:
                self.context.store.reject(_address(asked), outcome)
            self.tally.rejected(asked, outcome)
        else:
            self._fail(asked, outcome)

    def _fail(self, asked: str, error: KhabarError) -> None:
        # A page that was not requested has not failed: it stays due, however often that happens.
        if self.context.store is not None and not isinstance(error, HostExcluded):
            self.context.store.fail(_address(asked), error.message)
        self.tally.failed(asked, error)

    def _unmodified(self, asked: str, visit: Visit) -> None:
        if self.context.store is not None:
            self.context.store.unmodified(_address(asked, visit), visit)
        if self.context.claims is not None:
            self.context.claims.settle(article_key(asked), changed=False, now=self.context.now())
        self.tally.unchanged()

    def _gone(self, asked: str, visit: Visit, status: int, place: ArchivePlace | None) -> None:
        """Write the closing record of an article that was taken away, unless it was gone before."""
        if self.context.store is None:
            return
        try:
            decision = self.context.store.gone(_address(asked), visit, status, archive=place)
        except KhabarError as error:
            self._fail(asked, error)
            return
        if decision is None:
            self.tally.unchanged()
        else:
            self._closing_records.append(decision.article)
            self.tally.gone(asked, decision)

    def _page(
        self, response: Response, asked: str, place: ArchivePlace | None = None
    ) -> FetchedPage:
        return FetchedPage(
            url=response.url,
            body=response.body,
            retrieved_at=self._retrieved_at(response),
            requested_url=asked,
            status=response.status,
            headers=headers_of(response),
            site=self._site_name(),
            run_id=self.context.run_id,
            accept_any=self.accept_any,
            redirects=_redirects(response),
            archive=place,
        )

    def _site_name(self) -> str | None:
        """Name of the definition for the workers; None if it depends on the page's URL."""
        if self.site is UNKNOWN_SITE:
            return NO_SITE
        return None if self.site is None else self.site.name

    def _retrieved_at(self, response: Response) -> datetime:
        """Return when a page was fetched: relative dates count from then, also in a replay."""
        if REPLAYED in response.flags:
            try:
                moment = parsedate_to_datetime(
                    (response.headers.get("Date") or b"").decode("latin-1")
                )
            except ValueError:
                return self.context.now()
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return self.context.now()


def _redirects(response: Response) -> tuple[str, ...]:
    """Return the reasons of the redirects to a response: statuses, or `meta refresh`."""
    meta = {} if response.request is None else response.request.meta
    return tuple(map(str, meta.get("redirect_reasons", ())))


def _address(asked: str, visit: Visit | None = None) -> Address:
    if visit is None:
        return Address(article_key(asked), asked)
    return Address(article_key(asked), asked, visit.etag, visit.last_modified)
