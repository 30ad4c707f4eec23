"""One pass over a page: the elements whose names or schema.org types speak of comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

from ingest.extraction.comments.words import Role, roles_of

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
