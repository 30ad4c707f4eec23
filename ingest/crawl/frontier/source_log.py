"""The sources of one crawl: what is known of each from earlier runs, and what this run learns of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from scrapy.http import Response

from ingest.crawl.http.headers import conditions
from ingest.discovery.source import Source, SourceVisit


@dataclass
class SourceLog:
    """What to ask the sources with, and what came of it.

    Args:
        known: the sources as the last runs left them, by URL.
        now: the time of the run.
        believe_hours: how long a 304 is believed.
        full: ask for everything whole, and follow every source to its end.
        since: whether the run leaves out what is older than a given time.
    """

    known: Mapping[str, Source]
    now: datetime
    believe_hours: float
    full: bool = False
    since: bool = False
    _learned: dict[str, Source] = field(default_factory=dict)
    _visits: dict[str, SourceVisit] = field(default_factory=dict)

    def conditions(self, url: str, start: str) -> dict[str, str]:
        """The headers to ask for a page of the source that begins at `start`."""
        if self.full or not self.complete(start):
            return {}
        return conditions(self.known.get(url), self.now, self.believe_hours)

    def complete(self, start: str) -> bool:
        """Whether a source was once followed to its end: then a page without anything new ends the walk."""
        source = self.known.get(start)
        return not self.full and (self.since or (source is not None and source.complete))

    def unmodified(self, url: str, kind: str) -> None:
        """A page of a source is as it was."""
        self._learned[url] = replace(self.known.get(url, Source(url, kind)), status=304, error=None)

    def page(
        self,
        url: str,
        kind: str,
        response: Response,
        *,
        items: int,
        again: bool,
        links: tuple[str, ...] = (),
    ) -> None:
        """A page of a source came and announced so many articles; `again`: it must come whole to the next run too."""
        before = self.known.get(url, Source(url, kind))
        etag, modified = (_header(response, name) for name in ("ETag", "Last-Modified"))
        if again:
            etag = modified = None
        self._learned[url] = replace(
            before,
            status=response.status,
            error=None,
            etag=etag,
            last_modified=modified,
            links=links,
            items=items,
            last_full=self.now,
        )

    def walked(
        self,
        start: str,
        kind: str,
        *,
        items: int,
        newest: datetime | None,
        error: str | None,
        whole: bool,
    ) -> None:
        """A source was followed; `whole`: to its end, or to what is known."""
        source = self._learned.get(start) or self.known.get(start) or Source(start, kind)
        answered = start in self._learned
        newest = max(filter(None, (newest, source.newest)), default=None)
        self._learned[start] = replace(
            source,
            kind=kind,
            status=source.status if answered else None,
            error=error,
            complete=source.complete or (whole and not self.since and error is None),
            newest=newest,
        )
        self._visits[start] = SourceVisit(
            start, kind, source.status if answered else None, items, newest, error
        )

    def learned(self) -> Iterator[Source]:
        """The sources as this run leaves them."""
        return iter(self._learned.values())

    def visits(self) -> list[SourceVisit]:
        """What was met at each source, in the order of their ends."""
        return list(self._visits.values())


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
