"""Tell the times of other stories, in teasers and lists, from those of the article."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice, takewhile

from lxml.html import HtmlElement

from ingest.extraction.times.labels import is_label
from ingest.html.dom import short_text
from ingest.html.page import text_of

_TEASER = 600  # characters of a teaser; a longer text may link a heading of its own
_MOST_BESIDE = 250  # characters of an element before a time that may be its teaser
_MOST_DATE = 25  # characters of a date alone


def is_other_story(element: HtmlElement) -> bool:
    """Whether it is a link, a list entry with one, one of several articles, or a teaser."""
    if element.tag == "a":
        return True
    if element.tag == "li":
        return element.find(".//a") is not None
    if element.tag == "article" and any(other.tag == "article" for other in _siblings(element)):
        return True
    return _has_linked_heading(element) and bool(short_text(element, _TEASER))


def follows_teaser(element: HtmlElement) -> bool:
    """Whether one of the two short elements right before it has a linked heading."""
    for sibling in islice(element.itersiblings("*", preceding=True), 2):
        if not short_text(sibling, _MOST_BESIDE):
            return False
        if _has_linked_heading(sibling):
            return True
    return False


def _has_linked_heading(element: HtmlElement) -> bool:
    headings = element.iter("h2", "h3", "h4", "h5")
    return any(
        heading.find(".//a") is not None or heading.getparent().tag == "a" for heading in headings
    )


def _siblings(element: HtmlElement) -> Iterator[HtmlElement]:
    yield from element.itersiblings()
    yield from element.itersiblings(preceding=True)


def in_teaser(element: HtmlElement, ancestors: Collection[HtmlElement]) -> bool:
    """Whether it is in a box with another story's heading, below the headline's `ancestors`."""
    between = takewhile(lambda above: above not in ancestors, element.iterancestors())
    headings = (heading for above in between for heading in above.iter("h3"))
    return any(not is_label(text_of(heading)) for heading in headings)


def is_linked(element: HtmlElement, ancestors: Collection[HtmlElement]) -> bool:
    """Whether it is in a link with a text, below the headline's `ancestors`: a teaser."""
    for above in (element, *element.iterancestors()):
        if above in ancestors:
            return False
        if above.tag == "a":
            return len(text_of(above)) > _MOST_DATE
    return False
