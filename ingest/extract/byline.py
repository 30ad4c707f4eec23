"""Who wrote the article: the visible byline first, the metadata where no byline is seen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.extract.byline_spots import Sign, Spot, Survey, is_outside, outermost, survey
from ingest.extract.byline_text import Credit, credits_of
from ingest.extract.extraction import Byline
from ingest.extract.metadata_names import MetaNames, metadata_names
from ingest.extract.names import name_key
from ingest.extract.page import Page
from ingest.extract.structured import StructuredData
from ingest.record import Author
from ingest.sites import Site

_NEAR = range(-25, 61)  # walked elements between the main heading and its byline


@dataclass(frozen=True, slots=True)
class _Seen:
    """A spot with the names in it and how sure it is."""

    spot: Spot
    credits: tuple[Credit, ...]
    score: int

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(name_key(credit.name.text) for credit in self.credits)


def find_byline(page: Page, data: StructuredData, site: Site) -> Byline:
    """The authors of the page's article, and what of the page is byline or author's bio.

    The site's own selectors win outright. Else the visible byline wins over the metadata, whose other names are kept
    apart in `metadata_authors`; where no byline is seen, the metadata's people are the authors.
    """
    desks = _own_names(page, data, site)
    meta = metadata_names(page, data, desks)
    if ruled := _by_rule(page, site, desks):
        return _byline(ruled, "rule", meta)
    seen = _visible(page, desks, meta)
    if seen:
        return _byline(seen, "byline", meta)
    authors = tuple(_author(Credit(name.name, name.url)) for name in meta.names)
    return Byline(authors, meta.source)


def _own_names(page: Page, data: StructuredData, site: Site) -> frozenset[str]:
    """The names of the site itself and its desks, in lower case."""
    names = [
        *site.desks,
        site.publisher or "",
        *page.metas.get("og:site_name", []),
        *page.metas.get("application-name", []),
    ]
    for node in (*data.articles[:2], *data.of_type("WebSite", "NewsMediaOrganization")[:2]):
        names += data.texts(node, "publisher")
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    names += [host, host.rpartition(".")[0]]
    return frozenset(name.casefold() for name in names if name)


def _by_rule(page: Page, site: Site, desks: Collection[str]) -> list[_Seen]:
    found: list[_Seen] = []
    for element in page.select(*site.select.authors):
        shown = tuple(credits_of(page, element, (), desks))
        if shown:
            found.append(_Seen(Spot(element, 0, Sign.MARK), shown, 9))
    return found


def _visible(page: Page, desks: Collection[str], meta: MetaNames) -> list[_Seen]:
    seen = survey(page)
    known = frozenset(name_key(name.name.text) for name in meta.names)
    spots = [_read(page, seen, spot, inner, desks, known) for spot, inner in outermost(list(seen.spots))]
    found = [spot for spot in spots if spot is not None]
    if not found:
        return []
    best = max(found, key=lambda spot: (spot.score, -spot.spot.order))
    if best.score < 4:
        return []
    return [best]


def _read(
    page: Page, seen: Survey, spot: Spot, inner: list[Spot], desks: Collection[str], known: frozenset[str]
) -> _Seen | None:
    if is_outside(spot, seen):
        return None
    credits = credits_of(page, spot.element, [one.element for one in inner], desks)
    if not credits:
        return None
    score = int(spot.sign)
    distance = spot.order - seen.heading_order
    if seen.heading is not None and distance in _NEAR:
        score += 3
    elif distance > 0:
        score += 1
    if known & {name_key(credit.name.text) for credit in credits}:
        score += 3
    return _Seen(spot, tuple(credits), score)


def _byline(found: list[_Seen], source: str, meta: MetaNames) -> Byline:
    people: dict[str, Credit] = {}
    for seen in found:
        for credit in seen.credits:
            people.setdefault(name_key(credit.name.text), credit)
    others = tuple(name.name.text for name in meta.names if name_key(name.name.text) not in people)
    elements = tuple(seen.spot.element for seen in found)
    return Byline(tuple(_author(credit) for credit in people.values()), source, others, elements)


def _author(credit: Credit) -> Author:
    name = credit.name
    return Author(name=name.text, name_raw=name.raw or None, kind=name.kind, url=credit.url, email=credit.email)
