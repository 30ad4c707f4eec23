"""What is around an element of a byline: a job, a topic, a sentence."""

from __future__ import annotations

from lxml.html import HtmlElement

from ingest.extraction.byline.words import lead
from ingest.extraction.caps import capped
from ingest.extraction.vocabulary import PLACES, SIGN
from ingest.html.dom import text_start
from ingest.html.page import text_of
from ingest.html.vocabulary import HEADINGS, named, names_of, words_pattern

_TOPICS = words_pattern(("categor(?:y|ies)|topics?|tags?|rubri(?:c|k|que)",))
_JOBS = words_pattern(
    ("job|job-?title|roles?|position|designation|affiliation|occupation|profession",)
)
_INLINE = frozenset({"a", "b", "strong", "em", "i", "span", "cite", "small", "label"})
_BESIDE = 40  # characters beside a name in its line: a date, a place
_PROSE = 80  # the same, beside a name in a sentence
_LONGEST_NAME = 60  # characters of the text before a job title
_MOST_EMPTY = 100  # elements without text before one; only a hostile page has more
_MOST_PIECES = 100  # elements of a line; only a hostile page has more
_OVER = "over {} elements are beside a name: the others were not searched for its line"


def is_detail(element: HtmlElement) -> bool:
    """Whether an element is marked as a topic, or has the job or place of the person before."""
    if not isinstance(element.tag, str):
        return False
    if "tag" in (element.get("rel") or "").split() or named(element, _TOPICS):
        return True
    if (element.text or "").strip().casefold() in PLACES and _follows_name(element):
        return len(element) == 0
    return _is_job(element) and _follows_name(element)


def _is_job(element: HtmlElement) -> bool:
    """Whether classes name a job; "title" alone may be that of a story."""
    if named(element, _JOBS):
        return True
    names = names_of(element).casefold()
    return "title" in names and SIGN.search(names) is not None


def _follows_name(element: HtmlElement) -> bool:
    """Whether an element without a link comes right after one with two words or more."""
    if element.tag == "a" or element.find(".//a") is not None:
        return False
    before = text_before(element)
    return len(before.split()) > 1 and len(before) <= _LONGEST_NAME


def text_before(element: HtmlElement) -> str:
    """Return the text of the nearest element with text before this one or before its parent.

    Of a text with more than 60 characters it is the start, which is longer than that.
    """
    for level in (element, element.getparent()):
        if level is None:
            break
        siblings = level.itersiblings("*", preceding=True)
        for previous in capped(siblings, _MOST_EMPTY, _OVER.format(_MOST_EMPTY)):
            text = text_start(previous, _LONGEST_NAME)
            if text:
                return text
    return ""


def is_in_sentence(element: HtmlElement, most: int = _BESIDE) -> bool:
    """Whether an element is a part of a sentence: its block has other text before or after it.

    `most` is the number of characters that a byline may have beside a name: a date, a place.
    """
    block = _block_of(element)
    if block is element:
        return False
    beside = len((block.text or "").strip())
    for child in capped(block, _MOST_PIECES, _OVER.format(_MOST_PIECES)):
        if beside > most:
            break
        beside += len((child.tail or "").strip())
    return beside > most


def is_in_prose(element: HtmlElement) -> bool:
    """Whether an element is in a heading or a long sentence that does not begin as a byline."""
    block = _block_of(element)
    if block.tag in HEADINGS:
        return is_in_sentence(element, 0) and lead().match(text_of(block)) is None
    if block.tag != "p" or not is_in_sentence(element, _PROSE):
        return False
    return lead().match(text_of(block)) is None


def _block_of(element: HtmlElement) -> HtmlElement:
    """Return the nearest element that is not inline, or the element itself without a parent."""
    while element.tag in _INLINE:
        parent = element.getparent()
        if parent is None:
            break
        element = parent
    return element
