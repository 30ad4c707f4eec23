"""What a look around an unknown site brought back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ingest.discovery.candidate import FEED, NEWS_SITEMAP, WORDPRESS, Candidate
from ingest.onboarding.front_page import looks_like_article
from ingest.onboarding.url_patterns import Shape
from ingest.record import FetchedPage
from ingest.urls import article_key, host_of

_TRUSTED = frozenset({FEED, NEWS_SITEMAP, WORDPRESS})
"""Sources that hold nothing but articles."""
_ENOUGH = 8  # articles, to see the form of their addresses
_FEWEST_OF_ALIAS = 3


@dataclass(frozen=True, slots=True)
class Source:
    """An address that announces articles; `kind` is a constant of `candidate`."""

    kind: str
    url: str
    candidates: tuple[Candidate, ...]

    @property
    def newest(self) -> datetime | None:
        """The newest time that it states of an article."""
        return max((item.published for item in self.candidates if item.published), default=None)


@dataclass(frozen=True, slots=True)
class Findings:
    """A site as it was found.

    `base` is its front page, `platforms` those of that page, `pages` the articles tried, `notes` one-line texts on what
    went wrong. `robots_sitemaps`: the sitemaps among `sources` are those that robots.txt names.
    """

    asked: str
    home: FetchedPage
    sources: tuple[Source, ...]
    robots_sitemaps: bool
    shape: Shape
    pages: tuple[FetchedPage, ...]
    notes: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        """The site's host without `www.`."""
        return host_of(self.home.url)


def is_of(url: str, domain: str) -> bool:
    """Whether the address is of the domain or below it."""
    host = host_of(url)
    return host == domain or host.endswith(f".{domain}")


def articles_of(sources: Iterable[Source]) -> list[Candidate]:
    """What most surely are articles, each once: of feeds, news sitemaps and APIs; where those are few, of all sources.

    Listings and plain sitemaps hold other pages too: of them only what has the form of an article's address counts.
    """
    sources = list(sources)
    sure = [item for source in sources for item in source.candidates if item.source in _TRUSTED]
    found = {article_key(item.url): item for item in reversed(sure)}
    if len(found) < _ENOUGH:
        likely = [
            item for source in sources for item in source.candidates if looks_like_article(item.url)
        ]
        found = {article_key(item.url): item for item in reversed([*sure, *likely])}
    return list(reversed(found.values()))


def aliases_of(urls: Iterable[str], domain: str) -> list[str]:
    """The hosts below the domain that carry a good part of its articles."""
    counts = Counter(host_of(url) for url in urls)
    return [
        host
        for host, number in counts.most_common()
        if host != domain and number >= _FEWEST_OF_ALIAS
    ]
