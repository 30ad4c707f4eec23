"""Which of a page's spots is the byline of its article."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from ingest.extraction.byline.candidates import (
    NEAREST,
    Sign,
    Spot,
    Survey,
    is_outside,
    is_under_heading,
    nearness,
    outermost,
)
from ingest.extraction.byline.element import Credit, credits_of
from ingest.extraction.byline.name_rules import Name, is_whole, name_key, same_name
from ingest.extraction.byline.names import read_names
from ingest.html.page import Page, text_of
from ingest.record import AuthorKind


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A spot with the names in it and how sure it is; `agrees` where the metadata gives one of the names too."""

    spot: Spot
    credits: tuple[Credit, ...]
    score: int
    agrees: bool = False

    @property
    def looks(self) -> tuple[Sign, object, str | None]:
        """What spots of one list have in common."""
        return self.spot.sign, self.spot.element.tag, self.spot.element.get("class")

    @property
    def is_desk(self) -> bool:
        """Whether all names are desks'."""
        return all(credit.name.kind is AuthorKind.DESK for credit in self.credits)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the names (`name_key`)."""
        return frozenset(name_key(credit.name.text) for credit in self.credits)


# Scores are a sign (0 to 4) plus the nearness to the headline (1 to 3) plus four for agreement with the metadata.
_AGREEMENT = 4
_SURE = 4  # a lesser score is a guess
_MAX_LONE = 60  # characters of a bold line that is a byline
_PICTURES = 5  # after the heading, that are looked at for a portrait
_MAX_DEPTH = 8  # of spots inside spots
_GAP = 8  # walked elements between the names of one list


def read_spots(
    page: Page, seen: Survey, desks: Collection[str], known: Collection[str]
) -> list[Shown]:
    """All spots of the article that show names, the surest first; `known` are the keys of the metadata's people."""
    return sorted(
        _read_all(page, seen, seen.spots, desks, known),
        key=lambda shown: (-shown.score, shown.spot.order),
    )


def choose(
    page: Page, found: list[Shown], seen: Survey, desks: Collection[str], known: Collection[str]
) -> list[Shown]:
    """The spots of the byline out of `read_spots`; none where no spot is sure enough."""
    if known:
        sure = bool(found) and (found[0].agrees or _holds(found[0], seen))
        return _listed(found, seen) if sure else []
    if found and found[0].score >= _SURE:
        return _listed(found, seen)
    return [shown for shown in found if shown.spot.sign is Sign.LONE][:1] or _beside_avatar(
        page, seen, desks
    )


def _holds(shown: Shown, seen: Survey) -> bool:
    """Whether a spot is the byline though the metadata names other people: it stands where bylines stand."""
    near = nearness(shown.spot, seen) == NEAREST and shown.spot.sign >= Sign.WORD
    return near or (is_under_heading(shown.spot, seen) and shown.spot.sign >= Sign.LINE)


def _beside_avatar(page: Page, seen: Survey, desks: Collection[str]) -> list[Shown]:
    """A name under the headline beside a small picture of its owner: the picture's `alt` is a person's name too."""
    if seen.heading is None:
        return []
    for picture in islice(_pictures_after(seen.heading), _PICTURES):
        parent = picture.getparent()
        alt = picture.get("alt", "").strip()
        portrait = read_names(alt, desks)
        if (
            parent is None
            or not _is_person(portrait)
            or portrait[0].text != alt
            or len(text_of(parent)) > _MAX_LONE
        ):
            continue
        spot = Spot(parent, 1, Sign.LINE)
        names = tuple(credits_of(page, parent, (), desks))
        if _is_person([credit.name for credit in names]) and not is_outside(spot, seen):
            return [Shown(spot, names, _SURE)]
    return []


def _pictures_after(heading: HtmlElement) -> Iterator[HtmlElement]:
    for element in (heading, *heading.iterancestors()):
        for sibling in element.itersiblings():
            yield from sibling.iter("img")


def _is_person(names: Sequence[Name]) -> bool:
    return len(names) == 1 and names[0].kind is AuthorKind.PERSON and is_whole(names[0].text)


def _listed(found: list[Shown], seen: Survey) -> list[Shown]:
    """The best spot with the spots like it that stand in one list with it.

    Where spots like it stand apart, far from the heading, and name others, all are teasers of other stories.
    """
    best = found[0]
    alike = sorted(
        (shown for shown in found if shown.looks == best.looks), key=lambda shown: shown.spot.order
    )
    group = [best]
    for shown in alike[alike.index(best) + 1 :]:
        if shown.spot.order - group[-1].spot.order > _GAP:
            break
        group.append(shown)
    if nearness(best.spot, seen) < NEAREST and not best.agrees:
        names = {key for shown in group for key in shown.keys}
        if any(not shown.keys <= names for shown in alike):
            return []
    return group


def _read_all(
    page: Page,
    seen: Survey,
    spots: Collection[Spot],
    desks: Collection[str],
    known: Collection[str],
    depth: int = 0,
) -> Iterator[Shown]:
    """The spots that show names, the outer ones where both do."""
    for spot, inner in outermost(spots):
        if is_outside(spot, seen):
            continue
        if shown := _read(page, seen, spot, inner, desks, known):
            yield shown
        elif inner and depth < _MAX_DEPTH:
            yield from _read_all(page, seen, inner, desks, known, depth + 1)


def _read(
    page: Page,
    seen: Survey,
    spot: Spot,
    inner: list[Spot],
    desks: Collection[str],
    known: Collection[str],
) -> Shown | None:
    marks = [one.element for one in inner if one.sign > Sign.LINE]
    shown = [
        credit
        for credit in credits_of(page, spot.element, marks, desks)
        if _is_credible(credit, spot)
    ]
    if not shown:
        return None
    agrees = any(same_name(name_key(credit.name.text), key) for credit in shown for key in known)
    score = int(spot.sign) + nearness(spot, seen) + (_AGREEMENT if agrees else 0)
    return Shown(spot, tuple(shown), score, agrees)


def _is_credible(credit: Credit, spot: Spot) -> bool:
    """A name of one word in a link needs a link to an author's page; a lone bold line is a whole name and no more."""
    name = credit.name
    if spot.sign is Sign.LONE:
        return (
            " " in name.text and not name.text.islower() and len(text_of(spot.element)) <= _MAX_LONE
        )
    whole = is_whole(name.text) or name.kind is not AuthorKind.PERSON
    return whole or credit.url is None or credit.marked or spot.sign in (Sign.LINK, Sign.MARK)
