"""The result of exploring an unknown site: `Findings`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ingest.discovery.candidate import FEED, NEWS_SITEMAP, WORDPRESS, Candidate
from ingest.onboarding.front_page import looks_like_article
from ingest.onboarding.url_patterns import URLPatterns
from ingest.record import FetchedPage
from ingest.urls import article_key, host_of

_ARTICLES_ONLY = frozenset({FEED, NEWS_SITEMAP, WORDPRESS})
"""Kinds of sources that list articles and nothing else."""
_ENOUGH_ARTICLES = 8  # to infer the patterns of their URLs
_MIN_ALIAS_ARTICLES = 3


@dataclass(frozen=True, slots=True)
class Source:
    """A URL that lists articles of the site.

    Attributes:
        kind: a constant of `ingest.discovery.candidate`.
        url: of the feed, sitemap, listing or API.
        candidates: what it lists of the site.
    """

    kind: str
    url: str
    candidates: tuple[Candidate, ...]

    @property
    def newest(self) -> datetime | None:
        """The newest publication time that the source gives."""
        return max((item.published for item in self.candidates if item.published), default=None)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the exploration of a site returned.

    Attributes:
        start_url: the URL that the exploration started from.
        front: the front page.
        sources: of articles, in the order in which they were read.
        robots_sitemaps: whether the sitemaps among `sources` are those of robots.txt.
        patterns: of the URLs of articles.
        pages: the articles that were fetched.
        notes: what went wrong, one line each.
    """

    start_url: str
    front: FetchedPage
    sources: tuple[Source, ...]
    robots_sitemaps: bool
    patterns: URLPatterns
    pages: tuple[FetchedPage, ...]
    notes: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        """The site's host without `www.`."""
        return host_of(self.front.url)


def belongs_to(url: str, domain: str) -> bool:
    """Whether the host of a URL is the domain or a subdomain of it."""
    host = host_of(url)
    return host == domain or host.endswith(f".{domain}")


def articles_of(sources: Iterable[Source]) -> list[Candidate]:
    """Return the candidates that are most likely articles, each once.

    Those are the candidates of feeds, news sitemaps and APIs. If there are too few, the candidates
    of listings and plain sitemaps are added whose URL looks like that of an article, because these
    sources list other pages too.
    """
    candidates = [item for source in sources for item in source.candidates]
    certain = [item for item in candidates if item.source in _ARTICLES_ONLY]
    articles = _unique(certain)
    if len(articles) >= _ENOUGH_ARTICLES:
        return articles
    return _unique([*certain, *(item for item in candidates if looks_like_article(item.url))])


def _unique(candidates: list[Candidate]) -> list[Candidate]:
    """Return the first candidate of each article, in the order of their last occurrences."""
    articles = {article_key(item.url): item for item in reversed(candidates)}
    return list(reversed(articles.values()))


def aliases_of(urls: Iterable[str], domain: str) -> list[str]:
    """Return the subdomains that have several of these articles, most frequent first."""
    counts = Counter(host_of(url) for url in urls)
    return [
        host
        for host, number in counts.most_common()
        if host != domain and number >= _MIN_ALIAS_ARTICLES
    ]
