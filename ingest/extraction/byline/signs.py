"""Signs that an element may be a byline.

These are signs: `rel=author` (HTML living standard, link types), microdata `itemprop=author`
(schema.org), `<address>`, words in class, id or test id, links to an author's page, short lines
that begin with "By", and lines of bold type alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from lxml.html import HtmlElement

from ingest.extraction.byline.words import line_start, words
from ingest.extraction.vocabulary import BOX, FOLDERS, LABEL, LINE_STARTS, NO_SIGN, SIGN
from ingest.html.page import text_of

_MARKS = re.compile(r"[:：/]")
_MAX_LINE = 100  # characters of a line that is a byline
_LABELS = frozenset({"strong", "b", "span", "dt", "label", "small"})
_MAX_LABEL = 30  # characters of a label
_MAX_LABELLED = 200  # characters of the names after a label
_BELOW_HEADINGS = frozenset({"p", "ul", "ol", "dl", "table"})
_EMPHASIS = frozenset({"strong", "b", "em", "i"})


class Sign(IntEnum):
    """What marks an element as a byline; a greater value is more reliable."""

    LONE = 0
    MENTION = 1
    LINE = 2
    LINK = 3
    WORD = 4
    MARK = 5


# Bits of `attribute_words`.
AUTHOR_WORDS = 1
"""The attributes name an author."""
BOX_WORDS = 2
"""The attributes name a box about an author."""


def attribute_words(element: HtmlElement) -> int:
    """Return the meaning of class, id and test id as bits: `AUTHOR_WORDS`, `BOX_WORDS`."""
    return _words_of_all(element.get("class"), element.get("id"), element.get("data-testid"))


@lru_cache(maxsize=20_000)  # a site's pages share their classes, and many elements have none
def _words_of_all(*values: str | None) -> int:
    bits = 0
    for value in values:
        if value:
            bits |= _words_of(value)
    return bits


def _words_of(value: str) -> int:
    low = value.casefold()
    has_author = SIGN.search(low) is not None
    bits = 0
    if has_author and NO_SIGN.search(low) is None:
        bits |= AUTHOR_WORDS
    if (has_author or "bio" in low) and BOX.search(low):
        bits |= BOX_WORDS
    return bits


class Openings:
    """Tells which paragraphs of an element are before its first long one, or are that one.

    The paragraphs of an element are read once, whatever their number.
    """

    def __init__(self) -> None:
        self._known: dict[HtmlElement | None, frozenset[HtmlElement]] = {}

    def hold(self, paragraph: HtmlElement) -> bool:
        """Whether no long `<p>` precedes this one in the element around it."""
        around = paragraph.getparent()
        if around not in self._known:
            self._known[around] = frozenset(_opening(around))
        return paragraph in self._known[around]


def _opening(around: HtmlElement | None) -> Iterator[HtmlElement]:
    for paragraph in () if around is None else around.iterchildren("p"):
        yield paragraph
        if len(text_of(paragraph)) >= _MAX_LINE:
            return


def sign_of(
    element: HtmlElement, bits: int, names: Collection[str], openings: Openings
) -> Sign | None:
    """Return the most reliable sign of an element, or None.

    Args:
        element: The element.
        bits: Its `attribute_words`.
        names: Names of the metadata; a short text with one of them is a sign too.
        openings: The first paragraphs of the page's elements.
    """
    if "author" in element.get("rel", "") or "author" in element.get("itemprop", ""):
        denied = NO_SIGN.search(element.get("class", "").casefold())
        return None if denied else Sign.MARK
    if bits & AUTHOR_WORDS or element.tag == "address":
        return Sign.WORD
    if element.tag == "a" and leads_to_author(element.get("href", "")):
        return Sign.LINK
    text = element.text
    if not text or text.isspace():
        return None
    return _sign_of_text(element, text, names, openings)


def leads_to_author(address: str) -> bool:
    """Whether an address has the shape of an author's page."""
    folders = address.split("/")
    if not FOLDERS.isdisjoint(folders[:-1]):
        return any(folder in FOLDERS and bool(name) for folder, name in pairwise(folders))
    return folders[-1].startswith(("autor-", "author-", "?author")) or "authorname" in address


def leads_to_topic(address: str) -> bool:
    """Whether an address has the shape of a page about a topic: "/category/culture"."""
    if words("topic_folders").isdisjoint(address.split("/")[3:-1]):
        return False
    return not leads_to_author(address)


def _sign_of_text(
    element: HtmlElement, text: str, names: Collection[str], openings: Openings
) -> Sign | None:
    if len(text) > 4 * _MAX_LINE:
        return None
    is_short = len(text.strip()) < _MAX_LINE
    if element.tag != "a" and _starts_as_byline(text):
        return Sign.LINE if is_short else None
    if any(name in text for name in names):
        return Sign.MENTION if is_short else None
    if element.tag in _EMPHASIS and _is_lone(element, openings):
        return Sign.LONE
    return None


def _starts_as_byline(text: str) -> bool:
    """Whether a text starts with "By" or the like, or is only a label."""
    if _first_word(text) in LINE_STARTS or is_label(text):
        return True
    if text.isascii() and ":" not in text:
        return False
    return line_start().match(text) is not None


def _first_word(text: str) -> str:
    """Return the first word of a text in lower case, without the colon or slash after it."""
    word = text.split(None, 1)[0]
    if not word.isalpha():
        word = _MARKS.split(word, maxsplit=1)[0]
    return word.casefold()


def labelled_item(element: HtmlElement) -> HtmlElement | None:
    """Return the element around a label, or None if this is not a label.

    In `<li><b>Author</b> A. Name</li>` it is the item that has the name.
    """
    if element.tag not in _LABELS or not (element.tail or "").strip():
        return None
    if not LABEL.fullmatch(element.text or ""):
        return None
    return element.getparent()


def is_label(text: str) -> bool:
    """Whether a text is only a label: "By", "Author(s):"."""
    if len(text) > _MAX_LABEL:
        return False
    return text.strip(" \t\r\n:：,،/／–-").casefold() in words("labels")


def labelled_sibling(element: HtmlElement) -> HtmlElement | None:
    """Return the element with the names that a label is before, or None.

    In `<div><span>By</span><span>A. Name</span></div>` it is the `<div>`, if that is short, else
    the element after the label.
    """
    if not is_label(text_of(element)):
        return None
    text = text_of(element)
    parent = element.getparent()
    if parent is not None and text_of(parent) == text:
        element, parent = parent, parent.getparent()
    names = element.getnext()
    if parent is None or names is None or (element.tail or "").strip():
        return None
    whole = text_of(parent)
    if len(whole) <= _MAX_LABELLED and whole.startswith(text):
        return parent
    return names if _is_short_element(names) else None


def _is_short_element(node: HtmlElement) -> bool:
    """Whether a node is an element, not a comment, and has few characters."""
    return isinstance(node.tag, str) and len(text_of(node)) <= _MAX_LABELLED


def _is_lone(element: HtmlElement, openings: Openings) -> bool:
    """Whether emphasised text is all of the first or the last paragraph of several."""
    parent = element.getparent()
    if parent is None or parent.tag != "p" or not _is_only_child(element):
        return False
    if (parent.text or "").strip() or (element.tail or "").strip():
        return False
    following = next(parent.itersiblings("*"), None)
    if openings.hold(parent):
        return following is not None and following.tag == "p"
    return following is None or following.tag not in _BELOW_HEADINGS


def _is_only_child(element: HtmlElement) -> bool:
    return element.getprevious() is None and element.getnext() is None
