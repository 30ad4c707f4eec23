"""Which of the marked elements are the comments of the page, each as one element."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from lxml.html import HtmlElement

from ingest.extraction.comments.words import Role, part_of, roles_of
from ingest.html.page import text_of

_NEVER = frozenset(
    {"html", "head", "body", "script", "style", "link", "meta", "noscript", "template"}
)
_SCHEMA = re.compile(
    r"(?:schema\.org/|schema:)(?:User)?Comments?\b|sioc(?:t)?:(?:Comment|Post)\b", re.IGNORECASE
)
# "comment-123", "li-comment-123", "dsq-comment-123", "wpd-comm-5_0", "kommentar_7", "comment-body-9"; a plural
# ("comments-123") is the list of all comments of article 123.
_NUMBERED = re.compile(
    r"(?:comm|comment|commentaire|comentario|kommentar|komentarz?|leserbrief|yorum|cmt)"
    r"(?:[-_]?(?:id|item|entry|body|box|container|wrapper|text|content|no|nr|post))?"
    r"[-_]*(?P<number>\d{1,24})(?:_(?P<parent>\d{1,24}))?$",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"c(?P<number>\d{2,24})$")
_ITEM_TAGS = frozenset(
    {
        "li",
        "div",
        "article",
        "section",
        "dd",
        "dl",
        "tr",
        "td",
        "table",
        "blockquote",
        "p",
        "details",
    }
)


WHOLE_IDS = frozenset(
    {
        "comments",
        "respond",
        "commentform",
        "comment-list",
        "disqus_thread",
        "dsq-comments",
        "wpdcom",
    }
)
"""Ids that only the whole section bears: what holds one of them is no single comment."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An element that speaks of comments; `number` is that of its own comment, `parent` of the one it answers."""

    element: HtmlElement
    role: Role
    number: str | None = None
    parent: str | None = None
    schema: bool = False


def scan(body: HtmlElement) -> list[Mark]:
    """The marked elements in page order.

    This looks at every element of every page, so it asks for as little as it can.
    """
    marks: list[Mark] = []
    for element in body.iter("*"):
        names, ident = element.get("class"), element.get("id")
        role = _role(names) if names else None
        if ident and (own := _role(ident)):
            role = own if role is None else role | own
        kind = element.get("itemtype") or element.get("typeof")
        schema = kind is not None and _SCHEMA.search(kind) is not None
        numbered = ident is not None and ident[-1:].isdigit()
        if (role is not None or schema or numbered) and element.tag not in _NEVER:
            number, parent = _number(element, ident, role or Role.NONE)
            if role is not None or schema or number is not None:
                marks.append(Mark(element, role or Role.NONE, number, parent, schema))
    return marks


@lru_cache(maxsize=20_000)
def _role(names: str) -> Role | None:
    """As `roles_of`, with None for no role: the truth of a flag is slow to ask for."""
    return roles_of(names) or None


def _number(element: HtmlElement, ident: str | None, role: Role) -> tuple[str | None, str | None]:
    if element.tag not in _ITEM_TAGS:
        return None, None
    if ident and ident[-1:].isdigit():
        found = _NUMBERED.search(ident) or (_LONG_NUMBER.match(ident) if role & Role.ITEM else None)
        if found:
            return found["number"], found.groupdict().get("parent")
    if role & Role.ITEM:
        for attribute in ("data-comment-id", "data-commentid", "data-comment"):
            if number := (element.get(attribute) or "").strip():
                return number[:64], None
    return None, None


_VOLATILE = re.compile(
    r"\d+|^(?:odd|even|alt|first|last|parent|active|open|new|by\w+|depth|level|thread\w*)$"
)
_AUTHOR_OR_DATE = Role.AUTHOR | Role.DATE
_NOT_ITEMS = frozenset(
    {
        "a",
        "span",
        "form",
        "input",
        "button",
        "textarea",
        "h1",
        "h2",
        "h3",
        "h4",
        "body",
        "main",
        "ul",
        "ol",
    }
)
_WRAPPERS = frozenset({"li", "dd", "tr"})
_NEAR = 5  # levels from a comment's text to the section
_SAMPLE = 50  # elements of a group that are judged for all of it
_LIST_ITEMS = frozenset({"li", "div", "article", "section", "dd", "tr", "blockquote"})


@dataclass(frozen=True, slots=True)
class Item:
    """The element of one comment; `number` and `parent` as its id states them."""

    element: HtmlElement
    number: str | None = None
    parent: str | None = None


def find_items(marks: list[Mark]) -> list[Item]:
    """The comments in page order, replies inside the comment that they answer included."""
    marks = _not_elsewhere(marks)
    found = (
        _numbered(marks)
        or _by_schema(marks)
        or _by_class(marks)
        or _around_texts(marks)
        or _in_lists(marks)
    )
    pings = {mark.element for mark in marks if mark.role & Role.PING}
    return [
        item
        for item in found
        if item.element not in pings and item.element.getparent() not in pings
    ]


def _not_elsewhere(marks: list[Mark]) -> list[Mark]:
    """Without sidebar lists such as "recent comments" and what they hold."""
    outside = {mark.element for mark in marks if mark.role & Role.ELSEWHERE and mark.number is None}
    if not outside:
        return marks
    return [
        m
        for m in marks
        if m.element not in outside and not any(up in outside for up in m.element.iterancestors())
    ]


def _numbered(marks: list[Mark]) -> list[Item]:
    """Elements that bear the number of a comment, the outermost one for each number."""
    around = _around_sections(marks)
    items: dict[str, Item] = {}
    for mark in marks:
        number = (
            None if mark.role & (Role.FORM | Role.COUNT) or mark.element in around else mark.number
        )
        if number is not None and number not in items:
            items[number] = Item(mark.element, number, mark.parent)
    return _promoted(list(items.values()), {mark.element: mark.role for mark in marks})


def _around_sections(marks: list[Mark]) -> set[HtmlElement]:
    """The elements that hold the whole section: a number in their id is not that of one comment."""
    return {
        up
        for mark in marks
        if mark.element.get("id") in WHOLE_IDS
        for up in mark.element.iterancestors()
    }


def _promoted(items: list[Item], roles: dict[HtmlElement, Role]) -> list[Item]:
    """An enclosing `li.comment` in place of the numbered element inside it: the replies stand beside that one."""
    numbered = {item.element for item in items}
    children = Counter(element.getparent() for element in numbered)
    around = {
        parent
        for parent, held in children.items()
        if held == 1
        and parent.tag in _WRAPPERS
        and parent not in numbered
        and roles.get(parent, Role.NONE) & Role.ITEM
    }
    parents = ((item, item.element.getparent()) for item in items)
    return [Item(up, item.number, item.parent) if up in around else item for item, up in parents]


def _by_schema(marks: list[Mark]) -> list[Item]:
    return [Item(mark.element) for mark in marks if mark.schema]


def _by_class(marks: list[Mark]) -> list[Item]:
    """The group of likewise named elements that look most like comments."""
    groups: dict[tuple[str, frozenset[str]], list[HtmlElement]] = {}
    for mark in marks:
        if mark.role & Role.ITEM and mark.element.tag not in _NOT_ITEMS:
            groups.setdefault(_shape(mark.element), []).append(mark.element)
    best: list[HtmlElement] = []
    for group in groups.values():
        if _are_comments(group) and len(group) > len(best):
            best = group
    return [Item(element) for element in best]


def _around_texts(marks: list[Mark]) -> list[Item]:
    """Where a section and the comments' texts in it are named: around each text the nearest element that is signed."""
    sections = {
        mark.element for mark in marks if mark.role & Role.SECTION and not mark.role & Role.TEXT
    }
    texts = [
        mark.element
        for mark in marks
        if mark.role & Role.TEXT and mark.element.tag not in _NOT_ITEMS
    ]
    held = Counter(up for text in texts for up in text.iterancestors())
    items: dict[HtmlElement, Item] = {}
    for text in texts:
        between = list(takewhile(lambda up: up not in sections, text.iterancestors()))
        if held[text] or len(between) > _NEAR:
            continue
        around = next((up for up in between if held[up] == 1 and _is_signed(up)), None)
        if around is not None:
            items[around] = Item(around)
    return list(items.values())


def _in_lists(marks: list[Mark]) -> list[Item]:
    """Where only the section is named: its children that repeat and bear an author or a date each."""
    seen: set[HtmlElement] = set()
    for mark in marks:
        if not mark.role & Role.SECTION or mark.element in seen:
            continue
        for holder in mark.element.iter("ul", "ol", "div", "section", "dl", "tbody"):
            seen.add(holder)
            children = [child for child in holder if child.tag in _LIST_ITEMS]
            if (
                len(children) >= 2
                and len({_shape(child) for child in children}) == 1
                and _are_comments(children)
            ):
                return [Item(child) for child in children]
    return []


def _shape(element: HtmlElement) -> tuple[str, frozenset[str]]:
    names = (element.get("class") or "").casefold().split()
    return str(element.tag), frozenset(name for name in names if not _VOLATILE.search(name))


def _are_comments(group: list[HtmlElement]) -> bool:
    """At least two thirds bear an author or a date, and text beside them; those of teasers are mostly links."""
    sample = group[:_SAMPLE]
    signed = sum(1 for element in sample if _is_signed(element))
    teasers = sum(1 for element in sample if _is_teaser(element))
    return signed * 3 >= len(sample) * 2 and teasers * 3 < len(sample)


def _is_signed(element: HtmlElement) -> bool:
    named = any(
        node.tag in {"time", "cite"} or part_of(node.get("class") or "") & _AUTHOR_OR_DATE
        for node in element.iter("*")
    )
    return named and len(text_of(element).split()) >= 3


def _is_teaser(element: HtmlElement) -> bool:
    """A heading that is a link or inside one, or more than half of the text in links, leads to an article."""
    headings: Iterable[HtmlElement] = element.iter("h1", "h2", "h3", "h4")
    if any(
        heading.find(".//a") is not None or heading.getparent().tag == "a" for heading in headings
    ):
        return True
    return sum(len(text_of(link)) for link in element.iter("a")) * 2 > len(text_of(element))
