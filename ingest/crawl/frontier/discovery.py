"""Looks through all sources of a site for articles: feeds, sitemaps, listings, the WordPress API.

All are asked, at the same time, and their candidates united: each alone has been seen stale, short or broken on real
sites. A source whose pages follow each other is followed while its pages show something worth a fetch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import urljoin

from scrapy.http import Response

from ingest.crawl.frontier.frontier import Added, Frontier
from ingest.crawl.frontier.source_log import SourceLog
from ingest.crawl.reader import Reader
from ingest.discovery import wordpress
from ingest.discovery.candidate import FEED, LISTING, SITEMAP, WORDPRESS, Candidate, newest_of
from ingest.discovery.feed import read_feed
from ingest.discovery.listing import read_listing
from ingest.discovery.sitemap import read_robots, read_sitemap
from ingest.errors import ForbiddenAddress, HostExcluded, InvalidURL, KhabarError, LimitExceeded
from ingest.html.page import parse
from ingest.settings import Limits
from ingest.sites import Site

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class SitemapWalk:
    """One look through a site's sitemaps; each file is read once, whoever names it."""

    def __init__(
        self, frontier: Frontier, log: SourceLog, access: Access, limit: int | None
    ) -> None:
        self._reader = access.reader
        self._frontier = frontier
        self._log = log
        self._fetch = access.fetch
        self._limits = access.limits
        self._limit = limit
        self._seen: set[str] = set()

    async def follow(self, start: str) -> list[str]:
        """Take the candidates of a sitemap and of those that it names; gives what is wrong with them.

        Raises:
            KhabarError: a file could not be fetched.
        """
        waiting, errors = [start], []
        items, whole = 0, True
        wanted, newest = self._limit, None
        while waiting and len(self._seen) < self._limits.listing_pages:
            url = waiting.pop(0)
            if url in self._seen:
                continue
            self._seen.add(url)
            response = await self._fetch(url, self._log.conditions(url, start))
            if response.status == 304:
                self._log.unmodified(url, SITEMAP)
                before = self._log.known[url]
                if before.items:
                    break  # files are taken newest first: the others hold nothing newer
                waiting = [*before.links, *waiting]
                continue
            page = await self._reader.run(read_sitemap, response.body, response.url)
            errors += [f"{url}: {page.error}"] if page.error else []
            added = self._frontier.add(page.candidates)
            links = self._newest_first(page.sitemaps)
            again = bool(added.left_out or page.error)
            self._log.page(
                url, SITEMAP, response, items=added.fitting, again=again, links=tuple(links)
            )
            items, newest = items + added.fitting, newest_of(newest, page.candidates)
            wanted = None if wanted is None else wanted - added.news
            if wanted is not None and wanted <= 0:
                whole = not (waiting or links)
                break
            if self._nothing_new(added, start):
                break
            waiting = [*links, *waiting]
        error = errors[0] if errors else None
        self._log.walked(start, SITEMAP, items=items, newest=newest, error=error, whole=whole)
        return errors

    def _nothing_new(self, added: Added, start: str) -> bool:
        return bool(added.fitting) and not added.news and self._log.complete(start)

    def _newest_first(self, sitemaps: Iterable[tuple[str, datetime | None]]) -> list[str]:
        since = self._frontier.since
        # Undated ones in reverse: WordPress numbers its files from the oldest on.
        ordered = list(sitemaps)[::-1]
        ordered.sort(key=lambda item: item[1] or _LONG_AGO, reverse=True)
        return [url for url, modified in ordered if not (since and modified and modified < since)]


logger = logging.getLogger(__name__)

Fetch = Callable[[str, Mapping[str, str]], Awaitable[Response]]
"""Gives the answer to a GET of this URL with these headers, of status 200, or 304 where they ask for it.

It raises `KhabarError`.
"""


@dataclass(frozen=True, slots=True)
class _Part:
    """One page of a source: what it announces, the address of the next one, what is wrong with it."""

    candidates: tuple[Candidate, ...]
    next_url: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What a discovery reads sources with: requests, the thread of parsers, limits."""

    fetch: Fetch
    reader: Reader
    limits: Limits
    replaying: bool = False


Read = Callable[[Response], _Part]

_POSTS = 100
"""The most that WordPress's API gives on a page."""
_OVERLAP = timedelta(days=1)
"""By which the API is asked for more than what changed since the last time: clocks and zones differ."""


class Discovery:
    """One look through a site's sources. `errors` says in one line each what is wrong with one of them."""

    def __init__(
        self,
        site: Site,
        frontier: Frontier,
        log: SourceLog,
        access: Access,
        *,
        limit: int | None = None,
    ) -> None:
        self.errors: list[str] = []
        self._site = site
        self._frontier = frontier
        self._log = log
        self._access = access
        self._fetch = access.fetch
        self._reader = access.reader
        self._limits = access.limits
        self._limit = limit
        self._replaying = access.replaying

    async def run(self) -> None:
        """Fill the frontier from all sources."""
        discover = self._site.discover
        sources = [
            *(self._follow(url, FEED, _feed_part) for url in self._absolute(discover.feeds)),
            *(
                self._follow(url, LISTING, self._listing_part)
                for url in self._absolute(discover.listings)
            ),
            self._sitemaps(),
        ]
        if discover.wordpress_api:
            sources.append(self._posts(*self._absolute([discover.wordpress_api])))
        await asyncio.gather(*sources)

    def _absolute(self, addresses: Iterable[str]) -> list[str]:
        return [urljoin(f"https://{self._site.domain}/", address) for address in addresses]

    def _note(self, problem: str) -> None:
        self.errors.append(problem)
        logger.warning("%s", problem)

    async def _follow(self, url: str, kind: str, read: Read) -> None:
        """Take the candidates of a source, and note what is wrong with it."""
        try:
            error = await self._walk(url, kind, read)
        except KhabarError as failure:
            self._failed(url, kind, failure)
        else:
            if error:
                self._note(error)

    def _failed(self, url: str, kind: str, failure: KhabarError) -> None:
        """A source could not be fetched; what holds for the whole host is said once, by who found out."""
        self._log.walked(url, kind, items=0, newest=None, error=str(failure), whole=False)
        if isinstance(failure, HostExcluded):
            logger.info("%s", failure)
        elif isinstance(
            failure, InvalidURL | ForbiddenAddress
        ):  # which say where it leads, and not who leads there
            self._note(f"{url}: {failure}")
        else:
            self._note(str(failure))

    async def _walk(self, url: str, kind: str, read: Read, start: str | None = None) -> str | None:
        """Take the candidates of a source and of the pages that follow it, as long as they are worth it.

        `start` is its first page, where the source goes by another address. Gives what is wrong with it, if anything.
        """
        start = start or url
        seen: set[str] = set()
        wanted, items, error = self._limit, 0, None
        newest: datetime | None = None
        following: str | None = start
        whole = True
        while following and following not in seen and len(seen) < self._limits.listing_pages:
            seen.add(following)
            first = len(seen) == 1
            response = await self._fetch(following, self._log.conditions(url, url) if first else {})
            if response.status == 304:
                self._log.unmodified(url, kind)
                break
            part = await self._reader.run(read, response)
            error = error or (f"{following}: {part.error}" if part.error else None)
            added = self._frontier.add(part.candidates)
            if first:
                again = bool(added.left_out or part.error)
                self._log.page(url, kind, response, items=added.fitting, again=again)
            items, newest = items + added.fitting, newest_of(newest, part.candidates)
            wanted = None if wanted is None else wanted - added.news
            following = part.next_url if added.news or not self._log.complete(url) else None
            if following and wanted is not None and wanted <= 0:
                following, whole = None, False
        self._log.walked(url, kind, items=items, newest=newest, error=error, whole=whole)
        return error

    def _listing_part(self, response: Response) -> _Part:
        try:
            page = read_listing(parse(response.body, response.url, limits=self._limits), self._site)
        except LimitExceeded as over:
            return _Part((), error=str(over))
        error = None if page.candidates else "the listing shows no article"
        return _Part(tuple(page.candidates), page.next_url, error)

    async def _posts(self, api: str) -> None:
        """The posts by the API, or by its form without permalinks where `/wp-json/` is refused.

        A site that offers neither is not at fault: the platform's definition names the API for all its sites.
        """
        for base in dict.fromkeys((api, wordpress.plain_api(api))):
            url, since = wordpress.posts_url(base, per_page=_POSTS), None
            source = self._log.known.get(url)
            if (
                source is not None
                and source.newest
                and self._log.complete(url)
                and not self._replaying
            ):
                since = source.newest - _OVERLAP  # the API gives no validators
            start = wordpress.posts_url(base, per_page=_POSTS, modified_after=since)
            try:
                error = await self._walk(url, WORDPRESS, self._posts_reader(base, since), start)
            except KhabarError as failure:
                logger.info("no posts by the API: %s", failure)
            else:
                if error:
                    self._note(error)
                return

    def _posts_reader(self, api: str, since: datetime | None) -> Read:
        pages = count(2)

        def read(response: Response) -> _Part:
            posts = wordpress.read_posts(response.body, response.url, self._site.zone)
            following = None
            if len(posts.candidates) >= _POSTS:
                following = wordpress.posts_url(
                    api, page=next(pages), per_page=_POSTS, modified_after=since
                )
            return _Part(posts.candidates, following, posts.error)

        return read

    async def _sitemaps(self) -> None:
        starts = self._absolute(self._site.discover.sitemaps)
        if self._site.discover.robots_sitemaps:
            starts += await self._named_by_robots()
        walk = SitemapWalk(self._frontier, self._log, self._access, self._limit)
        for start in dict.fromkeys(starts):
            try:
                errors = await walk.follow(start)
            except KhabarError as failure:
                self._failed(start, SITEMAP, failure)
                continue
            for error in errors:
                self._note(error)

    async def _named_by_robots(self) -> tuple[str, ...]:
        try:
            response = await self._fetch(f"https://{self._site.domain}/robots.txt", {})
        except KhabarError as error:
            logger.info("no sitemaps by robots.txt: %s", error)  # having none is no fault
            return ()
        return await self._reader.run(read_robots, response.body, response.url)


def _feed_part(response: Response) -> _Part:
    feed = read_feed(response.body, response.url)
    return _Part(feed.candidates, feed.next_url, feed.error)
