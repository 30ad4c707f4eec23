"""What a site's own pages say of where its articles are announced, and the addresses where that is by custom."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from ingest.discovery.main_list import list_url
from ingest.html.page import Page
from ingest.urls import article_points, host_of, is_list_url

FEED_PATHS = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml")
"""Where feeds are by custom: WordPress, then what other systems use."""
SITEMAP_PATHS = ("/sitemap_index.xml", "/sitemap.xml", "/wp-sitemap.xml", "/news-sitemap.xml")
"""Where sitemaps are that robots.txt does not name: plug-ins of WordPress, the protocol's own example, WordPress."""
_API_REL = "https://api.w.org/"
_FEED_TYPE = re.compile(r"\b(?:rss|atom|rdf)\b", re.IGNORECASE)
_COMMENTS = re.compile(r"comments?\b", re.IGNORECASE)
_FEED_START = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_ARTICLE_MAP = re.compile(r"news|post|article|stor(?:y|ies)", re.IGNORECASE)
_OTHER_MAP = re.compile(
    r"page|categor|tag|author|user|image|video|product|event|archive|gallery|tax|section",
    re.IGNORECASE,
)
_LEAST_POINTS = 2  # of `article_points`: a likely article


def root_of(url: str) -> str:
    """The front page of the address's host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def looks_like_feed(body: bytes) -> bool:
    """Whether the bytes begin as a feed does, so that a page which only speaks of RSS is none."""
    return bool(_FEED_START.search(body[:2_000]))


def declared_feeds(page: Page) -> list[str]:
    """The feeds of articles that the page names (`<link rel="alternate" type="application/rss+xml">`), each once.

    Those of comments stay out.
    """
    found: dict[str, None] = {}
    for link in page.tree.iter("link"):
        named = "alternate" in (link.get("rel") or "").casefold().split() and _FEED_TYPE.search(
            link.get("type") or ""
        )
        url = page.absolute(link.get("href")) if named else None
        if url and not _COMMENTS.search(f"{link.get('title') or ''} {urlsplit(url).path}"):
            found[url] = None
    return list(found)


def declared_api(page: Page) -> str | None:
    """The address of WordPress's API where the page names it (https://developer.wordpress.org/rest-api/)."""
    return next(iter(page.links.get(_API_REL, [])), None)


def other_pages(page: Page) -> tuple[str, ...]:
    """The pages of the site that are linked and do not look like articles: sections, tags, authors, service."""
    urls = dict.fromkeys(url for link in page.body.iter("a") if (url := list_url(page, link)))
    return tuple(
        url for url in urls if host_of(url) == host_of(page.url) and not looks_like_article(url)
    )


def looks_like_article(url: str) -> bool:
    """Whether the form of the address alone makes an article likely."""
    return not is_list_url(url) and article_points(url) >= _LEAST_POINTS


def likely_sitemap(sitemaps: tuple[tuple[str, datetime | None], ...]) -> str | None:
    """Of an index, the sitemap that most likely lists the newest articles: by its name, its last change, its place."""
    if not sitemaps:
        return None

    def weight(place: int) -> tuple[int, float, int]:
        url, changed = sitemaps[place]
        name = urlsplit(url).path.rpartition("/")[2]
        kind = bool(_ARTICLE_MAP.search(name)) - bool(_OTHER_MAP.search(name))
        return kind, changed.timestamp() if changed else 0.0, place

    return sitemaps[max(range(len(sitemaps)), key=weight)][0]
