"""The addresses of a drafted definition: where a site announces articles, and what form theirs have (pure)."""

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
from ingest.settings import Limits
from ingest.sites import load_platforms

_STALE = timedelta(days=30)  # behind the newest article of all sources: it stands still
_FEWEST_LISTED = 5  # articles of a page that is worth following
_MOST_NAMED = 3  # examples in a remark


def addresses_of(
    findings: Findings, limits: Limits | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of the definition that the addresses tell, and by key what a person has to look at."""
    platforms = _platforms(findings, limits)
    shape = findings.shape
    values = {
        "domain": findings.domain,
        "aliases": aliases_of(
            [item.url for item in articles_of(findings.sources)], findings.domain
        ),
        "platforms": platforms,
        "article_urls": list(shape.patterns),
        "not_article_urls": list(shape.exclusions),
        "discover": _without_defaults(_discover(findings), platforms),
    }
    return {key: value for key, value in values.items() if value}, dict(_reviews(findings))


def described_sources(findings: Findings) -> Iterator[str]:
    """A line for each source: what it is, how much it announces, how new."""
    for source in findings.sources:
        newest = f", newest {source.newest:%Y-%m-%d}" if source.newest else ""
        yield f"{source.kind} {source.url}: {len(source.candidates)} addresses{newest}"


def source_problems(findings: Findings, platforms: Iterable[str]) -> Iterator[str]:
    """A line for each source that stays out of the definition, or comes in by its platforms and gives nothing."""
    for source in findings.sources:
        if source.newest and _is_stale(source, findings):
            yield f"{source.url}: left out: its newest item is of {source.newest:%Y-%m-%d}"
    feeds = [
        url
        for name in platforms
        for url in load_platforms()[name].get("discover", {}).get("feeds", [])
    ]
    if not any(source.kind == FEED for source in findings.sources):
        yield from (
            f"{url}: the platform's feed gave nothing here: crawls will say so" for url in feeds
        )


def _is_stale(source: Source, findings: Findings) -> bool:
    newest = max((other.newest for other in findings.sources if other.newest), default=None)
    return bool(newest and source.newest and newest - source.newest > _STALE)


def _platforms(findings: Findings, limits: Limits | None) -> list[str]:
    """The platforms of the front page, and those of at least half of the articles."""
    front, *pages = (
        platforms_of(parse(page.body, page.url, headers=page.headers, limits=limits))
        for page in (findings.home, *findings.pages)
    )
    counts = Counter(name for names in pages for name in names)
    often = [name for name, number in counts.items() if 2 * number >= len(pages)]
    return list(dict.fromkeys((*front, *often)))


def _discover(findings: Findings) -> dict[str, Any]:
    sources = [source for source in findings.sources if not _is_stale(source, findings)]
    maps = [source for source in sources if source.kind in {SITEMAP, NEWS_SITEMAP}]
    lists = [source for source in sources if source.kind == LISTING and _is_list(source, findings)]
    return {
        "feeds": [_address(source.url, findings) for source in sources if source.kind == FEED],
        "sitemaps": []
        if findings.robots_sitemaps
        else [_address(source.url, findings) for source in maps],
        "listings": [_address(source.url, findings) for source in lists],
        "robots_sitemaps": findings.robots_sitemaps and bool(maps),
        "wordpress_api": next(
            (_api(source.url, findings) for source in sources if source.kind == WORDPRESS), None
        ),
    }


def _is_list(source: Source, findings: Findings) -> bool:
    return sum(findings.shape.fits(item.url) for item in source.candidates) >= _FEWEST_LISTED


def _address(url: str, findings: Findings) -> str:
    """The address as a definition writes it: a path where it is below `https://<domain>/`.

    Sites behind a proxy often name their own pages with http.
    """
    parts = urlsplit(url)
    if findings.home.url.startswith("https:") and parts.netloc.casefold() in {
        findings.domain,
        f"www.{findings.domain}",
    }:
        return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return url


def _api(url: str, findings: Findings) -> str:
    """The API's address; its form without permalinks is tried by itself where the other is refused."""
    usual = f"{root_of(url)}wp-json/"
    return _address(usual if url == wordpress.plain_api(usual) else url, findings)


def _without_defaults(discover: Mapping[str, Any], platforms: list[str]) -> dict[str, Any]:
    """What the platforms' own definitions do not say already."""
    kept: dict[str, Any] = {}
    for key, value in discover.items():
        defaults = [load_platforms()[name].get("discover", {}).get(key) for name in platforms]
        if isinstance(value, list):
            known = {item for default in defaults for item in default or ()}
            kept[key] = [item for item in value if item not in known]
        elif value not in defaults:
            kept[key] = value
    return {key: value for key, value in kept.items() if value}


def _reviews(findings: Findings) -> Iterator[tuple[str, str]]:
    shape = findings.shape
    if not shape.patterns:
        yield (
            "article_urls",
            "No form is common to the articles: state one, or every page of the site counts as one.",
        )
        return
    text = f"They match {shape.matched} of {shape.total} articles seen"
    if shape.wrong:
        text += f", but also: {' '.join(shape.wrong[:_MOST_NAMED])}"
    yield "article_urls", f"{text}."
