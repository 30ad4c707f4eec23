"""The article's body, as text and as semantic HTML.

trafilatura chooses paragraphs of the page. They show the region of the text, and the blocks of
that region are then read from the page itself, because trafilatura's output loses words and
structure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from lxml.html import HtmlElement

from ingest.extraction.body.account import Account, Cause
from ingest.extraction.body.credit import Credit, find_credit
from ingest.extraction.body.evidence import is_denser_better
from ingest.extraction.body.fallback import (
    embedded_blocks,
    listed_blocks,
    stated_blocks,
    stated_body,
)
from ingest.extraction.body.filter import Flow
from ingest.extraction.body.prune import (
    cut,
    cut_disclaimers,
    cut_link_lists,
    cut_other_articles,
    cut_silent,
)
from ingest.extraction.body.region import (
    Asides,
    common,
    find_region,
    reach_back,
    widen,
)
from ingest.extraction.body.render import render_html, render_text
from ingest.extraction.body.trim import Known, cut_edges
from ingest.extraction.body.votes import ask_trafilatura
from ingest.extraction.container import densest, paragraphs
from ingest.extraction.facts import PageFacts
from ingest.extraction.model import Body, Byline, CommentSection, Headline, Times
from ingest.extraction.structured import StructuredData
from ingest.html.blocks import Block, read_blocks, squeeze
from ingest.html.dom import copy_tree
from ingest.html.page import Page, body_of, select_all, select_first
from ingest.record import valid_or
from ingest.sites import Site

_COMMENTS = 0.95
"""The most that comments may have of a page's text. A short article can have many of them."""
_FRAGMENT = 250
"""A text of fewer characters is a fragment, and the fallbacks are tried."""
_STATED = 3
"""A text that is so many times shorter than `articleBody` of the JSON-LD is a fragment too."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """The running text, as one method finds it.

    Attributes:
        text: The blocks of the running text.
        blocks: All blocks that the method read, in page order.
        source: The name of the method, as in `metadata.provenance`.
    """

    text: list[Block]
    blocks: Sequence[Block]
    source: str

    @property
    def size(self) -> int:
        return sum(len(block.text) for block in self.text)


def find_body(
    facts: PageFacts,
    *,
    headline: Headline | None,
    byline: Byline,
    comments: CommentSection,
    times: Times,
) -> Body | None:
    """Return the body of the article, or None if the page has no text.

    It is read from a copy of the tree, so the page itself is not changed. The results of the other
    extractors are deleted from the copy, so that they are not in the text too.

    Args:
        facts: The page, its site definition, and the facts that follow from both.
        headline: The headline with its deck, or None.
        byline: The authors and the elements that name them.
        comments: The readers' comments.
        times: The dates, whose texts are removed at the edges of the text.
    """
    page, site = facts.page, facts.site
    draft = _Draft(facts, headline, byline, comments)
    account = draft.account
    known = _known_texts(facts, headline, byline, times)
    candidate = _by_rule(draft, site) or _by_votes(draft, page.url, known)
    if candidate.size < max(_FRAGMENT, len(stated_body(facts.data)) / _STATED):
        candidate = _from_fallbacks(page, facts.data, candidate)
    credit, warnings = valid_or(
        lambda: find_credit(candidate.blocks, candidate.text, facts.own_names.names, page.absolute),
        None,
        "sourceOrganization",
    )
    blocks = cut_edges(_kept(candidate.text, site, credit, account), known, account)
    if not blocks:
        return None
    body = Body(
        render_text(blocks),
        render_html(blocks, page.absolute),
        candidate.source,
        warnings=(*draft.warnings, *warnings),
        omissions=lambda: tuple(account.omissions(set(blocks))),
    )
    return (
        body
        if credit is None
        else replace(body, credit=credit.organization, credit_source=credit.source)
    )


class _Draft:
    """A copy of the page's tree, without its frame and the results of other extractors.

    Attributes:
        tree: The copy.
        root: Its `<body>`.
        container: Its text container, or None.
        before: The elements before the headline; empty without one.
        account: What was deleted.
        warnings: What the record says about the text.
    """

    def __init__(
        self,
        facts: PageFacts,
        headline: Headline | None,
        byline: Byline,
        comments: CommentSection,
    ) -> None:
        heads = (headline.element, headline.deck) if headline is not None else (None, None)
        self.tree, copies = copy_tree(
            facts.page.tree, (*heads, *byline.elements, *comments.elements, facts.container)
        )
        self.account = Account()
        self.warnings: list[str] = []
        self.is_live = bool(facts.data.of_type("LiveBlogPosting"))
        self.root = body_of(self.tree)
        self.container = copies.get(facts.container)
        cut_silent(self.root, self.account)
        self.before = _before(copies.get(heads[0]), self.root)
        if heads[0] is not None:
            cut_other_articles(copies[heads[0]], self.root, self.account)
        cut_disclaimers(copies.get(heads[0]), self.root, self.account)
        parts: dict[Cause, Iterable[HtmlElement | None]] = {
            Cause.COMMENTS: comments.elements,
            Cause.HEADLINE: heads,
            Cause.BYLINE: byline.elements,
        }
        for cause, elements in parts.items():
            most = {"most": _COMMENTS} if cause is Cause.COMMENTS else {}
            copied = [copies[element] for element in elements if element is not None]
            cut(copied, self.root, cause, self.account, **most)
        for selector in facts.site.prune:
            cut(select_all(self.tree, selector), self.root, Cause.DEFINITION, self.account)


def _before(heading: HtmlElement | None, root: HtmlElement) -> frozenset[HtmlElement]:
    """Return the elements that end before the heading, or none if there is no heading."""
    if heading is None:
        return frozenset()
    before = takewhile(lambda element: element is not heading, root.iter())
    return frozenset(before) - {*heading.iterancestors()}


def _kept(
    text: Sequence[Block], site: Site, credit: Credit | None, account: Account
) -> list[Block]:
    """Return the blocks without promotion by the site's definition, and without the credit line."""
    promo = [re.compile(pattern) for pattern in site.promo]
    own = {block for block in text if not any(line.search(block.text) for line in promo)}
    blocks = account.keep(text, own, Cause.DEFINITION)
    if credit is None or credit.block is None:
        return blocks
    return account.keep(blocks, set(blocks) - {credit.block}, Cause.CREDIT)


def _by_rule(draft: _Draft, site: Site) -> _Candidate | None:
    """Return the text in the elements that the site's definition selects.

    None if nothing is selected, or if that has no paragraphs.
    """
    elements = select_first(draft.tree, site.select.body)
    if not elements:
        return None
    region = elements[0]
    for element in elements[1:]:
        region = common(region, element)
    blocks = read_blocks(region)
    inside = {node for element in elements for node in element.iter()}
    named = [block for block in blocks if block.element in inside]
    weights = paragraphs(named)
    text = Flow(region, weights, Asides(region, weights), draft.account).of(named, set(named))
    return _Candidate(text, blocks, "rule") if weights else None


def _by_votes(draft: _Draft, url: str, known: Known) -> _Candidate:
    """Return the text around trafilatura's paragraphs, or that of the text container.

    Which of the two it is depends on `is_denser_better`.
    """
    root = draft.root
    blocks = read_blocks(root)
    candidates = paragraphs(blocks)
    blocks = cut_link_lists(root, blocks, candidates, draft.account)
    votes = ask_trafilatura(root, url)
    voted = votes.among(blocks)
    draft.warnings += [votes.warning] if votes.warning else []
    weights = {block: weight for block, weight in candidates.items() if block in voted}
    own, source = _in_container(draft.container, candidates), "trafilatura"
    if is_denser_better(weights, own, blocks):
        weights, source = own, "density"
    asides = Asides(root, weights)
    region = find_region(weights, root)
    region = widen(region, weights, candidates, asides, is_live=draft.is_live)
    if draft.is_live:  # the posts of a live blog are its text, not boxes beside one of them
        posts = _inside(region, candidates)
        weights = {block: posts[block] for block in posts if not asides.hold(block)} or weights
    following = [block for block in blocks if block.element not in draft.before]
    region = reach_back(region, following, asides, known.describes)
    return _Candidate(
        Flow(region, weights, asides, draft.account).of(blocks, voted) if weights else [],
        blocks,
        source,
    )


def _in_container(
    container: HtmlElement | None, candidates: Mapping[Block, int]
) -> dict[Block, int]:
    """Return the candidates that are in the text container.

    If it was deleted, because the comments are in it, the text container of the rest is used.

    Args:
        container: The text container of the page, or None.
        candidates: The paragraphs of the page, with their sizes.
    """
    return _inside(container, candidates) or _inside(_densest(candidates), candidates)


def _densest(weights: Mapping[Block, int]) -> HtmlElement | None:
    return densest((block.element, weight) for block, weight in weights.items())


def _inside(element: HtmlElement | None, blocks: Mapping[Block, int]) -> dict[Block, int]:
    if element is None:
        return {}
    inside = set(element.iter())
    return {block: weight for block, weight in blocks.items() if block.element in inside}


def _from_fallbacks(page: Page, data: StructuredData, fragment: _Candidate) -> _Candidate:
    """Return the first text of a fallback that is more than twice as long as the fragment.

    Return the fragment if there is none.
    """
    for source, blocks in (
        ("json-ld", stated_blocks(data)),
        ("script", embedded_blocks(page.html)),
        ("script", listed_blocks(page.html)),
    ):
        if not blocks:
            continue
        weights = paragraphs(blocks)
        whole = blocks[0].element.getroottree().getroot()
        candidate = _Candidate(
            Flow(whole, weights, Asides(whole, weights), Account()).of(blocks, set(blocks)),
            blocks,
            source,
        )
        if candidate.size > max(_FRAGMENT, 2 * fragment.size):
            return candidate
    return fragment


def _known_texts(
    facts: PageFacts, headline: Headline | None, byline: Byline, times: Times
) -> Known:
    """Return the texts of the other extractors that the edges of the text may repeat."""
    page, data = facts.page, facts.data
    names = [*(author.name for author in byline.authors), *byline.metadata_authors]
    metas = [page.meta(name) for name in ("description", "og:description", "twitter:description")]
    linked_data = [data.text(node, "description") for node in data.articles[:1]]
    titles = [headline.text, headline.alternative] if headline else []
    stamps = [moment.raw for moment in (times.published, times.modified) if moment is not None]
    texts = (names, [*metas, *linked_data], [*titles, *stamps])
    return Known(*(frozenset(squeeze(text) for text in group if text) for group in texts))
