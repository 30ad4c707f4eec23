"""The steps of a look around an unknown site: front page, feeds, WordPress's API, sitemaps, a handful of articles.

Some twenty requests to one host, one after the other but for the articles. What the answers mean is read by
`ingest.discovery`, and made a definition of by `ingest.onboarding.draft`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Container, Iterable

from ingest.discovery import wordpress
from ingest.discovery.candidate import FEED, LISTING, NEWS_SITEMAP, SITEMAP, WORDPRESS, Candidate
from ingest.discovery.feed import read_feed
from ingest.discovery.listing import read_listing
from ingest.discovery.sitemap import SitemapPage, read_robots, read_sitemap
from ingest.errors import KhabarError
from ingest.html.page import Page, parse
from ingest.onboarding import front_page
from ingest.onboarding.findings import Findings, Source, articles_of, is_of
from ingest.onboarding.platforms import platforms_of
from ingest.onboarding.url_patterns import Shape, infer_shape
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.sites import UNKNOWN_SITE
from ingest.urls import article_key, host_of, is_home

logger = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[FetchedPage]]
"""Gives the answer to a GET of this URL with a status of 200; raises `KhabarError`."""
Tell = Callable[[str], None]
"""Is told what is being done, in a few words."""

_MOST_FEEDS = 4
_MOST_SITEMAPS = 3
_SITEMAP_LEVELS = 2  # below an index; the protocol allows one
_POSTS = 20  # asked of WordPress's API


def silently(_: str) -> None:
    """Tell nobody."""


class Explorer:
    """The steps of a look around, on any `Fetch`."""

    def __init__(self, fetch: Fetch, tries: int, limits: Limits, on_step: Tell = silently) -> None:
        self._fetch = fetch
        self._tries = tries
        self._limits = limits
        self._on_step = on_step
        self._sources: list[Source] = []
        self._notes: list[str] = []
        self._domain = ""

    async def run(self, url: str) -> Findings:
        """All that there is to see; raises `KhabarError` where the URL or the front page cannot be fetched."""
        self._on_step(f"fetching {url}")
        start = await self._fetch(url)
        front = await self._front(start)
        self._domain = host_of(front.url)
        page = parse(front.body, front.url, headers=front.headers, limits=self._limits)
        if front_page.looks_like_feed(start.body):
            self._add_feed(start)
        elif start is not front:
            self._add_listing(
                parse(start.body, start.url, headers=start.headers, limits=self._limits)
            )
        self._add_listing(page)
        await self._feeds(page)
        await self._posts(page)
        by_robots = await self._sitemaps(front_page.root_of(front.url))
        articles = articles_of(self._sources)
        shape = infer_shape([item.url for item in articles], front_page.other_pages(page))
        pages = [start] if start is not front and front_page.looks_like_article(start.url) else []
        chosen = self._chosen(articles, shape, {article_key(page.url) for page in pages})
        pages += await self._try(chosen[: self._tries - len(pages)])
        return Findings(
            url, front, tuple(self._sources), by_robots, shape, tuple(pages), tuple(self._notes)
        )

    async def _front(self, start: FetchedPage) -> FetchedPage:
        """The front page of the site that the first page is of; of a feed, the site of its articles."""
        if is_home(start.url):
            return start
        address = start.url
        if front_page.looks_like_feed(start.body):
            candidates = read_feed(start.body, start.url).candidates
            address = candidates[0].url if candidates else start.url
        self._on_step("fetching the front page")
        return await self._fetch(front_page.root_of(address))

    async def _answer(self, url: str, *, silent: bool = False) -> FetchedPage | None:
        try:
            return await self._fetch(url)
        except KhabarError as error:
            logger.info("%s", error)
            self._notes += [] if silent else [str(error)]
            return None

    def _add(self, kind: str, url: str, candidates: Iterable[Candidate]) -> bool:
        """Take a source in that announces articles of the site."""
        own = tuple(item for item in candidates if is_of(item.url, self._domain))
        if own and all(source.url != url for source in self._sources):
            self._sources.append(Source(kind, url, own))
        return bool(own)

    def _add_feed(self, answer: FetchedPage) -> bool:
        return self._add(FEED, answer.url, read_feed(answer.body, answer.url).candidates)

    def _add_listing(self, page: Page) -> None:
        """Take a page in that lists articles; one that is an article itself may list some as well."""
        if is_home(page.url) or not front_page.looks_like_article(page.url):
            self._add(LISTING, page.url, read_listing(page, UNKNOWN_SITE).candidates)

    async def _feeds(self, page: Page) -> None:
        self._on_step("looking for feeds")
        for url in front_page.declared_feeds(page)[:_MOST_FEEDS]:
            answer = await self._answer(url)
            if answer is not None and not self._add_feed(answer):
                self._notes.append(
                    f"{url}: {read_feed(answer.body, url).error or 'a feed without articles'}"
                )
        for path in front_page.FEED_PATHS:
            if any(source.kind == FEED for source in self._sources):
                return
            answer = await self._answer(
                front_page.root_of(page.url) + path.lstrip("/"), silent=True
            )
            if answer is not None:
                self._add_feed(answer)

    async def _posts(self, page: Page) -> None:
        """The posts of WordPress's API, or of its form without permalinks."""
        declared = front_page.declared_api(page)
        if declared is None and "wordpress" not in platforms_of(page):
            return
        self._on_step("asking WordPress's API")
        api = declared or front_page.root_of(page.url) + "wp-json/"
        for base in dict.fromkeys((api, wordpress.plain_api(api))):
            answer = await self._answer(wordpress.posts_url(base, per_page=_POSTS), silent=True)
            if answer and self._add(
                WORDPRESS, base, wordpress.read_posts(answer.body, answer.url).candidates
            ):
                return

    async def _sitemaps(self, root: str) -> bool:
        """Read a few sitemaps; whether it is robots.txt that names them."""
        self._on_step("looking for sitemaps")
        robots = await self._answer(f"{root}robots.txt", silent=True)
        named = read_robots(robots.body, robots.url) if robots else ()
        by_robots = [await self._sitemap(url) for url in named[:_MOST_SITEMAPS]]
        if any(by_robots):
            return True
        for path in front_page.SITEMAP_PATHS:
            if await self._sitemap(root + path.lstrip("/"), silent=True):
                break
        return False

    async def _sitemap(self, url: str, *, silent: bool = False) -> bool:
        """Take a sitemap in; of an index, by the one below it that most likely lists articles."""
        answer = await self._answer(url, silent=silent)
        page = read_sitemap(answer.body, answer.url) if answer else SitemapPage()
        for _ in range(_SITEMAP_LEVELS):
            if page.candidates or not (below := front_page.likely_sitemap(page.sitemaps)):
                break
            answer = await self._answer(below)
            page = read_sitemap(answer.body, answer.url) if answer else SitemapPage()
        news = any(item.source == NEWS_SITEMAP for item in page.candidates)
        return self._add(NEWS_SITEMAP if news else SITEMAP, url, page.candidates)

    def _chosen(
        self, articles: Iterable[Candidate], shape: Shape, tried: Container[str]
    ) -> list[str]:
        """The articles to try: the newest of those that have the form of most."""
        fitting = [
            item for item in articles if shape.fits(item.url) and article_key(item.url) not in tried
        ]
        fitting.sort(
            key=lambda item: item.published.timestamp() if item.published else 0.0, reverse=True
        )
        return [item.url for item in fitting]

    async def _try(self, urls: Iterable[str]) -> list[FetchedPage]:
        self._on_step("trying articles")
        answers = await asyncio.gather(*(self._answer(url) for url in urls))
        pages = [answer for answer in answers if answer is not None]
        self._notes += [
            f"{page.requested_url}: redirects to {page.url}"
            for page in pages
            if not self._owns(page)
        ]
        return [page for page in pages if self._owns(page)]

    def _owns(self, page: FetchedPage) -> bool:
        return is_of(page.url, self._domain)
