"""How many comments the site says that an article has."""

from __future__ import annotations

import re
from collections.abc import Iterator

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


def hosted(tree: HtmlElement, marks: list[Mark]) -> dict[CommentSystem, list[HtmlElement]]:
    """The containers of comment systems that are not the site's own; empty for almost every page."""
    found = [
        mark.element
        for mark in marks
        if mark.role & Role.HOSTED and mark.element.tag not in {"a", "iframe", "img"}
    ]
    containers: dict[CommentSystem, list[HtmlElement]] = {}
    for element in (*found, *tree.iter("fb:comments")):
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
    """The system: of the container that holds the comments, else of any on the page."""
    if items:
        around = {items[0], *items[0].iterancestors()}
        inside = (
            name
            for name in _ORDER
            if any(element in around for element in containers.get(name, []))
        )
        return next(inside, CommentSystem.NATIVE)
    named = next((name for name in _ORDER if name in containers), None)
    return named or (CommentSystem.NATIVE if any(_invites(mark) for mark in marks) else None)


def _invites(mark: Mark) -> bool:
    """A comment form, or the section itself: a mere link or icon is no system."""
    element = mark.element
    if element.tag == "form" or (mark.role & Role.FORM and element.find(".//textarea") is not None):
        return True
    return (
        element.tag in {"section", "div"} and (element.get("id") or "").casefold() in _SECTION_IDS
    )


_NOUN = rf"(?:(?:reader|user|leser)\W?)?(?:{pattern('noun')})"
_NUMBER = r"(?<![\d.,:])(\d{1,3}(?:[.,\u00a0 ]\d{3})+|\d{1,6})"
_AHEAD = re.compile(rf"{_NUMBER}\s*(?:[^\W\d]+\s)?{_NOUN}", re.IGNORECASE)
_BEHIND = re.compile(rf"{_NOUN}\s*[:(\[]?\s*{_NUMBER}\s*(?:[)\]]|$)", re.IGNORECASE)
_ONE = re.compile(rf"^\W*(?:{pattern('one')})\s+{_NOUN}", re.IGNORECASE)
_NONE = re.compile(rf"^\W*(?:{pattern('none')})\s+{_NOUN}", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "legend", "summary", "header")


def find_count(
    page: Page, data: StructuredData | None, marks: list[Mark], sections: tuple[HtmlElement, ...]
) -> int | None:
    """The count as the section's heading states it, else the metadata's; None where nothing states any."""
    for section in sections:
        for element in section.iter("*"):
            if (stated := whole_number(element.get("data-comments-count"))) is not None:
                return stated
    for text in _texts(marks, sections):
        if (count := read_count(text)) is not None:
            return count
    return _in_metadata(page, data)


def _texts(marks: list[Mark], sections: tuple[HtmlElement, ...]) -> Iterator[str]:
    inside = {node for section in sections for node in section.iter(*_HEADINGS)}
    counted = [mark.element for mark in marks if mark.role & Role.COUNT]
    for element in counted:
        if any(section is element or section in element.iterancestors() for section in sections):
            yield text_of(element)[:120]
    for section in sections:
        yield from (
            text_of(heading)[:120] for heading in section.iter(*_HEADINGS) if heading in inside
        )
        previous = section.getprevious()
        if previous is not None and previous.tag in _HEADINGS:
            yield text_of(previous)[:120]


def read_count(text: str) -> int | None:
    """The number in "3 Comments", "Kommentare (12)", "One thought on ..." or "No comments"."""
    if found := _AHEAD.search(text) or _BEHIND.search(text):
        return int(re.sub(r"\D", "", found[1]))
    if _NONE.search(text):
        return 0
    return 1 if _ONE.search(text) else None


def _in_metadata(page: Page, data: StructuredData | None) -> int | None:
    for node in data.articles[:1] if data else ():
        if (count := _in_node(data, node)) is not None:
            return count
    stated = page.meta(
        "commentcount", "comment_count", "article:comment_count", "comments_count", "comment-count"
    )
    if (count := whole_number(stated)) is not None:
        return count
    for value in page.metas.get("interactioncount", []):
        if (
            value.startswith("UserComments:")
            and (count := whole_number(value.partition(":")[2])) is not None
        ):
            return count
    return None


def _in_node(data: StructuredData | None, node: Node) -> int | None:
    if data is None:
        return None
    if (stated := whole_number(data.text(node, "commentCount"))) is not None:
        return stated
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
