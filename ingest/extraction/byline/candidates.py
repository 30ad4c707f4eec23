"""Where a page may show its byline: elements that say "author" in one way or another, found in one walk.

Signs: `rel=author` (HTML living standard, link types), microdata `itemprop=author` (schema.org), `<address>`, words in
class, id or test id, links to an author's page, short lines that begin with "By", and lines of bold type alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import chain, islice, pairwise

from lxml.html import HtmlElement

from ingest.extraction.vocabulary import BOX, FOLDERS, LABEL, LINE_STARTS, NO_SIGN, SIGN
from ingest.html.page import Page

_OUTSIDE_TAGS = frozenset({"nav", "form", "select", "button", "dialog", "blockquote"})
_OUTSIDE = re.compile(
    r"comment|disqus|respond|wpdcom|related|teaser|popular|trending|recommend|most-?read|read-?more"
    r"|more-(?:from|news|stories)|you-may|footer-(?:nav|menu|links)|site-footer|\bmenu|navbar|cookie|newsletter|carousel"
    r"|ticker|breaking|popup|modal|outbrain|taboola|caption"
)
# Layouts put bylines in these too: only far from the heading do they tell of something else.
_ASIDE = re.compile(r"sidebar|side-bar|widget|latest|promo|sponsor|slider")
_LISTED = frozenset({"article", "li"})
_FIGURES = frozenset({"figure", "figcaption"})
_UNDER, _NEAR, _FAR = 20, 60, 150  # walked elements between the main heading and a byline
NEAREST = 3
"""What `nearness` gives right after the headline."""


def nearness(spot: Spot, seen: Survey) -> int:
    """From 1 (far from the main heading, or none is known) to 3 (right after it)."""
    if seen.heading is None or spot.order > _FAR:
        return 1
    return NEAREST if 0 <= spot.order <= _NEAR else 2


def is_under_heading(spot: Spot, seen: Survey) -> bool:
    """Whether a spot follows at once on the main heading."""
    return seen.heading is not None and 0 <= spot.order <= _UNDER


def is_outside(spot: Spot, seen: Survey) -> bool:
    """Whether a spot stands in a menu, a comment, a teaser of another story, a figure, or the like.

    Only the ancestors that do not hold the main heading are asked: what holds both belongs to the article.
    """
    element = spot.element
    if element.tag in _LISTED and _is_teaser(element):
        return True
    article = next(
        (ancestor for ancestor in seen.around_heading if ancestor.tag == "article"), None
    )
    apart = article is not None and article not in element.iterancestors()
    strict = apart or nearness(spot, seen) < NEAREST or spot.sign <= Sign.LINE
    in_figure = spot.sign is Sign.MARK or element.tag == "address"
    for ancestor in element.iterancestors():
        if ancestor in seen.around_heading or ancestor.tag in ("body", "html"):
            return False
        if _is_elsewhere(ancestor, strict=strict) or (
            article is not None and ancestor.tag == "article"
        ):
            return True
        if ancestor.tag in _FIGURES and not in_figure:
            return True  # a photographer
    return False


def _is_elsewhere(ancestor: HtmlElement, *, strict: bool) -> bool:
    tag = ancestor.tag
    if (
        tag in _OUTSIDE_TAGS
        or (strict and tag == "aside")
        or (tag in _LISTED and _is_teaser(ancestor))
    ):
        return True
    words = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}".casefold()
    if _OUTSIDE.search(words) or (strict and _ASIDE.search(words)):
        return True
    return tag == "footer" and not any(
        above.tag in ("article", "main") for above in ancestor.iterancestors()
    )


def _is_teaser(element: HtmlElement) -> bool:
    """Whether a list item or article announces another story: its heading is a link."""
    heading = next(element.iter("h1", "h2", "h3", "h4"), None)
    if heading is None:
        return False
    return (
        next(heading.iter("a"), None) is not None
        or next(heading.iterancestors("a"), None) is not None
    )


class Sign(IntEnum):
    """What tells that an element is a byline; the greater the surer."""

    LONE = 0
    LINE = 1
    LINK = 2
    WORD = 3
    MARK = 4


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """An element that may hold names; `order` counts walked elements from the main heading on, or from the start."""

    element: HtmlElement
    order: int
    sign: Sign


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """The spots and the boxes about authors in page order, with the main heading and the elements around it."""

    spots: tuple[Spot, ...]
    boxes: tuple[Spot, ...]
    heading: HtmlElement | None
    around_heading: frozenset[HtmlElement]


_TAGS = (
    *(
        "a",
        "span",
        "p",
        "div",
        "address",
        "li",
        "ul",
        "strong",
        "b",
        "em",
        "i",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    ),
    *("cite", "section", "footer", "header", "small", "dt", "dd", "td", "label", "aside"),
)
_TELLING = ("class", "id", "data-testid")
_TAG_SET = frozenset(_TAGS)
BEFORE = 25
"""Walked elements before the main heading among which a byline may stand."""
_MARKS = re.compile(r"[:：/]")
_MAX_SPOTS = 1_000  # elements of a page; one with more is built to cost time
_MAX_LINE = 100  # characters of a line that is a byline
_LABELS = frozenset({"strong", "b", "span", "dt", "label", "small"})
_EMPHASIS = frozenset({"strong", "b", "em", "i"})


def survey(page: Page, heading: HtmlElement | None, names: Collection[str] = ()) -> Survey:
    """The spots and boxes of a page with this main heading, in one walk from a little before the heading to the end.

    Short texts with one of `names` (those of the metadata) are spots too: there the page shows them.
    """
    wanted = tuple(dict.fromkeys(form for name in names for form in (name, name.upper())))
    around = frozenset(heading.iterancestors()) if heading is not None else frozenset()
    spots: list[Spot] = []
    boxes: list[Spot] = []
    for order, element in _walk(page, heading, around):
        says = 0
        for name in _TELLING:
            if value := element.get(name):
                says |= _read_words(value)
        if says & _BOX:
            boxes.append(Spot(element, order, Sign.WORD))
        sign = _sign(element, element.tag, says, wanted)
        if sign is not None:
            item = _labelled(element) if sign is Sign.LINE else None
            spots.append(
                Spot(element, order, sign) if item is None else Spot(item, order, Sign.WORD)
            )
    return Survey(tuple(spots[:_MAX_SPOTS]), tuple(boxes[:_MAX_SPOTS]), heading, around)


def _walk(
    page: Page, heading: HtmlElement | None, around: frozenset[HtmlElement]
) -> Iterator[tuple[int, HtmlElement]]:
    """The elements of the page with their order, in page order; the heading's is 0."""
    if heading is None:
        return enumerate(page.body.iter(*_TAGS))
    before = list(islice(_backwards(heading, around), BEFORE))[::-1]
    after = (
        element
        for start in (heading, *heading.iterancestors())
        for element in _following(start, heading)
    )
    return chain(enumerate(before, -len(before)), enumerate(after))


def _following(start: HtmlElement, heading: HtmlElement) -> Iterator[HtmlElement]:
    if start is heading:
        yield from heading.iter(*_TAGS)
    for sibling in start.itersiblings():
        yield from sibling.iter(*_TAGS)


def _backwards(heading: HtmlElement, around: frozenset[HtmlElement]) -> Iterator[HtmlElement]:
    """The elements before the heading, the nearest first, without those that hold it."""
    node: HtmlElement | None = heading
    while node is not None:
        previous = node.getprevious()
        if previous is None:
            node = node.getparent()
        else:
            node = previous
            while len(node):
                node = node[-1]
        if node is not None and node not in around and node.tag in _TAG_SET:
            yield node


_AUTHOR, _BOX = (
    1,
    2,
)  # what classes, ids and test ids say, as bits: an author's name, a box about an author


@lru_cache(maxsize=20_000)  # a site's pages share their classes
def _read_words(value: str) -> int:
    low = value.casefold()
    author = SIGN.search(low) is not None
    says = _AUTHOR if author and NO_SIGN.search(low) is None else 0
    return says | _BOX if (author or "bio" in low) and BOX.search(low) else says


def _sign(element: HtmlElement, tag: str, says: int, wanted: tuple[str, ...]) -> Sign | None:
    get = element.get
    if "author" in get("rel", "") or "author" in get("itemprop", ""):
        return None if NO_SIGN.search(get("class", "").casefold()) else Sign.MARK
    if says & _AUTHOR or tag == "address":
        return Sign.WORD
    if tag == "a" and leads_to_author(get("href", "")):
        return Sign.LINK
    text = element.text
    return _sign_of_text(element, tag, text, wanted) if text and not text.isspace() else None


def leads_to_author(address: str) -> bool:
    """Whether an address has the shape of an author's page."""
    folders = address.split("/")
    if not FOLDERS.isdisjoint(folders[:-1]):
        return any(folder in FOLDERS and bool(name) for folder, name in pairwise(folders))
    return folders[-1].startswith(("autor-", "author-", "?author")) or "authorname" in address


def _sign_of_text(
    element: HtmlElement, tag: str, text: str, wanted: tuple[str, ...]
) -> Sign | None:
    if len(text) > 4 * _MAX_LINE:
        return None
    if tag != "a" and _first_word(text) in LINE_STARTS:
        return Sign.LINE if len(text.strip()) < _MAX_LINE else None
    for name in wanted:
        if name in text:
            return Sign.LINE if len(text.strip()) < _MAX_LINE else None
    return Sign.LONE if tag in _EMPHASIS and _is_lone(element) else None


def _first_word(text: str) -> str:
    """The first word of a text in lower case, without the colon or slash after it."""
    word = text.split(None, 1)[0]
    return (word if word.isalpha() else _MARKS.split(word, maxsplit=1)[0]).casefold()


def _labelled(element: HtmlElement) -> HtmlElement | None:
    """The element around a mere label: in `<li><b>Author</b> A. Name</li>` it is the item that holds the name."""
    if (
        element.tag not in _LABELS
        or not (element.tail or "").strip()
        or not LABEL.fullmatch(element.text or "")
    ):
        return None
    return element.getparent()


def _is_lone(element: HtmlElement) -> bool:
    """Whether emphasised text is all that the first or the last paragraph of several holds."""
    parent = element.getparent()
    if parent is None or parent.tag != "p" or len(parent) != 1:
        return False
    if (parent.text or "").strip() or (element.tail or "").strip():
        return False
    before = next(parent.itersiblings("p", preceding=True), None) is not None
    after = next(parent.itersiblings("p"), None) is not None
    return before != after


def outermost(spots: Collection[Spot]) -> Iterator[tuple[Spot, list[Spot]]]:
    """The spots that stand in no other one, each with those inside it."""
    current: Spot | None = None
    inner: list[Spot] = []
    for spot in spots:
        if current is not None and any(
            ancestor is current.element for ancestor in spot.element.iterancestors()
        ):
            inner.append(spot)
            continue
        if current is not None:
            yield current, inner
        current, inner = spot, []
    if current is not None:
        yield current, inner
