"""Draft a site definition from the findings of an exploration."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from ingest.dates.country_zones import zone_of_country
from ingest.dates.parse import read_date
from ingest.errors import NothingFetched
from ingest.onboarding.draft_sources import described_sources, source_problems, url_values
from ingest.onboarding.findings import Findings
from ingest.processing.build import article_for
from ingest.processing.worker import pack
from ingest.processing.workers import Extractor, Workers
from ingest.record import Article, Reason, Rejection
from ingest.settings import Limits
from ingest.sites import UNKNOWN_SITE, SiteCatalog, make_site

_REGISTRIES = frozenset(
    {"ac", "co", "com", "edu", "go", "gob", "gov", "ne", "net", "news", "or", "org", "press"}
)
"""Second-level domains under which countries register sites."""
_CLOSED = {
    Reason.CHALLENGE: "the site answers crawlers with a challenge page",
    Reason.CONSENT: "the site answers with a consent page",
    Reason.LOGIN: "the site answers with a login page",
}
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted definition, and the results of the articles that were fetched for it.

    Attributes:
        name: of the site.
        start_url: the URL that the exploration started from.
        values: of the definition, by key.
        articles: that were extracted with the definition.
        rejections: of the other pages.
        reviews: what a person has to check, by key.
        sources: a line for each source that was read.
        notes: a line for each problem.
    """

    name: str
    start_url: str
    values: Mapping[str, Any]
    articles: tuple[Article, ...]
    rejections: tuple[Rejection, ...]
    reviews: Mapping[str, str]
    sources: tuple[str, ...]
    notes: tuple[str, ...]


def draft_in_worker(findings: Findings, name: str, limits: Limits) -> Draft:
    """Do as `draft_site` does, in a worker process.

    Raises:
        NothingFetched: none of the pages is an article.
        LimitExceeded: to extract the pages took longer than `limits.extraction_seconds` for each of
            them, or too much memory.
    """
    seconds = limits.extraction_seconds * (1 + len(findings.pages))
    all_pages = limits.model_copy(update={"extraction_seconds": seconds})
    workers = Workers(Extractor(SiteCatalog({}), limits), all_pages, 1)
    try:
        packed = pack(draft_site, (findings, name, limits), {})
        draft: Draft = asyncio.run(workers.call(packed, findings.start_url))
    finally:
        workers.close()
    return draft


def draft_site(findings: Findings, name: str, limits: Limits | None = None) -> Draft:
    """Return the definition with this name that the findings suggest.

    Raises:
        NothingFetched: none of the pages is an article.
    """
    values, reviews = url_values(findings, limits)
    articles, rejections = _extracted(findings, values, name, limits)
    if not articles:
        raise _no_articles(findings, rejections, limits)
    guesses = {
        "publisher": publisher_of(articles),
        "time_zone": zone_of(findings.front.url, articles),
        "language": language_of(articles),
    }
    values |= {key: guess.value for key, guess in guesses.items() if guess.value}
    reviews |= {key: guess.review for key, guess in guesses.items() if guess.review}
    articles, rejections = _extracted(findings, values, name, limits)
    values["tests"] = [_test(article) for article in articles]
    return Draft(
        name=name,
        start_url=findings.start_url,
        values=values,
        articles=tuple(articles),
        rejections=tuple(rejections),
        reviews=reviews,
        sources=tuple(described_sources(findings)),
        notes=(*findings.notes, *source_problems(findings, values.get("platforms", []))),
    )


def _extracted(
    findings: Findings, values: Mapping[str, Any], name: str, limits: Limits | None
) -> tuple[list[Article], list[Rejection]]:
    """Extract the pages with a definition of these values. Each article is returned once."""
    site = make_site(values, f"{name}.toml")
    results = [article_for(page, site, limits) for page in findings.pages]
    articles = {result.id: result for result in results if isinstance(result, Article)}
    return list(articles.values()), [result for result in results if isinstance(result, Rejection)]


def _no_articles(
    findings: Findings, rejections: Sequence[Rejection], limits: Limits | None
) -> NothingFetched:
    """Return the error with the reason why there is no article."""
    remedy = "give the URL of an article or a feed of the site"
    closed = "" if rejections else _closed_reason(findings, limits)
    if rejections:
        reasons = ", ".join(sorted({str(rejection.reason) for rejection in rejections}))
        problem = f"none of {len(rejections)} pages is an article: {reasons}"
    elif closed:
        problem, remedy = closed, "ask its operator for access"
    elif findings.sources and findings.notes:
        problem = f"no article could be fetched: {findings.notes[-1]}"
    else:
        problem = "no feed, sitemap or listing with articles"
    return NothingFetched(f"{findings.start_url}: {problem}", remedy)


def _closed_reason(findings: Findings, limits: Limits | None) -> str:
    """Return why the front page is closed to crawlers, or "" if it is not."""
    front = article_for(findings.front, UNKNOWN_SITE, limits)
    return _CLOSED.get(front.reason, "") if isinstance(front, Rejection) else ""


def _test(article: Article) -> dict[str, Any]:
    """Return the article as a test of the definition.

    A date without a year is left out, because it depends on the time of the download.
    """
    has_year = _YEAR.search(article.date_published_raw or "") is not None
    values = {
        "url": article.url,
        "headline": article.headline,
        "authors": [author.name for author in article.authors],
        "date_published": article.date_published if has_year else None,
    }
    return {key: value for key, value in values.items() if value}


class Guess(NamedTuple):
    """A value of a definition.

    Attributes:
        value: None if the articles do not support one.
        review: what a person has to check, if anything.
    """

    value: str | None
    review: str | None = None


def publisher_of(articles: Sequence[Article]) -> Guess:
    """Return the publisher's name that most articles have."""
    names = Counter(article.publisher.name for article in articles if article.publisher.name)
    if not names:
        return Guess(None, "No page names the publisher.")
    others = ", ".join(name for name, _ in names.most_common()[1:])
    return Guess(names.most_common(1)[0][0], f"Some articles have: {others}." if others else None)


def language_of(articles: Sequence[Article]) -> Guess:
    """Return the language if all articles have the same one."""
    languages = {article.in_language for article in articles if article.in_language}
    if len(languages) == 1:
        return Guess(languages.pop())
    names = ", ".join(sorted(languages)) or "none"
    return Guess(None, f"Left out, since the articles are in several languages: {names}.")


def zone_of(url: str, articles: Sequence[Article]) -> Guess:
    """Return the time zone of the site's country, unless the articles have times of another zone.

    Times in UTC are ignored, because many systems write all of their times in it. If the domain has
    no country, no zone is guessed from an offset, because many zones share it.
    """
    times = list(_times_with_offset(articles))
    offsets = ", ".join(sorted({moment.isoformat()[-6:] for moment in times}))
    zone = zone_of_country(url)
    if zone is None:
        evidence = f"the articles have {offsets}" if offsets else "no article has an offset but UTC"
        review = f"The domain has no country; {evidence}. Times without an offset need a zone."
        return Guess(None, review)
    if any(moment.astimezone(zone).utcoffset() != moment.utcoffset() for moment in times):
        return Guess(None, f"The site's country has {zone.key}, but the articles have {offsets}.")
    if times:
        return Guess(zone.key)
    return Guess(zone.key, "By the country of the domain; no article has an offset but UTC.")


def _times_with_offset(articles: Iterable[Article]) -> Iterator[datetime]:
    """Yield the times of the pages that have an offset of their own other than UTC.

    They are parsed from the raw text, because a record has its times in the site's zone.
    """
    for article in articles:
        now = datetime.fromisoformat(article.metadata.date_downloaded)
        for raw in (article.date_published_raw, article.date_modified_raw):
            date = read_date(raw, now=now) if raw else None
            if date is not None and date.when.utcoffset():
                yield date.when


def name_of(domain: str) -> str:
    """Return a short name: "example" for example.com.pk and for news.example.org."""
    labels = domain.casefold().removeprefix("www.").split(".")
    if len(labels) == 1 or labels[-1].isdigit():  # a local name, or an IP address
        return _slug("-".join(labels))
    own = labels[:-1]
    has_registry = len(own) > 1 and own[-1] in _REGISTRIES
    return _slug(own[-2] if has_registry else own[-1])


def free_name(domain: str, taken: Container[str]) -> str:
    """Return the short name, or if that is taken, the whole domain with hyphens."""
    name = name_of(domain)
    return name if name not in taken else _slug(domain.replace(".", "-"))


def _slug(label: str) -> str:
    """Return the label as a name that `ingest.sites.NAME` accepts, in Punycode if necessary."""
    with suppress(UnicodeError):
        label = label.encode("idna").decode("ascii")
    return re.sub(r"[^a-z0-9-]", "-", label.casefold()).strip("-")[:63] or "site"
