"""The comment system of a page, and the number of comments that the page or its metadata state."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from lxml.html import HtmlElement

from ingest.extraction.comments.find import Mark
from ingest.extraction.comments.words import Role, pattern
from ingest.extraction.structured import Node, StructuredData, types_of
from ingest.html.page import Page, text_of
from ingest.record import CommentSystem
from ingest.text import whole_number

_ORDER = (
    CommentSystem.WPDISCUZ,
    CommentSystem.DISQUS,
    CommentSystem.VUUKLE,
    CommentSystem.FACEBOOK,
)
_SECTION_IDS = frozenset({"comments", "comment-list", "respond"})


def hosted(page: Page, marks: list[Mark]) -> dict[CommentSystem, list[HtmlElement]]:
    """Return the containers of external comment systems; empty for almost every page."""
    elements = [
        mark.element
        for mark in marks
        if mark.role & Role.HOSTED and mark.element.tag not in {"a", "iframe", "img"}
    ]
    containers: dict[CommentSystem, list[HtmlElement]] = {}
    for element in (*elements, *page.elements("fb:comments")):
        containers.setdefault(_system_of(element), []).append(element)
    return containers


def _system_of(element: HtmlElement) -> CommentSystem:
    names = f"{element.get('id') or ''} {element.get('class') or ''} {element.tag}".casefold()
    if "disqus" in names or "dsq-" in names:
        return CommentSystem.DISQUS
    if "vuukle" in names:
        return CommentSystem.VUUKLE
    return (
        CommentSystem.FACEBOOK if "fb" in names and "comments" in names else CommentSystem.WPDISCUZ
    )


def system_of(
    containers: dict[CommentSystem, list[HtmlElement]], items: list[HtmlElement], marks: list[Mark]
) -> CommentSystem | None:
    """Return the system whose container holds the comments, else any system of the page."""
    if items:
        above = {items[0], *items[0].iterancestors()}
        for name in _ORDER:
            if any(element in above for element in containers.get(name, [])):
                return name
        return CommentSystem.NATIVE
    external = next((name for name in _ORDER if name in containers), None)
    if external:
        return external
    return CommentSystem.NATIVE if any(_invites(mark) for mark in marks) else None


def _invites(mark: Mark) -> bool:
    """Whether it is a comment form or the section itself, not just a link or an icon."""
    element = mark.element
    if element.tag == "form" or (mark.role & Role.FORM and element.find(".//textarea") is not None):
        return True
    ident = (element.get("id") or "").casefold()
    return element.tag in {"section", "div"} and ident in _SECTION_IDS


_NOUN = rf"(?:(?:reader|user|leser)\W?)?(?:{pattern('noun')})"
_NUMBER = r"(?<![\d.,:])(\d{1,3}(?:[.,\u00a0 ]\d{3})+|\d{1,6})"
_AHEAD = re.compile(rf"{_NUMBER}\s*(?:[^\W\d]+\s)?{_NOUN}", re.IGNORECASE)
_BEHIND = re.compile(rf"{_NOUN}\s*[:(\[]?\s*{_NUMBER}\s*(?:[)\]]|$)", re.IGNORECASE)
_ONE = re.compile(rf"^\W*(?:{pattern('one')})\s+{_NOUN}", re.IGNORECASE)
_NONE = re.compile(rf"^\W*(?:{pattern('none')})\s+{_NOUN}", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "legend", "summary", "header")
_TEXT_LENGTH = 120  # characters of a heading that are searched for the count
_META_NAMES = (
    "commentcount",
    "comment_count",
    "article:comment_count",
    "comments_count",
    "comment-count",
)


def find_count(
    page: Page, data: StructuredData | None, marks: list[Mark], sections: tuple[HtmlElement, ...]
) -> int | None:
    """Return the count in the section's heading, else in the metadata; None if there is none."""
    counted = sections if "data-comments-count" in page.html else ()
    for section in counted:
        for element in section.iter("*"):
            count = whole_number(element.get("data-comments-count"))
            if count is not None:
                return count
    for text in _texts(marks, sections):
        count = read_count(text)
        if count is not None:
            return count
    return _in_metadata(page, data)


def _texts(marks: list[Mark], sections: tuple[HtmlElement, ...]) -> Iterator[str]:
    """Yield the start of each text that may hold the count: counters, then headings."""
    around = set(sections)
    for mark in marks:
        if mark.role & Role.COUNT and _is_inside(mark.element, around):
            yield text_of(mark.element)[:_TEXT_LENGTH]
    for section in sections:
        for heading in section.iter(*_HEADINGS):
            yield text_of(heading)[:_TEXT_LENGTH]
        previous = section.getprevious()
        if previous is not None and previous.tag in _HEADINGS:
            yield text_of(previous)[:_TEXT_LENGTH]


def _is_inside(element: HtmlElement, sections: Collection[HtmlElement]) -> bool:
    return element in sections or any(above in sections for above in element.iterancestors())


def read_count(text: str) -> int | None:
    """Return the number in "3 Comments", "Kommentare (12)", "One thought on" or "No comments"."""
    match = _AHEAD.search(text) or _BEHIND.search(text)
    if match:
        return int(re.sub(r"\D", "", match[1]))
    if _NONE.search(text):
        return 0
    return 1 if _ONE.search(text) else None


def _in_metadata(page: Page, data: StructuredData | None) -> int | None:
    for node in data.articles[:1] if data else ():
        count = _in_node(data, node)
        if count is not None:
            return count
    count = whole_number(page.meta(*_META_NAMES))
    if count is not None:
        return count
    for value in page.metas.get("interactioncount", []):
        kind, _, number = value.partition(":")
        if kind == "UserComments" and (count := whole_number(number)) is not None:
            return count
    return None


def _in_node(data: StructuredData | None, node: Node) -> int | None:
    if data is None:
        return None
    count = whole_number(data.text(node, "commentCount"))
    if count is not None:
        return count
    for statistic in data.each(node, "interactionStatistic"):
        if isinstance(statistic, dict) and _is_commenting(data, statistic):
            return whole_number(data.text(statistic, "userInteractionCount"))
    return None


def _is_commenting(data: StructuredData, statistic: Node) -> bool:
    kinds = data.each(statistic, "interactionType")
    names = [
        kind if isinstance(kind, str) else " ".join(types_of(kind))
        for kind in kinds
        if isinstance(kind, str | dict)
    ]
    return any("CommentAction" in name for name in names)
