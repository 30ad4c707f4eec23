"""The article's body: its text, and the same as semantic HTML."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.html import HtmlElement

from ingest.extract.asides import Asides
from ingest.extract.blocks import Block, read_blocks, squeeze
from ingest.extract.edges import Known, cut_edges
from ingest.extract.extraction import Body, Byline, CommentSection, Headline, Times
from ingest.extract.fallback import embedded_blocks, stated_blocks
from ingest.extract.flow import Flow
from ingest.extract.html import render_html, render_text
from ingest.extract.page import Page, select_all
from ingest.extract.prune import cut, cut_other_articles, cut_silent
from ingest.extract.region import ask_trafilatura, densest, find_region, paragraphs, widen
from ingest.extract.structured import StructuredData
from ingest.sites import Site

_COMMENTS = 0.95
"""The share of a page's text that its comments may have: there may be many of them under a short text."""
_FRAGMENT = 250
"""A text of fewer characters is taken for a fragment, and other ways are tried."""


def find_body(
    page: Page,
    data: StructuredData,
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
    if headline is not None and headline.element is not None:
        cut_other_articles(headline.element, root)
    cut(comments.elements, root, most=_COMMENTS)
    cut((*_known(headline), *byline.elements), root)
    for selector in site.prune:
        cut(select_all(root, selector), root)
    known = _known_texts(page, data, headline, byline)
    blocks, source = _choose(page, root, known)
    if _size(blocks) < _FRAGMENT:
        blocks, source = _otherwise(page, data, known, blocks, source)
    if not blocks:
        return None
    return Body(render_text(blocks), render_html(blocks, page.absolute), source)


def _size(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _otherwise(
    page: Page, data: StructuredData, known: Known, blocks: list[Block], source: str
) -> tuple[list[Block], str]:
    """The second ways, where they give clearly more than the fragment that was found."""
    for name, found in (("json-ld", stated_blocks(data)), ("script", embedded_blocks(page.html))):
        if _size(found) > max(_FRAGMENT, 2 * _size(blocks)):
            weights = paragraphs(found)
            whole = found[0].element.getroottree().getroot()
            return cut_edges(Flow(whole, weights, Asides(whole, weights)).of(found, found), known), name
    return blocks, source


def _known_texts(page: Page, data: StructuredData, headline: Headline | None, byline: Byline) -> Known:
    names = [*(author.name for author in byline.authors), *byline.metadata_authors]
    metas = [page.meta(name) for name in ("description", "og:description", "twitter:description")]
    said = [data.text(node, "description") for node in data.articles[:1]]
    titles = [headline.text, headline.alternative] if headline else []
    return Known(*(frozenset(squeeze(text) for text in texts if text) for texts in (names, [*metas, *said], titles)))


def _known(headline: Headline | None) -> Iterable[HtmlElement]:
    if headline is None:
        return ()
    return [element for element in (headline.element, headline.deck) if element is not None]


def _choose(page: Page, root: HtmlElement, known: Known) -> tuple[list[Block], str]:
    votes = ask_trafilatura(root, page.url)
    blocks = read_blocks(root)
    voted = {block for block in blocks if votes.hold(block)}
    candidates = paragraphs(blocks)
    weights = {block: weight for block, weight in candidates.items() if block in voted}
    own, source = densest(candidates), "trafilatura"
    if sum(weights.values()) < sum(own.values()) / 2:
        weights, source = own, "density"
    if not weights:
        return [], source
    asides = Asides(root, weights)
    region = widen(find_region(weights, root), weights, candidates, asides)
    return cut_edges(Flow(region, weights, asides).of(blocks, voted), known), source
