"""Khabar turns news sites into JSON Lines.

    >>> from ingest import crawl, extract, read, scrape

`crawl(sites)` fetches what is new on sites, `scrape(url)` fetches one page, `extract(html, url)`
takes a page that was already fetched, `read(path)` yields the records of an output folder.
`scrape_many(urls)` and `extract_many(paths)` yield the results of many pages. `follow(path, name)`
yields the records that a consumer has not taken yet.
Everything is imported on first use, so that `extract` needs no Scrapy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.api import crawl, explain, extract, extract_many, read, scrape, scrape_many
    from ingest.errors import KhabarError
    from ingest.monitoring.summary import RunSummary
    from ingest.record import Article, Rejection
    from ingest.settings import Settings
    from ingest.sites import UNKNOWN_SITE, Site, SiteCatalog
    from ingest.stream.follow import follow

__all__ = [
    "UNKNOWN_SITE",
    "Article",
    "KhabarError",
    "Rejection",
    "RunSummary",
    "Settings",
    "Site",
    "SiteCatalog",
    "crawl",
    "explain",
    "extract",
    "extract_many",
    "follow",
    "read",
    "scrape",
    "scrape_many",
]

_MODULES = {
    "UNKNOWN_SITE": "ingest.sites",
    "Article": "ingest.record",
    "KhabarError": "ingest.errors",
    "Rejection": "ingest.record",
    "RunSummary": "ingest.monitoring.summary",
    "Settings": "ingest.settings",
    "Site": "ingest.sites",
    "SiteCatalog": "ingest.sites",
    "explain": "ingest.api",
    "extract": "ingest.api",
    "extract_many": "ingest.api",
    "follow": "ingest.stream.follow",
    "read": "ingest.api",
    "scrape": "ingest.api",
    "scrape_many": "ingest.api",
}


def __getattr__(name: str) -> object:
    if name == "crawl":  # the package, which is callable: see its documentation
        return import_module("ingest.crawl")
    if name not in _MODULES:
        raise AttributeError(f"module 'ingest' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
