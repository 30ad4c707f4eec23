"""How blocks are set on a page: the paragraphs of one text share their place, their tag and their class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from ingest.extraction.body.blocks import Block

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
