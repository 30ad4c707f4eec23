"""The text container of a page: the element that holds most running text close to itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from ingest.html.blocks import Block
from ingest.html.page import Page
from ingest.html.vocabulary import HEADINGS, PHRASING, WITHOUT_PROSE
from ingest.sites import Site

_PARAGRAPH = 40
"""From this size on a block counts as a paragraph."""
_PARAGRAPH_TAGS = frozenset({"p", "li", "td"})
_CONTAINERS = frozenset({"div", "section", "article"})
_NO_PROSE = HEADINGS | {"th"}
_LONG_TEXTS = etree.XPath("descendant::text()[string-length(normalize-space()) >= 20]")
"""Text nodes that may be a part of a paragraph; shorter ones change no container."""
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def find_container(page: Page, site: Site) -> HtmlElement | None:
    """Return the text container: by the site's definition, else by the density of running text.

    None if the page has no running text.
    """
    ruled = page.select(*site.select.body)
    return ruled[0] if ruled else densest(_running_text(page.body).items())


def _running_text(root: HtmlElement) -> dict[HtmlElement, int]:
    """Return the elements that hold running text themselves, each with the size of that text.

    Reads only the long text nodes, because reading every block of a page costs a tenth of its extraction.
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
    """Return the nearest element that is no phrasing content, and whether a link is in between."""
    in_link = False
    while element.tag in PHRASING:
        in_link = in_link or element.tag == "a"
        element = element.getparent()
    return element, in_link


def _is_silent(element: HtmlElement, root: HtmlElement, known: dict[HtmlElement, bool]) -> bool:
    """Whether the element, or one around it, has no running text by its tag.

    `known` holds the answers so far, so that each element is looked at once.
    """
    path = []
    while element not in known:
        if element is root or element.tag in WITHOUT_PROSE:
            known[element] = element.tag in WITHOUT_PROSE
            break
        path.append(element)
        element = element.getparent()
    known.update(dict.fromkeys(path, known[element]))
    return known[element]


def size(text: str) -> int:
    """The length of a text; a character of a script written without spaces counts double."""
    return len(text) + len(_WIDE.findall(text))


def paragraphs(blocks: Collection[Block]) -> dict[Block, int]:
    """Those of the blocks that are running text, with their sizes."""
    sizes: dict[Block, int] = {}
    for block in blocks:
        if 2 * block.raw_length < _PARAGRAPH or block.tag not in _PARAGRAPH_TAGS:
            continue  # a character counts twice at most
        weight = size(block.text)
        if weight >= _PARAGRAPH and block.link_share < 0.5:
            sizes[block] = weight
    return sizes


def densest(weights: Iterable[tuple[HtmlElement, int]]) -> HtmlElement | None:
    """Return the element that holds most of this running text close to itself; None without any.

    The container of a paragraph gets twice the paragraph's weight, what holds the container once.

    Args:
        weights: The elements that hold the running text, each with the size of its text.
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
