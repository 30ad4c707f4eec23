"""One discovery of a small invented site, for the tests of this folder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapy.http import Response

from ingest.crawl.frontier.discovery import Discovery
from ingest.crawl.frontier.frontier import Frontier
from ingest.crawl.frontier.page_reader import Access
from ingest.crawl.frontier.source_log import SourceLog
from ingest.crawl.http.failure import http_error
from ingest.crawl.reader import Reader
from ingest.discovery.candidate import FEED, LISTING, Candidate
from ingest.discovery.source import Source
from ingest.processing.recrawl import Visit
from ingest.settings import Limits
from ingest.sites import Discover, Listing, Site

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOME = "https://news.example"


def site(**discover: object) -> Site:
    return Site(
        name="news",
        domain="news.example",
        aliases=["news-mirror.example"],
        article_urls=[r"/story/\d+"],
        discover=Discover.model_validate(discover),
        listing=Listing(items=["main h2 > a"], next=["a.next"]),
    )


def frontier(
    visits: Mapping[str, Visit] | None = None, since: datetime | None = None, **discover: object
) -> Frontier:
    def known(keys: Iterable[str]) -> dict[str, Visit]:
        return {key: visit for key in keys if (visit := (visits or {}).get(key))}

    return Frontier(site(**discover), known, NOW, since)


def story(number: int, *, hours: float | None = None, url: str | None = None) -> Candidate:
    published = None if hours is None else NOW - timedelta(hours=hours)
    return Candidate(url or f"{HOME}/story/{number}", FEED, published=published)


def urls(found: Frontier) -> list[str]:
    return [candidate.url for _, candidate in found.newest_first()]


Pages = Mapping[str, str]


def listing(*numbers: int, following: str = "") -> str:
    items = "".join(
        f'<h2><a href="/story/{number}">Story number {number} of the day</a></h2>'
        for number in numbers
    )
    link = f'<a class="next" href="{following}">Older</a>' if following else ""
    return f"<html><body><main>{items}{link}</main></body></html>"


def feed(*numbers: int) -> str:
    items = "".join(f"<item><link>{HOME}/story/{number}</link></item>" for number in numbers)
    return f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'


def sitemap(*numbers: int) -> str:
    return f"<urlset>{''.join(f'<url><loc>{HOME}/story/{number}</loc></url>' for number in numbers)}</urlset>"


def index(**files: str) -> str:
    entries = (
        f"<sitemap><loc>{HOME}/{name}.xml</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>"
        for name, day in files.items()
    )
    return f"<sitemapindex>{''.join(entries)}</sitemapindex>"


def discover(
    found: Frontier,
    pages: Pages,
    *,
    limits: Limits | None = None,
    limit: int | None = None,
    log: SourceLog | None = None,
) -> tuple[list[str], list[str]]:
    """What was asked for, in order, and the errors. A page that is "304" has validators that match."""
    asked: list[str] = []

    async def fetch(url: str, headers: Mapping[str, str]) -> Response:
        path = url.removeprefix(HOME)
        asked.append(f"{path} if not {headers['If-None-Match']}" if headers else path)
        if path not in pages:
            raise http_error(url, 404)
        if pages[path] == "304":
            return Response(url, status=304)
        return Response(url, body=pages[path].encode(), headers={"ETag": f'"{path}"'})

    log = log or SourceLog({}, NOW, 72, since=found.since is not None)
    reader = Reader()
    access = Access(fetch, reader, limits or Limits())
    discovery = Discovery(found.site, found, log, access, limit=limit)
    asyncio.run(discovery.discover())
    reader.close()
    return asked, discovery.errors


def followed(*paths: str, **values: Any) -> SourceLog:
    """Sources that an earlier run has followed to their ends."""
    known = (
        Source(f"{HOME}{path}", LISTING, 200, complete=True, last_full=NOW, **values)
        for path in paths
    )
    return SourceLog({source.url: source for source in known}, NOW, 72)
