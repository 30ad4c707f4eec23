"""The article's body: its text, and the same as semantic HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from ingest.extract.blocks import HEADINGS, Block, read_blocks
from ingest.extract.extraction import Body, Byline, CommentSection, Headline, Times
from ingest.extract.html import render_html, render_text
from ingest.extract.page import Page, select_all
from ingest.extract.prune import cut, cut_silent, is_aside
from ingest.extract.region import ask_trafilatura, densest, find_region, paragraphs
from ingest.extract.structured import StructuredData
from ingest.sites import Site

_LINKED = 0.7
"""The share of linked text from which on a block is a link to elsewhere, not text."""


def find_body(
    page: Page,
    data: StructuredData,  # noqa: ARG001 - read by the second ways
    site: Site,
    *,
    headline: Headline | None,
    byline: Byline,
    comments: CommentSection,
    times: Times,  # noqa: ARG001 - read by the line filter
) -> Body | None:
    """The body of the article, or None where the page has no text.

    This is the last reader of a page: it deletes what is no body from `page.tree`.
    """
    root = page.body
    cut_silent(root)
    cut((*_known(headline), *byline.elements, *comments.elements), root)
    for selector in site.prune:
        cut(select_all(root, selector), root)
    blocks, source = _choose(page, root)
    if not blocks:
        return None
    return Body(render_text(blocks), render_html(blocks, page.absolute), source)


def _known(headline: Headline | None) -> Iterable[HtmlElement]:
    if headline is None:
        return ()
    return [element for element in (headline.element, headline.deck) if element is not None]


def _choose(page: Page, root: HtmlElement) -> tuple[list[Block], str]:
    votes = ask_trafilatura(root, page.url)
    blocks = read_blocks(root)
    voted = {block for block in blocks if votes.hold(block)}
    weights, own = paragraphs(voted), densest(blocks)
    source = "trafilatura"
    if sum(weights.values()) < sum(own.values()) / 2:
        weights, source = own, "density"
    if not weights:
        return [], source
    return _within(find_region(weights, root), blocks, voted, weights), source


def _within(region: HtmlElement, blocks: Sequence[Block], voted: set[Block], weights: dict[Block, int]) -> list[Block]:
    inside = set(region.iter())
    aside = _Asides(region)
    candidates = [block for block in blocks if block.element in inside]
    if sum(weights.get(block, 0) for block in candidates if aside.holds(block.element)) < 0.4 * sum(weights.values()):
        candidates = [block for block in candidates if not aside.holds(block.element)]
    places = Counter[object]()
    for block in candidates:
        places[_place(block)] += weights.get(block, 0)
    enough = 0.1 * sum(weights.values())
    kept: dict[str, Block] = {}
    for block in candidates:
        if block.link_share > _LINKED and block.tag != "td":
            continue
        if block in voted or (block.tag in HEADINGS | {"p", "li"} and places[_place(block)] > enough):
            kept.setdefault(block.key if len(block.key) > 25 else f"{len(kept)}", block)
    return list(kept.values())


class _Asides:
    """Which elements below the region stand in something that is no running text."""

    def __init__(self, region: HtmlElement) -> None:
        self._known: dict[HtmlElement, bool] = {region: False}

    def holds(self, element: HtmlElement | None) -> bool:
        if element is None:
            return False
        found = self._known.get(element)
        if found is None:
            found = self._known[element] = is_aside(element) or self.holds(element.getparent())
        return found


def _place(block: Block) -> tuple[object, str | None]:
    """Where a block stands, as paragraphs of one text stand in one place: the tag and class of what holds it."""
    element = block.element
    if element.tag == "li":
        element = element.getparent()
    if element.tag not in {"div", "section", "article"}:
        element = element.getparent()
    return (element.tag, element.get("class")) if element is not None else (None, None)
