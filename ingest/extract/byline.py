"""Who wrote the article: the visible byline first, the metadata where no byline is seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ingest.extract.byline_choice import Shown, choose, read_spots
from ingest.extract.byline_spots import Sign, Spot, survey
from ingest.extract.byline_text import Credit, credits_of
from ingest.extract.extraction import Byline
from ingest.extract.metadata_names import MetaNames, metadata_names, own_names
from ingest.extract.name_rules import Name, name_key, same_name
from ingest.extract.page import Page
from ingest.extract.structured import StructuredData
from ingest.record import Author, AuthorKind
from ingest.sites import Site


def find_byline(page: Page, data: StructuredData, site: Site) -> Byline:
    """The authors of the page's article, and what of the page is byline or author's bio.

    The site's own selectors win outright. Else the visible byline wins over the metadata, whose other names are kept
    apart in `metadata_authors`; where no byline is seen, the metadata's people are the authors.
    """
    desks = own_names(page, data, site)
    meta = metadata_names(page, data, desks)
    known = {name_key(name.name.text): name.name.text for name in meta.people}
    seen = survey(page, known.values())
    found = read_spots(page, seen, desks, known)
    if ruled := _by_rule(page, site, desks):
        return _byline(ruled, "rule", meta)
    if chosen := choose(found, seen, known):
        return _byline(chosen, "byline", meta)
    return Byline(tuple(_author(Credit(name.name, name.url)) for name in meta.names), meta.source)


def _by_rule(page: Page, site: Site, desks: Collection[str]) -> list[Shown]:
    found: list[Shown] = []
    for element in page.select(*site.select.authors):
        if names := credits_of(page, element, (), desks):
            found.append(Shown(Spot(element, 0, Sign.MARK), tuple(names), 0))
    return found


def _byline(found: list[Shown], source: str, meta: MetaNames) -> Byline:
    shown: dict[str, Credit] = {}
    for spot in found:
        for credit in spot.credits:
            shown.setdefault(name_key(credit.name.text), credit)
    named = {name_key(name.name.text): name for name in meta.names}
    elements = tuple(spot.spot.element for spot in found)
    if source == "rule" or not any(same_name(key, other) for key in shown for other in named):
        others = tuple(name.name.text for key, name in named.items() if key not in shown)
        return Byline(tuple(map(_author, shown.values())), source, others, elements)
    return Byline(tuple(map(_author, _agreed(shown, meta))), source, (), elements)


def _agreed(shown: Mapping[str, Credit], meta: MetaNames) -> list[Credit]:
    """The authors where page and metadata name the same people: the metadata tells names from labels beside them."""
    people: dict[str, Credit] = {}
    for name in meta.names:
        key = name_key(name.name.text)
        same = [credit for other, credit in shown.items() if same_name(other, key)]
        credit = replace(same[0], name=_better(same[0].name, name.name)) if same else Credit(name.name)
        people[name_key(credit.name.text)] = replace(credit, url=credit.url or name.url)
    kinds = {credit.name.kind for credit in people.values()}
    for key, credit in shown.items():
        if not any(same_name(key, other) for other in people) and _stands_beside(key, credit, people, kinds):
            people[key] = credit
    return list(people.values())


def _better(shown: Name, named: Name) -> Name:
    """The visible name; the metadata's where the visible one has more words (labels stuck to it) or is all capitals."""
    longer = len(name_key(shown.text)) > len(name_key(named.text))
    if longer or (shown.text.isupper() and not named.text.isupper()):
        return replace(named, raw=shown.raw)
    return shown


def _stands_beside(key: str, credit: Credit, people: Collection[str], kinds: Collection[AuthorKind]) -> bool:
    """Whether a name that the metadata leaves out is a second author and no job title, button or paper's name."""
    if credit.name.kind is AuthorKind.AGENCY:
        return AuthorKind.AGENCY not in kinds
    words = set(key.split())
    if credit.name.kind is not AuthorKind.PERSON or any(words & set(other.split()) for other in people):
        return False
    return credit.marked and len(words) > 1


def _author(credit: Credit) -> Author:
    name = credit.name
    return Author(name=name.text, name_raw=name.raw or None, kind=name.kind, url=credit.url, email=credit.email)
