"""From a fetched page to a record: extract in a worker, compare, write, commit, then pass it on."""

from __future__ import annotations

import asyncio
import logging
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import CloseSpider, DropItem

from ingest import plugins
from ingest.crawl.absence import Absences, leads_away
from ingest.crawl.archiving import open_archive
from ingest.crawl.context import context_of
from ingest.crawl.rendering.chromium import check_browser
from ingest.crawl.rendering.renderer import Renderer
from ingest.crawl.sinks import Sinks
from ingest.crawl.spider import KhabarSpider
from ingest.crawl.stats import Tally, conclude
from ingest.errors import HostExcluded, KhabarError, Unreachable
from ingest.processing.changes import Decision, Known, Same, decide, known_by
from ingest.processing.identity import SHARED_CANONICAL, Identity
from ingest.processing.recrawl import Address, address_of, exact_time
from ingest.processing.workers import Workers
from ingest.record import Article, FetchedPage, Rejection
from ingest.sites import DEFAULT_RECHECK, Site
from ingest.storage.group_commit import GroupCommit
from ingest.storage.identities import Identities
from ingest.storage.site_store import SiteStore
from ingest.urls import article_key

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class RejectedPage(DropItem):
    """The page is not an article."""


class UnchangedArticle(DropItem):
    """The article has not changed."""


class OlderArticle(DropItem):
    """The article is older than the run asks for."""


class RecordPipeline:
    """Turns `FetchedPage` items into records (dicts named as in the schema). Other items pass.

    With KHABAR_OUTPUT every record is on the disk and in the ledger before it leaves the pipeline.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._context = context_of(crawler)
        self._tally = Tally(crawler)
        # Without a ledger: the articles of this run, so that none is returned twice.
        self._decided: dict[str, Known] = {}
        self._memory = Identities()
        self._absences: Absences | None = None
        self._workers: Workers | None = None
        self._renderer = Renderer(crawler)
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the pipeline; called by Scrapy."""
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.request_scheduled, signals.request_scheduled)
        return pipeline

    def open_spider(self) -> None:
        """Lock the site's output, and repair what a killed run left."""
        context = self._context
        try:
            site: Site | None = getattr(self._crawler.spider, "site", None)
            sites = [] if site is None else [site]
            plugins.check(sites, context.settings)
            check_browser(sites, context.settings)
            if context.output is not None:
                context.sinks = Sinks.open(
                    context.settings.sinks, context.settings, context.note_once
                )
                self._open_store(context.output)
        except KhabarError as error:
            context.fatal = error
            logger.info("%s", error)  # the caller reports it
            raise CloseSpider("khabar_error") from error
        context.close = self.close_spider
        self._workers = context.workers

    def request_scheduled(self) -> None:
        """Start the workers during the first request; a run without anything new starts none."""
        if self._workers is not None:
            self._workers.warm()

    def _open_store(self, output: Path) -> None:
        context = self._context
        site: Site | None = getattr(self._crawler.spider, "site", None)
        commits = GroupCommit(self._flush, self._stop)
        context.store = SiteStore(
            output,
            self._site,
            context.run_id,
            context.now,
            context.settings,
            recheck=DEFAULT_RECHECK if site is None else site.recheck,
            on_pending=commits.soon,
        )
        context.commits = commits
        if isinstance(spider := self._crawler.spider, KhabarSpider):
            self._absences = Absences(context, self._tally, spider)
        context.run_id = context.store.run_id
        open_archive(context, site, self._site)

    def _flush(self) -> None:
        if self._context.store is not None:
            self._context.store.flush()

    def close_spider(self) -> None:
        """Summarise the run, finish the segments, release the lock; once."""
        self._workers = None
        store, self._context.store = self._context.store, None
        sinks, self._context.sinks = self._context.sinks, None
        archive, self._context.archive = self._context.archive, None
        if sinks is not None:
            sinks.close()
        try:
            if store is not None and self._context.claims is not None:
                store.judge(self._context.claims.evidence())
            with closing(archive) if archive is not None else nullcontext():
                conclude(self._crawler, store)
        except KhabarError as error:
            self._context.fatal = self._context.fatal or error

    async def process_item(self, item: Any) -> Any:  # noqa: ANN401 - any item of Scrapy's
        """Return the record of a page; raises `DropItem` with the reason if there is none."""
        if not isinstance(item, FetchedPage) or self._workers is None:
            return item
        try:
            extract = self._workers.run
            return await self._settle(
                *await self._renderer.improved(item, await extract(item), extract)
            )
        except Unreachable as error:
            self._unrendered(address_of(item), error)
            raise DropItem(str(error)) from error
        except KhabarError as error:  # a disk error: the page stays due
            self._stop(error)
            raise DropItem(str(error)) from error

    def _unrendered(self, address: Address, error: Unreachable) -> None:
        """Account for a page that the browser failed on. If the run is stopped, it stays due."""
        if self._context.interrupted:
            return
        if self._context.store is not None and not isinstance(error, HostExcluded):
            self._context.store.fail(address, error.message)
        self._tally.failed(address.url, error)

    def _stop(self, error: KhabarError) -> None:
        if self._context.fatal is None:
            self._context.fatal = error
            logger.info("%s", error)  # the caller reports it
            # Not awaited: closing waits for the items in progress, and this is one of them.
            self._closing = asyncio.ensure_future(
                self._crawler.engine.close_spider_async(reason="khabar_error")
            )

    @property
    def _site(self) -> str:
        spider = self._crawler.spider
        return spider.name if spider is not None else "page"

    async def _settle(self, page: FetchedPage, result: Article | Rejection) -> dict[str, Any]:
        """Store the result, wait until it is durable, and only then count it and pass it on."""
        address, store = address_of(page), self._context.store
        if isinstance(result, Rejection):
            if self._absences is not None and (away := leads_away(page, result)):
                await self._absences.rejected(page, address, away)
            if store is not None:
                store.reject(address, result)
            await self._durable()
            self._tally.rejected(address.url, result)
            raise RejectedPage(f"not an article: {result.reason} {result.detail}")
        await self._refuse_older(result, address)
        identity = self._identify(result, address)
        if identity.left is not None and self._absences is not None:
            await self._absences.left(page, address, identity)
            identity = self._identify(result, address)  # what was pending is committed meanwhile
        elif self._absences is not None and article_key(page.url) == address.key:
            self._absences.answered()
        decision = self._keep(identity, address)
        await self._durable()
        self._tally.decided(address.url, decision)
        if self._context.claims is not None:
            is_changed = not isinstance(decision, Same)
            self._context.claims.settle(address.key, changed=is_changed, now=self._context.now())
        if isinstance(decision, Same):
            raise UnchangedArticle("unchanged")
        record = decision.article.to_dict()
        if self._context.sinks is not None:
            await self._context.sinks.write(record)
        return record

    def _identify(self, article: Article, address: Address) -> Identity:
        store = self._context.store
        if store is not None:
            return store.identify(article, address)
        return self._memory.identify(article, address.url)

    async def _durable(self) -> None:
        if self._context.commits is not None:
            await self._context.commits.durable()

    def _keep(self, identity: Identity, address: Address) -> Decision:
        store, article = self._context.store, identity.article
        if any(text.startswith(SHARED_CANONICAL) for text in article.metadata.warnings):
            self._tally.shared_canonical(article)
        if store is not None:
            return store.keep(article, address, exact_time(article.date_published), identity.names)
        decision = decide(article, self._decided.get(article.id))
        self._decided[article.id] = known_by(decision)
        return decision

    async def _refuse_older(self, article: Article, address: Address) -> None:
        since: datetime | None = getattr(self._crawler.spider, "since", None)
        published = _latest(article.date_published)
        if since is None or published is None or published >= since:
            return
        if self._context.store is not None:
            self._context.store.pass_over(address, published)
        await self._durable()
        self._tally.older(article)
        raise OlderArticle(f"published {article.date_published}, before {since.isoformat()}")


def _latest(published: str | None) -> datetime | None:
    """Return the latest time that a date can mean: for a day alone, its end."""
    if published is None:
        return None
    moment = datetime.fromisoformat(published)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC) + timedelta(days=1)
