"""The built-in sources of articles, as plug-ins of the group `khabar.sources`."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, cast

from ingest.crawl.context import answered_at
from ingest.crawl.http.headers import headers_of
from ingest.discovery import wordpress
from ingest.discovery.candidate import FEED, LISTING, SITEMAP, WORDPRESS
from ingest.discovery.feed import read_feed
from ingest.discovery.listing import read_listing
from ingest.discovery.sitemap import read_robots, read_sitemap
from ingest.errors import KhabarError, LimitExceeded
from ingest.html.page import parse
from ingest.plugins import Read, Response, SourceContext, SourcePage

if TYPE_CHECKING:
    from scrapy.http import Response as ScrapyResponse

logger = logging.getLogger(__name__)

_POSTS = 100
"""Maximum of WordPress's API for one page."""
_OVERLAP = timedelta(days=1)
"""The API is queried from this long before the last walk: clocks and time zones differ."""


async def feeds(crawl: SourceContext) -> None:
    """Read the feeds of `discover.feeds`."""
    urls = crawl.absolute(crawl.site.discover.feeds)
    await asyncio.gather(*(crawl.follow(url, FEED, partial(_feed_page, crawl)) for url in urls))


def _feed_page(crawl: SourceContext, response: Response) -> SourcePage:
    feed = read_feed(
        response.body,
        response.url,
        headers=headers_of(_scrapy(response)),
        zone=crawl.site.zone,
        now=_clock(response),
    )
    return SourcePage(feed.candidates, feed.next_url, error=feed.error)


async def listings(crawl: SourceContext) -> None:
    """Read the list pages of `discover.listings`."""

    def read(response: Response) -> SourcePage:
        try:
            page = parse(response.body, response.url, limits=crawl.limits)
            listing = read_listing(page, crawl.site, _clock(response))
        except LimitExceeded as over:
            return SourcePage((), error=str(over))
        error = None if listing.candidates else "the listing shows no article"
        return SourcePage(listing.candidates, listing.next_url, error=error)

    urls = crawl.absolute(crawl.site.discover.listings)
    await asyncio.gather(*(crawl.follow(url, LISTING, read) for url in urls))


async def sitemaps(crawl: SourceContext) -> None:
    """Read the sitemaps of `discover.sitemaps`, and those in robots.txt with `robots_sitemaps`."""
    starts = crawl.absolute(crawl.site.discover.sitemaps)
    if crawl.site.discover.robots_sitemaps:
        starts += await _in_robots(crawl)
    await crawl.walk_files(starts, SITEMAP, partial(_sitemap_page, crawl))


def _sitemap_page(crawl: SourceContext, response: Response) -> SourcePage:
    sitemap = read_sitemap(
        response.body,
        response.url,
        headers=headers_of(_scrapy(response)),
        zone=crawl.site.zone,
        now=_clock(response),
    )
    return SourcePage(sitemap.candidates, links=sitemap.sitemaps, error=sitemap.error)


async def _in_robots(crawl: SourceContext) -> tuple[str, ...]:
    try:
        response = await crawl.fetch(f"https://{crawl.site.domain}/robots.txt")
    except KhabarError as error:
        logger.info("no sitemaps by robots.txt: %s", error)  # a site need not have one
        return ()
    return await crawl.run(read_robots, response.body, response.url)


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
            error = await crawl.walk(url, WORDPRESS, _posts_reader(crawl, base, since), start)
        except KhabarError as failure:
            logger.info("no posts by the API: %s", failure)
            continue
        if error:
            crawl.note(error)
        return


def _posts_reader(crawl: SourceContext, api: str, since: datetime | None) -> Read:
    """Return a parser of the API's answers. It counts them, for the URL of the next page."""
    numbers = count(2)

    def read(response: Response) -> SourcePage:
        posts = wordpress.read_posts(
            response.body,
            response.url,
            crawl.site.zone,
            headers=headers_of(_scrapy(response)),
            now=_clock(response),
        )
        next_url = None
        if len(posts.candidates) >= _POSTS:
            next_url = wordpress.posts_url(
                api, page=next(numbers), per_page=_POSTS, modified_after=since
            )
        return SourcePage(posts.candidates, next_url, error=posts.error)

    return read


def _scrapy(response: Response) -> ScrapyResponse:
    """Return the response with the attributes that plug-ins do not get; it is Scrapy's own."""
    return cast("ScrapyResponse", response)


def _clock(response: Response) -> datetime:
    """Return the later of our clock and the server's.

    If the server's clock is ahead, its changes would otherwise be in the future.
    """
    now = datetime.now(UTC)
    stated = answered_at(_scrapy(response))
    return now if stated is None else max(now, stated)
