"""Fetches the comments of a WordPress post beside its page: the REST API, else its comment feed."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import urljoin

from scrapy.http import Response

from ingest.crawl.reader import Reader
from ingest.discovery import wordpress
from ingest.errors import KhabarError, LimitExceeded
from ingest.html.page import Page, parse
from ingest.processing.remote_comments import comments_url, post_number, read_comments
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.sites import Site

logger = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[Response]]
_PER_PAGE = 100
"""Maximum of WordPress's API for one page."""


class _Post(NamedTuple):
    """What a page says about its comments: the number of the post, and feeds that may have them."""

    number: int | None
    feeds: tuple[str, ...]


async def comment_answers(
    page: FetchedPage, site: Site, fetch: Fetch, reader: Reader, limits: Limits
) -> tuple[bytes, ...]:
    """Return the site's answers about the comments of a page.

    Args:
        page: the page of the post.
        site: its definition, which names the API.
        fetch: returns the response to a GET of a URL; raises `KhabarError`.
        reader: parses the page and the answers off the event loop.
        limits: bounds the comments and the bytes of all answers.

    Returns:
        JSON of the API, or one feed. Nothing if the site refuses both: the page has comments, too.
    """
    try:
        post = await reader.run(_post, page, limits)
    except LimitExceeded:  # the page's record reports it
        return ()
    if post.number is not None:
        api = urljoin(f"https://{site.domain}/", site.discover.wordpress_api or "/wp-json/")
        for base in dict.fromkeys((api, wordpress.plain_api(api))):
            if answers := await _by_api(base, post.number, fetch, reader, limits):
                return answers
    return await _by_feed(post.feeds, fetch)


def _post(fetched: FetchedPage, limits: Limits) -> _Post:
    page = parse(fetched.body, fetched.url, headers=fetched.headers, limits=limits)
    return _Post(post_number(page), tuple(_own_feeds(page)))


def _own_feeds(page: Page) -> list[str]:
    """Return the feeds below the page's own URL (site fact: `/slug/feed/` has its comments)."""
    below = page.url.split("?")[0].rstrip("/") + "/"
    feeds = []
    for link in page.tree.iter("link"):
        url = page.absolute(link.get("href")) or ""
        if "rss" in (link.get("type") or "") and url.startswith(below):
            feeds.append(url)
    return feeds


async def _by_api(
    api: str, number: int, fetch: Fetch, reader: Reader, limits: Limits
) -> tuple[bytes, ...]:
    answers: list[bytes] = []
    for page in range(1, limits.comments // _PER_PAGE + 1):
        url = comments_url(api, number, page=page, per_page=_PER_PAGE)
        try:
            response = await fetch(url)
        except KhabarError as error:
            logger.info("no comments by the API: %s", error)
            break
        answers.append(response.body)
        if sum(map(len, answers)) > limits.page_bytes:
            logger.info("comments cut: the answers are over limits.page_bytes at %s", url)
            break  # they go to a worker with the page, and may be no larger than one
        comments = await reader.run(read_comments, response.body)
        if len(comments) < _PER_PAGE:
            break
    return tuple(answers)


async def _by_feed(feeds: tuple[str, ...], fetch: Fetch) -> tuple[bytes, ...]:
    for url in feeds:
        try:
            return ((await fetch(url)).body,)
        except KhabarError as error:
            logger.info("no comments by the feed: %s", error)
    return ()
