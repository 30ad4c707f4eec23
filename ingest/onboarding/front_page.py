"""What the front page of a site declares about its sources, and the usual URLs of sources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from ingest.discovery.candidate import Candidate
from ingest.discovery.feed_links import declared_feeds
from ingest.discovery.listing import read_listing
from ingest.discovery.main_list import list_url
from ingest.html.page import Page, parse
from ingest.onboarding.platforms import platforms_of
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.sites import UNKNOWN_SITE
from ingest.url_shape import article_points, is_list_url
from ingest.urls import host_of

FEED_PATHS = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml")
"""Usual paths of feeds: first WordPress, then other systems."""
SITEMAP_PATHS = ("/sitemap_index.xml", "/sitemap.xml", "/wp-sitemap.xml", "/news-sitemap.xml")
"""Usual paths of sitemaps that robots.txt does not list.

They are those of WordPress plug-ins, the example of the protocol, and WordPress itself.
"""
_API_REL = "https://api.w.org/"
_FEED_START = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_ARTICLE_MAP = re.compile(r"news|post|article|stor(?:y|ies)", re.IGNORECASE)
_OTHER_MAP = re.compile(
    r"page|categor|tag|author|user|image|video|product|event|archive|gallery|tax|section",
    re.IGNORECASE,
)
_MIN_POINTS = 2
"""Minimum of `article_points` for a likely article, as its docstring defines it."""


@dataclass(frozen=True, slots=True)
class FrontPage:
    """What a front page, or another page that lists articles, declares; plain data.

    Attributes:
        url: its final URL.
        candidates: the articles that it lists.
        feeds: the feeds that it links to.
        api: the root of WordPress's API, if it links to it.
        platforms: see `platforms_of`.
        other_pages: see `other_pages`.
    """

    url: str
    candidates: tuple[Candidate, ...]
    feeds: tuple[str, ...]
    api: str | None
    platforms: tuple[str, ...]
    other_pages: tuple[str, ...]


def read_front(fetched: FetchedPage, limits: Limits) -> FrontPage:
    """Return what a page declares; raises `LimitExceeded`."""
    page = parse(fetched.body, fetched.url, headers=fetched.headers, limits=limits)
    return FrontPage(
        url=page.url,
        candidates=tuple(read_listing(page, UNKNOWN_SITE).candidates),
        feeds=tuple(declared_feeds(page)),
        api=declared_api(page),
        platforms=platforms_of(page),
        other_pages=other_pages(page),
    )


def root_of(url: str) -> str:
    """Return the URL of the front page of the host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def looks_like_feed(body: bytes) -> bool:
    """Whether the first 2,000 bytes have the root element of a feed."""
    return bool(_FEED_START.search(body[:2_000]))


def declared_api(page: Page) -> str | None:
    """Return the URL of WordPress's API if the page links to it.

    Source: https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/
    """
    return next(iter(page.links(_API_REL)), None)


def other_pages(page: Page) -> tuple[str, ...]:
    """Return the linked pages of the site that do not look like articles, such as sections."""
    host = host_of(page.url)
    urls = dict.fromkeys(list_url(page, link) for link in page.body.iter("a"))
    return tuple(
        url for url in urls if url and host_of(url) == host and not looks_like_article(url)
    )


def looks_like_article(url: str) -> bool:
    """Whether the URL alone makes an article likely."""
    return not is_list_url(url) and article_points(url) >= _MIN_POINTS


def likely_sitemap(sitemaps: tuple[tuple[str, datetime | None], ...]) -> str | None:
    """Return the sitemap of an index that most likely lists the newest articles.

    A name that suggests articles counts most, then the time of the last change, then the position
    from the end.

    Args:
        sitemaps: URL and time of the last change of each.
    """
    if not sitemaps:
        return None

    def weight(position: int) -> tuple[int, float, int]:
        url, changed = sitemaps[position]
        name = urlsplit(url).path.rpartition("/")[2]
        kind = bool(_ARTICLE_MAP.search(name)) - bool(_OTHER_MAP.search(name))
        return kind, changed.timestamp() if changed else 0.0, position

    return sitemaps[max(range(len(sitemaps)), key=weight)][0]
