"""Comments from their elements: the parts of each put together, ids made unique, replies tied to what they answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.extraction.comments.author_date import ReadDate, find_author, find_date
from ingest.extraction.comments.find import Item
from ingest.extraction.comments.parts import Part, parts_of, text_elements, title_of
from ingest.extraction.comments.text import prose, split_bylines
from ingest.extraction.comments.words import Role, pattern, roles_of
from ingest.html.page import Page, text_of
from ingest.record import Comment, CommentAuthor
from ingest.text import one_line

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


# A blog's automatic notice of a link to the article: named as such, or an excerpt cut at both ends.
_PING = re.compile(
    r"(?:pingback|trackback)\b|(?:\[…\]|\[\.\.\.\]).*(?:\[…\]|\[\.\.\.\])$",
    re.IGNORECASE | re.DOTALL,
)
_ABSOLUTE = re.compile(r"(?:19|20)\d\d|\d[./-]\d")
_BYLINE = Role.AUTHOR | Role.DATE


@dataclass(frozen=True, slots=True)
class _Read:
    """A comment before its id is settled."""

    item: Item
    parts: list[Part]
    author: CommentAuthor
    date: str | None
    raw: str | None
    text: str

    @property
    def is_link(self) -> bool:
        """Whether most of the text is that of one link with several words, such as a headline."""
        text = one_line(self.text)
        links = (text_of(part.element) for part in self.parts if part.element.tag == "a")
        longest = max(
            (len(link) for link in links if link in text and len(link.split()) >= 3), default=0
        )
        return longest * 10 >= len(text) * 6

    @property
    def said(self) -> str:
        """What tells the comment from others: author, text, and the date unless it counts from today."""
        date = self.raw if self.raw and _ABSOLUTE.search(self.raw) else ""
        return "\n".join((self.author.name or "", date, self.text))


def read_items(
    items: list[Item], page: Page, read: ReadDate, *, limit: int, sure: bool = False
) -> list[tuple[HtmlElement, Comment]]:
    """The comments of these elements, each with its element; those without text are left out.

    Args:
        items: in page order; no more than `limit` are read.
        page: what they are from.
        read: reads the text of a date.
        limit: of comments.
        sure: they are known to be comments. Otherwise they must look so when read, or none is given.
    """
    by_element = {item.element: item for item in items}
    found = [
        one for item in items[:limit] if (one := _read(item, by_element, page, read)) is not None
    ]
    return _threaded(found, by_element) if sure or _are_comments(found) else []


def _are_comments(found: list[_Read]) -> bool:
    """Whether elements that look like comments are: most without a number are signed, a single one has author and date.

    Where most are nothing but a link they are a list of the newest comments of all articles.
    """
    if len(found) > 1 and sum(1 for one in found if one.is_link) * 2 > len(found):
        return False
    if any(one.item.number for one in found):
        return True
    if len(found) == 1:
        return bool(found[0].author.name and found[0].raw)
    return sum(1 for one in found if one.author.name or one.raw) * 2 >= len(found)


def _read(
    item: Item, items: Mapping[HtmlElement, Item], page: Page, read: ReadDate
) -> _Read | None:
    parts = _parts(item.element, items)
    texts = text_elements(parts)
    inside = {node for element in texts for node in element.iter("*")}
    mixed = not texts or any(part.role & _BYLINE and part.element in inside for part in parts)
    if mixed:
        inside = set()
    author = find_author(parts, inside, page)
    raw, date = find_date(parts, inside, author.name, read)
    text = prose(texts, items)
    if mixed:
        text = text or prose([item.element], items)
        text, bylines = split_bylines(text, author.name, raw)
        if date is None:
            raw, date = next(
                ((line, found) for line in bylines if (found := read(line))), (raw, None)
            )
    if not text or text == raw or _PING.match(text):
        return None
    title = "" if mixed else title_of(parts, inside, author.name)
    if title and not text.startswith(title.rstrip("….")):
        text = f"{title}\n\n{text}"
    return _Read(item, parts, author, date.value if date else None, raw, text)


def _parts(element: HtmlElement, items: Mapping[HtmlElement, Item]) -> list[Part]:
    """The parts of a comment; of a `dd` those of its `dt` too."""
    before = element.getprevious() if element.tag == "dd" else None
    heading = parts_of(before, items) if before is not None and before.tag == "dt" else []
    return [*heading, *parts_of(element, items)]


def _threaded(
    found: list[_Read], items: Mapping[HtmlElement, Item]
) -> list[tuple[HtmlElement, Comment]]:
    ids: dict[HtmlElement, str] = {}
    known: set[str] = set()
    for one in found:
        ids[one.item.element] = _unique(own_id(one.item, one.parts, one.said), known)
        known.add(ids[one.item.element])
    latest: dict[int, str] = {}
    comments: list[tuple[HtmlElement, Comment]] = []
    for one in found:
        ident = ids[one.item.element]
        level = level_of(one.item.element)
        parent = _parent(one, ids, items, known) or (latest.get(level - 1) if level else None)
        if level:
            latest[level] = ident
        comments.append(
            (one.item.element, _comment(one, ident, parent if parent != ident else None))
        )
    return comments


def _parent(
    one: _Read, ids: Mapping[HtmlElement, str], items: Mapping[HtmlElement, Item], known: set[str]
) -> str | None:
    """The id of the comment that this one names as answered, else of the nearest one kept that encloses it."""
    stated = stated_parent(one.item, one.parts)
    if stated in known:
        return stated
    around = parent_element(one.item.element, items)
    while around is not None and around not in ids:
        around = parent_element(around, items)
    return None if around is None else ids[around]


def _comment(one: _Read, ident: str, parent: str | None) -> Comment:
    return Comment(
        id=ident,
        parent_id=parent,
        author=one.author,
        date_created=one.date,
        date_created_raw=one.raw,
        text=one.text,
    )


def _unique(ident: str, taken: set[str]) -> str:
    number, unique = 2, ident
    while unique in taken:
        unique, number = f"{ident}-{number}", number + 1
    return unique
