"""Find the region of the article's text, by the paragraphs that were chosen for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from lxml.html import HtmlElement

from ingest.extraction.body.evidence import is_prose
from ingest.extraction.body.prune import is_aside, is_box, is_hidden
from ingest.html.blocks import Block

_USUAL = 0.1
"""A style or place with a greater share of the text is a usual one."""
_ALONE = 0.3
"""The same for a style of only one paragraph, which may be a caption in a short text."""


class Style(NamedTuple):
    """Tag and class of a block's element and of its parent."""

    tag: object
    classes: str | None
    outer_tag: object
    outer_classes: str | None


class Place(NamedTuple):
    """Tag and class of the container around a block."""

    tag: object
    classes: str | None


def style_of(block: Block) -> Style:
    """Return the style of the block."""
    element, parent = block.element, block.element.getparent()
    if parent is None:
        return Style(element.tag, element.get("class"), None, None)
    return Style(element.tag, element.get("class"), parent.tag, parent.get("class"))


def place_of(block: Block) -> Place:
    """Return the place of the block. That of a list item is that of its list."""
    element = block.element
    if element.tag == "li":
        element = element.getparent()
    if element.tag not in {"div", "section", "article"}:
        element = element.getparent()
    return Place(element.tag, element.get("class")) if element is not None else Place(None, None)


def usual_styles(weights: Mapping[Block, int]) -> frozenset[Style]:
    """Return the usual styles of a text.

    Args:
        weights: The paragraphs of the text, with their sizes.
    """
    sizes: Counter[Style] = Counter()
    for block, weight in weights.items():
        sizes[style_of(block)] += weight
    numbers = Counter(style_of(block) for block in weights)
    whole = sum(weights.values())
    return frozenset(
        style
        for style, weight in sizes.items()
        if weight > (_USUAL if numbers[style] > 1 else _ALONE) * whole
    )


def usual_places(weights: Mapping[Block, int]) -> frozenset[Place]:
    """Return the usual places of a text.

    Args:
        weights: The paragraphs of the text, with their sizes.
    """
    sizes: Counter[Place] = Counter()
    for block, weight in weights.items():
        sizes[place_of(block)] += weight
    least = _USUAL * sum(weights.values())
    return frozenset(place for place, weight in sizes.items() if weight > least)


_MOST = 0.4
"""Elements with a greater share of the text are running text, even with a name of an aside.

An example of such a name is `sidebar-grid__content`.
"""


class _Mark(NamedTuple):
    """Tag and class of an element that may be an aside, and whether it is only a box."""

    tag: object
    classes: str | None
    is_box: bool = False


_HIDDEN = _Mark("hidden", None)


class Asides:
    """The elements of a page that are not running text, by their tags and names."""

    def __init__(self, root: HtmlElement, weights: Mapping[Block, int]) -> None:
        """Find the elements that are asides.

        Args:
            root: The outermost element to look at.
            weights: The paragraphs of the text, with their sizes. Names that many of them are in
                are ignored.
        """
        self._marks: dict[HtmlElement, frozenset[_Mark]] = {root: frozenset()}
        held: Counter[_Mark] = Counter()
        for block, weight in weights.items():
            for mark in self._of(block.element):
                held[mark] += weight
        most = _MOST * sum(weights.values())
        self._trusted = frozenset(mark for mark, weight in held.items() if weight > most)

    def hold(self, block: Block, *, is_text: bool = False) -> bool:
        """Whether the block is in an element that is not running text.

        Args:
            block: The block.
            is_text: Whether other evidence shows running text. The name of a box is then ignored.
        """
        marks = self._of(block.element) - self._trusted
        return any(not (is_text and mark.is_box) for mark in marks)

    def _of(self, element: HtmlElement | None) -> frozenset[_Mark]:
        """Return the marks of the element and of all elements around it."""
        if element is None:
            return frozenset()
        marks = self._marks.get(element)
        if marks is None:
            marks = self._of(element.getparent())
            if is_hidden(element):
                marks |= {_HIDDEN}
            elif is_aside(element):
                marks |= {_Mark(element.tag, element.get("class"))}
            elif is_box(element):
                marks |= {_Mark(element.tag, element.get("class"), is_box=True)}
            self._marks[element] = marks
        return marks


_SHARE = 0.85
"""The least share of the votes in the region. The rest may be a teaser in another place."""
_LEAD = 60
"""The least characters of a first paragraph in a container of its own."""
_MOST_LEADS = 3
"""If more paragraphs are between headline and region, they are another text, such as teasers."""


def find_region(weights: Mapping[Block, int], root: HtmlElement) -> HtmlElement:
    """Return the smallest element that contains almost all of the text.

    Args:
        weights: The paragraphs of the text, with their sizes.
        root: The largest element to return.
    """
    sizes: Counter[HtmlElement] = Counter()
    for block, weight in weights.items():
        element: HtmlElement | None = block.element
        while element is not None and element is not root:
            sizes[element] += weight
            element = element.getparent()
    needed = _SHARE * sum(weights.values())
    region = root
    while (
        inner := next((child for child in region if sizes.get(child, 0) >= needed), None)
    ) is not None:
        region = inner
    if region.tag == "p" and region is not root and (parent := region.getparent()) is not None:
        return parent  # short news: beside its one long paragraph are others that are too short
    return region


def widen(
    region: HtmlElement,
    weights: Mapping[Block, int],
    candidates: Mapping[Block, int],
    asides: Asides,
    *,
    is_live: bool = False,
) -> HtmlElement:
    """Return the region, or the element around it and further paragraphs in its styles.

    Some sites divide a text into several containers. Paragraphs of another `<article>` are not
    part of it.

    Args:
        region: The region of the text.
        weights: The paragraphs of the text, with their sizes.
        candidates: All paragraphs of the page, with their sizes.
        asides: The elements of the page that are not running text.
        is_live: Whether the page is a live blog, so that each of its posts may be an `<article>`.
    """
    inside = set(region.iter())
    own = {block: weight for block, weight in weights.items() if block.element in inside}
    styles = usual_styles(own)
    looks = {_look(block) for block in own if style_of(block) in styles}
    around = set(region.iterancestors("article"))
    for block in candidates:
        element = block.element
        if element in inside or _look(block) not in looks:
            continue
        is_other = not is_live and set(element.iterancestors("article")) - around
        if is_other or asides.hold(block):
            continue
        region = common(region, element)
        inside = set(region.iter())
    return region


def reach_back(
    region: HtmlElement,
    following: Sequence[Block],
    asides: Asides,
    describes: Callable[[Block], bool],
) -> HtmlElement:
    """Return the region, or the element around it and the first paragraphs after the headline.

    Some sites put the lead, or the text before a paywall, into a container of its own.

    Args:
        region: The region of the text.
        following: The blocks of the page after its headline, in page order.
        asides: The elements of the page that are not running text.
        describes: Whether a block is the page's description, which the record has anyway.
    """
    inside = set(region.iter())
    between = takewhile(lambda block: block.element not in inside, following)
    leads = [block for block in between if is_prose(block, _LEAD) and not asides.hold(block)]
    leads = [block for block in leads if not describes(block)]
    return common(region, leads[0].element) if 0 < len(leads) <= _MOST_LEADS else region


def _look(block: Block) -> tuple[object, ...]:
    """Return tag and class of the block's element, and those of its parent if it has no class."""
    classes = block.element.get("class")
    return (block.element.tag, classes) if classes else tuple(style_of(block))


def common(one: HtmlElement, other: HtmlElement) -> HtmlElement:
    """Return the smallest element that contains both."""
    holders = {one, *one.iterancestors()}
    return next(element for element in (other, *other.iterancestors()) if element in holders)
