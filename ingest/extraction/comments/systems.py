"""Which system keeps the comments of a page, also where the page itself holds none of them."""

from __future__ import annotations

from lxml.html import HtmlElement

from ingest.extraction.comments.scan import Mark
from ingest.extraction.comments.words import Role
from ingest.record import CommentSystem

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
