"""Explore an unknown site: its front page, feeds, WordPress API, sitemaps and some articles.

An exploration takes some twenty requests to one host. Only the articles are fetched at the same
time. `ingest.discovery` parses the responses, in worker processes; `ingest.onboarding.draft` makes a
definition of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Container, Iterable
from typing import ParamSpec, Protocol, TypeVar

from ingest.discovery import wordpress
from ingest.discovery.candidate import FEED, LISTING, NEWS_SITEMAP, SITEMAP, WORDPRESS, Candidate
from ingest.discovery.feed import read_feed
from ingest.discovery.sitemap import SitemapPage, read_robots, read_sitemap
from ingest.errors import KhabarError, LimitExceeded
from ingest.onboarding import front_page
from ingest.onboarding.findings import Findings, Source, articles_of, belongs_to
from ingest.onboarding.front_page import FrontPage, read_front
from ingest.onboarding.url_patterns import URLPatterns, infer_patterns
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.urls import article_key, host_of, is_home

logger = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[FetchedPage]]
"""Returns the response to a GET of this URL if its status is 200, or raises `KhabarError`."""
Tell = Callable[[str], None]
"""Is called with each step, in a few words."""

P = ParamSpec("P")
T = TypeVar("T")


class Run(Protocol):
    """Runs a parser within limits, in a process of its own."""

    async def __call__(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of the parser; raises `LimitExceeded`."""


_MAX_FEEDS = 4
_MAX_SITEMAPS = 3
_SITEMAP_LEVELS = 2  # below an index; the protocol allows one
_POSTS = 20  # to request from WordPress's API


def silently(_: str) -> None:
    """Ignore the step."""


async def in_place(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a parser here, without a limit."""
    return read(*args, **kwargs)


class Explorer:
    """One exploration.

    Args:
        fetch: fetches a page.
        tries: maximum number of articles to fetch.
        limits: bounds on a page.
        on_step: called with each step.
        run: runs the parsers of what is fetched.
    """

    def __init__(
        self,
        fetch: Fetch,
        tries: int,
        limits: Limits,
        on_step: Tell = silently,
        run: Run = in_place,
    ) -> None:
        self._fetch = fetch
        self._run = run
        self._tries = tries
        self._limits = limits
        self._on_step = on_step
        self._sources: list[Source] = []
        self._notes: list[str] = []
        self._domain = ""

    async def run(self, url: str) -> Findings:
        """Explore the site of a URL.

        Args:
            url: of the front page, a section, a feed or an article.

        Raises:
            KhabarError: the URL or the front page cannot be fetched, or exceeds a limit.
        """
        self._on_step(f"fetching {url}")
        start = await self._fetch(url)
        front = await self._front(start)
        self._domain = host_of(front.url)
        page = await self._run(read_front, front, self._limits)
        await self._add_start(start, front)
        self._add_listing(page)
        await self._find_feeds(page)
        await self._find_api(page)
        by_robots = await self._find_sitemaps(front_page.root_of(front.url))
        articles = articles_of(self._sources)
        urls = [item.url for item in articles]
        patterns = await self._run(infer_patterns, urls, page.other_pages)
        is_article = start is not front and front_page.looks_like_article(start.url)
        pages = [start] if is_article else []
        chosen = _chosen(articles, patterns, {article_key(page.url) for page in pages})
        pages += await self._fetch_articles(chosen[: self._tries - len(pages)])
        return Findings(
            start_url=url,
            front=front,
            sources=tuple(self._sources),
            robots_sitemaps=by_robots,
            patterns=patterns,
            pages=tuple(pages),
            notes=tuple(self._notes),
        )

    async def _front(self, start: FetchedPage) -> FetchedPage:
        """Return the front page of the site of the first page. A feed's site is its articles'."""
        if is_home(start.url):
            return start
        url = start.url
        if front_page.looks_like_feed(start.body):
            candidates = (await self._run(read_feed, start.body, start.url)).candidates
            url = candidates[0].url if candidates else start.url
        self._on_step("fetching the front page")
        return await self._fetch(front_page.root_of(url))

    async def _read(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Return the result of a parser; None if it exceeds a limit, which is noted."""
        try:
            return await self._run(read, *args, **kwargs)
        except LimitExceeded as error:
            self._notes.append(str(error))
            return None

    async def _response(self, url: str, *, silent: bool = False) -> FetchedPage | None:
        """Return the response, or None after an error, which is noted unless `silent`."""
        try:
            return await self._fetch(url)
        except KhabarError as error:
            logger.info("%s", error)
            if not silent:
                self._notes.append(str(error))
            return None

    def _add(self, kind: str, url: str, candidates: Iterable[Candidate]) -> bool:
        """Add a source. Return whether it lists articles of the site; others are not added."""
        own = tuple(item for item in candidates if belongs_to(item.url, self._domain))
        if own and all(source.url != url for source in self._sources):
            self._sources.append(Source(kind, url, own))
        return bool(own)

    async def _add_start(self, start: FetchedPage, front: FetchedPage) -> None:
        if front_page.looks_like_feed(start.body):
            await self._add_feed(start)
        elif start is not front and not front_page.looks_like_article(start.url):
            page = await self._read(read_front, start, self._limits)
            if page is not None:
                self._add_listing(page)

    async def _add_feed(self, response: FetchedPage) -> str | None:
        """Add a feed; return what is wrong with it, or None."""
        feed = await self._read(read_feed, response.body, response.url)
        if feed is None:
            return "not read"
        if self._add(FEED, response.url, feed.candidates):
            return None
        return feed.error or "a feed without articles"

    def _add_listing(self, page: FrontPage) -> None:
        """Add a listing, unless it is an article, which may have links to other articles too."""
        if is_home(page.url) or not front_page.looks_like_article(page.url):
            self._add(LISTING, page.url, page.candidates)

    async def _find_feeds(self, page: FrontPage) -> None:
        """Add the feeds that the front page declares, or else one at a usual path."""
        self._on_step("looking for feeds")
        for url in page.feeds[:_MAX_FEEDS]:
            response = await self._response(url)
            if response is not None and (problem := await self._add_feed(response)):
                self._notes.append(f"{url}: {problem}")
        for path in front_page.FEED_PATHS:
            if any(source.kind == FEED for source in self._sources):
                return
            url = front_page.root_of(page.url) + path.lstrip("/")
            response = await self._response(url, silent=True)
            if response is not None:
                await self._add_feed(response)

    async def _find_api(self, page: FrontPage) -> None:
        """Add WordPress's API, with permalinks or without."""
        if page.api is None and "wordpress" not in page.platforms:
            return
        self._on_step("reading WordPress's API")
        api = page.api or front_page.root_of(page.url) + "wp-json/"
        for base in dict.fromkeys((api, wordpress.plain_api(api))):
            url = wordpress.posts_url(base, per_page=_POSTS)
            response = await self._response(url, silent=True)
            if response is None:
                continue
            posts = await self._read(wordpress.read_posts, response.body, response.url)
            if posts is not None and self._add(WORDPRESS, base, posts.candidates):
                return

    async def _find_sitemaps(self, root: str) -> bool:
        """Add sitemaps of robots.txt, or else one at a usual path.

        Returns:
            Whether robots.txt lists sitemaps with articles.
        """
        self._on_step("looking for sitemaps")
        robots = await self._response(f"{root}robots.txt", silent=True)
        urls = await self._read(read_robots, robots.body, robots.url) if robots else None
        added = [await self._add_sitemap(url) for url in (urls or ())[:_MAX_SITEMAPS]]
        if any(added):
            return True
        for path in front_page.SITEMAP_PATHS:
            if await self._add_sitemap(root + path.lstrip("/"), silent=True):
                break
        return False

    async def _add_sitemap(self, url: str, *, silent: bool = False) -> bool:
        """Add a sitemap. Of an index, only the sitemap that most likely lists articles is read."""
        page = await self._sitemap_page(url, silent=silent)
        for _ in range(_SITEMAP_LEVELS):
            child = front_page.likely_sitemap(page.sitemaps)
            if page.candidates or not child:
                break
            page = await self._sitemap_page(child)
        is_news = any(item.source == NEWS_SITEMAP for item in page.candidates)
        return self._add(NEWS_SITEMAP if is_news else SITEMAP, url, page.candidates)

    async def _sitemap_page(self, url: str, *, silent: bool = False) -> SitemapPage:
        response = await self._response(url, silent=silent)
        if response is None:
            return SitemapPage()
        return await self._read(read_sitemap, response.body, response.url) or SitemapPage()

    async def _fetch_articles(self, urls: Iterable[str]) -> list[FetchedPage]:
        """Fetch these articles at the same time. Return those that are still on the site."""
        self._on_step("fetching articles")
        responses = await asyncio.gather(*(self._response(url) for url in urls))
        pages = []
        for page in responses:
            if page is None:
                continue
            if belongs_to(page.url, self._domain):
                pages.append(page)
            else:
                self._notes.append(f"{page.requested_url}: redirects to {page.url}")
        return pages


def _chosen(
    articles: Iterable[Candidate], patterns: URLPatterns, fetched: Container[str]
) -> list[str]:
    """Return the URLs of the articles that match the patterns, newest first."""
    matches = [
        item
        for item in articles
        if patterns.match(item.url) and article_key(item.url) not in fetched
    ]
    matches.sort(key=_published_seconds, reverse=True)
    return [item.url for item in matches]


def _published_seconds(item: Candidate) -> float:
    return item.published.timestamp() if item.published else 0.0
