"""Who wrote the article: the visible byline first, the metadata where no byline is seen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from lxml.html import HtmlElement

from ingest.extraction.byline.bio import Bio, find_bios
from ingest.extraction.byline.candidates import Sign, Spot, survey
from ingest.extraction.byline.element import Credit, credits_of
from ingest.extraction.byline.metadata import MetaNames, metadata_names
from ingest.extraction.byline.name_rules import Name, name_key, same_name
from ingest.extraction.byline.select import Shown, choose, read_spots
from ingest.extraction.facts import PageFacts
from ingest.extraction.model import Byline
from ingest.html.page import Page, text_of
from ingest.record import Author, AuthorKind
from ingest.sites import Site

_INLINE = frozenset({"a", "b", "strong", "em", "i", "span", "cite", "small", "label"})
_BESIDE = 40  # characters beside a name in its line: a date, a place
_LONGEST_BYLINE = 200  # characters of a byline's element; a longer one may hold text


def find_byline(facts: PageFacts) -> Byline:
    """The authors of the page's article, and what of the page is byline or author's bio.

    The site's own selectors win outright. Else the visible byline wins over the metadata, whose other names are kept
    apart in `metadata_authors`. Where no byline is seen, or a desk's alone while the metadata names several people, the
    metadata's names are the authors.
    """
    page, site = facts.page, facts.site
    own = facts.own_names.folded | {desk.casefold() for desk in site.desks}
    meta = metadata_names(page, facts.data, own)
    known = {name_key(name.name.text): name.name.text for name in meta.people}
    heading = facts.heading.element if facts.heading is not None else None
    seen = survey(page, heading, known.values())
    found = read_spots(page, seen, own, known)
    ruled = _by_rule(page, site, own)
    chosen = ruled or choose(page, found, seen, own, known)
    if not ruled and len(known) > 1 and all(spot.is_desk for spot in chosen):
        chosen = []  # an account of the content system is one person, not several
    if chosen:
        people, others = _combined(chosen, meta, ruled=bool(ruled))
        source = "rule" if ruled else "byline"
    else:
        people, others, source = (
            [Credit(name.name, name.url) for name in meta.names],
            (),
            meta.source,
        )
    bios = find_bios(facts, seen, [credit.name.text for credit in people], own)
    elements = [*_bylines(chosen, found, people), *(bio.element for bio in bios)]
    authors = tuple(_author(credit, found, bios) for credit in people)
    return Byline(authors, source, others, tuple(dict.fromkeys(elements)))


def _by_rule(page: Page, site: Site, own: Collection[str]) -> list[Shown]:
    read = (
        (element, credits_of(page, element, (), own))
        for element in page.select(*site.select.authors)
    )
    return [Shown(Spot(element, 0, Sign.MARK), tuple(names), 0) for element, names in read if names]


def _combined(
    chosen: Sequence[Shown], meta: MetaNames, *, ruled: bool
) -> tuple[list[Credit], tuple[str, ...]]:
    """The authors of a byline, and the names that only the metadata gives."""
    shown = {
        name_key(credit.name.text): credit
        for spot in reversed(chosen)
        for credit in reversed(spot.credits)
    }
    shown = dict(reversed(shown.items()))
    named = {name_key(name.name.text): name.name.text for name in meta.names}
    if not ruled and any(same_name(key, other) for key in shown for other in named):
        return _agreed(shown, meta), ()
    return list(shown.values()), tuple(name for key, name in named.items() if key not in shown)


def _bylines(
    chosen: Sequence[Shown], found: Sequence[Shown], people: Sequence[Credit]
) -> Iterator[HtmlElement]:
    """The elements that show the authors' names and little else: the byline, and where the page repeats it."""
    keys = {name_key(credit.name.text) for credit in people}
    for shown in (*chosen, *found):
        element = shown.spot.element
        if (
            shown.keys <= keys
            and len(text_of(element)) <= _LONGEST_BYLINE
            and not _stands_in_text(element)
        ):
            yield element


def _stands_in_text(element: HtmlElement) -> bool:
    """Whether an element is a piece of a sentence: text that is no byline's stands beside it in the same block."""
    block = element
    while block.tag in _INLINE and (parent := block.getparent()) is not None:
        block = parent
    if block is element:
        return False
    beside = (block.text or "", *(child.tail or "" for child in block))
    return sum(len(text.strip()) for text in beside) > _BESIDE


def _agreed(shown: Mapping[str, Credit], meta: MetaNames) -> list[Credit]:
    """The authors where page and metadata name the same people: the metadata tells names from labels beside them."""
    people: dict[str, Credit] = {}
    for name in meta.names:
        key = name_key(name.name.text)
        same = [credit for other, credit in shown.items() if same_name(other, key)]
        credit = (
            replace(same[0], name=_better(same[0].name, name.name)) if same else Credit(name.name)
        )
        people[name_key(credit.name.text)] = replace(credit, url=credit.url or name.url)
    kinds = {credit.name.kind for credit in people.values()}
    for key, credit in shown.items():
        if not any(same_name(key, other) for other in people) and _stands_beside(
            key, credit, people, kinds
        ):
            people[key] = credit
    return list(people.values())


def _better(shown: Name, named: Name) -> Name:
    """The visible name; the metadata's where the visible one has more words (labels stuck to it) or is all capitals."""
    longer = len(name_key(shown.text)) > len(name_key(named.text))
    if longer or (shown.text.isupper() and not named.text.isupper()):
        return replace(named, raw=shown.raw)
    return shown


def _stands_beside(
    key: str, credit: Credit, people: Collection[str], kinds: Collection[AuthorKind]
) -> bool:
    """Whether a name that the metadata leaves out is a second author and no job title, button or paper's name."""
    if credit.name.kind is AuthorKind.AGENCY:
        return AuthorKind.AGENCY not in kinds
    words = set(key.split())
    if credit.name.kind is not AuthorKind.PERSON or any(
        words & set(other.split()) for other in people
    ):
        return False
    return credit.marked and len(words) > 1


def _author(credit: Credit, found: Sequence[Shown], bios: Sequence[Bio]) -> Author:
    """The author with all that the page says of him or her: the byline first, then other places, then the bio."""
    name = credit.name
    key = name_key(name.text)
    same = [other for shown in found for other in shown.credits if name_key(other.name.text) == key]
    mine = [bio for bio in bios if bio.author == key]
    places: list[Credit | Bio] = [credit, *same, *mine]
    return Author(
        name=name.text,
        name_raw=name.raw or None,
        kind=name.kind,
        url=next((place.url for place in places if place.url), None),
        email=next((place.email for place in places if place.email), None),
        bio=mine[0].text if mine else None,
    )
