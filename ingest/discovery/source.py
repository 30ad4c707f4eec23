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
            first page without a new article ends the walk. Of a sitemap: whether all of this file
            was read.
        newest: newest publication or change that it claimed.
        last_full: time of the last answer with a body, that is, not a 304.
        checked: time of the last request.
        active: time at which it last announced something new; at first that of the first request.
        idle: readings in a row for which an index claimed a change, without anything new.
        moved_to: the address to which it redirects for good (301 or 308).
        resume: pages at which a walk was cut while older pages still had something new.
        denied: articles in a row that it claimed to be changed, and whose pages were not.
        confirmed: time at which such a claim was last right.
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
    checked: datetime | None = None
    active: datetime | None = None
    idle: int = 0
    moved_to: str | None = None
    resume: tuple[str, ...] = ()
    denied: int = 0
    confirmed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether the changes that a source claims are real; `denied` and `confirmed` as in `Source`."""

    source: str
    denied: int
    confirmed: datetime | None


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
        remark: what the operator should know although nothing failed, in one line: the source was
            cut or has moved, its pages repeat, its dates of change are not believed.
    """

    url: str
    kind: str
    status: int | None
    items: int
    newest: datetime | None
    error: str | None
    remark: str | None = None


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
