"""Runs of comments: siblings behind a heading "Comments", or texts and bylines in turn.

Old and hand-made pages name neither a section nor a comment in their markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from lxml.html import HtmlElement

from ingest.extraction.caps import capped
from ingest.extraction.comments.headings import headed_runs, is_label
from ingest.extraction.comments.signatures import (
    Byline,
    byline_count,
    is_name,
    lines_of,
    read_line,
)
from ingest.extraction.comments.signs import are_comments, is_signed, shape
from ingest.html.page import text_of
from ingest.html.vocabulary import HEADINGS

_INSIDE = 8  # elements in a byline
_BYLINES = 2  # of a comment: its own, and one of a quotation or a reply
_WORDS = 5  # of a headline
_CHARACTERS = 12  # of a headline in Chinese, Japanese or Korean
_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_SINGLE = 3_000  # characters of a comment that is the only one
_NOTICE = 900  # characters of notices between the heading and the first comment
_ITEMS = frozenset(
    {"li", "div", "article", "section", "dd", "tr", "blockquote", "p", "details", "table"}
)
_HOLDERS = ("ul", "ol", "div", "section", "article", "dl", "table", "tbody", "td", "form")
_NOT_NAMES = frozenset({"h1", "h2", "h3", "h4", "th", "label", "button", "time"})
_MOST_HOLDERS = 120  # elements below a heading whose children are compared
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """The elements of one comment; `number` and `parent` are those in the id of `element`.

    A comment without an element of its own is its first text, `more` texts, and its `byline`.
    """

    element: HtmlElement
    number: str | None = None
    parent: str | None = None
    more: tuple[HtmlElement, ...] = ()
    byline: HtmlElement | None = None

    @property
    def elements(self) -> tuple[HtmlElement, ...]:
        """All elements of the comment."""
        byline = () if self.byline is None else (self.byline,)
        return (self.element, *self.more, *byline)


def find_headed(body: HtmlElement) -> list[Item]:
    """Return the comments behind the first heading of comments that has some."""
    for run in headed_runs(body):
        items = signed_in(run) or in_holders(run) or _single(run) or _named_rows(run)
        if items:
            return items
    return []


def in_holders(tops: list[HtmlElement]) -> list[Item]:
    """Return the comments that are the children of one element in or below these."""
    holders = chain.from_iterable(top.iter(*_HOLDERS) for top in tops)
    for holder in capped(
        holders,
        _MOST_HOLDERS,
        f"over {_MOST_HOLDERS} elements follow the heading of the comments: the others were not searched",
    ):
        items = signed_in(list(holder.iterchildren("*"))) if len(holder) > 1 else []
        if items:
            return items
    return []


def _single(run: list[HtmlElement]) -> list[Item]:
    """Return the only comment of a run, if the first element with text is short and has one byline."""
    first = next((element for element in run if text_of(element)), None)
    if first is None or first.tag not in _ITEMS or first.find(".//h1") is not None:
        return []
    if len(text_of(first)) <= _SINGLE and byline_count(first) == 1 and _are_plain_comments([first]):
        return [Item(first)]
    return [item for item in in_turn(run, least=1)[:1] if _is_certain(item)]


def _is_certain(item: Item) -> bool:
    """Whether the byline beside a single short text has both a name and a date."""
    byline = None if item.byline is None else _byline_of(item.byline)
    size = sum(len(text_of(element)) for element in item.elements)
    return byline is not None and byline.name is not None and size <= _SINGLE


def _named_rows(run: list[HtmlElement]) -> list[Item]:
    """Return rows right behind the heading that each begin with a name, though none has a date."""
    before = next(run[0].itersiblings("*", preceding=True), None)
    if before is None or not is_label(text_of(before)):
        return []
    for children in (run, list(run[0].iterchildren("*"))):
        rows = [child for child in children if child.tag in _ITEMS and text_of(child)]
        names = [_leading_name(row) for row in rows]
        if len(rows) > 1 and len({shape(row) for row in rows}) == 1 and None not in names:
            return [Item(row, byline=name) for row, name in zip(rows, names, strict=True)]
    return []


def _leading_name(row: HtmlElement) -> HtmlElement | None:
    """Return the first element with text, if that is like a name and a longer text follows."""
    first = next((node for node in row.iter("*") if (node.text or "").strip()), None)
    if first is None or first is row or first.tag in _NOT_NAMES or _has_headline(row):
        return None
    lines = lines_of(row)
    name = text_of(first)
    if not is_name(name) or len(lines) < 2 or lines[0] != name:
        return None
    return first if len(lines[1]) > len(name) else None


def signed_in(children: list[HtmlElement]) -> list[Item]:
    """Return the comments among siblings: elements of one shape, else texts and bylines in turn."""
    groups: dict[tuple[str, frozenset[str]], list[HtmlElement]] = {}
    for child in children:
        if child.tag in _ITEMS and not is_hidden(child):
            groups.setdefault(shape(child), []).append(child)
    best: list[HtmlElement] = []
    for group in groups.values():
        if len(group) > max(1, len(best)) and _are_plain_comments(group):
            best = group if _is_near(group[0], children) else best
    return with_replies(best) or in_turn(children)


def with_replies(elements: list[HtmlElement]) -> list[Item]:
    """Return the comments with those of the same shape inside them, which are replies.

    A `div` without a class has no shape of its own.
    """
    items: list[Item] = []
    for element in elements:
        items.append(Item(element))
        form = shape(element)
        if form[1] or element.tag in {"li", "article", "details"}:
            inner = (node for node in element.iter(element.tag) if node is not element)
            items.extend(Item(node) for node in inner if shape(node) == form and is_signed(node))
    return items


def _are_plain_comments(group: list[HtmlElement]) -> bool:
    """Whether they are comments, few with a link like a headline, and few with many bylines.

    Nothing names them so: they may be other articles with their dates, or lists of those.
    """
    linked = sum(1 for element in group if _has_headline(element))
    if linked * 3 >= len(group) or not are_comments(group):
        return False
    return sum(1 for element in group if byline_count(element) > _BYLINES) * 2 <= len(group)


def _has_headline(element: HtmlElement) -> bool:
    return any(_is_headline(link) for link in element.iter("a"))


def _is_headline(link: HtmlElement) -> bool:
    address = link.get("href") or ""
    if not address or address.startswith(("#", "javascript:")):
        return False
    text = text_of(link)
    return len(text.split()) >= _WORDS or len(_WITHOUT_SPACES.findall(text)) >= _CHARACTERS


def _is_near(first: HtmlElement, children: list[HtmlElement]) -> bool:
    """Whether no more than a notice is between the heading and the first comment."""
    return sum(len(text_of(child)) for child in children[: children.index(first)]) <= _NOTICE


def is_hidden(element: HtmlElement) -> bool:
    """Whether the element's own style hides it, as it does copies of comments for quoting."""
    return _HIDDEN.search(element.get("style") or "") is not None


def in_turn(children: list[HtmlElement], *, least: int = 2) -> list[Item]:
    """Return the comments of a run in which each byline is an element before or after its text."""
    shown = [child for child in children if not is_hidden(child) and text_of(child)]
    bylines = _bylines(shown)
    if len(bylines) < least:
        return []
    is_before = shown[0] in bylines
    comments: list[Item] = []
    texts: list[HtmlElement] = []
    byline: HtmlElement | None = None
    for child in shown:
        if child in bylines:
            if is_before:
                comments.extend(_signed(texts, byline))
                byline = child
            else:
                comments.extend(_signed(texts, child))
            texts = []
        else:
            texts.append(child)
    if is_before:
        comments.extend(_signed(texts[:1], byline))
    linked = sum(1 for comment in comments if any(map(_has_headline, comment.elements)))
    return comments if linked * 3 < len(comments) else []


def _signed(texts: list[HtmlElement], byline: HtmlElement | None) -> Iterator[Item]:
    texts = [text for text in texts if text.tag not in {"form", *HEADINGS}]
    if texts and byline is not None:
        yield Item(texts[0], more=tuple(texts[1:]), byline=byline)


def _bylines(shown: list[HtmlElement]) -> set[HtmlElement]:
    """Return the bylines of one shape, the most frequent one."""
    groups: dict[tuple[str, frozenset[str]], list[HtmlElement]] = {}
    for element in shown:
        if _byline_of(element) is not None:
            groups.setdefault(shape(element), []).append(element)
    best: list[HtmlElement] = []
    for group in groups.values():
        best = group if len(group) > len(best) else best
    return set(best)


def _byline_of(element: HtmlElement) -> Byline | None:
    """Return what the element says if it is a byline as a whole and has a date."""
    if element.tag in {"a", "form", "ul", "ol"} or len(element) > _INSIDE:
        return None
    if _has_headline(element):
        return None
    byline = read_line(text_of(element))
    return byline if byline is not None and byline.date else None
