"""Find the authors of an article: the visible byline first, the metadata as a fallback."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from lxml.html import HtmlElement

from ingest.extraction.byline.bio import Bio, find_bios
from ingest.extraction.byline.candidates import BylineCandidate, survey
from ingest.extraction.byline.element import Credit, credits_of
from ingest.extraction.byline.kinds import Name
from ingest.extraction.byline.metadata import MetaName, MetaNames, metadata_names
from ingest.extraction.byline.name_rules import is_glued, name_key, same_name
from ingest.extraction.byline.select import ScoredCandidate, score_candidates, select_byline
from ingest.extraction.byline.signs import Sign, leads_to_author
from ingest.extraction.byline.surroundings import is_in_sentence
from ingest.extraction.facts import PageFacts
from ingest.extraction.model import Byline
from ingest.html.page import Page, text_of
from ingest.record import Author, AuthorKind, valid_or
from ingest.sites import Site
from ingest.text import hollow

_LONGEST_BYLINE = 200  # characters of a byline's element; a longer one may be body text


def find_byline(facts: PageFacts) -> Byline:
    """Return the authors of the page's article, and the elements that are byline or author's bio.

    The site's own selectors take precedence. Else the visible byline wins over the metadata, whose
    other names go to `metadata_authors`. The metadata's names are the authors if no byline is
    visible, or if it is a desk's alone and the metadata has several people.
    """
    page, site = facts.page, facts.site
    own = facts.own_names.folded | {desk.casefold() for desk in site.desks}
    meta = metadata_names(page, facts.data, own)
    meta_people = {name_key(item.name.text): item.name.text for item in meta.people}
    heading = facts.heading.element if facts.heading is not None else None
    candidates = survey(page, heading, meta_people.values())
    scored = score_candidates(page, candidates, own, meta_people)
    chosen = _by_rule(page, site, own)
    source = "rule"
    if not chosen:
        chosen = select_byline(page, scored, candidates, own, meta_people)
        source = "byline"
    if source == "byline" and _is_replaced(chosen, meta_people):
        chosen = []
    others: tuple[str, ...] = ()
    if chosen:
        people, others = _combined(chosen, meta, ruled=source == "rule")
    else:
        people = [Credit(item.name, item.url) for item in meta.names]
        source = meta.source
    names = [credit.name.text for credit in people]
    bios = find_bios(facts, candidates, names, own)
    elements = [*_bylines(chosen, scored, people), *(bio.element for bio in bios)]
    authors, warnings = _authors(people, scored, bios)
    return Byline(authors, source, others, tuple(dict.fromkeys(elements)), warnings)


def _is_replaced(chosen: Sequence[ScoredCandidate], meta_people: Collection[str]) -> bool:
    """Whether the metadata's people replace the byline: it has several, and the byline only a desk.

    An account of the content system is one person, not several.
    """
    return len(meta_people) > 1 and all(item.is_desk for item in chosen)


def _by_rule(page: Page, site: Site, own: Collection[str]) -> list[ScoredCandidate]:
    """Return the names in the elements of the site's own selectors."""
    chosen: list[ScoredCandidate] = []
    for element in page.select(*site.select.authors):
        names = credits_of(page, element, (), own)
        if names:
            candidate = BylineCandidate(element, 0, Sign.MARK)
            chosen.append(ScoredCandidate(candidate, tuple(names), 0))
    return chosen


def _combined(
    chosen: Sequence[ScoredCandidate], meta: MetaNames, *, ruled: bool
) -> tuple[list[Credit], tuple[str, ...]]:
    """Return the authors of a byline, and the names that only the metadata has.

    Args:
        chosen: The byline.
        meta: The names of the metadata.
        ruled: The byline comes from the site's own selectors, so the metadata cannot change it.
    """
    visible: dict[str, Credit] = {}
    for item in chosen:
        for credit in item.credits:
            visible.setdefault(name_key(credit.name.text), credit)
    others = {name_key(item.name.text): item.name.text for item in meta.names}
    if not ruled and any(_is_same(key, other) for key in visible for other in others):
        return _agreed(visible, _without_denied(meta, chosen)), ()
    only_meta = tuple(name for key, name in others.items() if key not in visible)
    return list(visible.values()), only_meta


def _is_same(key: str, meta_key: str) -> bool:
    return same_name(key, meta_key) or is_glued(key, meta_key)


def _without_denied(meta: MetaNames, chosen: Sequence[ScoredCandidate]) -> MetaNames:
    """Return the metadata without names that the byline credits for something else."""
    denied = {key for item in chosen for key in item.denied}
    names = tuple(item for item in meta.names if name_key(item.name.text) not in denied)
    return replace(meta, names=names) if names else meta


def _bylines(
    chosen: Sequence[ScoredCandidate], scored: Sequence[ScoredCandidate], people: Sequence[Credit]
) -> Iterator[HtmlElement]:
    """Yield the elements with little text except the authors' names: the byline and its copies."""
    keys = {name_key(credit.name.text) for credit in people}
    for item in (*chosen, *scored):
        element = item.candidate.element
        if not item.keys <= keys or len(text_of(element)) > _LONGEST_BYLINE:
            continue
        if not is_in_sentence(element):
            yield element


def _agreed(visible: Mapping[str, Credit], meta: MetaNames) -> list[Credit]:
    """Return the authors if byline and metadata have the same people.

    The metadata then separates the names from labels such as job titles.
    """
    people: dict[str, Credit] = {}
    for item in meta.names:
        credit = _credit_of(item, visible)
        people[name_key(credit.name.text)] = credit
    agreed = list(people.values())
    for key, credit in visible.items():
        if any(same_name(key, other) for other in people):
            continue
        if _is_further_author(key, credit, people, agreed):
            people[key] = credit
    return list(people.values())


def _credit_of(item: MetaName, visible: Mapping[str, Credit]) -> Credit:
    """Return a name of the metadata with what its visible form adds.

    Args:
        item: The name.
        visible: The names of the byline by key.
    """
    key = name_key(item.name.text)
    for other, credit in visible.items():
        if is_glued(other, key):
            return replace(credit, name=replace(item.name, raw=credit.name.raw))
        if same_name(other, key):
            name = _better(credit.name, item.name)
            return replace(credit, name=name, url=credit.url or item.url)
    return Credit(item.name, item.url)


def _better(visible: Name, meta: Name) -> Name:
    """Return the visible name unless the metadata's is better.

    The metadata's is better if the visible one has more words (labels) or is all capitals.
    """
    longer = len(name_key(visible.text)) > len(name_key(meta.text))
    if longer or (visible.text.isupper() and not meta.text.isupper()):
        return replace(meta, raw=visible.raw)
    return visible


def _is_further_author(
    key: str, credit: Credit, people: Collection[str], agreed: Collection[Credit]
) -> bool:
    """Whether a name that the metadata lacks is an author, not a job title, button or paper's name.

    Args:
        key: The name's key.
        credit: The name.
        people: The keys of the authors so far.
        agreed: The authors that the metadata has too.
    """
    if credit.name.kind is AuthorKind.AGENCY:
        return all(other.name.kind is not AuthorKind.AGENCY for other in agreed)
    if credit.name.kind is not AuthorKind.PERSON:
        return False
    if " " not in key or _shares_words(key, people):
        return False
    if not credit.marked:
        return credit.url is not None and leads_to_author(credit.url)
    looks = {other.look for other in agreed if other.marked}
    return not looks or credit.look in looks


def _shares_words(key: str, people: Collection[str]) -> bool:
    """Whether a key has a word of another key: the same name, or a part of it."""
    words = set(key.split())
    return any(words & set(other.split()) for other in people)


def _authors(
    people: Sequence[Credit], scored: Sequence[ScoredCandidate], bios: Sequence[Bio]
) -> tuple[tuple[Author, ...], tuple[str, ...]]:
    """Return the authors whose values are valid, and a warning for each value of the others."""
    authors: list[Author] = []
    warnings: list[str] = []
    for credit in people:
        author, problems = valid_or(partial(_author, credit, scored, bios), None, "authors")
        warnings += problems
        if author is not None:
            authors.append(author)
    return tuple(authors), tuple(warnings)


def _author(credit: Credit, scored: Sequence[ScoredCandidate], bios: Sequence[Bio]) -> Author:
    """Return the author with the first URL and e-mail of: the byline, its copies, the bios."""
    name = credit.name
    key = name_key(name.text)
    own_bios = [bio for bio in bios if bio.author == key]
    mentions: list[Credit | Bio] = [credit, *_copies(key, scored), *own_bios]
    return Author(
        name=name.text,
        name_raw=None if hollow(name.raw) else name.raw,
        kind=name.kind,
        url=_first(mention.url for mention in mentions),
        email=_first(mention.email for mention in mentions),
        bio=_first(bio.text for bio in own_bios),
    )


def _copies(key: str, scored: Sequence[ScoredCandidate]) -> list[Credit]:
    """Return all credits of a name, given by its key."""
    copies: list[Credit] = []
    for item in scored:
        copies += [credit for credit in item.credits if name_key(credit.name.text) == key]
    return copies


def _first(values: Iterable[str | None]) -> str | None:
    """Return the first value that says something."""
    return next((value for value in values if value and not hollow(value)), None)
