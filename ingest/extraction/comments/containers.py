"""The parts of a page that are given to comments, with their notices and forms: they are no article text."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cached_property

from lxml.html import HtmlElement

from ingest.extraction.comments.find import Mark
from ingest.extraction.comments.words import Role, pattern
from ingest.html.page import text_of

_HOLDERS = frozenset({"ul", "ol", "dl", "table", "tbody"})
_TAGS = frozenset(
    {
        "div",
        "section",
        "aside",
        "article",
        "footer",
        "form",
        "details",
        "ul",
        "ol",
        "dl",
        "table",
        "tbody",
        "p",
    }
    | {"h2", "h3", "h4", "h5", "li", "dd", "tr", "td", "blockquote", "fb:comments"}
)
_SILENT = frozenset({"script", "style", "noscript", "template", "select", "textarea"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_NOUN = re.compile(rf"\b(?:{pattern('noun')})", re.IGNORECASE)
# Characters of a section that are in no comment: headings, notices, a login prompt. What is much longer, and
# a large part of the page, is the article, whatever the class of its container says.
_FOREIGN = 600
_FOREIGN_SHARE = 0.15
# Of the page's paragraphs outside comments; the article holds most of them.
_PARAGRAPH_SHARE = 0.4
# Beside each comment a line of author and date may stand, as in `dt` beside `dd`.
_FOREIGN_BESIDE = 80
# Around comments whose container has no name: no more than a heading.
_HEADING = 100
# Elements looked at in one page, however deep its sections stand in one another; what is over it is not cut.
_BUDGET = 300_000


@dataclass(frozen=True, slots=True)
class _Text:
    """Characters below an element that are in no comment and no form, those in `<p>`, and the comments there."""

    characters: int
    paragraphs: int
    comments: int


class Sections:
    """Finds the topmost elements that hold comments and nothing of the article."""

    def __init__(self, tree: HtmlElement, marks: list[Mark], items: list[HtmlElement]) -> None:
        """`items` are the comments' elements in page order; trackbacks among `marks` count as comments here."""
        self._roles = {mark.element: mark.role for mark in marks}
        self._items = items
        self._ours = {*items, *(mark.element for mark in marks if mark.role & Role.PING)}
        self._tree = tree
        self._safe: dict[HtmlElement, bool] = {}
        self._budget = _BUDGET

    def find(self, containers: Iterable[HtmlElement]) -> tuple[HtmlElement, ...]:
        """The sections in page order, none inside another; `containers` are those of hosted systems."""
        found = dict.fromkeys(self._climb(element) for element in self._clusters())
        for element, role in self._roles.items():
            if (
                self._is_section(element, role)
                and not _inside(element, found)
                and self._is_safe(element)
            ):
                found[element] = None
        found.update({element: None for element in containers if self._is_safe(element)})
        top = [
            element for element in found if not any(up in found for up in element.iterancestors())
        ]
        return (
            *top,
            *(heading for element in top if (heading := _heading_before(element)) is not None),
        )

    def _is_section(self, element: HtmlElement, role: Role) -> bool:
        """A named section or form, or on a page without comments a block of notices that bears their name."""
        if role & Role.ELSEWHERE:
            return False
        if role & (Role.SECTION | Role.FORM) and not role & Role.TEXT:
            return True
        block = element.tag in {"div", "section", "aside"} and bool(role & (Role.ITEM | Role.TEXT))
        return block and not self._items

    def _clusters(self) -> list[HtmlElement]:
        """One element for each place where comments stand: their parent where it is safe to take, else each alone."""
        clusters: dict[HtmlElement, None] = {}
        for item in self._items:
            if _inside(item, clusters):
                continue
            parent = item.getparent()
            clusters[parent if self._is_list(parent) else item] = None
        return list(clusters)

    def _is_list(self, parent: HtmlElement) -> bool:
        """Whether it holds comments and no more; one without a name is held to it strictly."""
        if not self._is_safe(parent):
            return False
        if parent.tag in _HOLDERS or parent in self._roles:
            return True
        text = self._foreign(parent)
        return text.characters <= _HEADING + text.comments * _FOREIGN_BESIDE

    def _climb(self, element: HtmlElement) -> HtmlElement:
        best = element
        for up in element.iterancestors():
            named = self._roles.get(up, Role.NONE) & (Role.SECTION | Role.ITEM | Role.TEXT)
            if (named or up.tag in _HOLDERS) and self._is_safe(up):
                best = up
            elif not named and up.tag not in {"div", "section", "aside"}:
                break
        return best

    def _is_safe(self, element: HtmlElement) -> bool:
        if element not in self._safe:
            self._safe[element] = self._holds_only_comments(element)
        return self._safe[element]

    def _holds_only_comments(self, element: HtmlElement) -> bool:
        """Whether nearly all the text is of comments; an `h1` that does not speak of them is the article's."""
        if (
            self._budget < 0
            or element.tag not in _TAGS
            or any(heading not in self._roles for heading in element.iter("h1"))
        ):
            return False
        text = self._foreign(element)
        beside = text.comments * _FOREIGN_BESIDE
        if text.characters <= _FOREIGN + beside:
            return True
        whole = self._whole
        return (
            text.characters <= whole.characters * _FOREIGN_SHARE + beside
            and text.paragraphs <= whole.paragraphs * _PARAGRAPH_SHARE
        )

    @cached_property
    def _whole(self) -> _Text:
        return self._foreign(self._tree)

    def _foreign(self, top: HtmlElement) -> _Text:
        characters = paragraphs = comments = 0
        stack = [top]
        while stack:
            node = stack.pop()
            self._budget -= 1
            if node in self._ours:
                comments += 1
            elif node.tag not in _SILENT and not (node.tag == "form" and _is_small(node)):
                own = len((node.text or "").strip()) + sum(
                    len((child.tail or "").strip()) for child in node
                )
                characters += own
                paragraphs += own if node.tag == "p" else 0
                stack.extend(child for child in node if isinstance(child.tag, str))
        return _Text(characters, paragraphs, comments)


def _heading_before(element: HtmlElement) -> HtmlElement | None:
    """The heading right before a section, such as "Leave a comment", where it stands outside of it."""
    before = element.getprevious()
    if before is None or before.tag not in _HEADINGS:
        return None
    return before if _NOUN.search(text_of(before)[:60]) else None


def _is_small(form: HtmlElement) -> bool:
    """Whether it is a form of its own: some systems wrap one form around the whole page."""
    return not any(True for _ in form.iter("h1", "article", "main"))


def _inside(element: HtmlElement, tops: Container[HtmlElement]) -> bool:
    return element in tops or any(up in tops for up in element.iterancestors())
