"""A source's answer, its state between runs, and the result of one visit to it (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Source:
    """A feed, sitemap, listing or API as earlier runs left it. All times are aware.

    Attributes:
        url: its address as the definition or an index names it.
        kind: a constant of `ingest.discovery.candidate`.
        status: HTTP status of the last answer, None without one.
        error: why the last visit failed, in one line.
        etag: validator for `If-None-Match` (RFC 9110, 13.1).
        last_modified: validator for `If-Modified-Since`.
        links: sitemaps that an index named.
        items: number of articles in the last answer with a body.
        complete: whether a run has followed it to its end, or to the limit of one run. If so, the
            first page without a new article ends the walk.
        newest: newest publication or change that it claimed.
        last_full: time of the last answer with a body, that is, not a 304.
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
    """Result of one visit to a source in a run.

    Attributes:
        url: as in `Source`.
        kind: as in `Source`.
        status: 200 or 304, None without an answer.
        items: number of articles that it announced.
        newest: newest claimed time; taken from earlier runs if the status is 304.
        error: why the visit failed, in one line.
    """

    url: str
    kind: str
    status: int | None
    items: int
    newest: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class SourceResponse:
    """A response as a parser gets it, which works in another process.

    Attributes:
        url: the final URL.
        status: 200.
        body: the decompressed body.
        headers: with lower-case names, repeated ones joined by commas.
        answered_at: when it left its server or cache, as it states itself.
    """

    url: str
    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    answered_at: datetime | None = None
