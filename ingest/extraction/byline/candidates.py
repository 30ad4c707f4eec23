"""Find the elements that may be the byline, in one walk of the page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from lxml.html import HtmlElement

from ingest.extraction.byline.signs import (
    BOX_WORDS,
    Openings,
    Sign,
    attribute_words,
    labelled_item,
    labelled_sibling,
    sign_of,
)
from ingest.html.page import Page
from ingest.html.vocabulary import (
    ADVERTS,
    BOXES,
    CAPTIONS,
    COMMENTS,
    DIALOGS,
    NAVIGATION,
    NEWSLETTERS,
    OTHER_STORIES,
    SIDEBARS,
    STREAMS,
    WIDGETS,
    named,
    words_pattern,
)

_OUTSIDE_TAGS = frozenset({"nav", "form", "select", "button", "dialog", "blockquote"})
_OUTSIDE = words_pattern(
    *(OTHER_STORIES, STREAMS, COMMENTS, NAVIGATION, NEWSLETTERS, DIALOGS, CAPTIONS)
)
# Some layouts have bylines in these too, so they count as outside only far from the heading.
_ASIDE = words_pattern(SIDEBARS, WIDGETS, ADVERTS, BOXES)
_LISTED = frozenset({"article", "li"})
_FIGURES = frozenset({"figure", "figcaption"})
_UNDER, _NEAR, _FAR = 20, 60, 150  # walked elements between the main heading and a byline
NEAREST = 3
"""The `nearness` of a candidate right after the headline."""

_TAGS = (
    *("a", "span", "p", "div", "address", "li", "ul", "strong", "b", "em", "i"),
    *("h1", "h2", "h3", "h4", "h5", "h6"),
    *("cite", "section", "footer", "header", "small", "dt", "dd", "td", "label", "aside"),
)
_TAG_SET = frozenset(_TAGS)
BEFORE = 25
"""Walked elements before the main heading that may be a byline."""
_MAX_CANDIDATES = 1_000  # elements of a page; only a hostile page has more


@dataclass(frozen=True, slots=True, eq=False)
class BylineCandidate:
    """An element that may have the authors' names.

    `order` counts walked elements from the main heading, or from the start if there is none.
    """

    element: HtmlElement
    order: int
    sign: Sign


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """The candidates and the boxes about authors in page order, and the main heading."""

    candidates: tuple[BylineCandidate, ...]
    boxes: tuple[BylineCandidate, ...]
    heading: HtmlElement | None
    heading_ancestors: frozenset[HtmlElement]
    _teasers: dict[HtmlElement, bool] = field(default_factory=dict)

    def is_teaser(self, element: HtmlElement) -> bool:
        """Whether an element announces another story; each list item or article is read once."""
        if element.tag not in _LISTED:
            return False
        if element not in self._teasers:
            self._teasers[element] = _has_linked_heading(element)
        return self._teasers[element]


def nearness(candidate: BylineCandidate, survey: Survey) -> int:
    """Return 1 (far from the main heading, or no heading) to 3 (right after it)."""
    if survey.heading is None or candidate.order > _FAR:
        return 1
    if 0 <= candidate.order <= _NEAR:
        return NEAREST
    return 2


def is_under_heading(candidate: BylineCandidate, survey: Survey) -> bool:
    """Whether a candidate follows immediately on the main heading."""
    return survey.heading is not None and 0 <= candidate.order <= _UNDER


def is_outside(candidate: BylineCandidate, survey: Survey) -> bool:
    """Whether a candidate is in a menu, a comment, a teaser of another story, or a figure.

    Only ancestors without the main heading are checked: one that has both is the article's.
    """
    element = candidate.element
    if survey.is_teaser(element) or _is_headline(candidate, survey):
        return True
    article = _article_of(survey)
    strict = _is_strict(candidate, survey, article)
    elsewhere = _outer_tags(candidate, has_article=article is not None)
    for ancestor in element.iterancestors():
        if ancestor in survey.heading_ancestors or ancestor.tag in ("body", "html"):
            return False
        if ancestor.tag in elsewhere or _is_elsewhere(ancestor, survey, strict=strict):
            return True
    return False


def _outer_tags(candidate: BylineCandidate, *, has_article: bool) -> frozenset[str]:
    """Return the tags whose content is not the article's, for a candidate below them.

    In a figure, a name is a photographer's unless it is marked as an author's.
    """
    tags = frozenset({"article"}) if has_article else frozenset()
    if candidate.sign is Sign.MARK or candidate.element.tag == "address":
        return tags
    return tags | _FIGURES


def _is_headline(candidate: BylineCandidate, survey: Survey) -> bool:
    """Whether a candidate is a text of the headline, which may begin with "By" or have a name."""
    if candidate.sign > Sign.LINE or survey.heading is None:
        return False
    element = candidate.element
    return element is survey.heading or survey.heading in element.iterancestors()


def _article_of(survey: Survey) -> HtmlElement | None:
    """Return the `<article>` with the main heading, or None."""
    for ancestor in survey.heading_ancestors:
        if ancestor.tag == "article":
            return ancestor
    return None


def _is_strict(candidate: BylineCandidate, survey: Survey, article: HtmlElement | None) -> bool:
    """Whether a candidate is so unreliable that sidebars and widgets count as outside too.

    Args:
        candidate: The candidate.
        survey: The candidates of the page.
        article: The `<article>` with the main heading.
    """
    if nearness(candidate, survey) < NEAREST or candidate.sign <= Sign.LINE:
        return True
    return article is not None and article not in candidate.element.iterancestors()


def _is_elsewhere(ancestor: HtmlElement, survey: Survey, *, strict: bool) -> bool:
    """Whether what an element contains is not part of the article.

    Args:
        ancestor: The element.
        survey: The candidates of the page.
        strict: Also check for sidebars and widgets.
    """
    if ancestor.tag in _OUTSIDE_TAGS or survey.is_teaser(ancestor):
        return True
    if named(ancestor, _OUTSIDE):
        return True
    if strict and (ancestor.tag == "aside" or named(ancestor, _ASIDE)):
        return not attribute_words(ancestor)  # "author-card" is a card and the author's
    return ancestor.tag == "footer" and not _is_in_article(ancestor)


def _is_in_article(element: HtmlElement) -> bool:
    return next(element.iterancestors("article", "main"), None) is not None


def _has_linked_heading(element: HtmlElement) -> bool:
    """Whether the first heading of a list item or article is a link, as that of a teaser."""
    heading = next(element.iter("h1", "h2", "h3", "h4"), None)
    if heading is None:
        return False
    if next(heading.iter("a"), None) is not None:
        return True
    return next(heading.iterancestors("a"), None) is not None


def survey(page: Page, heading: HtmlElement | None, names: Collection[str] = ()) -> Survey:
    """Return the candidates, boxes and main heading of a page.

    The walk goes from a little before the heading to the end.

    Args:
        page: The page.
        heading: The main heading of the page, if there is one.
        names: Names of the metadata; short texts with one of them are candidates too.
    """
    forms: list[str] = []
    for name in names:
        forms += [name, name.upper()]
    forms = list(dict.fromkeys(forms))
    ancestors = frozenset(heading.iterancestors()) if heading is not None else frozenset()
    candidates: list[BylineCandidate] = []
    boxes: list[BylineCandidate] = []
    elements: set[HtmlElement] = set()
    openings = Openings()
    for order, element in _walk(page, heading, ancestors):
        words = attribute_words(element)
        if words & BOX_WORDS:
            boxes.append(BylineCandidate(element, order, Sign.WORD))
        sign = sign_of(element, words, forms, openings)
        if sign is None:
            continue
        candidate = _candidate(element, order, sign)
        if candidate.element not in elements:
            elements.add(candidate.element)
            candidates.append(candidate)
    return Survey(
        tuple(candidates[:_MAX_CANDIDATES]),
        tuple(boxes[:_MAX_CANDIDATES]),
        heading,
        ancestors,
    )


def _candidate(element: HtmlElement, order: int, sign: Sign) -> BylineCandidate:
    """Return the element as a candidate, or if it is a label, the item with that label."""
    if sign is not Sign.LINE:
        return BylineCandidate(element, order, sign)
    item = labelled_item(element)
    if item is not None:
        return BylineCandidate(item, order, Sign.WORD)
    item = labelled_sibling(element) if order <= _NEAR else None
    if item is not None:
        return BylineCandidate(item, order, Sign.LINK)
    return BylineCandidate(element, order, sign)


def _walk(
    page: Page, heading: HtmlElement | None, ancestors: frozenset[HtmlElement]
) -> Iterator[tuple[int, HtmlElement]]:
    """Return the elements of the page with their order, in page order; the heading's is 0."""
    if heading is None:
        return enumerate(page.body.iter(*_TAGS))
    before = list(islice(_preceding(heading, ancestors), BEFORE))[::-1]
    return chain(enumerate(before, -len(before)), enumerate(_following(heading)))


def _following(heading: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the elements of the heading and those after it, in page order."""
    yield from heading.iter(*_TAGS)
    for start in (heading, *heading.iterancestors()):
        for sibling in start.itersiblings():
            yield from sibling.iter(*_TAGS)


def _preceding(heading: HtmlElement, ancestors: frozenset[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield the elements before the heading, the nearest first, without its ancestors."""
    node: HtmlElement | None = heading
    while node is not None:
        previous = node.getprevious()
        node = node.getparent() if previous is None else _last_leaf(previous)
        if node is not None and node not in ancestors and node.tag in _TAG_SET:
            yield node


def _last_leaf(node: HtmlElement) -> HtmlElement:
    while (last := next(node.iterchildren(reversed=True), None)) is not None:
        node = last
    return node


def outermost(
    candidates: Collection[BylineCandidate],
) -> Iterator[tuple[BylineCandidate, list[BylineCandidate]]]:
    """Yield the candidates that are not inside another one, each with those inside it."""
    current: BylineCandidate | None = None
    inner: list[BylineCandidate] = []
    for candidate in candidates:
        if current is None:
            current = candidate
        elif current.element in candidate.element.iterancestors():
            inner.append(candidate)
        else:
            yield current, inner
            current, inner = candidate, []
    if current is not None:
        yield current, inner
