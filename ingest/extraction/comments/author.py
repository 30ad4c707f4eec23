"""The author of a comment: from marked elements, else from lines that look like a byline."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from urllib.parse import urldefrag

from lxml.html import HtmlElement

from ingest.extraction.comments.byline import BY, BYLINE_LENGTH, byline_texts, leads_to_comment
from ingest.extraction.comments.parts import Part
from ingest.extraction.comments.words import Role, part_of, pattern
from ingest.html.page import Page, text_of
from ingest.record import CommentAuthor
from ingest.text import one_line

_SAYS = re.compile(
    rf"\s*\b(?:{pattern('says')})(?!\w)\s*(?:on|am|le|el|il|op|den|um|:|,|…|\d|$).*$",
    re.IGNORECASE | re.DOTALL,
)
# Behind a name: "— July 17, 2011", "on 3 May 2024", "8.1.2024", "| Tuesday".
# "Line 9 Regular" is a name.
_DATED = r"[^\n]*(?:(?:19|20)\d\d|\d{1,2}[./:]\d\d)"
_WHEN = re.compile(
    rf"\s*[|·•–—/-]\s{_DATED}.*$"
    r"|\s[|·•]\s.*$"
    rf"|,?\s+(?:on|am|le|el|il|op|den|at|um|posted)\s{_DATED}.*$"
    r"|,?\s+(?:vor|il y a|hace)\s+\d.*$"
    r"|\s+(?:\d{1,2}[./:]\s?\d|\d{4}-\d\d|\d{1,2}\.?\s+[^\W\d]{3,}\.?,?\s+\d{4}"
    r"|[^\W\d]{3,}\.?\s\d{1,2},?\s\d{4}).*$",
    re.IGNORECASE | re.DOTALL,
)
_BY_INSIDE = re.compile(
    r"(?:^|\s)(?:by|von|par|por|di|af|av|door|od)\s+(\S[^\n]{0,60}?)\s*"
    r"(?:,|\||\b(?:on|am|le|el|il|op|den|um|at))\s[^\n]*\d",
    re.IGNORECASE,
)
_NOT_NAMES = frozenset(
    {"on", "am", "le", "el", "il", "um", "at", "vor", "says", "by", "von", "par"}
    | {"reply", "antworten", "permalink", "link"}
)
_PROFILE = re.compile(
    r"/(?:users?|profiles?|profil|members?|mitglied|author|autor|autoren|people|u|nutzer"
    r"|utilisateur)[/.]"
)
_AUTHOR_PROPS = frozenset({"author", "creator"})
_SET_OFF = frozenset({"h3", "h4", "h5", "h6", "strong", "b"})
_NAME_LENGTH = 80


def find_author(parts: list[Part], inside: Container[HtmlElement], page: Page) -> CommentAuthor:
    """Return the name that signs the comment, and the address it links to outside the page.

    Elements that are only set off, such as a heading or bold text, count if they are not `inside`
    the text.
    """
    for element in _author_elements(parts, inside):
        name = clean_name(_signed_text(element) or one_line(element.get("content")))
        if name:
            return CommentAuthor(name=name, url=_author_url(element, page))
    for line in byline_texts(parts, inside):
        match = _BY_INSIDE.search(line)
        name = clean_name(match[1]) if match else None
        if name:
            return CommentAuthor(name=name)
    return CommentAuthor()


def _author_elements(parts: list[Part], inside: Container[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield the elements that may hold the author, the most certain ones first."""
    yield from _declared_authors(parts)
    outside = [part.element for part in parts if part.element not in inside]
    yield from (element for element in outside if element.tag == "cite")
    yield from (element for element in outside if _is_profile_link(element))
    yield from (element for element in outside if element.tag in _SET_OFF)


def _declared_authors(parts: list[Part]) -> Iterator[HtmlElement]:
    """Yield the elements that microdata, hCard (`fn`), FOAF or their class name as the author."""
    by_property = [part.element for part in parts if part.props & _AUTHOR_PROPS]
    for element in by_property:
        yield from (inner for inner in element.iter("*") if inner.get("itemprop") == "name")
    yield from (part.element for part in parts if _is_hcard_name(part.element))
    yield from by_property
    by_class = [part.element for part in parts if _is_author_class(part)]
    yield from _innermost(by_class)
    yield from by_class


def _is_hcard_name(element: HtmlElement) -> bool:
    return "fn" in (element.get("class") or "").split()


def _is_author_class(part: Part) -> bool:
    return bool(part.role & Role.AUTHOR) or part.element.get("property") == "foaf:name"


def _is_profile_link(element: HtmlElement) -> bool:
    return element.tag == "a" and _PROFILE.search(element.get("href") or "") is not None


def _innermost(elements: list[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield the author elements without others in them, each after the parts set off inside it."""
    outer = {up for element in elements for up in element.iterancestors()}
    for element in elements:
        if element in outer:
            continue
        for inner in element.iter("cite", "strong", "b", "a"):
            if not leads_to_comment(inner):
                yield inner
        yield element


def _signed_text(element: HtmlElement) -> str:
    """Return the text of the element without times, replies and avatars in it."""
    other = (Role.NOISE | Role.DATE) & ~part_of(element.get("class") or "")
    pieces = [element.text or ""]
    for node in element:
        is_element = isinstance(node.tag, str) and node.tag != "time"
        if is_element and not part_of(node.get("class") or "") & other:
            pieces.append(text_of(node))
        pieces.append(node.tail or "")
    return one_line(" ".join(pieces))


def clean_name(text: str) -> str | None:
    """Return the name without "By", "says:" and the date; None if the rest is not a name."""
    if len(text) > BYLINE_LENGTH:
        return None
    name = one_line(_WHEN.sub("", _SAYS.sub("", BY.sub("", text)))).strip(" :,،|-–—·•#/")
    if not name or len(name) > _NAME_LENGTH or name.casefold() in _NOT_NAMES:
        return None
    return None if re.fullmatch(r"[\W\d]+", name) else name


def _author_url(element: HtmlElement, page: Page) -> str | None:
    links = [element, *element.iter("a"), *list(element.iterancestors())[:2]]
    for link in links:
        if link.tag != "a" or leads_to_comment(link):
            continue
        address = page.absolute(link.get("href"))
        if address and urldefrag(address)[0] != urldefrag(page.url)[0]:
            return address
    return None
