"""What the parts of a page claim of its times: JSON-LD, metas, microdata, site rules and the address."""

from __future__ import annotations

import itertools
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
    """A time that one part of the page states.

    `raw` is the string on the page, `source` names the part, `weight` is how far the part is trusted.
    """

    raw: str
    source: str
    weight: float
    stated: Stated


@dataclass(frozen=True, slots=True)
class Reader:
    """What is needed to read a date: the moment of the download, the site's zone, limits and languages."""

    now: datetime
    zone: ZoneInfo | None
    limits: Limits
    languages: tuple[str, ...] = ()

    def claims(self, texts: Iterator[tuple[str, str, float]]) -> Iterator[Claim]:
        """The claims of (raw, source, weight) whose text is a date."""
        for raw, source, weight in texts:
            if raw and (stated := self.read(raw)):
                yield Claim(one_line(raw)[: self.limits.date_characters], source, weight, stated)

    def read(self, raw: str) -> Stated | None:
        """What a text states, or None."""
        stated = read_date(
            raw, now=self.now, zone=self.zone, languages=self.languages, limits=self.limits
        )
        return self._without_false_utc(stated) if stated else None

    def _without_false_utc(self, stated: Stated) -> Stated:
        """A local time that a program marked as UTC: east of Greenwich it is yet to come at the download."""
        naive = stated.when.replace(tzinfo=None)
        if self.zone is None or stated.when.utcoffset() != timedelta() or stated.when <= self.now:
            return stated
        return (
            Stated(naive, stated.precision)
            if naive.replace(tzinfo=self.zone) <= self.now
            else stated
        )


# Names of metas without case and punctuation, by how exactly they mean the article's first publication.
_PUBLISHED_METAS = """
4.0 articlepublishedtime ogarticlepublishedtime articlepublished ogpublishedtime ogarticlepublished
3.5 datepublished publisheddate publishdate publisheddatetime publishedat publishedtime published pubdate pubtime
3.5 publishtime publicationdate publicationtime ogpublishdate articlepubdate articlepublicationdate articlepublishdate
3.5 parselypubdate sailthrudate dcdateissued dctermsissued dcissued dateissued issued dcdatepublished displaydate
3.5 cxenseparserecspublishtime cxenseparsepublishtime cxenseparserecspublishedtime contentpublishdate firstpublished
3.5 prismpublicationdate originalpublicationdate articledateoriginal citationpublicationdate citationonlinedate
3.5 rnewsdatepublished mediumarticlepublished shareaholicarticlepublishedtime postdate storydate newsdate articledate
2.0 date dcdate dctermsdate citationdate datecreated dcdatecreated dctermscreated articlecreated created creationdate
"""
_MODIFIED_METAS = """
4.0 articlemodifiedtime ogarticlemodifiedtime articlemodified ogmodifiedtime articleupdatedtime
3.5 ogupdatedtime datemodified modified modifieddate dctermsmodified dcdatemodified dcmodified articleupdated
3.0 lastmodified lastmod updated dateupdated updateddate lastupdated lastupdate dateupdate updatetime revised
"""


def _weights(table: str) -> dict[str, float]:
    return {
        name: float(weight)
        for weight, *names in map(str.split, table.strip().splitlines())
        for name in names
    }


_PUBLISHED, _MODIFIED = _weights(_PUBLISHED_METAS), _weights(_MODIFIED_METAS)
# Types that are no article and describe the whole page; `ClaimReview` is what fact checkers publish.
_PAGE_TYPES = ("WebPage", "ItemPage", "ClaimReview")
_PUNCTUATION = re.compile(r"[\W_]+")
_IN_SCRIPT = re.compile(
    r"""\b(?:date_?published|first_?publish(?:ed|ing)?_?(?:at|date|time)?|first_?publication_?date|publish(?:ed)?_?(?:at|date|time)"""
    r"""|publication_?(?:date|time))\\?["']?\s*[:=]\s*\\?["']([^"'\\]{8,40})""",
    re.IGNORECASE,
)
_MOST_IN_SCRIPTS = 20
_MOST_METAS = 40  # of one page; real ones have up to ten
_MOST_TEXT = 400  # characters of an element that may hold several times
_IN_ADDRESS = re.compile(r"(?<!\d)((?:19|20)\d\d)([/-])(\d{1,2})\2(\d{1,2})(?!\d)")


def published_claims(facts: PageFacts, reader: Reader) -> list[Claim]:
    """What the metadata claim of the publication."""
    return list(reader.claims(_published(facts)))


def modified_claims(facts: PageFacts, reader: Reader) -> list[Claim]:
    """What the metadata claim of the last change."""
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
    named = (
        (name, values, weights.get(_PUNCTUATION.sub("", name)))
        for name, values in page.metas.items()
    )
    for name, values, weight in itertools.islice(
        (found for found in named if found[2]), _MOST_METAS
    ):
        yield values[0], f"meta:{name}", weight or 0.0


def _microdata(page: Page, name: str, weight: float) -> Iterator[tuple[str, str, float]]:
    for element in [found for found in page.microdata.get(name, []) if found.tag != "meta"][:1]:
        for raw in raws_of(element):
            yield raw, "microdata", weight


def rule_claims(elements: list[HtmlElement], reader: Reader) -> list[Claim]:
    """What the elements that a site's rule selects claim: the first one that holds a date."""
    for element in elements:
        if claims := list(reader.claims((raw, "rule", 6.0) for raw in raws_of(element))):
            return claims
    return []


def raws_of(element: HtmlElement) -> Iterator[str]:
    """The texts of an element that may hold its time, the machine-readable ones first."""
    for attribute in ("datetime", "content", "title", "data-datetime", "data-date", "data-time"):
        if value := (element.get(attribute) or "")[:_MOST_TEXT].strip():
            yield value
    if text := text_of(element)[:_MOST_TEXT]:
        yield text


def script_claims(page: Page, reader: Reader) -> list[Claim]:
    """What the data of scripts claim, where all that they name a publication date is one day: no teaser's, then."""
    texts = dict.fromkeys(_IN_SCRIPT.findall(page.html))
    claims = list(reader.claims((raw, "script", 1.0) for raw in list(texts)[:_MOST_IN_SCRIPTS]))
    return claims if len({claim.stated.when.date() for claim in claims}) == 1 else []


def address_claims(page: Page, reader: Reader) -> list[Claim]:
    """The day in the address (`/2015/08/17/slug/`)."""
    found = _IN_ADDRESS.search(page.url.partition("?")[0])
    return list(reader.claims(iter([(found[0], "url", 0.5)]))) if found else []
