"""Headings of comments in many languages, and the elements behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from ingest.extraction.comments.words import Role, pattern, roles_of
from ingest.html.page import text_of
from ingest.html.vocabulary import HEADINGS
from ingest.text import one_line

_BEHIND = rf"(?:\s*(?:{pattern('heading_behind')}))?"
_COUNT = r"[\W\d]*(?:件|개|条|則)?\W*"
_HEADING = re.compile(
    rf"[\W\d]*(?:(?:{pattern('heading_before')})\s*){{0,3}}(?:{pattern('heading')}){_BEHIND}{_COUNT}"
    rf"|[\W\d]*(?:{pattern('heading_phrase')})[\W\d]*"
    rf"|[\W\d]*\d[\W\d]*(?:{pattern('noun')}){_BEHIND}\W*"
    rf"|\W*(?:{pattern('noun')})\W*\d{_COUNT}",
    re.IGNORECASE,
)
_TITLED = (
    "div",
    "p",
    "span",
    "strong",
    "b",
    "font",
    "legend",
    "summary",
    "dt",
    "td",
    "th",
    "header",
)
_LINKS = frozenset({"a", "li", "nav", "button", "label", "option", "form", "figure"})
_ANCHORS = frozenset(
    {"comments", "comment", "kommentare", "commentaires", "comentarios", "commenti"}
)
_ENDS = frozenset({"footer", "nav", "main"})
_HEADING_LENGTH = 120
_LEVELS = 3  # levels between a heading and the element whose siblings are the comments
_RUN = 2_000  # siblings
_TEXT = 30  # characters of a run
_ROW = 200  # characters of a row of buttons
_MOST_HEADINGS = 10  # tried on a page


def headed_runs(body: HtmlElement) -> Iterator[list[HtmlElement]]:
    """Yield the siblings behind each heading of comments, and behind the elements around it.

    Behind those, only as long as there is no more text than in a row of buttons.
    """
    for heading in islice(_headings(body), _MOST_HEADINGS):
        element = heading
        for _ in range(_LEVELS + 1):
            run = _until_next(heading, element)
            size = sum(len(text_of(sibling)) for sibling in run[:20])
            if size >= _TEXT:
                yield run
            parent = element.getparent()
            if size > _ROW or parent is None or _is_whole(parent):
                break
            element = parent


def _is_whole(element: HtmlElement) -> bool:
    """Whether it is the section of the comments or the page: nothing behind it is a comment."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return element.tag in {"body", "html"} or bool(roles_of(names) & Role.SECTION)


def _headings(body: HtmlElement) -> Iterator[HtmlElement]:
    for element in body.iter(*HEADINGS, *_TITLED, "a"):
        if element.tag in HEADINGS:
            is_heading = is_label(text_of(element))
        elif element.tag == "a":
            is_heading = _is_anchor(element)
        else:
            text = element.text
            is_heading = (
                text is not None
                and len(text) <= _HEADING_LENGTH
                and not text.isspace()
                and is_label(text)
                and not _is_link(element)
                and is_label(text_of(element))
            )
        if is_heading:
            yield element


@lru_cache(maxsize=8_192)  # the pages of a site share most of their short texts
def is_label(text: str) -> bool:
    """Whether the text is a heading of comments, such as "Comments (3)"."""
    text = text.strip()
    return 0 < len(text) <= _HEADING_LENGTH and _HEADING.fullmatch(one_line(text)) is not None


def _is_anchor(element: HtmlElement) -> bool:
    """Whether it is the target of a link "to the comments"."""
    if element.get("href"):
        return False
    name = element.get("name") or element.get("id") or ""
    return name.casefold() in _ANCHORS


def _is_link(element: HtmlElement) -> bool:
    """Whether it is in a link, a list of links or a control: such as "3 comments" at the top."""
    around = islice(element.iterancestors(), _LEVELS)
    return element.find(".//a") is not None or any(up.tag in _LINKS for up in around)


def _until_next(heading: HtmlElement, element: HtmlElement) -> list[HtmlElement]:
    """Return the siblings behind the element up to a heading as high as this one."""
    run: list[HtmlElement] = []
    for sibling in islice(element.itersiblings(), _RUN):
        if sibling.tag in _ENDS or _is_as_high(sibling, heading):
            break
        if isinstance(sibling.tag, str):
            run.append(sibling)
    return run


def _is_as_high(element: HtmlElement, heading: HtmlElement) -> bool:
    if element.tag not in HEADINGS:
        return False
    return heading.tag not in HEADINGS or str(element.tag) <= str(heading.tag)
