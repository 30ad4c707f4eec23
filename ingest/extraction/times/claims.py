"""Claims of the article's times in JSON-LD, metas, microdata, site rules and the address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from ingest.dates.parse import Stated, read_date
from ingest.extraction.facts import PageFacts
from ingest.html.page import Page, text_of
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


# Names of metas without case and punctuation. The weight is higher for a name that means the first
# publication of an article more exactly.
_PUBLISHED_METAS = """
4.0 articlepublishedtime ogarticlepublishedtime articlepublished ogpublishedtime ogarticlepublished
3.5 datepublished publisheddate publishdate publisheddatetime publishedat publishedtime published
3.5 pubdate pubtime publishtime publicationdate publicationtime ogpublishdate articlepubdate
3.5 articlepublicationdate articlepublishdate
3.5 parselypubdate sailthrudate dcdateissued dctermsissued dcissued dateissued issued
3.5 dcdatepublished displaydate
3.5 cxenseparserecspublishtime cxenseparsepublishtime cxenseparserecspublishedtime
3.5 contentpublishdate firstpublished
3.5 prismpublicationdate originalpublicationdate articledateoriginal citationpublicationdate
3.5 citationonlinedate rnewsdatepublished mediumarticlepublished shareaholicarticlepublishedtime
3.5 postdate storydate newsdate articledate
2.0 date dcdate dctermsdate citationdate datecreated dcdatecreated dctermscreated articlecreated
2.0 created creationdate
"""
_MODIFIED_METAS = """
4.0 articlemodifiedtime ogarticlemodifiedtime articlemodified ogmodifiedtime articleupdatedtime
3.5 ogupdatedtime datemodified modified modifieddate dctermsmodified dcdatemodified dcmodified
3.5 articleupdated
3.0 lastmodified lastmod updated dateupdated updateddate lastupdated lastupdate dateupdate
3.0 updatetime revised
"""


def _weights(table: str) -> dict[str, float]:
    return {
        name: float(weight)
        for weight, *names in map(str.split, table.strip().splitlines())
        for name in names
    }


_PUBLISHED, _MODIFIED = _weights(_PUBLISHED_METAS), _weights(_MODIFIED_METAS)
# Types other than articles that describe the whole page; fact checkers publish `ClaimReview`.
_PAGE_TYPES = ("WebPage", "ItemPage", "ClaimReview")
_PUNCTUATION = re.compile(r"[\W_]+")
_IN_SCRIPT = re.compile(
    r"""\b(?:date_?published|first_?publish(?:ed|ing)?_?(?:at|date|time)?"""
    r"""|first_?publication_?date|publish(?:ed)?_?(?:at|date|time)|publication_?(?:date|time))"""
    r"""\\?["']?\s*[:=]\s*\\?["']([^"'\\]{8,40})""",
    re.IGNORECASE,
)
_MOST_IN_SCRIPTS = 20
_MOST_METAS = 40  # of one page; real ones have up to ten
_MOST_TEXT = 400  # characters of an element that may hold several times
_IN_ADDRESS = re.compile(r"(?<!\d)((?:19|20)\d\d)([/-])(\d{1,2})\2(\d{1,2})(?!\d)")


def published_claims(facts: PageFacts, reader: Reader) -> list[Claim]:
    """Return the claims of the publication in the metadata."""
    return list(reader.claims(_published(facts)))


def modified_claims(facts: PageFacts, reader: Reader) -> list[Claim]:
    """Return the claims of the last change in the metadata."""
    return list(reader.claims(_modified(facts)))


def _published(facts: PageFacts) -> Iterator[tuple[str, str, float]]:
    data = facts.data
    for node in facts.articles[:1]:
        yield data.text(node, "datePublished") or "", "json-ld", 5.0
        yield data.text(node, "dateCreated") or "", "json-ld:dateCreated", 1.5
        yield data.text(node, "uploadDate") or "", "json-ld:uploadDate", 1.5
    for node in data.of_type(*_PAGE_TYPES)[:1]:
        yield data.text(node, "datePublished") or "", "json-ld:WebPage", 2.5
    yield from _metas(facts.page, _PUBLISHED)
    yield from _microdata(facts.page, "datepublished", 4.0)


def _modified(facts: PageFacts) -> Iterator[tuple[str, str, float]]:
    data = facts.data
    for node in facts.articles[:1]:
        yield data.text(node, "dateModified") or "", "json-ld", 5.0
    for node in data.of_type(*_PAGE_TYPES)[:1]:
        yield data.text(node, "dateModified") or "", "json-ld:WebPage", 2.5
    yield from _metas(facts.page, _MODIFIED)
    yield from _microdata(facts.page, "datemodified", 4.0)


def _metas(page: Page, weights: dict[str, float]) -> Iterator[tuple[str, str, float]]:
    count = 0
    for name, values in page.metas.items():
        weight = weights.get(_PUNCTUATION.sub("", name))
        if weight and count < _MOST_METAS:
            count += 1
            yield values[0], f"meta:{name}", weight


def _microdata(page: Page, name: str, weight: float) -> Iterator[tuple[str, str, float]]:
    elements = (element for element in page.microdata.get(name, []) if element.tag != "meta")
    first = next(elements, None)
    if first is not None:
        for raw in raws_of(first):
            yield raw, "microdata", weight


def rule_claims(elements: list[HtmlElement], reader: Reader) -> list[Claim]:
    """Return the claims of the first element with a date among those of a site's rule."""
    for element in elements:
        claims = list(reader.claims((raw, "rule", 6.0) for raw in raws_of(element)))
        if claims:
            return claims
    return []


def raws_of(element: HtmlElement) -> Iterator[str]:
    """Yield the texts of an element that may hold its time, the machine-readable ones first."""
    for attribute in ("datetime", "content", "title", "data-datetime", "data-date", "data-time"):
        value = (element.get(attribute) or "")[:_MOST_TEXT].strip()
        if value:
            yield value
    text = text_of(element)[:_MOST_TEXT]
    if text:
        yield text


def script_claims(page: Page, reader: Reader) -> list[Claim]:
    """Return the publication dates in scripts if they are all one day.

    Otherwise some of them are of teasers.
    """
    texts = dict.fromkeys(_IN_SCRIPT.findall(page.html))
    claims = list(reader.claims((raw, "script", 1.0) for raw in list(texts)[:_MOST_IN_SCRIPTS]))
    days = {claim.stated.when.date() for claim in claims}
    return claims if len(days) == 1 else []


def address_claims(page: Page, reader: Reader) -> list[Claim]:
    """Return the day in the address (`/2015/08/17/slug/`)."""
    match = _IN_ADDRESS.search(page.url.partition("?")[0])
    return list(reader.claims(iter([(match[0], "url", 0.5)]))) if match else []
