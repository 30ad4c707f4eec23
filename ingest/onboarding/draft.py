"""A definition drafted from what a look around a site brought back (pure)."""

from __future__ import annotations

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
from ingest.onboarding.draft_sources import addresses_of, described_sources, source_problems
from ingest.onboarding.findings import Findings
from ingest.processing.build import article_for
from ingest.record import Article, Reason, Rejection
from ingest.settings import Limits
from ingest.sites import UNKNOWN_SITE, make_site


class Fact(NamedTuple):
    """A value for a definition, or None where it would be a guess, and what a person has to look at."""

    value: str | None
    review: str | None = None


def publisher_of(articles: Sequence[Article]) -> Fact:
    """The name that most articles give."""
    names = Counter(article.publisher.name for article in articles if article.publisher.name)
    if not names:
        return Fact(None, "No page names the publisher.")
    others = ", ".join(name for name, _ in names.most_common()[1:])
    return Fact(names.most_common(1)[0][0], f"Some articles say: {others}." if others else None)


def language_of(articles: Sequence[Article]) -> Fact:
    """The language of all articles."""
    languages = Counter(article.in_language for article in articles if article.in_language)
    if len(languages) == 1:
        return Fact(next(iter(languages)))
    seen = ", ".join(sorted(languages)) or "none"
    return Fact(None, f"Left out, since the articles are of several languages: {seen}.")


def zone_of(url: str, articles: Sequence[Article]) -> Fact:
    """The zone of the country in the site's address, unless times that state an offset are of another one.

    UTC says nothing: many systems write all their times in it. Without a country no zone is guessed of an offset, which
    many zones share.
    """
    stated = list(_stated(articles))
    offsets = ", ".join(sorted({moment.isoformat()[-6:] for moment in stated}))
    zone = zone_of_country(url)
    if zone is None:
        seen = f"the articles state {offsets}" if offsets else "no article states an offset but UTC"
        return Fact(
            None, f"Not known from the site's address; {seen}. Times without an offset need it."
        )
    if any(moment.astimezone(zone).utcoffset() != moment.utcoffset() for moment in stated):
        return Fact(None, f"The site's country has {zone.key}, but the articles state {offsets}.")
    return Fact(
        zone.key,
        None if stated else "By the country of the address; no article states an offset but UTC.",
    )


def _stated(articles: Iterable[Article]) -> Iterator[datetime]:
    """The times that come with an offset of the page's own other than UTC's: as they are written, not as in the record.

    A record gives its times in the site's zone where that is known.
    """
    for article in articles:
        now = datetime.fromisoformat(article.metadata.date_downloaded)
        for raw in (article.date_published_raw, article.date_modified_raw):
            stated = read_date(raw, now=now) if raw else None
            if stated is not None and stated.when.utcoffset():
                yield stated.when


# Second-level names under which countries register their sites.
_REGISTRIES = frozenset(
    {"ac", "co", "com", "edu", "go", "gob", "gov", "ne", "net", "news", "or", "org", "press"}
)
_CLOSED = {
    Reason.CHALLENGE: "the site answers crawlers with a challenge page",
    Reason.CONSENT: "the site answers with a consent page",
    Reason.LOGIN: "the site answers with a login page",
}
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A definition to be, with what came out of the articles tried.

    `values` are those of a definition's file, `reviews` say by key what a person has to look at; `sources` and `notes`
    are one-line texts on what announces articles, and on what went wrong.
    """

    name: str
    asked: str
    values: Mapping[str, Any]
    articles: tuple[Article, ...]
    rejections: tuple[Rejection, ...]
    reviews: Mapping[str, str]
    sources: tuple[str, ...]
    notes: tuple[str, ...]


def draft_site(findings: Findings, name: str, limits: Limits | None = None) -> Draft:
    """The definition of that name that the findings suggest.

    Raises:
        NothingFetched: no article came out of any page.
    """
    values, reviews = addresses_of(findings, limits)
    articles, rejections = _extracted(findings, values, name, limits)
    if not articles:
        raise _no_articles(findings, rejections, limits)
    facts = {
        "publisher": publisher_of(articles),
        "time_zone": zone_of(findings.home.url, articles),
        "language": language_of(articles),
    }
    values |= {key: fact.value for key, fact in facts.items() if fact.value}
    reviews |= {key: fact.review for key, fact in facts.items() if fact.review}
    articles, rejections = _extracted(findings, values, name, limits)
    values["tests"] = [_test(article) for article in articles]
    return Draft(
        name=name,
        asked=findings.asked,
        values=values,
        articles=tuple(articles),
        rejections=tuple(rejections),
        reviews=reviews,
        sources=tuple(described_sources(findings)),
        notes=(*findings.notes, *source_problems(findings, values.get("platforms", []))),
    )


def name_of(domain: str) -> str:
    """A short name for the site of a domain: "example" for example.com.pk as for news.example.org."""
    labels = domain.casefold().removeprefix("www.").split(".")
    if len(labels) == 1 or labels[-1].isdigit():  # a name of this network, or an address in numbers
        return _slug("-".join(labels))
    own = labels[:-1]
    return _slug(own[-2] if len(own) > 1 and own[-1] in _REGISTRIES else own[-1])


def free_name(domain: str, taken: Container[str]) -> str:
    """The same, or the whole domain with hyphens where the short name is taken."""
    name = name_of(domain)
    return name if name not in taken else _slug(domain.replace(".", "-"))


def _slug(label: str) -> str:
    """The label as a name that `ingest.sites.NAME` allows: of a domain in other letters than ours, its Punycode."""
    with suppress(UnicodeError):
        label = label.encode("idna").decode("ascii")
    return re.sub(r"[^a-z0-9-]", "-", label.casefold()).strip("-")[:63] or "site"


def _extracted(
    findings: Findings, values: Mapping[str, Any], name: str, limits: Limits | None
) -> tuple[list[Article], list[Rejection]]:
    """What comes out of the pages tried, by a definition of these values; each article once."""
    site = make_site(values, f"{name}.toml")
    results = [article_for(page, site, limits) for page in findings.pages]
    articles = {result.id: result for result in results if isinstance(result, Article)}
    return list(articles.values()), [result for result in results if isinstance(result, Rejection)]


def _no_articles(
    findings: Findings, rejections: Sequence[Rejection], limits: Limits | None
) -> NothingFetched:
    """The error that says why there is nothing to make a definition of."""
    remedy = "give the address of an article or a feed of the site"
    if rejections:
        reasons = ", ".join(sorted({str(rejection.reason) for rejection in rejections}))
        return NothingFetched(
            f"{findings.asked}: no article came out of {len(rejections)} pages: {reasons}", remedy
        )
    front = article_for(findings.home, UNKNOWN_SITE, limits)
    if isinstance(front, Rejection) and front.reason in _CLOSED:
        return NothingFetched(
            f"{findings.asked}: {_CLOSED[front.reason]}", "ask its operator for access"
        )
    if findings.sources and findings.notes:
        return NothingFetched(
            f"{findings.asked}: no article could be fetched: {findings.notes[-1]}", remedy
        )
    return NothingFetched(
        f"{findings.asked}: no feed, sitemap or list that announces articles", remedy
    )


def _test(article: Article) -> dict[str, Any]:
    """The article as a test of the definition: only what it states, and no date that counts from the download."""
    dated = _YEAR.search(article.date_published_raw or "") is not None
    values = {
        "url": article.url,
        "headline": article.headline,
        "authors": [author.name for author in article.authors],
        "date_published": article.date_published if dated else None,
    }
    return {key: value for key, value in values.items() if value}
