"""Asks WordPress for the comments of a post, beside its page: the REST API, else the post's comment feed."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urljoin

from scrapy.http import Response

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
"""The most that WordPress's API gives on a page."""


async def comment_answers(
    fetched: FetchedPage, site: Site, fetch: Fetch, limits: Limits
) -> tuple[bytes, ...]:
    """What the site says of the comments on this page; nothing where it refuses, for the page has its own."""
    try:
        page = parse(fetched.body, fetched.url, headers=fetched.headers, limits=limits)
    except LimitExceeded:  # the record will say so
        return ()
    number = post_number(page)
    if number is not None:
        api = urljoin(f"https://{site.domain}/", site.discover.wordpress_api or "/wp-json/")
        for base in dict.fromkeys((api, wordpress.plain_api(api))):
            if answers := await _by_api(base, number, fetch, limits):
                return answers
    return await _by_feed(page, fetch)


async def _by_api(api: str, number: int, fetch: Fetch, limits: Limits) -> tuple[bytes, ...]:
    answers: list[bytes] = []
    for at in range(1, limits.comments // _PER_PAGE + 1):
        try:
            response = await fetch(comments_url(api, number, page=at, per_page=_PER_PAGE))
        except KhabarError as error:
            logger.info("no comments by the API: %s", error)
            break
        answers.append(response.body)
        if sum(map(len, answers)) > limits.page_bytes:
            break  # they go to a worker with the page, and are no more to it than a page may be
        if len(read_comments(response.body)) < _PER_PAGE:
            break
    return tuple(answers)


async def _by_feed(page: Page, fetch: Fetch) -> tuple[bytes, ...]:
    """The feed that the page names as its own: a feed below its address (site fact: `/slug/feed/`)."""
    below = page.url.split("?")[0].rstrip("/") + "/"
    for link in page.tree.iter("link"):
        address = page.absolute(link.get("href")) or ""
        if "rss" in (link.get("type") or "") and address.startswith(below):
            try:
                return ((await fetch(address)).body,)
            except KhabarError as error:
                logger.info("no comments by the feed: %s", error)
    return ()
