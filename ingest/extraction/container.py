"""The text container of a page: the element that holds most running text close to itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping

from lxml.html import HtmlElement

from ingest.html.blocks import Block, read_blocks
from ingest.html.page import Page
from ingest.sites import Site

_PARAGRAPH = 40
"""From this size on a block counts as a paragraph."""
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def find_container(page: Page, site: Site) -> HtmlElement | None:
    """Return the text container: by the site's definition, else by the density of paragraphs.

    None if the page has no paragraph.
    """
    ruled = page.select(*site.select.body)
    return ruled[0] if ruled else densest(paragraphs(read_blocks(page.body)))


def size(text: str) -> int:
    """The length of a text; a character of a script written without spaces counts double."""
    return len(text) + len(_WIDE.findall(text))


def paragraphs(blocks: Collection[Block]) -> dict[Block, int]:
    """Those of the blocks that are running text, with their sizes."""
    sizes = {
        block: size(block.text)
        for block in blocks
        if block.tag in {"p", "li", "td"} and block.link_share < 0.5
    }
    return {block: weight for block, weight in sizes.items() if weight >= _PARAGRAPH}


def densest(weights: Mapping[Block, int]) -> HtmlElement | None:
    """Return the element that holds most of these paragraphs close to itself; None without any.

    The parent of a paragraph gets twice its weight, the grandparent once.
    """
    scores: Counter[HtmlElement] = Counter()
    for block, weight in weights.items():
        parent = _holder(block)
        if parent is None:
            continue
        scores[parent] += weight * 2
        grandparent = parent.getparent()
        if grandparent is not None:
            scores[grandparent] += weight
    return max(scores, key=lambda element: scores[element], default=None)


def _holder(block: Block) -> HtmlElement | None:
    """Return the element that holds the block: its own if that is a container."""
    if block.element.tag in {"div", "section", "article"}:
        return block.element
    return block.element.getparent()
