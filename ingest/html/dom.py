"""Elements around a heading, short texts, and copies of a tree.

Elements of other articles, and of the page's frame, are skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy

from lxml.html import HtmlElement

from ingest.html.page import text_of, texts_of
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
from ingest.text import one_line

_SKIPPED = NOT_RENDERED | {"nav", "form", "iframe", "figure", "button", "select", "dialog", "head"}
# Such elements often contain other articles or navigation, but sometimes the byline of this one.
# Their content decides; see `_is_foreign`.
_DOUBTFUL = words_pattern(
    *(OTHER_STORIES, STREAMS, SIDEBARS, WIDGETS, COMMENTS, NAVIGATION, NEWSLETTERS, SHARING),
    ("cards?|carousel|promo|footer",),
)
_RAW = 4
"""Raw characters for one that is shown."""
_SCRIPTS = 2_000
"""Raw characters of small scripts and indentation."""
_MOST_LINKS = 8
"""The most links of a byline with its share buttons. Lists of articles or comments have more."""


def behind(heading: HtmlElement, most: int) -> Iterator[HtmlElement]:
    """Yield at most `most` elements that follow the heading, in page order."""
    count = 0
    for branch in _branches(heading, forward=True):
        for element in _inside(branch):
            count += 1
            if count > most:
                return
            yield element


def before(heading: HtmlElement, most: int) -> Iterator[HtmlElement]:
    """Yield at most `most` elements that precede the heading and do not contain it.

    The nearest branch of the tree comes first. Inside a branch they are in page order.
    """
    count = 0
    for branch in _branches(heading, forward=False):
        for element in _inside(branch):
            count += 1
            if count > most:
                return
            yield element


def short_text(element: HtmlElement, most: int) -> str:
    """Return the element's text on one line; empty if it has more than `most` characters.

    A long text is not read to its end: an element can contain the rest of the page, and a page
    can nest thousands of such elements.
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


def text_start(element: HtmlElement, most: int) -> str:
    """Return the element's text on one line; of a text with more characters than `most`, a start.

    The start is longer than `most`. The rest of the text is not read.
    """
    pieces: list[str] = []
    length = 0
    for piece in texts_of(element):
        pieces.append(piece)
        length += len("".join(piece[: _RAW * most].split()))
        if length > 2 * most:
            break
    return one_line("".join(pieces))


def _branches(heading: HtmlElement, *, forward: bool) -> Iterator[HtmlElement]:
    """Yield the siblings of the heading on one side, then those of each element around it."""
    for level in (heading, *heading.iterancestors()):
        if level.tag == "body":
            return
        yield from level.itersiblings(preceding=not forward)


def _inside(branch: HtmlElement) -> Iterator[HtmlElement]:
    """Yield a branch and the elements in it, in page order, without those of `_is_foreign`."""
    stack = [branch]
    while stack:
        element = stack.pop()
        if _is_foreign(element):
            continue
        yield element
        stack.extend(reversed(element))


def _is_foreign(element: HtmlElement) -> bool:
    """Whether the element is not the article's own.

    That holds for tags that are never part of one, and for elements with a doubtful tag or name
    that contain a heading or more links than a byline.
    """
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
    """Return a deep copy of the tree, and the copies of some of its elements.

    Args:
        tree: The tree to copy. It is not changed.
        elements: Elements of the tree. None is ignored.

    Returns:
        The copy, and a dictionary from each of the elements to its copy.
    """
    copy = deepcopy(tree)
    wanted = {element for element in elements if element is not None}
    twins: dict[HtmlElement | None, HtmlElement] = {}
    # One walk for all of them: an element knows no place among its siblings, so that each would
    # count those before it.
    for element, twin in zip(tree.iter(), copy.iter(), strict=True):
        if len(twins) == len(wanted):
            break
        if element in wanted:
            twins[element] = twin
    return copy, twins
