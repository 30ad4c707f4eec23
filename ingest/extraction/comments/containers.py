"""Containers of a page's comments, with their notices and forms: none of it is article text."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml.html import HtmlElement

from ingest.extraction.comments.find import Mark
from ingest.extraction.comments.headings import is_label
from ingest.extraction.comments.words import Role, pattern
from ingest.html.page import text_of
from ingest.html.vocabulary import HEADINGS, NOT_RENDERED

_HOLDERS = frozenset({"ul", "ol", "dl", "table", "tbody"})
_TAGS = frozenset(
    {"div", "section", "aside", "article", "footer", "form", "details", "p", "blockquote"}
    | {"ul", "ol", "dl", "table", "tbody", "li", "dd", "tr", "td"}
    | {"h2", "h3", "h4", "h5", "fb:comments"}
)
_TITLES = HEADINGS | {"div", "p", "strong", "b", "header"}
_SILENT = NOT_RENDERED | {"select", "textarea"}
_NOUN = re.compile(rf"\b(?:{pattern('noun')})", re.IGNORECASE)
# Characters of a section outside comments and forms: headings, notices, a login prompt. An element
# with more of them, if they are also this share of the page, holds the article, whatever its class.
_FOREIGN = 600
_FOREIGN_SHARE = 0.15
# Share of the page's paragraphs outside comments. The article holds most of them.
_PARAGRAPH_SHARE = 0.4
# Characters beside each comment: a line of author and date, such as a `dt` beside its `dd`.
_FOREIGN_BESIDE = 80
# Characters around comments in a container without a name: no more than a heading.
_HEADING = 100
# Elements visited per page, however deep its sections are nested. The rest is not cut.
_BUDGET = 300_000


@dataclass(frozen=True, slots=True)
class _Text:
    """Text below an element outside comments and forms.

    `characters` counts all of it, `paragraphs` the characters in `<p>`; `comments` counts the
    comments below the element.
    """

    characters: int
    paragraphs: int
    comments: int


class Sections:
    """Finds the topmost elements that hold comments and nothing of the article."""

    def __init__(self, tree: HtmlElement, marks: list[Mark], items: list[HtmlElement]) -> None:
        """Prepare the search.

        Args:
            tree: the whole page.
            marks: as `scan` returns them; trackbacks among them count as comments.
            items: the elements of the comments in page order.
        """
        self._roles = {mark.element: mark.role for mark in marks}
        self._items = items
        self._ours = {*items, *(mark.element for mark in marks if mark.role & Role.PING)}
        self._tree = tree
        self._safe: dict[HtmlElement, bool] = {}
        self._budget = _BUDGET

    def find(self, containers: Iterable[HtmlElement]) -> tuple[HtmlElement, ...]:
        """Return the sections in page order, never one inside another, then their headings.

        `containers` are those of external comment systems.
        """
        sections = dict.fromkeys(self._climb(element) for element in self._clusters())
        for element, role in self._roles.items():
            is_new = self._is_section(element, role) and not _inside(element, sections)
            if is_new and self._is_safe(element):
                sections[element] = None
        sections.update(dict.fromkeys(filter(self._is_safe, containers)))
        top = _outermost(sections)
        headings = [_heading_before(element) for element in top]
        return (*top, *(heading for heading in headings if heading is not None))

    def _is_section(self, element: HtmlElement, role: Role) -> bool:
        """Whether it is a named section or form.

        On a page without comments, any named block counts too.
        """
        if role & Role.ELSEWHERE:
            return False
        if role & (Role.SECTION | Role.FORM) and not role & Role.TEXT:
            return True
        block = element.tag in {"div", "section", "aside"} and bool(role & (Role.ITEM | Role.TEXT))
        return block and not self._items

    def _clusters(self) -> list[HtmlElement]:
        """Return the parent of each run of comments if it holds nothing else, else each comment."""
        clusters: dict[HtmlElement, None] = {}
        for item in self._items:
            if _inside(item, clusters):
                continue
            parent = item.getparent()
            clusters[parent if self._is_list(parent) else item] = None
        return list(clusters)

    def _is_list(self, parent: HtmlElement) -> bool:
        """Whether it holds only comments; the threshold is lower for an element without a name."""
        if not self._is_safe(parent):
            return False
        if parent.tag in _HOLDERS or parent in self._roles:
            return True
        text = self._foreign(parent)
        return text.characters <= _HEADING + text.comments * _FOREIGN_BESIDE

    def _climb(self, element: HtmlElement) -> HtmlElement:
        """Return the outermost ancestor that holds only comments, or the element itself."""
        best = element
        for up in element.iterancestors():
            role = self._roles.get(up, Role.NONE) & (Role.SECTION | Role.ITEM | Role.TEXT)
            if (role or up.tag in _HOLDERS) and self._is_safe(up):
                best = up
            elif not role and up.tag not in {"div", "section", "aside"}:
                break
        return best

    def _is_safe(self, element: HtmlElement) -> bool:
        if element not in self._safe:
            self._safe[element] = self._holds_only_comments(element)
        return self._safe[element]

    def _holds_only_comments(self, element: HtmlElement) -> bool:
        """Whether nearly all the text is of comments; an `h1` without a mark is the article's."""
        if self._budget < 0 or element.tag not in _TAGS:
            return False
        if any(heading not in self._roles for heading in element.iter("h1")):
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
            elif not _is_silent(node):
                own = _own_length(node)
                characters += own
                paragraphs += own if node.tag == "p" else 0
                stack.extend(child for child in node if isinstance(child.tag, str))
        return _Text(characters, paragraphs, comments)


def _is_silent(node: HtmlElement) -> bool:
    return node.tag in _SILENT or (node.tag == "form" and _is_small(node))


def _own_length(node: HtmlElement) -> int:
    """Return the characters of the element that are not in its children."""
    tails = sum(len((child.tail or "").strip()) for child in node)
    return len((node.text or "").strip()) + tails


def _outermost(sections: Mapping[HtmlElement, None]) -> list[HtmlElement]:
    return [
        element for element in sections if not any(up in sections for up in element.iterancestors())
    ]


def _heading_before(element: HtmlElement) -> HtmlElement | None:
    """Return the heading right before a section, such as "Leave a comment"."""
    before = element.getprevious()
    if before is None or before.tag not in _TITLES:
        return None
    text = text_of(before)
    is_heading = before.tag in HEADINGS and _NOUN.search(text[:60])
    return before if is_heading or is_label(text) else None


def _is_small(form: HtmlElement) -> bool:
    """Whether it is a separate form: some systems wrap one form around the whole page."""
    return not any(True for _ in form.iter("h1", "article", "main"))


def _inside(element: HtmlElement, tops: Container[HtmlElement]) -> bool:
    return element in tops or any(up in tops for up in element.iterancestors())
