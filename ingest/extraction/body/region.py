"""Where on a page the article's text stands: the votes of trafilatura, weighed with the density of paragraphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from ingest.extraction.body.evidence import is_prose
from ingest.extraction.body.prune import is_aside, is_box, is_hidden
from ingest.html.blocks import Block, squeeze

_USUAL = 0.1
"""The share of the text from which on a style or a place is one of the running text."""
_ALONE = 0.3
"""The same for a style that only one paragraph has: a caption is long in a short text."""


class Style(NamedTuple):
    """Tag and class of a block's element and of what holds it."""

    tag: object
    classes: str | None
    outer_tag: object
    outer_classes: str | None


class Place(NamedTuple):
    """Tag and class of the container that a block stands in."""

    tag: object
    classes: str | None


def style_of(block: Block) -> Style:
    """How the block is set."""
    element, parent = block.element, block.element.getparent()
    if parent is None:
        return Style(element.tag, element.get("class"), None, None)
    return Style(element.tag, element.get("class"), parent.tag, parent.get("class"))


def place_of(block: Block) -> Place:
    """Where the block stands; a list item stands where its list does."""
    element = block.element
    if element.tag == "li":
        element = element.getparent()
    if element.tag not in {"div", "section", "article"}:
        element = element.getparent()
    return Place(element.tag, element.get("class")) if element is not None else Place(None, None)


def usual_styles(weights: Mapping[Block, int]) -> frozenset[Style]:
    """The styles of the running text, by its paragraphs and their sizes."""
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
    """The places of the running text, by its paragraphs and their sizes."""
    sizes: Counter[Place] = Counter()
    for block, weight in weights.items():
        sizes[place_of(block)] += weight
    least = _USUAL * sum(weights.values())
    return frozenset(place for place, weight in sizes.items() if weight > least)


_MOST = 0.4
"""The share of the text from which on an element is trusted, whatever its class says (`sidebar-grid__content`)."""


class _Mark(NamedTuple):
    tag: object
    classes: str | None
    is_box: bool = False


_HIDDEN = _Mark("hidden", None)


class Asides:
    """Answers whether a block stands aside. `weights` are the paragraphs that are taken for the text."""

    def __init__(self, root: HtmlElement, weights: Mapping[Block, int]) -> None:
        self._marks: dict[HtmlElement, frozenset[_Mark]] = {root: frozenset()}
        held: Counter[_Mark] = Counter()
        for block, weight in weights.items():
            for mark in self._of(block.element):
                held[mark] += weight
        most = _MOST * sum(weights.values())
        self._trusted = frozenset(mark for mark, weight in held.items() if weight > most)

    def hold(self, block: Block, *, is_text: bool = False) -> bool:
        """Whether the block is in an element that is no running text.

        Args:
            block: The block.
            is_text: Whether other evidence shows running text. It outweighs the name of a box.
        """
        marks = self._of(block.element) - self._trusted
        return any(not (is_text and mark.is_box) for mark in marks)

    def _of(self, element: HtmlElement | None) -> frozenset[_Mark]:
        """The marks of all elements around this one that stand aside by their names."""
        if element is None:
            return frozenset()
        found = self._marks.get(element)
        if found is None:
            found = self._of(element.getparent())
            if is_hidden(element):
                found |= {_HIDDEN}
            elif is_aside(element):
                found |= {_Mark(element.tag, element.get("class"))}
            elif is_box(element):
                found |= {_Mark(element.tag, element.get("class"), is_box=True)}
            self._marks[element] = found
        return found


_SHARE = 0.85
"""The share of the voted text that the region must hold; the rest may be a stray teaser."""
_LEAD = 60
"""The least length of a first paragraph in a container of its own."""
_MOST_LEADS = 3
"""More paragraphs between headline and region are another text, such as a list of teasers."""
_SHORT = 25
"""Up to this many characters a block's text must be a whole line of trafilatura's, not a part of one."""
_SCANNED = 300_000
"""In a text of more characters parts of lines are not looked for: that costs the square of its length."""


@dataclass(frozen=True, slots=True)
class Votes:
    """What trafilatura takes for the article, in a form that blocks are looked up in."""

    lines: frozenset[str] = frozenset()
    whole: str = ""

    def hold(self, block: Block) -> bool:
        """Whether trafilatura has the block's text."""
        if block.key in self.lines:
            return True
        return len(block.key) > _SHORT and len(self.whole) <= _SCANNED and block.key in self.whole


def ask_trafilatura(root: HtmlElement, url: str) -> Votes:
    """Run trafilatura on a tree. Of its modes the fast one: what that misses the density of paragraphs finds."""
    document = bare_extraction(
        root, url=url, fast=True, with_metadata=False, include_comments=False
    )
    if document is None or isinstance(document, dict):
        return Votes()
    lines = [squeeze(_text(element)) for element in document.body]
    inner = (squeeze(_text(item)) for item in document.body.iter("item", "cell", "p"))
    return Votes(frozenset((*lines, *inner)), "".join(lines))


def _text(element: HtmlElement) -> str:
    return "".join(map(str, element.itertext()))


def find_region(weights: Mapping[Block, int], root: HtmlElement) -> HtmlElement:
    """The smallest element that holds nearly all of the weighed blocks."""
    held: Counter[HtmlElement] = Counter()
    for block, weight in weights.items():
        element: HtmlElement | None = block.element
        while element is not None and element is not root:
            held[element] += weight
            element = element.getparent()
    needed = _SHARE * sum(weights.values())
    region = root
    while (
        inner := next((child for child in region if held.get(child, 0) >= needed), None)
    ) is not None:
        region = inner
    if region.tag == "p" and region is not root and (parent := region.getparent()) is not None:
        return parent  # short news: beside its one long paragraph stand others too short to weigh
    return region


def widen(
    region: HtmlElement,
    weights: Mapping[Block, int],
    candidates: Mapping[Block, int],
    asides: Asides,
) -> HtmlElement:
    """The region, or what holds it together with further paragraphs set like its own.

    Some sites cut a text into several containers. Paragraphs of another `<article>` are another text.
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
        if set(element.iterancestors("article")) - around or asides.hold(block):
            continue
        region = common(region, element)
        inside = set(region.iter())
    return region


def reach_back(region: HtmlElement, following: Sequence[Block], asides: Asides) -> HtmlElement:
    """Return the region, or what holds it together with the first paragraphs after the headline.

    Some sites put the lead, or the text before a paywall, into a container of its own.

    Args:
        region: The region of the text.
        following: The blocks of the page after its headline, in page order.
        asides: What is no running text on the page.
    """
    inside = set(region.iter())
    between = takewhile(lambda block: block.element not in inside, following)
    leads = [block for block in between if is_prose(block, _LEAD) and not asides.hold(block)]
    return common(region, leads[0].element) if 0 < len(leads) <= _MOST_LEADS else region


def _look(block: Block) -> tuple[object, ...]:
    """The block's own tag and class; where it has no class, those of what holds it too."""
    classes = block.element.get("class")
    return (block.element.tag, classes) if classes else tuple(style_of(block))


def common(one: HtmlElement, other: HtmlElement) -> HtmlElement:
    """The smallest element that holds both."""
    holders = {one, *one.iterancestors()}
    return next(element for element in (other, *other.iterancestors()) if element in holders)
