"""The elements around a heading in page order, without those of other stories and of the page's furniture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy

from lxml.html import HtmlElement

from ingest.html.page import text_of
from ingest.html.vocabulary import (
    COMMENTS,
    HEADINGS,
    NAVIGATION,
    NEWSLETTERS,
    NOT_RENDERED,
    OTHER_STORIES,
    SHARING,
    SIDEBARS,
    STREAMS,
    WIDGETS,
    named,
    words_pattern,
)

_SKIPPED = NOT_RENDERED | {"nav", "form", "iframe", "figure", "button", "select", "dialog", "head"}
# What often holds other stories or the page's furniture, and sometimes the byline of this one: its content decides.
_DOUBTFUL = words_pattern(
    *(OTHER_STORIES, STREAMS, SIDEBARS, WIDGETS, COMMENTS, NAVIGATION, NEWSLETTERS, SHARING),
    ("cards?|carousel|promo|footer",),
)
_RAW, _SCRIPTS = (
    4,
    2_000,
)  # raw characters for one that shows, and for small scripts and indentation
_MOST_LINKS = 8  # of a byline with its share buttons; a list of stories or of comments has more


def behind(heading: HtmlElement, most: int) -> Iterator[HtmlElement]:
    """At most `most` elements that follow the heading, in page order."""
    count = 0
    for branch in _branches(heading, forward=True):
        for element in _inside(branch):
            count += 1
            if count > most:
                return
            yield element


def before(heading: HtmlElement, most: int) -> Iterator[HtmlElement]:
    """At most `most` elements that precede the heading and don't hold it, the nearest branch first."""
    count = 0
    for branch in _branches(heading, forward=False):
        for element in _inside(branch):
            count += 1
            if count > most:
                return
            yield element


def short_text(element: HtmlElement, most: int) -> str:
    """The element's text on one line where it is short; empty where it certainly has more than `most` characters.

    An element can hold the rest of the page, and a page can nest thousands of them: each is read only so far.
    """
    if len(element) == 0:
        text = text_of(element)
        return text if len(text) <= most else ""
    length = 0
    for text in element.itertext(with_tail=False):
        length += len(text)
        if length > _RAW * most + _SCRIPTS:
            return ""
    text = text_of(element)
    return text if len(text) <= most else ""


def _branches(heading: HtmlElement, *, forward: bool) -> Iterator[HtmlElement]:
    """The siblings of the heading on one side, then those of each element around it."""
    for level in (heading, *heading.iterancestors()):
        if level.tag == "body":
            return
        yield from level.itersiblings(preceding=not forward)


def _inside(branch: HtmlElement) -> Iterator[HtmlElement]:
    """The branch and what is in it, in page order, without what is not the story's own."""
    stack = [branch]
    while stack:
        element = stack.pop()
        if _is_foreign(element):
            continue
        yield element
        stack.extend(reversed(element))


def _is_foreign(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in _SKIPPED:
        return True
    if element.tag not in {"aside", "footer"} and not named(element, _DOUBTFUL):
        return False
    for count, inner in enumerate(element.iter("a", "time", *HEADINGS), 1):
        if inner.tag in HEADINGS or count > _MOST_LINKS:
            return True
    return False


def copy_tree(
    tree: HtmlElement, elements: Iterable[HtmlElement | None]
) -> tuple[HtmlElement, dict[HtmlElement | None, HtmlElement]]:
    """Return a deep copy of the tree, and the copies of these of its elements by the original."""
    copy = deepcopy(tree)
    return copy, {
        element: _follow(copy, _path(element, tree)) for element in elements if element is not None
    }


def _path(element: HtmlElement, root: HtmlElement) -> list[int]:
    """Return the indexes by which `element` is reached from `root`, the last one first."""
    indexes = []
    while element is not root:
        parent = element.getparent()
        indexes.append(parent.index(element))
        element = parent
    return indexes


def _follow(root: HtmlElement, indexes: list[int]) -> HtmlElement:
    for index in reversed(indexes):
        root = root[index]
    return root
