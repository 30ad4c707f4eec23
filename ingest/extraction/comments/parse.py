"""Parse comments from their elements, with unique ids and replies linked to their parents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.dates.parse import ParsedDate
from ingest.extraction.comments.author import clean_name, find_author
from ingest.extraction.comments.date import ReadDate, find_date
from ingest.extraction.comments.ids import level_of, own_id, parent_element, stated_parent
from ingest.extraction.comments.parts import Part, is_small, parts_of, text_elements, title_of
from ingest.extraction.comments.runs import Item
from ingest.extraction.comments.signatures import read_beside, read_line, split_signature
from ingest.extraction.comments.text import prose, split_bylines
from ingest.extraction.comments.words import Role
from ingest.html.page import Page, text_of
from ingest.html.vocabulary import HEADINGS
from ingest.record import Comment, CommentAuthor
from ingest.text import one_line

_PING = re.compile(
    r"(?:pingback|trackback)\b|(?:\[…\]|\[\.\.\.\]).*(?:\[…\]|\[\.\.\.\])$",
    re.IGNORECASE | re.DOTALL,
)
_ABSOLUTE = re.compile(r"(?:19|20)\d\d|\d[./-]\d")
_FEW = 6  # elements in a byline
_BOLD = frozenset({"b", "strong"})
_PARAGRAPH = 160  # characters of a paragraph that is not a byline
_BYLINE = Role.AUTHOR | Role.DATE


@dataclass(frozen=True, slots=True)
class _Draft:
    """A comment before its id is known."""

    item: Item
    parts: list[Part]
    author: CommentAuthor
    date: str | None
    raw: str | None
    text: str

    @property
    def is_link(self) -> bool:
        """Whether 60 % of the text is one link with several words, such as a headline."""
        text = one_line(self.text)
        links = {text_of(part.element) for part in self.parts if part.element.tag == "a"}
        return not text or any(
            len(link) * 10 >= len(text) * 6 and len(link.split()) >= 3 and link in text
            for link in links
        )

    @property
    def content(self) -> str:
        """Author, date and text for a stable id; a relative date is left out."""
        date = self.raw if self.raw and _ABSOLUTE.search(self.raw) else ""
        return "\n".join((self.author.name or "", date, self.text))


def read_items(
    items: list[Item], page: Page, read: ReadDate, *, limit: int, sure: bool = False
) -> list[tuple[Item, Comment]]:
    """Return the comments of these elements, each with its item; those without text are skipped.

    Args:
        items: in page order; no more than `limit` are read.
        page: the page of the items.
        read: parses a date.
        limit: of comments.
        sure: the items are known to be comments. Otherwise they must look so after parsing, or the
            result is empty.
    """
    by_element = {item.element: item for item in items}
    parser = _Parser(page, by_element, read)
    drafts = [parser.draft(item) for item in items[:limit]]
    comments = [draft for draft in drafts if draft.text]
    return _threaded(comments, by_element) if sure or _are_comments(comments) else []


def _are_comments(drafts: list[_Draft]) -> bool:
    """Whether elements without numbers look like comments: half are signed and most are not links.

    A single one needs an author and a date. If most are links, they are a list of the newest
    comments on all articles.
    """
    if len(drafts) > 1 and sum(draft.is_link for draft in drafts) * 2 > len(drafts):
        return False
    if any(draft.item.number for draft in drafts):
        return True
    if len(drafts) == 1:
        return bool(drafts[0].author.name and drafts[0].raw)
    signed = sum(bool(draft.author.name or draft.raw) for draft in drafts)
    return signed * 2 >= len(drafts)


@dataclass(frozen=True, slots=True)
class _Parser:
    """Parses comments of one page; `items` are all of them by element, `read` parses a date."""

    page: Page
    items: Mapping[HtmlElement, Item]
    read: ReadDate

    def draft(self, item: Item) -> _Draft:
        """Parse one comment; without text if it has none or is a trackback."""
        parts = _parts(item.element, self.items)
        if item.byline is not None:
            return self._beside(item, item.byline, parts)
        texts = text_elements(parts)
        inside = {node for element in texts for node in element.iter("*")}
        mixed = any(part.role & _BYLINE and part.element in inside for part in parts)
        if texts and not mixed:
            return self._marked(item, parts, texts, inside)
        return self._mixed(item, parts, texts)

    def _marked(
        self, item: Item, parts: list[Part], texts: list[HtmlElement], inside: set[HtmlElement]
    ) -> _Draft:
        """Parse a comment whose byline and text are in different elements."""
        author = find_author(parts, inside, self.page)
        raw, date = find_date(parts, inside, author.name, self.read)
        if not author.name or date is None:
            around = prose([item.element], {*self.items, *texts})
            author, raw, date, _ = self._completed(author, raw, date, f"{around}\n.")
        text = _checked(prose(texts, self.items), raw)
        return _Draft(item, parts, author, date.value if date else None, raw, text)

    def _mixed(self, item: Item, parts: list[Part], texts: list[HtmlElement]) -> _Draft:
        """Parse a comment whose byline and text share an element."""
        author = find_author(parts, _no_names(parts), self.page)
        raw, date = find_date(parts, (), author.name, self.read)
        text = prose(texts, self.items)
        if not text:
            title = title_of(parts, author.name)
            text = prose([item.element], self.items, () if title is None else (title,))
        author, raw, date, text = self._completed(author, raw, date, text)
        text, bylines = split_bylines(text, author.name, raw)
        if date is None:
            raw, date = self._date_in(bylines) or (raw, None)
        value = date.value if date else None
        return _Draft(item, parts, author, value, raw, _checked(text, raw))

    def _completed(
        self, author: CommentAuthor, raw: str | None, date: ParsedDate | None, text: str
    ) -> tuple[CommentAuthor, str | None, ParsedDate | None, str]:
        """Return author, date and text; what no markup names is read from a byline in the text."""
        if author.name and date:
            return author, raw, date, text
        text, byline = split_signature(text, author.name)
        if byline.date and date is None:
            raw, date = byline.date, self.read(byline.date)
        signature = read_line(raw) if raw else None
        name = byline.name or (signature and signature.name)
        if name and author.name is None:
            author = CommentAuthor(name=clean_name(name))
        if signature and signature.name and signature.name == author.name:
            raw = signature.date
        return author, raw, date, text

    def _beside(self, item: Item, line: HtmlElement, parts: list[Part]) -> _Draft:
        """Parse a comment whose byline is an element beside its text."""
        around = parts_of(line, ())
        author = find_author(around, (), self.page)
        raw, date = find_date(around, (), author.name, self.read)
        byline = read_beside(text_of(line))
        if byline.name and not author.name:
            author = CommentAuthor(name=clean_name(byline.name))
        if byline.date and date is None:
            raw, date = byline.date, self.read(byline.date)
        text = prose([item.element, *item.more], self.items, (line,))
        return _Draft(item, [*around, *parts], author, date.value if date else None, raw, text)

    def _date_in(self, lines: list[str]) -> tuple[str, ParsedDate] | None:
        for line in lines:
            date = self.read(line)
            if date:
                return line, date
        return None


def _no_names(parts: list[Part]) -> set[HtmlElement]:
    """Return bold words of long paragraphs, and the headings of comments with a byline elsewhere."""
    bylines = {
        part.element for part in parts if len(part.element) <= _FEW and _is_full(part.element)
    }
    around = {part.element.getparent() for part in parts if part.element.tag in _BOLD}
    paragraphs = {element for element in around if len(text_of(element)) > _PARAGRAPH}
    return {
        part.element
        for part in parts
        if (part.element.tag in _BOLD and part.element.getparent() in paragraphs)
        or (part.element.tag in HEADINGS and bylines and part.element not in bylines)
    }


def _is_full(element: HtmlElement) -> bool:
    """Whether its text is a byline with both a name and a date."""
    byline = read_line(text_of(element)) if is_small(element) else None
    return byline is not None and byline.name is not None and byline.date is not None


def _checked(text: str, raw: str | None) -> str:
    """Return the text; empty if it is only the date or a trackback."""
    return "" if text == raw or _PING.match(text) else text


def _parts(element: HtmlElement, items: Mapping[HtmlElement, Item]) -> list[Part]:
    """Return the parts of a comment; of a `dd` those of its `dt` too."""
    before = element.getprevious() if element.tag == "dd" else None
    heading = parts_of(before, items) if before is not None and before.tag == "dt" else []
    return [*heading, *parts_of(element, items)]


def _threaded(
    drafts: list[_Draft], items: Mapping[HtmlElement, Item]
) -> list[tuple[Item, Comment]]:
    ids: dict[HtmlElement, str] = {}
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for draft in drafts:
        ident = _unique(own_id(draft.item, draft.parts, draft.content), taken, numbers)
        ids[draft.item.element] = ident
        taken.add(ident)
    latest: dict[int, str] = {}  # the last comment of each depth
    comments: list[tuple[Item, Comment]] = []
    for draft in drafts:
        element = draft.item.element
        level = level_of(element)
        parent = _parent(draft, ids, items, taken)
        if level:
            parent = parent or latest.get(level - 1)
            latest[level] = ids[element]
        comments.append((draft.item, _comment(draft, ids[element], parent)))
    return comments


def _parent(
    draft: _Draft,
    ids: Mapping[HtmlElement, str],
    items: Mapping[HtmlElement, Item],
    taken: set[str],
) -> str | None:
    """Return the id of the comment answered: as stated, else the nearest one around this."""
    number = stated_parent(draft.item, draft.parts)
    if number is not None and number in taken:
        return number
    element = parent_element(draft.item.element, items)
    while element is not None and element not in ids:
        element = parent_element(element, items)
    return None if element is None else ids[element]


def _comment(draft: _Draft, ident: str, parent: str | None) -> Comment:
    return Comment(
        id=ident,
        parent_id=parent if parent != ident else None,
        author=draft.author,
        date_created=draft.date,
        date_created_raw=draft.raw,
        text=draft.text,
    )


def _unique(ident: str, taken: set[str], numbers: dict[str, int]) -> str:
    """Return the id, with the first number behind it that makes it unique if it is taken.

    Args:
        ident: The id.
        taken: The ids of earlier comments.
        numbers: The next number for each id that was taken before. It is changed.
    """
    unique = ident
    while unique in taken:
        number = numbers.get(ident, 2)
        unique, numbers[ident] = f"{ident}-{number}", number + 1
    return unique
