"""The article's body: its text, and the same as semantic HTML.

trafilatura says which text of the page is the article's; the paragraphs that it takes show where the text stands, and
from there the page's own blocks are read, so that nothing of their words or structure is lost on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from ingest.extraction.body.blocks import Block, read_blocks, squeeze
from ingest.extraction.body.credit import Credit, find_credit
from ingest.extraction.body.fallback import embedded_blocks, stated_blocks, stated_body
from ingest.extraction.body.filter import Flow
from ingest.extraction.body.prune import cut, cut_link_lists, cut_other_articles, cut_silent
from ingest.extraction.body.region import (
    Asides,
    ask_trafilatura,
    common,
    densest,
    find_region,
    paragraphs,
    widen,
)
from ingest.extraction.body.render import render_html, render_text
from ingest.extraction.body.trim import Known, cut_edges
from ingest.extraction.model import Body, Byline, CommentSection, Headline, Times
from ingest.extraction.structured import StructuredData
from ingest.html.page import Page, select_all
from ingest.sites import Site
from ingest.urls import host_of

_COMMENTS = 0.95
"""The share of a page's text that its comments may have: there may be many of them under a short text."""
_FRAGMENT = 250
"""A text of fewer characters is taken for a fragment, and other ways are tried."""
_STATED = 3
"""A text so many times shorter than the JSON-LD's `articleBody` is a fragment too."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The running text as one way found it, among all blocks of the page."""

    text: list[Block]
    blocks: Sequence[Block]
    source: str

    @property
    def size(self) -> int:
        return sum(len(block.text) for block in self.text)


def find_body(
    page: Page,
    data: StructuredData,
    site: Site,
    *,
    headline: Headline | None,
    byline: Byline,
    comments: CommentSection,
    times: Times,
) -> Body | None:
    """The body of the article, or None where the page has no text.

    This is the last reader of a page: it deletes what is no body from `page.tree`.
    """
    root = page.body
    _clear(page, root, site, headline, byline, comments)
    found = _by_rule(page, site) or _by_votes(page, root)
    if found.size < max(_FRAGMENT, len(stated_body(data)) / _STATED):
        found = _otherwise(page, data, found)
    credit = find_credit(found.blocks, found.text, _own_names(page, data, site), page.absolute)
    known = _known_texts(page, data, headline, byline, times)
    blocks = cut_edges(_kept(found.text, site, credit), known)
    if not blocks:
        return None
    body = Body(render_text(blocks), render_html(blocks, page.absolute), found.source)
    return (
        body
        if credit is None
        else replace(body, credit=credit.organization, credit_source=credit.source)
    )


def _clear(
    page: Page,
    root: HtmlElement,
    site: Site,
    headline: Headline | None,
    byline: Byline,
    comments: CommentSection,
) -> None:
    cut_silent(root)
    if headline is not None and headline.element is not None:
        cut_other_articles(headline.element, root)
    cut(comments.elements, root, most=_COMMENTS)
    heads = (headline.element, headline.deck) if headline is not None else ()
    cut([*(element for element in heads if element is not None), *byline.elements], root)
    for selector in site.prune:
        cut(select_all(page.tree, selector), root)


def _kept(text: Iterable[Block], site: Site, credit: Credit | None) -> list[Block]:
    promo = [re.compile(pattern) for pattern in site.promo]
    return [
        block
        for block in text
        if (credit is None or block is not credit.block)
        and not any(pattern.search(block.text) for pattern in promo)
    ]


def _by_rule(page: Page, site: Site) -> _Found | None:
    """The text in the elements that the site's definition names."""
    elements = page.select(*site.select.body)
    if not elements:
        return None
    region = elements[0]
    for element in elements[1:]:
        region = common(region, element)
    blocks = read_blocks(region)
    inside = {node for element in elements for node in element.iter()}
    named = [block for block in blocks if block.element in inside]
    weights = paragraphs(named)
    text = Flow(region, weights, Asides(region, weights)).of(named, set(named))
    return _Found(text, blocks, "rule") if weights else None


def _by_votes(page: Page, root: HtmlElement) -> _Found:
    """The text where trafilatura's paragraphs stand, or the densest one where it has only a fragment of that."""
    blocks = read_blocks(root)
    candidates = paragraphs(blocks)
    blocks = cut_link_lists(root, blocks, candidates)
    votes = ask_trafilatura(root, page.url)
    voted = {block for block in blocks if votes.hold(block)}
    weights = {block: weight for block, weight in candidates.items() if block in voted}
    own, source = densest(candidates), "trafilatura"
    if sum(weights.values()) < sum(own.values()) / 2:
        weights, source = own, "density"
    asides = Asides(root, weights)
    region = widen(find_region(weights, root), weights, candidates, asides)
    return _Found(
        Flow(region, weights, asides).of(blocks, voted) if weights else [], blocks, source
    )


def _otherwise(page: Page, data: StructuredData, fragment: _Found) -> _Found:
    """The second ways, where they give clearly more than the fragment that was found."""
    for source, blocks in (
        ("json-ld", stated_blocks(data)),
        ("script", embedded_blocks(page.html)),
    ):
        if not blocks:
            continue
        weights = paragraphs(blocks)
        whole = blocks[0].element.getroottree().getroot()
        found = _Found(
            Flow(whole, weights, Asides(whole, weights)).of(blocks, set(blocks)), blocks, source
        )
        if found.size > max(_FRAGMENT, 2 * fragment.size):
            return found
    return fragment


def _known_texts(
    page: Page, data: StructuredData, headline: Headline | None, byline: Byline, times: Times
) -> Known:
    names = [*(author.name for author in byline.authors), *byline.metadata_authors]
    metas = [page.meta(name) for name in ("description", "og:description", "twitter:description")]
    said = [data.text(node, "description") for node in data.articles[:1]]
    titles = [headline.text, headline.alternative] if headline else []
    stamps = [moment.raw for moment in (times.published, times.modified) if moment is not None]
    texts = (names, [*metas, *said], [*titles, *stamps])
    return Known(*(frozenset(squeeze(text) for text in group if text) for group in texts))


def _own_names(page: Page, data: StructuredData, site: Site) -> list[str]:
    """What the publisher is called: it is no source of its own articles."""
    host = host_of(page.url) or ""
    said = [data.text(node, "publisher") for node in data.articles[:1]]
    names = [
        site.publisher,
        site.name,
        page.meta("og:site_name"),
        *said,
        host.removeprefix("www.").split(".")[0],
    ]
    return [name for name in names if name]
