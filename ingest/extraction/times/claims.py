"""Claims of the article's times in JSON-LD, metas, microdata, site rules and the address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from ingest.dates.parse import Stated, holds_day, read_date
from ingest.extraction.facts import PageFacts
from ingest.extraction.times.metas import modified_metas, published_metas
from ingest.html.page import text_of
from ingest.record import Precision
from ingest.settings import Limits
from ingest.text import one_line


@dataclass(frozen=True, slots=True)
class Claim:
    """A time in one part of the page.

    `raw` is the string on the page, `source` the name of the part, `weight` the trust in it.
    """

    raw: str
    source: str
    weight: float
    stated: Stated


@dataclass(frozen=True, slots=True)
class Reader:
    """Parses dates: with the time of the download, the site's zone, limits and languages."""

    now: datetime
    zone: ZoneInfo | None
    limits: Limits
    languages: tuple[str, ...] = ()

    def claims(self, texts: Iterator[tuple[str, str, float]]) -> Iterator[Claim]:
        """Yield a claim for each (raw, source, weight) whose text is a date."""
        for raw, source, weight in texts:
            if raw and (stated := self.read(raw)):
                yield Claim(one_line(raw)[: self.limits.date_characters], source, weight, stated)

    def read(self, raw: str) -> Stated | None:
        """Return the date in a text, or None."""
        stated = read_date(
            raw, now=self.now, zone=self.zone, languages=self.languages, limits=self.limits
        )
        return self._without_false_utc(stated) if stated else None

    def _without_false_utc(self, stated: Stated) -> Stated:
        """Drop the zone of a local time marked as UTC.

        East of Greenwich such a time is after the download, and as a local time it is before it.
        """
        if self.zone is None or stated.when.utcoffset() != timedelta() or stated.when <= self.now:
            return stated
        naive = stated.when.replace(tzinfo=None)
        if naive.replace(tzinfo=self.zone) > self.now:
            return stated
        return Stated(naive, stated.precision)


# Types other than articles that describe the whole page; fact checkers publish `ClaimReview`.
_PAGE_TYPES = ("WebPage", "ItemPage", "ClaimReview")
# Types whose times are not the article's, though they are inside it.
_FOREIGN_TYPES = frozenset({"Comment", "UserComments", "Answer"})
_BEFORE_TIME = re.compile(
    r"""(?:\b(?:datetime|content|title)\s*=|"date(?:Published|Modified)"\s*:)\s*["']$"""
)
TIME_ATTRIBUTES = (
    "datetime",
    "content",
    "title",
    "data-datetime",
    "data-date",
    "data-time",
    "data-timestamp",
)
"""The attributes of an element that may hold its time, the most exact first."""
_NAME_LENGTH = 30  # characters before a time that are searched for its name
_OFFSET = re.compile(r"(?:\.\d+)?([+-](?!00:?00)[01]\d):?([0-5]\d)")
_MOST_TEXT = 400  # characters of an element that may hold several times


def published_claims(facts: PageFacts, reader: Reader) -> list[Claim]:
    """Return the claims of the publication in the metadata."""
    return list(reader.claims(_published(facts)))


def modified_claims(facts: PageFacts, reader: Reader) -> list[Claim]:
    """Return the claims of the last change in the metadata."""
    return list(reader.claims(_modified(facts)))


def _published(facts: PageFacts) -> Iterator[tuple[str, str, float]]:
    data = facts.data
    dated = [node for node in facts.articles if data.text(node, "datePublished")]
    for node in (dated or facts.articles)[:1]:
        yield data.text(node, "datePublished") or "", "json-ld", 5.0
        yield data.text(node, "dateCreated") or "", "json-ld:dateCreated", 1.5
        yield data.text(node, "uploadDate") or "", "json-ld:uploadDate", 1.5
    for node in data.of_type(*_PAGE_TYPES)[:1]:
        yield data.text(node, "datePublished") or "", "json-ld:WebPage", 2.5
    if not facts.articles:  # a page for a video; beside an article it may be another story's
        for node in data.of_type("VideoObject")[:1]:
            yield data.text(node, "uploadDate") or "", "json-ld:VideoObject", 2.5
    yield from published_metas(facts.page)
    yield from _microdata(facts, "datepublished", 4.0)


def _modified(facts: PageFacts) -> Iterator[tuple[str, str, float]]:
    data = facts.data
    for node in facts.articles[:1]:
        yield data.text(node, "dateModified") or "", "json-ld", 5.0
    for node in data.of_type(*_PAGE_TYPES)[:1]:
        yield data.text(node, "dateModified") or "", "json-ld:WebPage", 2.5
    yield from modified_metas(facts.page)
    yield from _microdata(facts, "datemodified", 4.0)


def _microdata(facts: PageFacts, name: str, weight: float) -> Iterator[tuple[str, str, float]]:
    elements = facts.page.microdata.get(name, [])
    own = (element for element in elements if element.tag != "meta" and not _is_foreign(element))
    first = next(own, None)
    if first is not None:
        for raw in raws_of(first, facts.limits):
            yield raw, "microdata", weight


def _is_foreign(element: HtmlElement) -> bool:
    """Whether microdata state the time of a comment."""
    for above in (element, *element.iterancestors()):
        if above.get("itemtype"):
            return _type_of(above) in _FOREIGN_TYPES
    return False


def _type_of(element: HtmlElement) -> str:
    return (element.get("itemtype") or "").rstrip("/").rpartition("/")[2]


def corrected(claims: list[Claim], html: str) -> list[Claim]:
    """Return the claims with the true offset of local times marked as UTC.

    If the markup has the same clock with another offset, UTC is false: some plugins write "+00:00"
    or "Z" behind a local time. Only attributes and JSON-LD are searched: other data of scripts has
    UTC marked as local time.
    """
    return [_with_true_offset(claim, html) for claim in claims]


def _with_true_offset(claim: Claim, html: str) -> Claim:
    when, precision = claim.stated.when, claim.stated.precision
    if when.utcoffset() != timedelta() or precision is Precision.DAY:
        return claim
    clock = when.strftime(
        "%Y-%m-%dT%H:%M:%S" if precision is Precision.SECOND else "%Y-%m-%dT%H:%M"
    )
    offset = next(_offsets(clock, html), None)
    if offset is None:
        return claim
    return replace(claim, stated=Stated(when.replace(tzinfo=offset), precision))


def _offsets(clock: str, html: str) -> Iterator[tzinfo]:
    """Yield the offsets other than UTC behind this clock in attributes and JSON-LD."""
    start = html.find(clock)
    while start >= 0:
        end = start + len(clock)
        match = _OFFSET.match(html, end)
        if match and _BEFORE_TIME.search(html, max(0, start - _NAME_LENGTH), start):
            yield timezone(timedelta(hours=int(match[1]), minutes=int(match[1][0] + match[2])))
        start = html.find(clock, end)


def rule_claims(elements: list[HtmlElement], reader: Reader) -> list[Claim]:
    """Return the claims of the first element with a date among those of a site's rule."""
    for element in elements:
        claims = list(reader.claims((raw, "rule", 6.0) for raw in raws_of(element, reader.limits)))
        if claims:
            return claims
    return []


def raws_of(element: HtmlElement, limits: Limits) -> Iterator[str]:
    """Yield the texts of an element that may hold its time, the machine-readable ones first."""
    for attribute in TIME_ATTRIBUTES:
        value = (element.get(attribute) or "")[:_MOST_TEXT].strip()
        if value:
            yield value
    text = text_of(element)
    if len(element) and len(text) <= _MOST_TEXT:
        spaced = one_line(" ".join(element.itertext()))
        if holds_day(spaced, limits) or not holds_day(text, limits):
            text = spaced  # "Mar 6" and "2026" are often neighbours without a blank
    if text:
        yield text[:_MOST_TEXT]
