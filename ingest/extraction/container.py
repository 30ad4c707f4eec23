"""The text container of a page: the element with most running text in or directly below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from ingest.html.blocks import Block
from ingest.html.page import Page
from ingest.html.vocabulary import HEADINGS, PHRASING, WITHOUT_PROSE
from ingest.sites import Site
from ingest.text import WITHOUT_SPACES

_PARAGRAPH = 40
"""The least size of a block that is a paragraph."""
_PARAGRAPH_TAGS = frozenset({"p", "li", "td"})
_CONTAINERS = frozenset({"div", "section", "article"})
_NO_PROSE = HEADINGS | {"th"}
_LONG_TEXTS = etree.XPath("descendant::text()[string-length(normalize-space()) >= 20]")
"""Text nodes that can be a part of a paragraph. Shorter ones do not change the result."""


def find_container(page: Page, site: Site) -> HtmlElement | None:
    """Return the text container, or None if the page has no running text.

    It is the element that the site's definition selects, else that of `densest`.
    """
    ruled = page.select(*site.select.body)
    return ruled[0] if ruled else densest(_running_text(page.body).items())


def _running_text(root: HtmlElement) -> dict[HtmlElement, int]:
    """Return the elements that directly contain running text, each with the size of that text.

    Only long text nodes are read. To read all blocks would take a tenth of an extraction's time.
    """
    sizes: Counter[HtmlElement] = Counter()
    linked: Counter[HtmlElement] = Counter()
    silent: dict[HtmlElement, bool] = {}
    texts: Any = _LONG_TEXTS(root)
    for text in texts:
        element = text.getparent()
        owner, in_link = _owner(element.getparent() if text.is_tail else element)
        if owner.tag not in _NO_PROSE and not _is_silent(owner, root, silent):
            (linked if in_link else sizes)[owner] += size(text.strip())
    return {
        owner: weight
        for owner, weight in sizes.items()
        if weight >= _PARAGRAPH and weight > linked[owner]
    }


def _owner(element: HtmlElement) -> tuple[HtmlElement, bool]:
    """Return the nearest element that is not phrasing content, and whether a link is in between."""
    in_link = False
    while element.tag in PHRASING:
        in_link = in_link or element.tag == "a"
        element = element.getparent()
    return element, in_link


def _is_silent(element: HtmlElement, root: HtmlElement, cache: dict[HtmlElement, bool]) -> bool:
    """Whether the element, or one around it, cannot contain running text by its tag.

    Args:
        element: The element.
        root: The outermost element to look at.
        cache: The answers for earlier elements; that for this one is added.
    """
    path = []
    while element not in cache:
        if element is root or element.tag in WITHOUT_PROSE:
            cache[element] = element.tag in WITHOUT_PROSE
            break
        path.append(element)
        element = element.getparent()
    cache.update(dict.fromkeys(path, cache[element]))
    return cache[element]


def size(text: str) -> int:
    """Return the length of a text. A character of a script without spaces counts twice."""
    return len(text) + len(WITHOUT_SPACES.findall(text))


def paragraphs(blocks: Collection[Block]) -> dict[Block, int]:
    """Return the blocks that are paragraphs of running text, with their sizes."""
    sizes: dict[Block, int] = {}
    for block in blocks:
        if 2 * block.raw_length < _PARAGRAPH or block.tag not in _PARAGRAPH_TAGS:
            continue  # too short, even if each character counts twice
        weight = size(block.text)
        if weight >= _PARAGRAPH and block.link_share < 0.5:
            sizes[block] = weight
    return sizes


def densest(weights: Iterable[tuple[HtmlElement, int]]) -> HtmlElement | None:
    """Return the element with most of this running text close to it; None if there is no text.

    Each text counts twice for its container, and once for the element around that.

    Args:
        weights: The elements that directly contain running text, each with the text's size.
    """
    scores: Counter[HtmlElement] = Counter()
    for element, weight in weights:
        container = element if element.tag in _CONTAINERS else element.getparent()
        if container is None:
            continue
        scores[container] += weight * 2
        outer = container.getparent()
        if outer is not None:
            scores[outer] += weight
    return max(scores, key=lambda element: scores[element], default=None)
