"""The part of a drafted definition that is about URLs: sources, and patterns of articles (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from ingest.discovery import wordpress
from ingest.discovery.candidate import FEED, LISTING, NEWS_SITEMAP, SITEMAP, WORDPRESS
from ingest.html.page import parse
from ingest.onboarding.findings import Findings, Source, aliases_of, articles_of
from ingest.onboarding.front_page import root_of
from ingest.onboarding.platforms import platforms_of
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.sites import load_platforms

_STALE_AFTER = timedelta(days=30)
"""A source whose newest article is so much older than that of all sources is left out."""
_MIN_LISTED = 5
"""Minimum number of articles on a page that is worth crawling as a listing."""
_MAX_EXAMPLES = 3


def url_values(
    findings: Findings, limits: Limits | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values of the definition that are about URLs, and what to review, by key."""
    platforms = _platforms(findings, limits)
    patterns = findings.patterns
    articles = [item.url for item in articles_of(findings.sources)]
    values = {
        "domain": findings.domain,
        "aliases": aliases_of(articles, findings.domain),
        "platforms": platforms,
        "article_urls": list(patterns.patterns),
        "not_article_urls": list(patterns.exclusions),
        "discover": _without_defaults(_discover(findings), platforms),
    }
    reviews = {"article_urls": _review_of_patterns(findings)}
    return {key: value for key, value in values.items() if value}, reviews


def described_sources(findings: Findings) -> Iterator[str]:
    """Yield a line for each source: its kind, its URL, how much it lists, its newest article."""
    for source in findings.sources:
        newest = f", newest {source.newest:%Y-%m-%d}" if source.newest else ""
        yield f"{source.kind} {source.url}: {len(source.candidates)} URLs{newest}"


def source_problems(findings: Findings, platforms: Iterable[str]) -> Iterator[str]:
    """Yield a line for each source that is left out, or is a default of a platform and fails."""
    for source in findings.sources:
        if source.newest and _is_stale(source, findings):
            yield f"{source.url}: left out: its newest item is of {source.newest:%Y-%m-%d}"
    if any(source.kind == FEED for source in findings.sources):
        return
    for name in platforms:
        for url in _defaults(name).get("feeds", []):
            yield f"{url}: the platform's feed has no articles here, so crawls will report it"


def _is_stale(source: Source, findings: Findings) -> bool:
    newest = max((other.newest for other in findings.sources if other.newest), default=None)
    return bool(newest and source.newest and newest - source.newest > _STALE_AFTER)


def _platforms(findings: Findings, limits: Limits | None) -> list[str]:
    """Return the platforms of the front page, and those of at least half of the articles."""
    front = _platforms_of(findings.front, limits)
    articles = [_platforms_of(page, limits) for page in findings.pages]
    counts = Counter(name for names in articles for name in names)
    frequent = [name for name, number in counts.items() if 2 * number >= len(articles)]
    return list(dict.fromkeys((*front, *frequent)))


def _platforms_of(page: FetchedPage, limits: Limits | None) -> tuple[str, ...]:
    return platforms_of(parse(page.body, page.url, headers=page.headers, limits=limits))


def _discover(findings: Findings) -> dict[str, Any]:
    """Return the `discover` table."""
    sources = [source for source in findings.sources if not _is_stale(source, findings)]
    sitemaps = _paths_of(sources, {SITEMAP, NEWS_SITEMAP}, findings)
    listings = [source for source in sources if _lists_articles(source, findings)]
    apis = [source.url for source in sources if source.kind == WORDPRESS]
    by_robots = findings.robots_sitemaps
    return {
        "feeds": _paths_of(sources, {FEED}, findings),
        "sitemaps": [] if by_robots else sitemaps,
        "listings": _paths_of(listings, {LISTING}, findings),
        "robots_sitemaps": by_robots and bool(sitemaps),
        "wordpress_api": _api_path(apis[0], findings) if apis else None,
    }


def _paths_of(sources: Iterable[Source], kinds: set[str], findings: Findings) -> list[str]:
    return [_path_or_url(source.url, findings) for source in sources if source.kind in kinds]


def _lists_articles(source: Source, findings: Findings) -> bool:
    matches = sum(findings.patterns.match(item.url) for item in source.candidates)
    return matches >= _MIN_LISTED


def _path_or_url(url: str, findings: Findings) -> str:
    """Return a URL as a definition has it: as a path if it is below `https://<domain>/`.

    The scheme of the URL does not matter, because sites behind a proxy often link to themselves
    with http.
    """
    parts = urlsplit(url)
    own_hosts = {findings.domain, f"www.{findings.domain}"}
    if not findings.front.url.startswith("https:") or parts.netloc.casefold() not in own_hosts:
        return url
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def _api_path(url: str, findings: Findings) -> str:
    """Return the API's path or URL, in the form with permalinks at its usual place.

    A crawl falls back to the other form by itself.
    """
    usual = f"{root_of(url)}wp-json/"
    return _path_or_url(usual if url == wordpress.plain_api(usual) else url, findings)


def _without_defaults(discover: Mapping[str, Any], platforms: list[str]) -> dict[str, Any]:
    """Return the values that are neither empty nor defaults of the platforms."""
    values = {}
    for key, value in discover.items():
        defaults = [_defaults(name).get(key) for name in platforms]
        own = _own_items(value, defaults) if isinstance(value, list) else value
        if own and own not in defaults:
            values[key] = own
    return values


def _own_items(items: list[str], defaults: Iterable[list[str] | None]) -> list[str]:
    default_items = {item for default in defaults for item in default or ()}
    return [item for item in items if item not in default_items]


def _defaults(platform: str) -> Mapping[str, Any]:
    """Return the `discover` table of a platform."""
    table: Mapping[str, Any] = load_platforms()[platform].get("discover", {})
    return table


def _review_of_patterns(findings: Findings) -> str:
    patterns = findings.patterns
    if not patterns.patterns:
        return (
            "The URLs of the articles have no common form: write a pattern, or every page of the "
            "site counts as an article."
        )
    text = f"They match {patterns.matched} of {patterns.total} articles"
    if patterns.wrong:
        text += f", but also: {' '.join(patterns.wrong[:_MAX_EXAMPLES])}"
    return f"{text}."
