"""The built-in source of comments: WordPress's REST API, else the comment feed of the post."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urljoin

from ingest.discovery import wordpress
from ingest.errors import KhabarError, LimitExceeded
from ingest.extraction.address import post_number
from ingest.html.page import Page, parse
from ingest.plugins import CommentContext, RemoteComments
from ingest.processing import remote_comments
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.sites import Site

logger = logging.getLogger(__name__)

_PER_PAGE = 100
"""Maximum of WordPress's API for one page."""


class WordPressComments:
    """The comments of a WordPress post, as a plug-in of the group `khabar.comments`."""

    async def fetch(self, page: FetchedPage, crawl: CommentContext) -> Sequence[bytes]:
        """Return JSON of the API, or one feed; nothing if the site refuses both."""
        try:
            post = await crawl.run(_post, page, crawl.limits)
        except LimitExceeded:  # the page's record reports it
            return ()
        if post.number is not None:
            path = crawl.site.discover.wordpress_api or "/wp-json/"
            api = urljoin(f"https://{crawl.site.domain}/", path)
            for base in dict.fromkeys((api, wordpress.plain_api(api))):
                if answers := await _by_api(base, post.number, crawl):
                    return answers
        return await _by_feed(post.feeds, crawl)

    def read(self, answers: Sequence[bytes], site: Site) -> RemoteComments:
        """Return the comments in the answers."""
        return remote_comments.read_answers(answers, site.zone)


class _Post(NamedTuple):
    """What a page says about its comments: the number of the post, and feeds that may have them."""

    number: int | None
    feeds: tuple[str, ...]


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


async def _by_api(api: str, number: int, crawl: CommentContext) -> Sequence[bytes]:
    """Return the answers of the API, up to the limits of comments and of bytes."""
    answers: list[bytes] = []
    for page in range(1, crawl.limits.comments // _PER_PAGE + 1):
        url = remote_comments.comments_url(api, number, page=page, per_page=_PER_PAGE)
        try:
            response = await crawl.fetch(url)
        except KhabarError as error:
            logger.info("no comments by the API: %s", error)
            break
        answers.append(response.body)
        if sum(map(len, answers)) > crawl.limits.page_bytes:
            logger.info("comments cut: the answers are over limits.page_bytes at %s", url)
            break  # they go to a worker with the page, and may be no larger than one
        comments = await crawl.run(remote_comments.read_comments, response.body)
        if len(comments) < _PER_PAGE:
            break
    return answers


async def _by_feed(feeds: tuple[str, ...], crawl: CommentContext) -> Sequence[bytes]:
    for url in feeds:
        try:
            return ((await crawl.fetch(url)).body,)
        except KhabarError as error:
            logger.info("no comments by the feed: %s", error)
    return ()
