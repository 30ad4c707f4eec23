"""One pass over a page: the elements whose names or schema.org types speak of comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from ingest.extract.comments.words import Role, role_of, roles_of

_NAMED = etree.XPath("//body//*[@class or @id or @itemtype or @itemprop or @typeof]")
_SCHEMA = re.compile(r"(?:schema\.org/|schema:)(?:User)?Comments?\b|sioc(?:t)?:(?:Comment|Post)\b", re.IGNORECASE)
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
    {"li", "div", "article", "section", "dd", "dl", "tr", "td", "table", "blockquote", "p", "details"}
)


@dataclass(frozen=True, slots=True)
class Mark:
    """An element that speaks of comments; `number` is that of its own comment, `parent` of the one it answers."""

    element: HtmlElement
    role: Role
    number: str | None = None
    parent: str | None = None
    schema: bool = False


def scan(tree: HtmlElement) -> list[Mark]:
    """The marked elements in page order."""
    found = _NAMED(tree)
    marks = [_mark(element) for element in found] if isinstance(found, list) else []
    return [mark for mark in marks if mark is not None]


def _mark(element: object) -> Mark | None:
    if not isinstance(element, HtmlElement):
        return None
    names, ident = element.get("class"), element.get("id")
    role = (roles_of(names) if names else Role.NONE) | (role_of(ident) if ident else Role.NONE)
    schema = _is_schema(element)
    if not role and not schema and not (ident and ident[-1:].isdigit()):
        return None
    number, parent = _number(element, ident, role)
    if not role and not schema and number is None:
        return None
    return Mark(element, role, number, parent, schema)


def _is_schema(element: HtmlElement) -> bool:
    kind = element.get("itemtype") or element.get("typeof")
    if kind:
        return bool(_SCHEMA.search(kind))
    return element.get("itemprop") == "comment" and element.get("itemscope") is not None


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
