"""Comments from their elements: the parts of each put together, ids made unique, replies tied to what they answer."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.extract.comments.items import Item
from ingest.extract.comments.parts import Part, ReadDate, find_author, find_date, parts_of, text_elements
from ingest.extract.comments.prose import prose
from ingest.extract.comments.threads import level_of, own_id, parent_element, stated_parent
from ingest.extract.page import Page
from ingest.record import Comment, CommentAuthor
from ingest.text import one_line

_PING = ("pingback:", "trackback:", "pingback ", "trackback ")


@dataclass(frozen=True, slots=True)
class _Read:
    """A comment before its id is settled."""

    item: Item
    parts: list[Part]
    author: CommentAuthor
    date: str | None
    raw: str | None
    text: str


def read_items(items: list[Item], page: Page, read: ReadDate, limit: int) -> list[tuple[HtmlElement, Comment]]:
    """The comments of these elements, at most `limit`, each with its element; those without text are left out."""
    by_element = {item.element: item for item in items}
    found = [one for item in items[:limit] if (one := _read(item, by_element, page, read)) is not None]
    return _threaded(found if _are_comments(found) else [], by_element)


def _are_comments(found: list[_Read]) -> bool:
    """Whether elements without a comment's number are comments: most are signed, a single one has author and date."""
    if any(one.item.number for one in found):
        return True
    if len(found) == 1:
        return bool(found[0].author.name and found[0].date)
    return sum(1 for one in found if one.author.name or one.date) * 2 >= len(found)


def _read(item: Item, items: dict[HtmlElement, Item], page: Page, read: ReadDate) -> _Read | None:
    parts = parts_of(item.element, items)
    if item.element.tag == "dd" and (before := item.element.getprevious()) is not None and before.tag == "dt":
        parts = [*parts_of(before, items), *parts]
    texts = text_elements(parts)
    author = find_author(parts, page)
    dated = find_date(parts, read, texts)
    text = _text(item, items, texts, author, dated[0] if dated else None)
    if not text or text.casefold().startswith(_PING):
        return None
    return _Read(item, parts, author, dated[1].value if dated else None, dated[0] if dated else None, text)


def _text(
    item: Item, items: dict[HtmlElement, Item], texts: list[HtmlElement], author: CommentAuthor, raw: str | None
) -> str:
    text = prose(texts, items) if texts else ""
    text = text or prose([item.element], items)
    lines = text.split("\n")
    while lines and _is_byline(lines[0], author.name, raw):
        lines.pop(0)
    return "\n".join(lines).strip()


def _is_byline(line: str, name: str | None, raw: str | None) -> bool:
    """A line of nothing but the author's name and the date."""
    rest = one_line(line)
    for known in (raw, name):
        rest = rest.replace(known, "", 1) if known else rest
    return rest != line and len(rest) <= 24 and not any(len(word) > 6 for word in rest.split())


def _threaded(found: list[_Read], items: dict[HtmlElement, Item]) -> list[tuple[HtmlElement, Comment]]:
    ids: dict[HtmlElement, str] = {}
    for one in found:
        said = "\n".join((one.author.name or "", one.raw or "", one.text))
        ids[one.item.element] = _unique(own_id(one.item, one.parts, said), set(ids.values()))
    known = set(ids.values())
    latest: dict[int, str] = {}
    comments: list[tuple[HtmlElement, Comment]] = []
    for one in found:
        ident = ids[one.item.element]
        parent = _parent(one, ids, items, known, latest)
        if level := level_of(one.item.element):
            latest[level] = ident
        comments.append((one.item.element, _comment(one, ident, parent if parent != ident else None)))
    return comments


def _parent(
    one: _Read, ids: dict[HtmlElement, str], items: dict[HtmlElement, Item], known: set[str], latest: dict[int, str]
) -> str | None:
    stated = stated_parent(one.item, one.parts)
    if stated in known:
        return stated
    around = parent_element(one.item.element, items)
    while around is not None:
        if around in ids:
            return ids[around]
        around = parent_element(around, items)
    level = level_of(one.item.element)
    return latest.get(level - 1) if level else None


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
