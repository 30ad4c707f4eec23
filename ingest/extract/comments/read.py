"""Comments from their elements: the parts of each put together, ids made unique, replies tied to what they answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.extract.comments.items import Item
from ingest.extract.comments.parts import Part, parts_of, text_elements, title_of
from ingest.extract.comments.prose import prose
from ingest.extract.comments.signature import ReadDate, find_author, find_date
from ingest.extract.comments.threads import level_of, own_id, parent_element, stated_parent
from ingest.extract.comments.words import pattern
from ingest.extract.page import Page, text_of
from ingest.record import Comment, CommentAuthor
from ingest.text import one_line

_DIGIT = re.compile(r"\d")
_LONG_WORD = re.compile(r"[^\W\d]{6,}")
_BY = re.compile(pattern("by"), re.IGNORECASE)
# "März 7, 2018", "Kommentar von — 2019-01-01 @ 00:39": a date with at most a few short words around it.
_DATE_LINE = re.compile(
    rf"(?:{pattern('by')})?\W*(?:[^\W\d]{{2,10}}[.,]?\s+){{0,2}}\d{{1,4}}[\d\s.,:/@|–—-]*"
    r"(?:[^\W\d]{1,10}\.?[\s,]*)?[\d\s.,:/@|–—-]*\d{2}\s*(?:Uhr|h|am|pm|a\.m\.|p\.m\.)?\W*",
    re.IGNORECASE,
)
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

    @property
    def is_link(self) -> bool:
        """Whether all the text is that of one link."""
        links = (part.element for part in self.parts if part.element.tag == "a")
        return any(text_of(link) == one_line(self.text) for link in links)


def read_items(items: list[Item], page: Page, read: ReadDate, limit: int) -> list[tuple[HtmlElement, Comment]]:
    """The comments of these elements, at most `limit`, each with its element; those without text are left out."""
    by_element = {item.element: item for item in items}
    found = [one for item in items[:limit] if (one := _read(item, by_element, page, read)) is not None]
    return _threaded(found if _are_comments(found) else [], by_element)


def _are_comments(found: list[_Read]) -> bool:
    """Whether elements that look like comments are: most without a number are signed, a single one has author and date.

    Where most are nothing but a link they are a list of the newest comments of all articles.
    """
    if sum(1 for one in found if one.is_link) * 2 > len(found):
        return False
    if any(one.item.number for one in found):
        return True
    if len(found) == 1:
        return bool(found[0].author.name and found[0].raw)
    return sum(1 for one in found if one.author.name or one.date) * 2 >= len(found)


def _read(item: Item, items: dict[HtmlElement, Item], page: Page, read: ReadDate) -> _Read | None:
    parts = parts_of(item.element, items)
    if item.element.tag == "dd" and (before := item.element.getprevious()) is not None and before.tag == "dt":
        parts = [*parts_of(before, items), *parts]
    texts = text_elements(parts)
    author = find_author(parts, texts, page)
    raw, date = find_date(parts, texts, author.name, read)
    text = prose(texts, items) if texts else ""
    text = text or _without_bylines(prose([item.element], items), author.name, raw)
    if not text or text.casefold().startswith(_PING):
        return None
    title = title_of(parts, texts, author.name) if texts else ""
    if title and not text.startswith(title.rstrip("….")):
        text = f"{title}\n\n{text}"
    return _Read(item, parts, author, date.value if date else None, raw, text)


def _without_bylines(text: str, name: str | None, raw: str | None) -> str:
    """The text without first and last lines of nothing but the author's name and the date."""
    lines = text.split("\n")
    while len(lines) > 1 and (not lines[0] or _is_byline(lines[0], name, raw)):
        lines.pop(0)
    while len(lines) > 1 and (not lines[-1] or _is_byline(lines[-1], name, raw, last=True)):
        lines.pop()
    return "\n".join(lines).strip()


def _is_byline(line: str, name: str | None, raw: str | None, *, last: bool = False) -> bool:
    """A line of the author's name and the date; a name alone at the end is how people sign, and stays."""
    if _DATE_LINE.fullmatch(line):
        return True
    rest = line
    for known in (raw, name):
        rest = rest.replace(known, "", 1) if known else rest
    if rest == line or (last and not _DIGIT.search(line)):
        return False
    return len(rest) <= 40 and not _LONG_WORD.search(_BY.sub("", rest))


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
