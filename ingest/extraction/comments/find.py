"""Find the comments of the page among the marked elements, one element for each comment."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from lxml.html import HtmlElement

from ingest.extraction.comments.runs import Item, find_headed, in_holders, in_turn, with_replies
from ingest.extraction.comments.signatures import byline_count
from ingest.extraction.comments.signs import are_alike, are_comments, is_signed, shape
from ingest.extraction.comments.words import Role, roles_of
from ingest.html.page import Page

_NEVER = frozenset(
    {"html", "head", "body", "script", "style", "link", "meta", "noscript", "template"}
)
_SCHEMA = re.compile(
    r"(?:schema\.org/|schema:)(?:User)?Comments?\b|sioc(?:t)?:(?:Comment|Post)\b", re.IGNORECASE
)
# "comment-123", "li-comment-123", "dsq-comment-123", "wpd-comm-5_0", "kommentar_7",
# "comment-body-9". A plural ("comments-123") is the list of all comments of article 123.
_NUMBERED = re.compile(
    r"(?:comm|comment|commentaire|comentario|kommentar|komentarz?|leserbrief|yorum|cmt)"
    r"(?:[-_]?(?:id|item|entry|body|box|container|wrapper|text|content|no|nr|post))?"
    r"[-_]*(?P<number>\d{1,24})(?:_(?P<parent>\d{1,24}))?$",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"c(?P<number>\d{2,24})$")
_NUMBER_ATTRIBUTES = ("data-comment-id", "data-commentid", "data-comment")
_NUMBER_LENGTH = 64
_ITEM_TAGS = frozenset(
    {"li", "div", "article", "section", "dd", "dl", "tr", "td", "table", "blockquote", "p"}
    | {"details"}
)


WHOLE_IDS = frozenset(
    {"comments", "respond", "commentform", "comment-list"}
    | {"disqus_thread", "dsq-comments", "wpdcom"}
)
"""Ids of the whole section only: an element around one of them is not a single comment."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An element whose names, id or schema type are those of comment markup.

    `number` is the number of the comment, `parent` of the comment that it answers.
    """

    element: HtmlElement
    role: Role
    number: str | None = None
    parent: str | None = None
    schema: bool = False


def scan(page: Page) -> list[Mark]:
    """Return the marked elements of the body in page order.

    This visits every element of every page, so it reads as few attributes as possible.
    """
    marks: list[Mark] = []
    has_types = "itemtype" in page.html or "typeof" in page.html
    for element in page.body.iter("*"):
        names, ident = element.get("class"), element.get("id")
        role = _role(names) if names else None
        if ident:
            role = _either(role, _role(ident))
        kind = (element.get("itemtype") or element.get("typeof")) if has_types else None
        if role is None and not kind and not (ident and ident[-1].isdigit()):
            continue
        mark = _mark(element, role, kind)
        if mark is not None:
            marks.append(mark)
    return marks


def _mark(element: HtmlElement, role: Role | None, kind: str | None) -> Mark | None:
    """Return the mark of an element with a role, a schema type, or a number at the end of its id."""
    if element.tag in _NEVER:
        return None
    schema = kind is not None and _SCHEMA.search(kind) is not None
    if role is None and not schema and not (element.get("id") or "")[-1:].isdigit():
        return None
    number, parent = _number(element, role or Role.NONE)
    if role is None and not schema and number is None:
        return None
    return Mark(element, role or Role.NONE, number, parent, schema)


def _either(role: Role | None, other: Role | None) -> Role | None:
    if role is None or other is None:
        return other if role is None else role
    return role | other


@lru_cache(maxsize=20_000)
def _role(names: str) -> Role | None:
    """As `roles_of`, with None for no role: testing a flag for truth is slow."""
    return roles_of(names) or None


def _number(element: HtmlElement, role: Role) -> tuple[str | None, str | None]:
    """Return the number of the comment and of its parent, from the id or a data attribute."""
    if element.tag not in _ITEM_TAGS:
        return None, None
    match = _number_in_id(element.get("id") or "", role)
    if match:
        return match["number"], match.groupdict().get("parent")
    if role & Role.ITEM:
        for attribute in _NUMBER_ATTRIBUTES:
            number = (element.get(attribute) or "").strip()
            if number:
                return number[:_NUMBER_LENGTH], None
    return None, None


def _number_in_id(ident: str, role: Role) -> re.Match[str] | None:
    if not ident[-1:].isdigit():
        return None
    match = _NUMBERED.search(ident)
    if match is None and role & Role.ITEM:
        return _LONG_NUMBER.match(ident)
    return match


_NOT_ITEMS = frozenset(
    {"a", "span", "form", "input", "button", "textarea", "body", "main", "ul", "ol"}
    | {"h1", "h2", "h3", "h4"}
)
_WRAPPERS = frozenset({"li", "dd", "tr"})
_NEAR = 5  # levels from a comment's text to the section
_LIST_ITEMS = frozenset({"li", "div", "article", "section", "dd", "tr", "blockquote"})


def find_items(body: HtmlElement, marks: list[Mark]) -> list[Item]:
    """Return the comments in page order; a reply may be inside the comment that it answers.

    `marks` are those of the `body`, as `scan` returns them.
    """
    marks = _not_elsewhere(marks)
    items = (
        _numbered(marks)
        or _by_schema(marks)
        or _by_class(marks)
        or _around_texts(marks)
        or _in_lists(marks)
        or _beside_texts(marks)
        or find_headed(body)
    )
    pings = {mark.element for mark in marks if mark.role & Role.PING}
    return [
        item
        for item in items
        if item.element not in pings and item.element.getparent() not in pings
    ]


def _not_elsewhere(marks: list[Mark]) -> list[Mark]:
    """Return the marks without sidebar lists such as "recent comments" and their elements."""
    outside = {mark.element for mark in marks if mark.role & Role.ELSEWHERE and mark.number is None}
    if not outside:
        return marks
    return [
        mark
        for mark in marks
        if mark.element not in outside
        and not any(up in outside for up in mark.element.iterancestors())
    ]


def _numbered(marks: list[Mark]) -> list[Item]:
    """Return the elements with the number of a comment, the outermost one for each number."""
    wholes = _around_sections(marks)
    items: dict[str, Item] = {}
    for mark in marks:
        if mark.number is None or mark.number in items or mark.element in wholes:
            continue
        if not mark.role & (Role.FORM | Role.COUNT):
            items[mark.number] = Item(mark.element, mark.number, mark.parent)
    return _promoted(list(items.values()), {mark.element: mark.role for mark in marks})


def _around_sections(marks: list[Mark]) -> set[HtmlElement]:
    """Return the elements around a whole section: a number in their id is not that of a comment."""
    return {
        up
        for mark in marks
        if mark.element.get("id") in WHOLE_IDS
        for up in mark.element.iterancestors()
    }


def _promoted(items: list[Item], roles: dict[HtmlElement, Role]) -> list[Item]:
    """Replace a numbered element by the `li.comment` around it, beside which the replies are."""
    numbered = {item.element for item in items}
    children = Counter(element.getparent() for element in numbered)
    promoted: list[Item] = []
    for item in items:
        parent = item.element.getparent()
        is_comment = (
            children[parent] == 1
            and parent.tag in _WRAPPERS
            and parent not in numbered
            and roles.get(parent, Role.NONE) & Role.ITEM
        )
        promoted.append(Item(parent, item.number, item.parent) if is_comment else item)
    return promoted


def _by_schema(marks: list[Mark]) -> list[Item]:
    return [Item(mark.element) for mark in marks if mark.schema]


def _by_class(marks: list[Mark]) -> list[Item]:
    """Return the largest group of elements of one class that look like comments."""
    groups: dict[tuple[str, frozenset[str]], list[HtmlElement]] = {}
    for mark in marks:
        if mark.role & Role.ITEM and mark.element.tag not in _NOT_ITEMS:
            groups.setdefault(shape(mark.element), []).append(mark.element)
    best: list[HtmlElement] = []
    for group in groups.values():
        if are_comments(group) and len(group) > len(best):
            best = group
    return [Item(element) for element in best]


def _around_texts(marks: list[Mark]) -> list[Item]:
    """Return the signed element around each comment text if only section and texts are named."""
    sections: set[HtmlElement] = set()
    texts: list[HtmlElement] = []
    for mark in marks:
        if mark.role & Role.TEXT:
            if mark.element.tag not in _NOT_ITEMS:
                texts.append(mark.element)
        elif mark.role & Role.SECTION:
            sections.add(mark.element)
    counts = Counter(up for text in texts for up in text.iterancestors())
    items: dict[HtmlElement, Item] = {}
    for text in texts:
        if counts[text]:
            continue
        element = _signed_ancestor(text, sections, counts)
        if element is None and byline_count(text):
            element = text
        if element is not None:
            items[element] = Item(element)
    return list(items.values())


def _signed_ancestor(
    text: HtmlElement, sections: set[HtmlElement], counts: Counter[HtmlElement]
) -> HtmlElement | None:
    """Return the nearest signed element around the text and no other text, inside a section."""
    between = list(takewhile(lambda up: up not in sections, text.iterancestors()))
    if len(between) > _NEAR:
        return None
    return next((up for up in between if counts[up] == 1 and is_signed(up)), None)


def _in_lists(marks: list[Mark]) -> list[Item]:
    """Return the repeated signed children of a section if only the section is named."""
    visited: set[HtmlElement] = set()
    sections = [mark.element for mark in marks if mark.role & Role.SECTION]
    for section in sections:
        if section in visited:
            continue
        for holder in section.iter("ul", "ol", "div", "section", "dl", "tbody"):
            visited.add(holder)
            children = [child for child in holder if child.tag in _LIST_ITEMS]
            if are_alike(children) and are_comments(children):
                return with_replies(children)
    return in_holders([section for section in sections if section.tag not in _NOT_ITEMS])


def _beside_texts(marks: list[Mark]) -> list[Item]:
    """Return the texts with a byline behind each, if only the texts are named."""
    texts = [mark.element for mark in marks if mark.role & Role.TEXT]
    for first in texts[:1]:
        return in_turn([first, *first.itersiblings("*")])
    return []
