"""Who answers whom: the id of each comment, and of the comment that it answers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from lxml.html import HtmlElement

from ingest.extraction.comments.find import Item
from ingest.extraction.comments.parts import Part
from ingest.extraction.comments.words import Role, pattern, roles_of

_OWN_LINK = re.compile(
    r"(?:#|replytocom=|[?&]cid=|[?&]comment_?id=)(?:div-|li-)?(?:comment[-_]?|c|cmt[-_]?)?(\d{1,24})\b"
)
_IN_REPLY = re.compile(pattern("in_reply"), re.IGNORECASE)
_LEVEL = re.compile(r"(?:^|[\s_-])(?:depth|level|ebene)[-_]?(\d{1,2})(?:$|\s)")
_PARENT_ATTRIBUTES = (
    "data-parent",
    "data-parent-id",
    "data-parentid",
    "data-comment-parent",
    "data-in-reply-to",
)


def own_id(item: Item, parts: list[Part], said: str) -> str:
    """The comment's number on the page, else its element's id, else a hash of `said` (author, date and text)."""
    if item.number:
        return item.number
    for part in parts:
        if part.element.tag == "a" and not _leads_to_parent(part.element):
            address = f"{part.element.get('href') or ''} #{part.element.get('name') or part.element.get('id') or ''}"
            if found := _OWN_LINK.search(address):
                return found[1]
    ident = (item.element.get("id") or "").strip()
    return ident or hashlib.sha256(said.encode("utf-8")).hexdigest()[:16]


def _leads_to_parent(link: HtmlElement) -> bool:
    return bool(
        _IN_REPLY.search(f"{link.get('class') or ''} {link.text or ''}")
    ) and "replytocom" not in (link.get("href") or "")


def stated_parent(item: Item, parts: list[Part]) -> str | None:
    """The number of the comment that this one says it answers."""
    if item.parent:
        return None if item.parent == "0" else item.parent
    for attribute in _PARENT_ATTRIBUTES:
        if (value := re.sub(r"^\D+", "", item.element.get(attribute) or "")) not in ("", "0"):
            return value
    for part in parts:
        leads = "parentitem" in part.props or (
            part.element.tag == "a" and _leads_to_parent(part.element)
        )
        if leads and (found := _OWN_LINK.search(part.element.get("href") or "")):
            return found[1]
    return None


def parent_element(element: HtmlElement, items: Mapping[HtmlElement, Item]) -> HtmlElement | None:
    """The comment's element that encloses this one, or that a list of replies around this one follows."""
    for up in element.iterancestors():
        if up in items:
            return up
        if (
            roles_of(up.get("class") or "") & Role.REPLIES
            or "indented" in (up.get("class") or "").split()
        ):
            previous = up.getprevious()
            while previous is not None and previous not in items:
                previous = previous.getprevious()
            if previous is not None:
                return previous
    return None


def level_of(element: HtmlElement) -> int | None:
    """The depth of the comment as its class states it ("depth-2"); 1 is a comment on the article."""
    found = _LEVEL.search((element.get("class") or "").casefold())
    return int(found[1]) if found else None
