"""Which of the announced articles to fetch: each once, newest first, due ones only (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from ingest.discovery.candidate import LEDGER, Candidate
from ingest.processing.recrawl import State, Visit
from ingest.sites import Site
from ingest.storage.rows import Due
from ingest.urls import article_key, host_of

Visits = Callable[[Iterable[str]], Mapping[str, Visit]]
"""Gives the last visits of addresses by key, for those that were ever announced."""


class Added(NamedTuple):
    """How many candidates of a page are articles that the run asks for, are news among those, are too old for it."""

    fitting: int
    news: int
    left_out: int


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class Frontier:
    """The union of what all sources announce of one site, and of what earlier runs left to do.

    Args:
        site: candidates on other hosts, and those without an article's address, stay out.
        visits: what is known of addresses.
        now: the time of the run.
        since: candidates that are dated before it stay out.
        full: everything is due, whatever is known of it.
    """

    site: Site
    visits: Visits
    now: datetime
    since: datetime | None = None
    full: bool = False
    _candidates: dict[str, Candidate] = field(default_factory=dict)
    _known: dict[str, Visit] = field(default_factory=dict)
    _announced: set[str] = field(default_factory=set)

    def add(self, candidates: Iterable[Candidate]) -> Added:
        """Take candidates in, and count them, met before or not: no news means that older ones are none either."""
        fitting: dict[str, Candidate] = {}
        left_out = 0
        for candidate in candidates:
            if not self._is_article(candidate):
                continue
            if self._too_old(candidate):
                left_out += 1
                continue
            key = article_key(candidate.url)
            fitting[key] = _merged(fitting.get(key), candidate)
        self._known.update(self.visits([key for key in fitting if key not in self._known]))
        for key, candidate in fitting.items():
            self._candidates[key] = _merged(self._candidates.get(key), candidate)
        self._announced.update(fitting)
        return Added(len(fitting), sum(self._is_news(key) for key in fitting), left_out)

    def add_due(self, addresses: Iterable[Due]) -> None:
        """Take in what is to be visited whether a source announces it or not."""
        for item in addresses:
            candidate = Candidate(item.url, LEDGER, published=item.visit.published)
            if not self._too_old(candidate) and (
                self.full or item.visit.due(self.now, since=self.since)
            ):
                self._known.setdefault(item.key, item.visit)
                self._candidates.setdefault(item.key, candidate)

    def due(self, key: str) -> bool:
        """Whether the candidate of this key is to be fetched."""
        if self._is_news(key):
            return True
        visit = self._known[key]
        return visit.due(self.now, self._candidates[key].modified, self.since)

    def visit(self, key: str) -> Visit | None:
        """The last visit of a candidate."""
        return self._known.get(key)

    def newest_first(self) -> list[tuple[str, Candidate]]:
        """All candidates with their keys, dated ones first; undated ones in the order of their sources."""
        return sorted(
            self._candidates.items(), key=lambda pair: pair[1].dated or _LONG_AGO, reverse=True
        )

    def unheard_of(self) -> Iterator[tuple[str, Candidate]]:
        """The candidates that no run has known before."""
        return (
            (key, candidate)
            for key, candidate in self._candidates.items()
            if key not in self._known
        )

    def newest(self) -> datetime | None:
        """The newest publication that a source claims."""
        return max(
            (item.published for item in self._candidates.values() if item.published), default=None
        )

    def _is_news(self, key: str) -> bool:
        """Whether a source tells what no run has seen; what is only to be looked at again is no news."""
        visit = self._known.get(key)
        if visit is None or self.full:
            return True
        if visit.state is State.GONE and key in self._announced:
            return True  # who announces it anew says that it is back
        return visit.has_news(self._candidates[key].modified, self.since)

    def _is_article(self, candidate: Candidate) -> bool:
        hosts = {host.removeprefix("www.") for host in self.site.hosts}
        return host_of(candidate.url) in hosts and self.site.is_article_url(candidate.url)

    def _too_old(self, candidate: Candidate) -> bool:
        moment = candidate.dated
        return self.since is not None and moment is not None and moment < self.since


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
