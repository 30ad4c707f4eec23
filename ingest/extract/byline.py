"""Who wrote the article: the visible byline first, the metadata where no byline is seen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from ingest.extract.byline_spots import Sign, Spot, Survey, is_outside, nearness, outermost, survey
from ingest.extract.byline_text import Credit, credits_of
from ingest.extract.extraction import Byline
from ingest.extract.metadata_names import MetaNames, metadata_names, own_names
from ingest.extract.names import Name, is_whole, name_key, same_name
from ingest.extract.page import Page, text_of
from ingest.extract.structured import StructuredData
from ingest.record import Author, AuthorKind
from ingest.sites import Site

_SURE = 4  # a lesser score is a guess
_MAX_LONE = 60  # characters of a bold line that is a byline
_GAP = 8  # walked elements between the names of one list
_PLAIN = 6  # from here a byline holds against other people in the metadata


@dataclass(frozen=True, slots=True)
class _Seen:
    """A spot with the names in it and how sure it is."""

    spot: Spot
    credits: tuple[Credit, ...]
    score: int
    agrees: bool = False

    @property
    def looks(self) -> tuple[Sign, object, str | None]:
        """What spots of one list have in common."""
        return self.spot.sign, self.spot.element.tag, self.spot.element.get("class")

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(name_key(credit.name.text) for credit in self.credits)


def find_byline(page: Page, data: StructuredData, site: Site) -> Byline:
    """The authors of the page's article, and what of the page is byline or author's bio.

    The site's own selectors win outright. Else the visible byline wins over the metadata, whose other names are kept
    apart in `metadata_authors`; where no byline is seen, the metadata's people are the authors.
    """
    desks = own_names(page, data, site)
    meta = metadata_names(page, data, desks)
    if ruled := _by_rule(page, site, desks):
        return _byline(ruled, "rule", meta)
    if seen := _visible(page, desks, meta):
        return _byline(seen, "byline", meta)
    return Byline(tuple(_author(Credit(name.name, name.url)) for name in meta.names), meta.source)


def _by_rule(page: Page, site: Site, desks: Collection[str]) -> list[_Seen]:
    found: list[_Seen] = []
    for element in page.select(*site.select.authors):
        shown = tuple(credits_of(page, element, (), desks))
        if shown:
            found.append(_Seen(Spot(element, 0, Sign.MARK), shown, 9))
    return found


def _visible(page: Page, desks: Collection[str], meta: MetaNames) -> list[_Seen]:
    """The byline's spots; none where no spot is sure enough."""
    known = {name_key(name.name.text): name.name.text for name in meta.people}
    seen = survey(page, known.values())
    spots = _read_all(page, seen, list(seen.spots), desks, frozenset(known))
    found = sorted(spots, key=lambda spot: (-spot.score, spot.spot.order))
    if found and found[0].score >= (_PLAIN if known and not found[0].agrees else _SURE):
        return _listed(found, seen)
    return [] if known else [spot for spot in found if spot.spot.sign is Sign.LONE][:1]


def _listed(found: list[_Seen], seen: Survey) -> list[_Seen]:
    """The best spot with the spots like it that stand in one list with it.

    Where spots like it stand apart, far from the heading, and name others, all are teasers of other stories.
    """
    best = found[0]
    alike = sorted((spot for spot in found if spot.looks == best.looks), key=lambda spot: spot.spot.order)
    group = [best]
    for spot in alike[alike.index(best) + 1 :]:
        if spot.spot.order - group[-1].spot.order > _GAP:
            break
        group.append(spot)
    if nearness(best.spot, seen) < 3 and not best.agrees:
        names = frozenset().union(*(spot.keys for spot in group))
        if any(not spot.keys <= names for spot in alike):
            return []
    return group


def _read_all(
    page: Page, seen: Survey, spots: list[Spot], desks: Collection[str], known: frozenset[str]
) -> Iterator[_Seen]:
    for spot, inner in outermost(spots):
        if is_outside(spot, seen):
            continue
        if read := _read(page, seen, spot, inner, desks, known):
            yield read
        elif inner:
            yield from _read_all(page, seen, inner, desks, known)


def _read(
    page: Page, seen: Survey, spot: Spot, inner: list[Spot], desks: Collection[str], known: frozenset[str]
) -> _Seen | None:
    marks = [one.element for one in inner if one.sign > Sign.LINE]
    shown = [credit for credit in credits_of(page, spot.element, marks, desks) if _credible(credit, spot)]
    if not shown:
        return None
    agrees = any(same_name(name_key(credit.name.text), key) for credit in shown for key in known)
    return _Seen(spot, tuple(shown), int(spot.sign) + nearness(spot, seen) + (4 if agrees else 0), agrees)


def _credible(credit: Credit, spot: Spot) -> bool:
    """A name of one word in a link needs a link to an author's page; a lone bold line needs a whole name."""
    name = credit.name
    whole = is_whole(name.text) or name.kind is not AuthorKind.PERSON
    if spot.sign is Sign.LONE:
        line = text_of(spot.element).strip(" .,:()[]")
        return " " in name.text and not name.text.islower() and len(line) <= _MAX_LONE
    return whole or credit.url is None or credit.marked or spot.sign in (Sign.LINK, Sign.MARK)


def _byline(found: list[_Seen], source: str, meta: MetaNames) -> Byline:
    shown: dict[str, Credit] = {}
    for seen in found:
        for credit in seen.credits:
            shown.setdefault(name_key(credit.name.text), credit)
    named = {name_key(name.name.text): name for name in meta.names}
    elements = tuple(seen.spot.element for seen in found)
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
