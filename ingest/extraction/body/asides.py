"""Which elements of a page stand aside from the running text, judged by what the text itself stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from lxml.html import HtmlElement

from ingest.extraction.body.blocks import Block
from ingest.extraction.body.prune import is_aside, is_hidden

_MOST = 0.4
"""The share of the text from which on an element is trusted, whatever its class says (`sidebar-grid__content`)."""


class _Mark(NamedTuple):
    tag: object
    classes: str | None


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

    def hold(self, block: Block) -> bool:
        """Whether the block stands in an element that is no running text."""
        return not self._of(block.element) <= self._trusted

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
            self._marks[element] = found
        return found
