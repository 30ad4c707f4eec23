"""Signs that elements are comments: an author or a date beside a text, in a group of one shape."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from ingest.extraction.comments.signatures import byline_count
from ingest.extraction.comments.words import Role, part_of
from ingest.html.page import text_of

_VOLATILE = re.compile(
    r"\d+|^(?:odd|even|alt|first|last|parent|active|open|new|by\w+|depth|level|thread\w*)$"
)
_AUTHOR_OR_DATE = Role.AUTHOR | Role.DATE
_SAMPLE = 50  # elements of a group that are judged for all of it


def are_alike(elements: list[HtmlElement]) -> bool:
    """Whether there are several elements, all of the same shape."""
    return len(elements) >= 2 and len({shape(element) for element in elements}) == 1


def shape(element: HtmlElement) -> tuple[str, frozenset[str]]:
    """Return the tag and the classes without those that differ from comment to comment."""
    names = (element.get("class") or "").casefold().split()
    return str(element.tag), frozenset(name for name in names if not _VOLATILE.search(name))


def are_comments(group: list[HtmlElement]) -> bool:
    """Whether two thirds have an author or date beside text, and less than a third are teasers."""
    if len(group) == 1 and _holds_several(group[0]):
        return False
    sample = group[:_SAMPLE]
    signed = sum(1 for element in sample if is_signed(element))
    teasers = sum(1 for element in sample if is_teaser(element))
    return signed * 3 >= len(sample) * 2 and teasers * 3 < len(sample)


def _holds_several(element: HtmlElement) -> bool:
    """Whether the only element of its shape is not one comment, but all of the page."""
    if not has_byline(element):
        return byline_count(element) != 1
    names: dict[tuple[str, frozenset[str]], set[str]] = {}
    for node in element.iter("*"):
        if part_of(node.get("class") or "") & Role.AUTHOR:
            names.setdefault(shape(node), set()).add(text_of(node))
    return any(len(texts - {""}) > 1 for texts in names.values())


def is_signed(element: HtmlElement) -> bool:
    """Whether it has an author or a date, by its markup or by a line of its text, beside text."""
    if has_byline(element):
        return len(text_of(element).split()) >= 3
    return byline_count(element) > 0


def has_byline(element: HtmlElement) -> bool:
    """Whether markup inside the element names an author or a date."""
    return any(
        node.tag in {"time", "cite"} or part_of(node.get("class") or "") & _AUTHOR_OR_DATE
        for node in element.iter("*")
    )


def is_teaser(element: HtmlElement) -> bool:
    """Whether a heading is a link or inside one, or more than half of the text is in links.

    A heading that is the author's name is none of a teaser.
    """
    headings: Iterable[HtmlElement] = element.iter("h1", "h2", "h3", "h4")
    if any(_is_linked(heading, element) for heading in headings):
        return True
    return sum(len(text_of(link)) for link in element.iter("a")) * 2 > len(text_of(element))


def _is_linked(heading: HtmlElement, top: HtmlElement) -> bool:
    inner = heading.find(".//a")
    link = inner if inner is not None else _link_around(heading, top)
    return link is not None and not part_of(link.get("class") or "") & Role.AUTHOR


def _link_around(heading: HtmlElement, top: HtmlElement) -> HtmlElement | None:
    for up in heading.iterancestors():
        if up.tag == "a":
            return up
        if up is top:
            break
    return None
