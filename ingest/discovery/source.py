"""What is known of the places where a site announces its articles: feeds, sitemaps, listings, its API (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Source:
    """A source as the last runs left it; times are aware.

    `kind` is one of `candidate`'s constants. `etag` and `last_modified` are what to ask with (RFC 9110, 13.1), `links`
    the sitemaps that an index named, `items` how many articles it announced when it last came. `complete` says that a
    run has followed it to its end, or as far as one run goes: then the first page without anything new ends the walk.
    `newest` is the newest publication or change that it claimed; `last_full` when it last came whole, not as a 304.
    """

    url: str
    kind: str
    status: int | None = None
    error: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    links: tuple[str, ...] = ()
    items: int = 0
    complete: bool = False
    newest: datetime | None = None
    last_full: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceVisit:
    """What a run met at a source: its status (200, 304; None without an answer), how many articles it announced.

    `newest` is remembered from earlier runs where the answer was 304.
    """

    url: str
    kind: str
    status: int | None
    items: int
    newest: datetime | None
    error: str | None
