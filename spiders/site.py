"""The spider of a site with a definition: `scrapy crawl dailytimes -O out.jsonl`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scrapy import Request

from ingest.crawl.archiving import SOURCE
from ingest.crawl.comments import CommentAccess, comment_answers
from ingest.crawl.frontier.claims import Claims
from ingest.crawl.frontier.discovery import Discovery
from ingest.crawl.frontier.frontier import Frontier
from ingest.crawl.frontier.page_reader import Access
from ingest.crawl.frontier.source_log import SourceLog
from ingest.crawl.spider import KhabarSpider
from ingest.discovery.source import Source
from ingest.errors import UsageError
from ingest.record import FetchedPage
from ingest.schedule import parse_since
from ingest.sites import Site


class SiteSpider(KhabarSpider):
    """Discovers the articles of one site and fetches those that are new or due again.

    Args:
        site: the definition of the site, or its name. By default the spider's name is the site's.
        limit: maximum number of articles to fetch.
        since: skip older articles: `12h`, `2d`, `3w`, or a day or time (ISO 8601, UTC by default).
            In a replay a duration counts from the newest time in the recording.
        full: read every source to its end and fetch every article again.
        only: keys of known URLs. Only these are fetched again, and no source is read. Needs an
            output folder.
        more: arguments of Scrapy for every spider.

    Raises:
        UsageError: there is no site, or `limit` or `since` is not valid.
    """

    site: Site

    def __init__(
        self,
        site: Site | None = None,
        limit: str | int | None = None,
        since: str | datetime | None = None,
        *,
        full: str | bool = False,
        only: Collection[str] | None = None,
        **more: Any,  # noqa: ANN401 - as in Scrapy's Spider
    ) -> None:
        site = site or getattr(type(self), "site", None)
        if site is None:
            raise UsageError("no site", "give site=NAME, a name of `khabar sites`")
        super().__init__(name=site.name, **more)
        self.site = site
        self.limit = None if limit is None else _number(limit)
        self._since = since
        self.since = _moment(since)
        self.only = only
        self.full = only is not None or str(full).casefold() in {"true", "1", "yes"}

    @classmethod
    def default_site(cls) -> str | None:
        """Return the name of the spider class, which is its site's."""
        return cls.site_name or getattr(cls, "name", None)

    async def start(self) -> AsyncIterator[Request]:
        """Read the sources of the site, then request its articles, newest first."""
        context = self.context
        if isinstance(self._since, str) and context.replaying:
            self.since = parse_since(self._since, context.newest_time)
        # A recording must hold the requests of a first crawl, whatever is known here already.
        self.full = self.full or context.recording
        self.hosts = frozenset(host.removeprefix("www.") for host in self.site.hosts)
        visits = context.store.visits if context.store is not None else lambda _: {}
        known = context.store.sources() if context.store is not None else {}
        claims = context.claims = Claims(known)
        frontier = Frontier(self.site, visits, context.now(), self.since, self.full, claims)
        if self.only is None:
            await self._discover(frontier, known)
        elif context.store is not None:
            frontier.add_due(context.store.addresses(self.only))
        for request in self._requests(frontier):
            yield request

    async def _discover(self, frontier: Frontier, known: Mapping[str, Source]) -> None:
        """Fill the frontier with what the sources announce and what earlier runs did not finish."""
        context, store = self.context, self.context.store
        limits = context.settings.limits
        log = SourceLog(
            known,
            context.now(),
            limits.believe_304_hours,
            full=self.full,
            since=self.since is not None,
        )
        if not log.known:  # a first crawl: no source can answer that it is unchanged
            context.workers.warm()
        access = Access(self.fetch, context.reader, limits, replaying=context.replaying)
        discovery = Discovery(self.site, frontier, log, access, limit=self.limit)
        await discovery.discover()
        context.errors.extend(discovery.errors)
        context.sources.extend(log.visits())
        self.tally.saw(frontier.newest())
        if store is not None:
            store.announce(frontier.unknown(), log.learned())
            frontier.add_due(store.due())

    async def completed(self, page: FetchedPage) -> FetchedPage:
        """Return the page with answers of the site's source of comments, if it has one."""
        name, context = self.site.comment_source, self.context
        if name is None:
            return page
        access = CommentAccess(self.site, context.settings.limits, self.fetch, context.reader)
        answers = await comment_answers(name, page, access, context.note_once)
        return replace(page, comment_answers=answers)

    def _requests(self, frontier: Frontier) -> Iterator[Request]:
        remaining = self.limit
        for key, candidate in frontier.newest_first():
            if remaining == 0:
                return
            self.tally.found()
            if frontier.due(key):
                remaining = None if remaining is None else remaining - 1
                request = self.page_request(candidate.url, frontier.visit(key))
                request.meta[SOURCE] = candidate.source  # for the archive
                yield request
            else:
                self.tally.unchanged()


def _number(limit: str | int) -> int:
    try:
        number = int(limit)
    except ValueError:
        number = 0
    if number < 1:
        raise UsageError(f"limit={limit}: not a number of articles", "give 1 or more")
    return number


def _moment(since: str | datetime | None) -> datetime | None:
    if since is None:
        return None
    if isinstance(since, datetime):
        return since if since.tzinfo else since.replace(tzinfo=UTC)
    return parse_since(since)
