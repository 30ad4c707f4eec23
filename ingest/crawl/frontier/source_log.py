"""The state of each source: from earlier runs, and as this run finds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from scrapy.http import Response

from ingest.crawl.http.headers import conditions
from ingest.discovery.source import Source, SourceVisit


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

    def conditions(self, url: str, start: str) -> dict[str, str]:
        """Return the headers for a page of the source that begins at `start`."""
        if self.full or not self.complete(start):
            return {}
        return conditions(self.known.get(url), self.now, self.believe_hours)

    def complete(self, start: str) -> bool:
        """Whether a source was once read to its end, so that a page without news ends a walk."""
        source = self.known.get(start)
        return not self.full and (self.since or (source is not None and source.complete))

    def unmodified(self, url: str, kind: str) -> None:
        """Note that a page of a source has not changed."""
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
        """Note a page of a source, with the number of its articles.

        `again`: the next run must fetch it whole, too.
        """
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
        """Note a walk through a source. `whole`: it reached the end, or known articles."""
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
        """Return the sources after this run."""
        return iter(self._learned.values())

    def visits(self) -> list[SourceVisit]:
        """Return what was met at each source, in the order in which the walks ended."""
        return list(self._visits.values())


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
