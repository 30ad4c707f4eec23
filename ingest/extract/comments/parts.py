"""The parts of one comment: its own elements, its author, its date and the element that holds its text."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag

from lxml.html import HtmlElement

from ingest.dates import ParsedDate
from ingest.extract.comments.words import Role, part_of, pattern
from ingest.extract.page import Page, text_of
from ingest.record import CommentAuthor
from ingest.text import one_line

ReadDate = Callable[[str], ParsedDate | None]

_SAYS = re.compile(
    rf"\s*\b(?:{pattern('says')})(?!\w)\s*(?:on|am|le|el|il|op|den|um|:|,|…|\d|$).*$", re.IGNORECASE | re.DOTALL
)
_WHEN = re.compile(
    r"[\s,|·•–-]+(?:on|am|le|el|il|op|den|at|um|vor|posted|il y a|hace)?\s*\W?\s*\d.*$", re.IGNORECASE | re.DOTALL
)
_BY = re.compile(rf"^(?:{pattern('by')})\s*[:\s]\s*", re.IGNORECASE)
_NAME_LENGTH = 80
_SKIPPED = frozenset({"script", "style", "noscript", "template", "form", "textarea", "select", "svg", "button"})


@dataclass(frozen=True, slots=True)
class Part:
    """An element of a comment with what its class and microdata say of it."""

    element: HtmlElement
    role: Role
    prop: str


def parts_of(top: HtmlElement, others: Container[HtmlElement]) -> list[Part]:
    """The elements below `top` in page order, without those of `others` (replies) and of forms."""
    return [_part(element) for element in _own(top, others)]


def _own(top: HtmlElement, others: Container[HtmlElement]) -> Iterator[HtmlElement]:
    stack = [child for child in reversed(top) if isinstance(child.tag, str)]
    while stack:
        element = stack.pop()
        if element in others or element.tag in _SKIPPED:
            continue
        yield element
        stack.extend(child for child in reversed(element) if isinstance(child.tag, str))


def _part(element: HtmlElement) -> Part:
    names = element.get("class")
    return Part(element, part_of(names) if names else Role.NONE, (element.get("itemprop") or "").casefold())


def text_elements(parts: list[Part]) -> list[HtmlElement]:
    """The elements that hold the comment's text, likeliest reading first; the same name may stand more than once."""
    explicit = [part for part in parts if part.prop in {"text", "commenttext", "description", "reviewbody"}]
    return [part.element for part in explicit] or _best_named(parts)


def _best_named(parts: list[Part]) -> list[HtmlElement]:
    named = [part.element for part in parts if part.role & Role.TEXT]
    named = named or [part.element for part in parts if part.element.tag == "p" and _says_comment(part.element)]
    if not named:
        return []
    inner = _innermost_with_all(named)
    return [element for element in named if element.get("class") == inner.get("class") and element.tag == inner.tag]


def _says_comment(element: HtmlElement) -> bool:
    return "comment" in (element.get("class") or "").casefold().split()


def _innermost_with_all(named: list[HtmlElement]) -> HtmlElement:
    """Of text elements in one another the inner one, as long as it holds most of the words of the outer one."""
    best = max(named, key=lambda element: len(text_of(element)))
    whole = len(text_of(best))
    for element in named:
        if element is not best and best in element.iterancestors() and len(text_of(element)) * 10 >= whole * 4:
            best, whole = element, len(text_of(element))
    return best


def find_author(parts: list[Part], page: Page) -> CommentAuthor:
    """Who signs the comment, and the address that the name leads to outside the page."""
    for element in _author_elements(parts):
        name = clean_name(text_of(element) or one_line(element.get("content")))
        if name:
            return CommentAuthor(name=name, url=_author_url(element, page))
    return CommentAuthor()


def _author_elements(parts: list[Part]) -> Iterator[HtmlElement]:
    props = [part.element for part in parts if part.prop in {"author", "creator"}]
    for element in props:
        yield from (inner for inner in element.iter() if inner.get("itemprop") == "name")
    yield from (part.element for part in parts if "fn" in (part.element.get("class") or "").split())
    yield from props
    signed = [part.element for part in parts if part.role & Role.AUTHOR]
    for element in signed:
        yield from element.iter("cite", "strong", "b", "a")
    yield from signed
    yield from (part.element for part in parts if part.element.tag == "cite")
    yield from (part.element for part in parts if part.element.tag in {"h3", "h4", "h5", "h6", "strong", "b"})


def clean_name(text: str) -> str | None:
    """The name without "By", "says:" and the date; None where what is left is no name."""
    name = one_line(_WHEN.sub("", _SAYS.sub("", _BY.sub("", text)))).strip(" :,|-–—·•#")
    if not name or len(name) > _NAME_LENGTH or not re.search(r"\w", name) or re.fullmatch(r"[\W\d]+", name):
        return None
    return name


def _author_url(element: HtmlElement, page: Page) -> str | None:
    links = [element, *element.iter("a"), *list(element.iterancestors())[:2]]
    for link in links:
        if link.tag != "a":
            continue
        address = page.absolute(link.get("href"))
        if address and urldefrag(address)[0] != urldefrag(page.url)[0] and "replytocom" not in address:
            return address
    return None


def find_date(parts: list[Part], read: ReadDate, texts: list[HtmlElement]) -> tuple[str, ParsedDate] | None:
    """The first text of the comment that is a date, machine-readable ones first: as on the page, and read."""
    seen: set[str] = set()
    for found in _date_texts(parts, texts):
        raw = one_line(found)
        if raw and raw not in seen and len(raw) <= 100 and re.search(r"\d|^\w+$", raw):
            seen.add(raw)
            if parsed := read(raw):
                return raw, parsed
    return None


def _date_texts(parts: list[Part], texts: list[HtmlElement]) -> Iterator[str]:
    inside = {node for element in texts for node in element.iter()}
    times = [part.element for part in parts if part.element.tag == "time"]
    yield from (time.get("datetime") or "" for time in times)
    for part in parts:
        if part.prop in {"datecreated", "datepublished", "commenttime", "dateposted"}:
            yield part.element.get("datetime") or part.element.get("content") or text_of(part.element)
    yield from (text_of(time) for time in times)
    dated = [part.element for part in parts if part.role & Role.DATE and part.element not in inside]
    for element in dated:
        yield from (text_of(link) for link in element.iter("a"))
        yield element.get("title") or ""
        yield text_of(element)
    for part in parts:
        if part.element.tag == "a" and "#comment" in (part.element.get("href") or ""):
            yield text_of(part.element)
    outside = [part.element for part in parts if part.element not in inside and not len(part.element)]
    yield from (element.get("title") or "" for element in outside)
    yield from (text_of(element) for element in outside if re.search(r"\d", element.text or ""))
