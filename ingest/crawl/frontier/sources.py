"""The built-in sources of articles, as plug-ins of the group `khabar.sources`."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from typing import cast

from ingest.discovery import wordpress
from ingest.discovery.candidate import FEED, LISTING, SITEMAP, WORDPRESS
from ingest.discovery.feed import read_feed
from ingest.discovery.listing import read_listing
from ingest.discovery.sitemap import read_robots, read_sitemap
from ingest.discovery.source import SourceResponse
from ingest.errors import HTTPStatusError, KhabarError, LimitExceeded, Unreachable
from ingest.html.page import parse
from ingest.plugins import Response, SourceContext, SourcePage
from ingest.settings import Limits
from ingest.sites import Site
from ingest.url_shape import page_number

logger = logging.getLogger(__name__)

_PER_PAGE = (100, 10)
"""Posts a page: WordPress's maximum, and its default for hosts that refuse more with HTTP 400."""
_BAD_REQUEST = 400
_OVERLAP = timedelta(days=1)
"""The API is queried from this long before the last walk: clocks and time zones differ."""


async def feeds(crawl: SourceContext) -> None:
    """Read the feeds of `discover.feeds`."""
    urls = crawl.absolute(crawl.site.discover.feeds)
    read = partial(feed_page, crawl.site.zone)
    await asyncio.gather(*(crawl.follow(url, FEED, read) for url in urls))


def feed_page(zone: tzinfo | None, response: Response) -> SourcePage:
    """Return the content of a feed, for a worker."""
    feed = read_feed(
        response.body,
        response.url,
        headers=_plain(response).headers,
        zone=zone,
        now=_clock(response),
    )
    return SourcePage(feed.candidates, feed.next_url, error=feed.error)


async def listings(crawl: SourceContext) -> None:
    """Read the list pages of `discover.listings`."""
    urls = crawl.absolute(crawl.site.discover.listings)
    read = partial(_listing_page, crawl.site, crawl.limits)
    await asyncio.gather(*(crawl.follow(url, LISTING, read) for url in urls))


def _listing_page(site: Site, limits: Limits, response: Response) -> SourcePage:
    try:
        page = parse(response.body, response.url, limits=limits)
        listing = read_listing(page, site, _clock(response))
    except LimitExceeded as over:
        return SourcePage((), error=str(over))
    is_further = (page_number(response.url) or 1) > 1
    error = None if listing.candidates or is_further else "the listing shows no article"
    return SourcePage(listing.candidates, listing.next_url, error=error)


async def sitemaps(crawl: SourceContext) -> None:
    """Read the sitemaps of `discover.sitemaps`, and those in robots.txt with `robots_sitemaps`."""
    read = partial(sitemap_page, crawl.site.zone)
    defined = crawl.absolute(crawl.site.discover.sitemaps)
    await crawl.walk_files(defined, SITEMAP, read)
    if crawl.site.discover.robots_sitemaps:
        named = [url for url in await _in_robots(crawl) if url not in defined]
        await crawl.walk_files(named, SITEMAP, read, named_by_site=True)


def sitemap_page(zone: tzinfo | None, response: Response) -> SourcePage:
    """Return the content of a sitemap, for a worker."""
    sitemap = read_sitemap(
        response.body,
        response.url,
        headers=_plain(response).headers,
        zone=zone,
        now=_clock(response),
    )
    return SourcePage(sitemap.candidates, links=sitemap.sitemaps, error=sitemap.error)


async def _in_robots(crawl: SourceContext) -> tuple[str, ...]:
    try:
        response = await crawl.fetch(f"https://{crawl.site.domain}/robots.txt")
    except KhabarError as error:
        logger.info("no sitemaps by robots.txt: %s", error)  # a site need not have one
        return ()
    try:
        return await crawl.run(read_robots, response.body, response.url)
    except LimitExceeded as over:
        crawl.note(str(over))
        return ()


async def wordpress_posts(crawl: SourceContext) -> None:
    """Read the posts of `discover.wordpress_api`, or of its form without permalinks.

    A site may refuse both: the platform's definition names the API for all of its sites.
    """
    if not crawl.site.discover.wordpress_api:
        return
    (api,) = crawl.absolute([crawl.site.discover.wordpress_api])
    problem = ""
    for base in dict.fromkeys((api, wordpress.plain_api(api))):
        for per_page in _PER_PAGE:
            try:
                await _walk_posts(crawl, base, per_page)
            except KhabarError as failure:
                problem = problem or str(failure)
                if isinstance(failure, LimitExceeded):
                    crawl.note(str(failure))
                logger.info("no posts by the API: %s", failure)
                if not (isinstance(failure, HTTPStatusError) and failure.status == _BAD_REQUEST):
                    break
            else:
                return
    crawl.remark(wordpress.posts_url(api), WORDPRESS, f"no posts by the API: {problem}")


async def _walk_posts(crawl: SourceContext, api: str, per_page: int) -> None:
    """Read the posts by one form of the API; raises `KhabarError` if it gives none."""
    url = wordpress.posts_url(api, per_page=per_page)
    newest = crawl.complete_until(url)
    since = None if newest is None else newest - _OVERLAP  # the API has no validators
    start = wordpress.posts_url(api, per_page=per_page, modified_after=since)
    read = partial(_posts_page, crawl.site.zone, per_page)
    error = await crawl.walk(url, WORDPRESS, read, start)
    if error:
        crawl.note(error)


def _posts_page(zone: tzinfo | None, per_page: int, response: Response) -> SourcePage:
    posts = wordpress.read_posts(
        response.body,
        response.url,
        zone,
        headers=_plain(response).headers,
        now=_clock(response),
    )
    if not posts.is_api or (posts.error and not posts.count):  # an error of WordPress, too
        raise Unreachable(f"{response.url}: {posts.error}")
    page = wordpress.page_of(response.url)
    has_next = posts.has_next(page, per_page)
    next_url = wordpress.page_url(response.url, page + 1) if has_next else None
    cut = f"only the first {wordpress.MAX_ITEMS} posts were read" if posts.is_cut else None
    return SourcePage(posts.candidates, next_url, error=posts.error or cut)


def _plain(response: Response) -> SourceResponse:
    """Return the response with all attributes that a parser gets."""
    return cast("SourceResponse", response)


def _clock(response: Response) -> datetime:
    """Return the later of our clock and the server's.

    If the server's clock is ahead, its changes would otherwise be in the future.
    """
    now = datetime.now(UTC)
    stated = _plain(response).answered_at
    return now if stated is None else max(now, stated)
