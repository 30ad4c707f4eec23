"""Which of the announced articles to fetch: each once, newest first, due ones only (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from ingest.discover.candidate import Candidate
from ingest.ledger import Visit
from ingest.sites import Site
from ingest.urls import article_key, host_of

Visits = Callable[[Iterable[str]], Mapping[str, Visit]]
"""Gives the last visits of addresses by key, for those that were ever visited."""


class Added(NamedTuple):
    """How many candidates of a part of a source are articles that the run asks for, and how many of them are due."""

    fitting: int
    due: int


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def dated(candidate: Candidate) -> datetime | None:
    """When the candidate was last published or changed, as far as its source says."""
    return max(filter(None, (candidate.published, candidate.modified)), default=None)


@dataclass
class Frontier:
    """The union of what all sources announce of one site.

    Args:
        site: candidates on other hosts, and those without an article's address, stay out.
        visits: what is known of addresses.
        now: the time of the run.
        since: candidates that are dated before it stay out.
    """

    site: Site
    visits: Visits
    now: datetime
    since: datetime | None = None
    _candidates: dict[str, Candidate] = field(default_factory=dict)
    _known: dict[str, Visit] = field(default_factory=dict)

    def add(self, candidates: Iterable[Candidate]) -> Added:
        """Take candidates in, and count them, met before or not: none due means that older ones are not due either."""
        fitting: dict[str, Candidate] = {}
        for candidate in candidates:
            if self._fits(candidate):
                key = article_key(candidate.url)
                fitting[key] = _merged(fitting.get(key), candidate)
        self._known.update(self.visits([key for key in fitting if key not in self._known]))
        for key, candidate in fitting.items():
            self._candidates[key] = _merged(self._candidates.get(key), candidate)
        return Added(len(fitting), sum(self.due(key) for key in fitting))

    def due(self, key: str) -> bool:
        """Whether the candidate of this key is to be fetched."""
        visit = self._known.get(key)
        return visit is None or visit.due(self.now, self._candidates[key].modified, self.since)

    def visit(self, key: str) -> Visit | None:
        """The last visit of a candidate."""
        return self._known.get(key)

    def newest_first(self) -> list[tuple[str, Candidate]]:
        """All candidates with their keys, dated ones first; undated ones in the order of their sources."""
        return sorted(self._candidates.items(), key=lambda pair: dated(pair[1]) or _LONG_AGO, reverse=True)

    def newest(self) -> datetime | None:
        """The newest publication that a source claims."""
        return max((item.published for item in self._candidates.values() if item.published), default=None)

    def _fits(self, candidate: Candidate) -> bool:
        moment = dated(candidate)
        if self.since is not None and moment is not None and moment < self.since:
            return False
        hosts = {host.removeprefix("www.") for host in self.site.hosts}
        return host_of(candidate.url) in hosts and self.site.is_article_url(candidate.url)


def _merged(first: Candidate | None, second: Candidate) -> Candidate:
    """One candidate of two sources: the first one's address, the dates that either knows."""
    if first is None:
        return second
    return Candidate(
        url=first.url,
        source=first.source,
        title=first.title or second.title,
        published=first.published or second.published,
        modified=first.modified or second.modified,
    )
