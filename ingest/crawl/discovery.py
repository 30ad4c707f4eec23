"""Looks through all sources of a site for articles: feeds, sitemaps, listings, the WordPress API.

All are asked, at the same time, and their candidates united: each alone has been seen stale, short or broken on real
sites. A source whose pages follow each other is followed while its pages show something worth a fetch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from urllib.parse import urljoin

from scrapy.http import Response

from ingest.crawl.frontier import Frontier
from ingest.discover import wordpress
from ingest.discover.candidate import Candidate
from ingest.discover.feed import read_feed
from ingest.discover.listing import read_listing
from ingest.discover.sitemap import read_robots, read_sitemap
from ingest.errors import KhabarError, LeftAlone
from ingest.extraction.page import parse
from ingest.settings import Limits
from ingest.sites import Site

logger = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[Response]]
"""Gives the answer to a GET of this URL with a status of 200; raises `KhabarError`."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One page of a source: what it announces, the address of the next one, what is wrong with it."""

    candidates: tuple[Candidate, ...]
    next_url: str | None = None
    error: str | None = None


Read = Callable[[Response], _Part]

_POSTS = 100
"""The most that WordPress's API gives on a page."""


class Discovery:
    """One look through a site's sources. `errors` says in one line each what is wrong with one of them."""

    def __init__(self, site: Site, frontier: Frontier, fetch: Fetch, limits: Limits, limit: int | None = None) -> None:
        self.errors: list[str] = []
        self._site = site
        self._frontier = frontier
        self._fetch = fetch
        self._limits = limits
        self._limit = limit

    async def run(self) -> None:
        """Fill the frontier from all sources."""
        discover = self._site.discover
        sources = [
            *(self._follow(url, _feed_part) for url in self._absolute(discover.feeds)),
            *(self._follow(url, self._listing_part) for url in self._absolute(discover.listings)),
            self._sitemaps(),
        ]
        if discover.wordpress_api:
            sources.append(self._posts(*self._absolute([discover.wordpress_api])))
        await asyncio.gather(*(self._guarded(source) for source in sources))

    def _absolute(self, addresses: Iterable[str]) -> list[str]:
        return [urljoin(f"https://{self._site.domain}/", address) for address in addresses]

    async def _guarded(self, source: Awaitable[None]) -> None:
        try:
            await source
        except LeftAlone as error:
            logger.info("%s", error)  # of the host as a whole, and said once by who found out
        except KhabarError as error:
            self._note(str(error))

    def _note(self, problem: str) -> None:
        self.errors.append(problem)
        logger.warning("%s", problem)

    async def _follow(self, url: str, read: Read) -> None:
        """Take the candidates of a source and of the pages that follow it, as long as they are worth it."""
        seen: set[str] = set()
        wanted = self._limit
        following: str | None = url
        while following and following not in seen and len(seen) < self._limits.listing_pages:
            seen.add(following)
            part = read(await self._fetch(following))
            if part.error:
                self._note(f"{following}: {part.error}")
            due = self._frontier.add(part.candidates).due
            wanted = None if wanted is None else wanted - due
            following = part.next_url if due and (wanted is None or wanted > 0) else None

    def _listing_part(self, response: Response) -> _Part:
        page = read_listing(parse(response.body, response.url, limits=self._limits), self._site)
        error = None if page.candidates else "the listing shows no article"
        return _Part(tuple(page.candidates), page.next_url, error)

    async def _posts(self, api: str) -> None:
        """The posts by the API, or by its form without permalinks where `/wp-json/` is refused.

        A site that offers neither is not at fault: the platform's definition names the API for all its sites.
        """
        for base in dict.fromkeys((api, wordpress.plain_api(api))):
            try:
                await self._follow(wordpress.posts_url(base, per_page=_POSTS), self._posts_reader(base))
            except KhabarError as error:
                logger.info("no posts by the API: %s", error)
            else:
                return

    def _posts_reader(self, api: str) -> Read:
        pages = count(2)

        def read(response: Response) -> _Part:
            posts = wordpress.read_posts(response.body, response.url, self._site.zone)
            full = len(posts.candidates) >= _POSTS
            return _Part(
                posts.candidates,
                wordpress.posts_url(api, page=next(pages), per_page=_POSTS) if full else None,
                posts.error,
            )

        return read

    async def _sitemaps(self) -> None:
        starts = self._absolute(self._site.discover.sitemaps)
        if self._site.discover.robots_sitemaps:
            starts += await self._named_by_robots()
        seen: set[str] = set()
        for start in dict.fromkeys(starts):
            await self._guarded(self._sitemap(start, seen))

    async def _named_by_robots(self) -> tuple[str, ...]:
        try:
            response = await self._fetch(f"https://{self._site.domain}/robots.txt")
        except KhabarError as error:
            logger.info("no sitemaps by robots.txt: %s", error)  # having none is no fault
            return ()
        return read_robots(response.body, response.url)

    async def _sitemap(self, start: str, seen: set[str]) -> None:
        waiting, wanted = [start], self._limit
        while waiting and len(seen) < self._limits.listing_pages:
            url = waiting.pop(0)
            if url in seen:
                continue
            seen.add(url)
            response = await self._fetch(url)
            page = read_sitemap(response.body, response.url)
            if page.error:
                self._note(f"{url}: {page.error}")
            added = self._frontier.add(page.candidates)
            wanted = None if wanted is None else wanted - added.due
            if added.fitting and (not added.due or (wanted is not None and wanted <= 0)):
                return  # files are taken newest first: the others hold nothing for us
            waiting = [*self._newest_first(page.sitemaps), *waiting]

    def _newest_first(self, sitemaps: Iterable[tuple[str, datetime | None]]) -> list[str]:
        since, long_ago = self._frontier.since, datetime.min.replace(tzinfo=UTC)
        # Undated ones in reverse: WordPress numbers its files from the oldest on.
        ordered = list(sitemaps)[::-1]
        ordered.sort(key=lambda item: item[1] or long_ago, reverse=True)
        return [url for url, modified in ordered if not (since and modified and modified < since)]


def _feed_part(response: Response) -> _Part:
    feed = read_feed(response.body, response.url)
    return _Part(feed.candidates, feed.next_url, feed.error)
