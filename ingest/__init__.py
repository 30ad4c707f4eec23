"""Khabar: news sites into clean, trustworthy JSON Lines.

    >>> from ingest import extract, read, scrape

`scrape(url)` fetches and reads one page, `extract(html, url)` reads one that is at hand, `read(path)` gives the
records of an output folder. Each is imported when it is first used, so that a part of the package costs only itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.api import extract, read, scrape
    from ingest.errors import KhabarError
    from ingest.record import Article, Rejection
    from ingest.sites import UNKNOWN_SITE

__all__ = ["UNKNOWN_SITE", "Article", "KhabarError", "Rejection", "extract", "read", "scrape"]

_HOMES = {
    "UNKNOWN_SITE": "ingest.sites",
    "Article": "ingest.record",
    "KhabarError": "ingest.errors",
    "Rejection": "ingest.record",
    "extract": "ingest.api",
    "read": "ingest.api",
    "scrape": "ingest.api",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'ingest' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
