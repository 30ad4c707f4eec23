"""The state of each source: from earlier runs, and as this run finds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from scrapy.http import Response

from ingest.crawl.http.headers import conditions
from ingest.discovery.source import Source, SourceVisit

if TYPE_CHECKING:
    from ingest.crawl.frontier.page_reader import Reading


@dataclass(frozen=True, slots=True)
class WalkResult:
    """The result of a walk through a source.

    Attributes:
        items: the articles that it announced.
        newest: the newest time that it stated.
        error: the first thing that is wrong with it.
        complete: whether it was read to its end or to known articles.
        resume: as in `Source`; None for no change.
        remark: as in `SourceVisit`.
    """

    items: int = 0
    newest: datetime | None = None
    error: str | None = None
    complete: bool = False
    resume: tuple[str, ...] | None = None
    remark: str | None = None


@dataclass
class SourceLog:
    """The validators to request sources with, and the results.

    Args:
        known: the sources after the last runs, by URL.
        now: the time of the run.
        believe_hours: hours after which a source is fetched whole, although it answers 304.
        full: whether to fetch everything whole, and to read every source to its end.
        since: whether the run skips older articles.
    """

    known: Mapping[str, Source]
    now: datetime
    believe_hours: float
    full: bool = False
    since: bool = False
    _learned: dict[str, Source] = field(default_factory=dict)
    _visits: dict[str, SourceVisit] = field(default_factory=dict)

    def conditions(self, url: str) -> dict[str, str]:
        """Return the headers for a conditional request of a page; empty to fetch it whole."""
        if self.full:
            return {}
        return conditions(self.known.get(url), self.now, self.believe_hours)

    def complete(self, source: str) -> bool:
        """Whether a source was once read to its end, so that a page without news ends a walk."""
        known = self.known.get(source)
        return not self.full and (self.since or (known is not None and known.complete))

    def latest(self, url: str, kind: str = "") -> Source:
        """Return the state of a page of a source, as this run has it so far."""
        return self._learned.get(url) or self.known.get(url) or Source(url, kind)

    def moved(self, url: str, target: str | None) -> None:
        """Note the address to which a page of a source has moved for good; None for none."""
        self._learned[url] = replace(self.latest(url), moved_to=target)

    def unmodified(self, url: str, kind: str, *, claimed: bool = False) -> None:
        """Note that a page of a source has not changed; `claimed` as in `page`."""
        before = self.latest(url, kind)
        idle = before.idle + claimed
        self._learned[url] = replace(
            before, kind=kind, status=304, error=None, checked=self.now, idle=idle
        )

    def page(self, url: str, kind: str, reading: Reading, *, claimed: bool = False) -> None:
        """Note a page of a source.

        If it is not whole, or if something was left out, the next run fetches it whole again.

        Args:
            url: the page.
            kind: of its source.
            reading: its content.
            claimed: whether it was read because an index states a change of it.
        """
        before, page, added = self.latest(url, kind), reading.page, reading.added
        error = page.error if page is not None else None
        is_whole = not (added.left_out or error)
        etag, modified = (_header(reading.response, name) for name in ("ETag", "Last-Modified"))
        has_news = bool(added.news)
        self._learned[url] = replace(
            before,
            kind=kind,
            status=reading.response.status,
            error=error,
            etag=etag if is_whole else None,
            last_modified=modified if is_whole else None,
            links=tuple(link for link, _ in page.links) if page is not None else (),
            items=len(added.keys),
            newest=_later(before.newest, reading.newest),
            last_full=self.now,
            checked=self.now,
            active=self.now if has_news or before.active is None else before.active,
            idle=0 if has_news else before.idle + claimed,
        )

    def file(self, url: str, *, whole: bool) -> None:
        """Note whether all of a file was read."""
        self._learned[url] = replace(self.latest(url), complete=whole)

    def failed(self, url: str, kind: str, error: str) -> None:
        """Note that a page of a source could not be fetched."""
        before = self.latest(url, kind)
        self._learned[url] = replace(
            before,
            kind=kind,
            status=None,
            error=error,
            checked=self.now,
            active=before.active or self.now,
        )

    def walked(self, source: str, kind: str, walk: WalkResult) -> None:
        """Note a walk through a source."""
        has_answered = source in self._learned
        before = self.latest(source, kind)
        status = before.status if has_answered else None
        newest = _later(before.newest, walk.newest)
        is_complete = walk.complete and not self.since and walk.error is None
        self._learned[source] = replace(
            before,
            kind=kind,
            status=status,
            error=walk.error,
            complete=before.complete or is_complete,
            newest=newest,
            resume=before.resume if walk.resume is None else walk.resume,
        )
        self._visits[source] = SourceVisit(
            source, kind, status, walk.items, newest, walk.error, walk.remark
        )

    def waiting(self, source: str, kind: str, remark: str) -> None:
        """Note that a source was not read in this run, and why."""
        newest = self.latest(source, kind).newest
        self._visits[source] = SourceVisit(source, kind, None, 0, newest, None, remark)

    def learned(self) -> Iterator[Source]:
        """Return the sources after this run."""
        return iter(self._learned.values())

    def visits(self) -> list[SourceVisit]:
        """Return what was met at each source, in the order in which the walks ended."""
        return list(self._visits.values())


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    return max(filter(None, (first, second)), default=None)
