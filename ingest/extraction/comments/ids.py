"""The ids of comments, and the comments that they answer, as a page states them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from itertools import islice

from lxml.html import HtmlElement

from ingest.extraction.comments.parts import Part
from ingest.extraction.comments.runs import Item
from ingest.extraction.comments.words import Role, pattern, roles_of

_OWN_LINK = re.compile(
    r"(?:#|replytocom=|[?&]cid=|[?&]comment_?id=)(?:div-|li-)?(?:comment[-_]?|c|cmt[-_]?)?"
    r"(\d{1,24})\b"
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


_MOST_BETWEEN = 100
"""Elements between a comment and the list of its replies; there are none or a few."""


def own_id(item: Item, parts: list[Part], content: str) -> str:
    """Return the comment's number, else the id of its element, else a hash of `content`."""
    if item.number:
        return item.number
    for part in parts:
        number = _number_in_link(part.element)
        if number:
            return number
    ident = (item.element.get("id") or "").strip()
    return ident or hashlib.sha256(content.encode("utf-8")).hexdigest()[:16]


def _number_in_link(link: HtmlElement) -> str | None:
    if link.tag != "a" or _leads_to_parent(link):
        return None
    anchor = link.get("name") or link.get("id") or ""
    match = _OWN_LINK.search(f"{link.get('href') or ''} #{anchor}")
    return match[1] if match else None


def _leads_to_parent(link: HtmlElement) -> bool:
    label = f"{link.get('class') or ''} {link.text or ''}"
    if not _IN_REPLY.search(label):
        return False
    return "replytocom" not in (link.get("href") or "")


def stated_parent(item: Item, parts: list[Part]) -> str | None:
    """Return the number of the comment that this one answers, if its markup has one."""
    if item.parent:
        return None if item.parent == "0" else item.parent
    for attribute in _PARENT_ATTRIBUTES:
        number = re.sub(r"^\D+", "", item.element.get(attribute) or "")
        if number not in {"", "0"}:
            return number
    for part in parts:
        match = _OWN_LINK.search(part.element.get("href") or "") if _names_parent(part) else None
        if match:
            return match[1]
    return None


def _names_parent(part: Part) -> bool:
    if "parentitem" in part.props:
        return True
    return part.element.tag == "a" and _leads_to_parent(part.element)


def parent_element(element: HtmlElement, items: Mapping[HtmlElement, Item]) -> HtmlElement | None:
    """Return the comment around this one, or the one before the list of replies around it."""
    for up in element.iterancestors():
        if up in items:
            return up
        names = up.get("class") or ""
        if roles_of(names) & Role.REPLIES or "indented" in names.split():
            before = islice(up.itersiblings(preceding=True), _MOST_BETWEEN)
            if (comment := next((node for node in before if node in items), None)) is not None:
                return comment
    return None


def level_of(element: HtmlElement) -> int | None:
    """Return the depth in the class ("depth-2"); 1 is a comment on the article."""
    match = _LEVEL.search((element.get("class") or "").casefold())
    return int(match[1]) if match else None


# A trackback, which is a blog's automatic notice of a link to the article. It has such a name, or
# is an excerpt cut at both ends.
