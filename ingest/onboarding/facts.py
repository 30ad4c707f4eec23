"""What the articles of a site agree on: whose they are, their language, their time zone (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from ingest.dates.country_zones import zone_of_country
from ingest.dates.parse import read_date
from ingest.record import Article


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
