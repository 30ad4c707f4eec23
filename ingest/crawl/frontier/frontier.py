"""Selects the articles to fetch: each once, newest first, only those that are due (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from ingest.crawl.frontier.claims import Claims
from ingest.discovery.candidate import LEDGER, Candidate
from ingest.processing.recrawl import State, Visit
from ingest.sites import Site
from ingest.storage.rows import Due
from ingest.urls import article_key, host_of

Visits = Callable[[Iterable[str]], Mapping[str, Visit]]
"""Returns the last visits by key, for those keys that were ever announced."""


class Added(NamedTuple):
    """What one page of a source brought.

    Attributes:
        keys: of the candidates in scope.
        news: how many of those are new or changed.
        left_out: candidates that were dropped as older than `since`.
    """

    keys: frozenset[str] = frozenset()
    news: int = 0
    left_out: int = 0


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class Frontier:
    """The union of the candidates of all sources of a site, and of what earlier runs left to do.

    Args:
        site: candidates on other hosts, and URLs that are not articles of the site, are dropped.
        visits: returns the last visits.
        now: the time of the run.
        since: candidates with an earlier date are dropped.
        full: whether every article is due, whatever is known of it.
        claims: how far the changes that sources claim are believed.
    """

    site: Site
    visits: Visits
    now: datetime
    since: datetime | None = None
    full: bool = False
    claims: Claims = field(default_factory=lambda: Claims({}))
    _candidates: dict[str, Candidate] = field(default_factory=dict)
    _last_visits: dict[str, Visit] = field(default_factory=dict)
    _announced: set[str] = field(default_factory=set)

    def add(self, candidates: Iterable[Candidate], source: str = "") -> Added:
        """Add the candidates of a page. Without news, older pages have none either.

        Args:
            candidates: as the page announces them.
            source: the source of the page, as the ledger names it.
        """
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
        self._last_visits.update(
            self.visits([key for key in fitting if key not in self._last_visits])
        )
        for key, candidate in fitting.items():
            weighed = self._weighed(key, candidate, source)
            self._candidates[key] = _merged(self._candidates.get(key), weighed)
        self._announced.update(fitting)
        return Added(frozenset(fitting), sum(self._is_news(key) for key in fitting), left_out)

    def _weighed(self, key: str, candidate: Candidate, source: str) -> Candidate:
        """Note the claim of a change, and return the candidate without it if it is not believed."""
        visit = self._last_visits.get(key)
        if visit is None or visit.state is not State.ARTICLE or candidate.modified is None:
            return candidate
        if candidate.modified > visit.last_seen:
            self.claims.made(key, source)
            if not self.claims.believed(source):
                return replace(candidate, modified=None)
        return candidate

    def add_due(self, addresses: Iterable[Due]) -> None:
        """Add URLs that are due whether a source announces them or not."""
        for item in addresses:
            candidate = Candidate(item.url, LEDGER, published=item.visit.published)
            if not self._too_old(candidate) and (
                self.full or item.visit.due(self.now, since=self.since)
            ):
                self._last_visits.setdefault(item.key, item.visit)
                self._candidates.setdefault(item.key, candidate)

    def due(self, key: str) -> bool:
        """Whether the candidate with this key is to be fetched."""
        visit = self._last_visits.get(key)
        if visit is None or self.full or visit.due(self.now, None, self.since):
            return True
        return self._is_news(key) and self.claims.may_ask(key)

    def visit(self, key: str) -> Visit | None:
        """Return the last visit of a candidate, if there was one."""
        return self._last_visits.get(key)

    def newest_first(self) -> list[tuple[str, Candidate]]:
        """Return all candidates with their keys by date; undated ones last, in their order."""
        return sorted(
            self._candidates.items(), key=lambda pair: pair[1].dated or _LONG_AGO, reverse=True
        )

    def unknown(self) -> Iterator[tuple[str, Candidate]]:
        """Return the candidates that no earlier run has met."""
        return (
            (key, candidate)
            for key, candidate in self._candidates.items()
            if key not in self._last_visits
        )

    def newest(self) -> datetime | None:
        """Return the newest publication time that a source states."""
        return max(
            (item.published for item in self._candidates.values() if item.published), default=None
        )

    def _is_news(self, key: str) -> bool:
        """Whether a source announces something new; an article that is only due again is not."""
        visit = self._last_visits.get(key)
        if visit is None or self.full:
            return True
        dated = self._candidates[key].dated
        if (
            visit.state is State.GONE
            and key in self._announced
            and visit.may_be_back(self.now, dated)
        ):
            return True
        return visit.has_news(self._candidates[key].modified, self.since)

    def _is_article(self, candidate: Candidate) -> bool:
        hosts = {host.removeprefix("www.") for host in self.site.hosts}
        return host_of(candidate.url) in hosts and self.site.is_article_url(candidate.url)

    def _too_old(self, candidate: Candidate) -> bool:
        moment = candidate.latest
        return self.since is not None and moment is not None and moment < self.since


def _merged(first: Candidate | None, second: Candidate) -> Candidate:
    """Return one candidate for two sources: the URL of the first, the dates of either."""
    if first is None:
        return second
    return Candidate(
        url=first.url,
        source=first.source,
        title=first.title or second.title,
        published=first.published or second.published,
        modified=first.modified or second.modified,
        until=max(filter(None, (first.until, second.until)), default=None),
    )
