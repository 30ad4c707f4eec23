"""The time with which a column beside the text begins."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, takewhile

from lxml.html import HtmlElement

from ingest.extraction.times.labels import is_label
from ingest.extraction.times.marked import is_dated
from ingest.html.page import text_of
from ingest.html.vocabulary import HEADINGS, SIDEBARS, named, words_pattern
from ingest.settings import Limits

_MOST_COLUMNS = 12  # searched in each branch of the page
_MOST_ELEMENTS = 60  # of a column before its time
_COLUMN = words_pattern(SIDEBARS)
_ENTRIES = frozenset({"li", "article"})


def time_of_column(heading: HtmlElement, limits: Limits) -> HtmlElement | None:
    """Return the time with which a column beside the text begins, before any heading and link.

    Columns with lists of stories begin with a heading or a link.
    """
    for level in (heading, *heading.iterancestors()):
        for sibling in (*level.itersiblings(preceding=True), *level.itersiblings()):
            for column in islice(_columns(sibling), _MOST_COLUMNS):
                element = _first_time(column, limits)
                if element is not None:
                    return element
    return None


def _columns(element: HtmlElement) -> Iterator[HtmlElement]:
    for inner in element.iter("aside", "div", "section"):
        if inner.tag == "aside" or named(inner, _COLUMN):
            yield inner


def _first_time(column: HtmlElement, limits: Limits) -> HtmlElement | None:
    for element in islice(column.iter("*"), _MOST_ELEMENTS):
        if element.tag == "a" or (element.tag in HEADINGS and not is_label(text_of(element))):
            return None
        if is_dated(element, limits) and element.find(".//a") is None:
            return None if _is_in_entry(element, column) else element
    return None


def _is_in_entry(element: HtmlElement, column: HtmlElement) -> bool:
    """Whether it is in an entry of a list of stories: beside a link or a linked heading."""
    between = takewhile(lambda above: above is not column, element.iterancestors())
    return any(above.tag in _ENTRIES and above.find(".//a") is not None for above in between)
