"""The text that trafilatura chooses on a page."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction

from ingest.html.blocks import Block, squeeze
from ingest.html.vocabulary import PHRASING

_SHORT = 25
"""The most characters of a block that must be equal to a line of trafilatura's text."""
_SCANNED = 300_000
"""The most characters of a text in which parts are searched for."""
_COMPARED = 500_000_000
"""The most characters that are passed in all of these searches, for each block all of the text."""
_MOST_ELEMENTS = 15_000
"""trafilatura reads no larger page: 20,000 elements can take it minutes. Real pages have up to
8,000 (2,500 pages of newspapers, blogs and shops)."""
_MOST_CHILDREN = 1_000
"""An element with more children is a hostile page's paragraph; real ones have up to 300. The time
grows with the square of the number: 10,000 links in a paragraph take 11 s."""


@dataclass(frozen=True, slots=True)
class Votes:
    """The text that trafilatura chooses, in the form of `blocks.squeeze`.

    Attributes:
        lines: The paragraphs, list items and cells.
        whole: All of the text.
        warning: Why there is none, if the page was too large for trafilatura.
    """

    lines: frozenset[str] = frozenset()
    whole: str = ""
    warning: str = ""

    def among(self, blocks: Sequence[Block]) -> set[Block]:
        """Return the blocks whose text is in trafilatura's. A short one must be a line of it."""
        size = len(self.whole)
        searched = self.whole if size <= _SCANNED and size * len(blocks) <= _COMPARED else ""
        return {
            block
            for block in blocks
            if block.key in self.lines or (len(block.key) > _SHORT and block.key in searched)
        }


def ask_trafilatura(root: HtmlElement, url: str) -> Votes:
    """Return the text that trafilatura chooses below an element; empty if it finds none.

    Its fast mode is enough, because the density of paragraphs shows text that this mode misses.
    A page with more than 15,000 elements is not given to it.

    Args:
        root: The element, usually the `<body>`.
        url: The address of the page.
    """
    count = _count(root)
    if count > _MOST_CHILDREN and _wide(root):
        root = _without_marks_in_wide(root)
        count = _count(root)
    if count > _MOST_ELEMENTS:
        return Votes(
            warning=f"the text was found without trafilatura, which reads up to {_MOST_ELEMENTS} "
            f"elements: the page has {count}"
        )
    document = bare_extraction(
        root,
        url=url,
        fast=True,
        with_metadata=False,
        include_comments=False,
        output_format="xml",  # the default would also write the tree as text
    )
    if document is None or isinstance(document, dict):
        return Votes()
    body = document.body
    lines = [squeeze(_text(element)) for element in body]
    inner = (
        squeeze(_text(item))
        for item in body.iter("item", "cell", "p")
        if item.getparent() is not body  # else it is one of the lines
    )
    return Votes(frozenset((*lines, *inner)), "".join(lines))


def _count(root: HtmlElement) -> int:
    return sum(1 for _ in root.iter())


def _text(element: HtmlElement) -> str:
    return "".join(map(str, element.itertext()))


def _without_marks_in_wide(root: HtmlElement) -> HtmlElement:
    """Return a copy of the tree without inline elements in elements with very many children.

    Their text stays.
    """
    root = deepcopy(root)
    for element in _wide(root):
        etree.strip_tags(element, etree.Comment, etree.ProcessingInstruction, *PHRASING)
        for node in element.iter("*"):
            _join_texts(node)
    return root


def _join_texts(element: HtmlElement) -> None:
    """Make one text node of those that are left beside each other where elements were."""
    element.text = element.text
    if element.tail:
        element.tail = element.tail


def _wide(root: HtmlElement) -> list[HtmlElement]:
    return [element for element in root.iter("*") if len(element) > _MOST_CHILDREN]
