"""The built-in sources of articles, as plug-ins of the group `khabar.sources`."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from typing import cast
from urllib.parse import parse_qs, urlsplit

from ingest.discovery import wordpress
from ingest.discovery.candidate import FEED, LISTING, SITEMAP, WORDPRESS
from ingest.discovery.feed import read_feed
from ingest.discovery.listing import read_listing
from ingest.discovery.sitemap import read_robots, read_sitemap
from ingest.discovery.source import SourceResponse
from ingest.errors import KhabarError, LimitExceeded
from ingest.html.page import parse
from ingest.plugins import Response, SourceContext, SourcePage
from ingest.settings import Limits
from ingest.sites import Site
from ingest.text import whole_number

logger = logging.getLogger(__name__)

_POSTS = 100
"""Maximum of WordPress's API for one page."""
_OVERLAP = timedelta(days=1)
"""The API is queried from this long before the last walk: clocks and time zones differ."""


async def feeds(crawl: SourceContext) -> None:
    """Read the feeds of `discover.feeds`."""
    urls = crawl.absolute(crawl.site.discover.feeds)
    await asyncio.gather(
        *(crawl.follow(url, FEED, partial(_feed_page, crawl.site.zone)) for url in urls)
    )


def _feed_page(zone: tzinfo | None, response: Response) -> SourcePage:
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
    error = None if listing.candidates else "the listing shows no article"
    return SourcePage(listing.candidates, listing.next_url, error=error)


async def sitemaps(crawl: SourceContext) -> None:
    """Read the sitemaps of `discover.sitemaps`, and those in robots.txt with `robots_sitemaps`."""
    starts = crawl.absolute(crawl.site.discover.sitemaps)
    if crawl.site.discover.robots_sitemaps:
        starts += await _in_robots(crawl)
    await crawl.walk_files(starts, SITEMAP, partial(_sitemap_page, crawl.site.zone))


def _sitemap_page(zone: tzinfo | None, response: Response) -> SourcePage:
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
    for base in dict.fromkeys((api, wordpress.plain_api(api))):
        url = wordpress.posts_url(base, per_page=_POSTS)
        newest = crawl.complete_until(url)
        since = None if newest is None else newest - _OVERLAP  # the API has no validators
        start = wordpress.posts_url(base, per_page=_POSTS, modified_after=since)
        try:
            read = partial(_posts_page, crawl.site.zone, base, since)
            error = await crawl.walk(url, WORDPRESS, read, start)
        except LimitExceeded as over:
            crawl.note(str(over))
            continue
        except KhabarError as failure:
            logger.info("no posts by the API: %s", failure)
            continue
        if error:
            crawl.note(error)
        return


def _posts_page(
    zone: tzinfo | None, api: str, since: datetime | None, response: Response
) -> SourcePage:
    posts = wordpress.read_posts(
        response.body,
        response.url,
        zone,
        headers=_plain(response).headers,
        now=_clock(response),
    )
    next_url = None
    if len(posts.candidates) >= _POSTS:
        number = _page_number(response.url) + 1
        next_url = wordpress.posts_url(api, page=number, per_page=_POSTS, modified_after=since)
    return SourcePage(posts.candidates, next_url, error=posts.error)


def _page_number(url: str) -> int:
    """Return the number of a page of posts, which its URL states (`wordpress.posts_url`)."""
    numbers = parse_qs(urlsplit(url).query).get("page", [])
    return whole_number(numbers[0]) or 1 if numbers else 1


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
