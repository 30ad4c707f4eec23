"""Who signs a comment, and when: read from elements that say so, else from lines that look so."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from datetime import UTC, datetime
from urllib.parse import urldefrag

from lxml.html import HtmlElement

from ingest.dates.parse import ParsedDate
from ingest.extraction.comments.parts import Part, is_small
from ingest.extraction.comments.words import Role, part_of, pattern
from ingest.html.page import Page, text_of
from ingest.record import CommentAuthor
from ingest.text import one_line

ReadDate = Callable[[str], ParsedDate | None]

_SAYS = re.compile(
    rf"\s*\b(?:{pattern('says')})(?!\w)\s*(?:on|am|le|el|il|op|den|um|:|,|…|\d|$).*$",
    re.IGNORECASE | re.DOTALL,
)
# Behind a name: "— July 17, 2011", "on 3 May 2024", "8.1.2024", "| Tuesday". "Line 9 Regular" is a name.
_DATED = r"[^\n]*(?:(?:19|20)\d\d|\d{1,2}[./:]\d\d)"
_WHEN = re.compile(
    rf"\s*[|·•–—/-]\s{_DATED}.*$|\s[|·•]\s.*$|,?\s+(?:on|am|le|el|il|op|den|at|um|posted)\s{_DATED}.*$"
    r"|,?\s+(?:vor|il y a|hace)\s+\d.*$"
    r"|\s+(?:\d{1,2}[./:]\s?\d|\d{4}-\d\d|\d{1,2}\.?\s+[^\W\d]{3,}\.?,?\s+\d{4}|[^\W\d]{3,}\.?\s\d{1,2},?\s\d{4}).*$",
    re.IGNORECASE | re.DOTALL,
)
_BY = re.compile(rf"^(?:{pattern('by')})\s*[:\s]\s*", re.IGNORECASE)
_BY_INSIDE = re.compile(
    r"(?:^|\s)(?:by|von|par|por|di|af|av|door|od)\s+(\S[^\n]{0,60}?)\s*(?:,|\||\b(?:on|am|le|el|il|op|den|um|at))\s[^\n]*\d",
    re.IGNORECASE,
)
_LABEL_BEHIND = re.compile(rf"(?:[\s|·•–—#-]+(?:{pattern('labels')}))+\W*$", re.IGNORECASE)
_NOT_NAMES = frozenset(
    {
        "on",
        "am",
        "le",
        "el",
        "il",
        "um",
        "at",
        "vor",
        "says",
        "by",
        "von",
        "par",
        "reply",
        "antworten",
        "permalink",
        "link",
    }
)
_PROFILE = re.compile(
    r"/(?:users?|profiles?|profil|members?|mitglied|author|autor|autoren|people|u|nutzer|utilisateur)[/.]"
)
_DATE_PROPS = frozenset(
    {"datecreated", "datepublished", "commenttime", "dateposted", "date", "created"}
)
_AUTHOR_PROPS = frozenset({"author", "creator"})
# "3. Mai", "21:00", "11 weeks ago": a date as far as it goes, where no day can be told from it.
_LIKE_A_DATE = re.compile(r"\d[./:-]\d|\d{4}|\d\.? [^\W\d]{3,}|[^\W\d]{3,}\.? \d{1,2}\b")
# Seconds or milliseconds since 1970: of Blogger's permalinks ("?showComment=1381172401460") and of scripts.
_EPOCH = re.compile(r"(?:^|showComment=)(1\d{9})(?:\d{3})?(?:\D|$)")
_EPOCH_ATTRIBUTES = (
    "href",
    "data-timestamp",
    "data-time",
    "data-utime",
    "data-comment-timestamp",
    "data-date",
)
_BYLINE_LENGTH = 200
_NAME_LENGTH = 80
_DATE_LENGTH = 100


def find_author(parts: list[Part], inside: Container[HtmlElement], page: Page) -> CommentAuthor:
    """The name that signs the comment, and the address that it leads to outside the page.

    What is only set off, as a heading or in bold, counts where it is not `inside` the text.
    """
    for element in _author_elements(parts, inside):
        if name := clean_name(_signed_text(element) or one_line(element.get("content"))):
            return CommentAuthor(name=name, url=_author_url(element, page))
    for line in _byline_texts(parts, inside):
        if (found := _BY_INSIDE.search(line)) and (name := clean_name(found[1])):
            return CommentAuthor(name=name)
    return CommentAuthor()


def _author_elements(parts: list[Part], inside: Container[HtmlElement]) -> Iterator[HtmlElement]:
    props = [part.element for part in parts if part.props & _AUTHOR_PROPS]
    for element in props:
        yield from (inner for inner in element.iter("*") if inner.get("itemprop") == "name")
    yield from (part.element for part in parts if "fn" in (part.element.get("class") or "").split())
    yield from props
    signed = [
        part.element
        for part in parts
        if part.role & Role.AUTHOR or part.element.get("property") == "foaf:name"
    ]
    yield from _innermost(signed)
    yield from signed
    outside = [part.element for part in parts if part.element not in inside]
    yield from (element for element in outside if element.tag == "cite")
    yield from (
        element
        for element in outside
        if element.tag == "a" and _PROFILE.search(element.get("href") or "")
    )
    yield from (
        element for element in outside if element.tag in {"h3", "h4", "h5", "h6", "strong", "b"}
    )


def _innermost(signed: list[HtmlElement]) -> Iterator[HtmlElement]:
    """Author elements without others in them; of those that hold more than a name, what is set off in them first."""
    outer = {up for element in signed for up in element.iterancestors()}
    for element in signed:
        if element not in outer:
            yield from (
                node
                for node in element.iter("cite", "strong", "b", "a")
                if not _leads_to_comment(node)
            )
            yield element


def _leads_to_comment(element: HtmlElement) -> bool:
    address = element.get("href") or ""
    return "#comment" in address or "replytocom" in address or "#respond" in address


def _signed_text(element: HtmlElement) -> str:
    """The text of the element without times, replies and avatars in it."""
    other = (Role.NOISE | Role.DATE) & ~part_of(element.get("class") or "")
    pieces = [element.text or ""]
    for node in element:
        if (
            isinstance(node.tag, str)
            and node.tag != "time"
            and not part_of(node.get("class") or "") & other
        ):
            pieces.append(text_of(node))
        pieces.append(node.tail or "")
    return one_line(" ".join(pieces))


def clean_name(text: str) -> str | None:
    """The name without "By", "says:" and the date; None where what is left is no name."""
    if len(text) > _BYLINE_LENGTH:
        return None
    name = one_line(_WHEN.sub("", _SAYS.sub("", _BY.sub("", text)))).strip(" :,|-–—·•#/")
    if (
        not name
        or len(name) > _NAME_LENGTH
        or name.casefold() in _NOT_NAMES
        or re.fullmatch(r"[\W\d]+", name)
    ):
        return None
    return name


def _author_url(element: HtmlElement, page: Page) -> str | None:
    links = [element, *element.iter("a"), *list(element.iterancestors())[:2]]
    for link in links:
        if link.tag != "a" or _leads_to_comment(link):
            continue
        address = page.absolute(link.get("href"))
        if address and urldefrag(address)[0] != urldefrag(page.url)[0]:
            return address
    return None


def find_date(
    parts: list[Part], inside: Container[HtmlElement], name: str | None, read: ReadDate
) -> tuple[str | None, ParsedDate | None]:
    """The comment's date as on the page, and read; either may be None.

    Machine-readable forms come first, then what is shown; `name` is the author's, which may stand beside it.
    """
    for found in _machine_texts(parts):
        if (raw := _trimmed(found)) and (parsed := read(raw)):
            return raw, parsed
    moment = _epoch(parts)
    exact = read(moment) if moment else None
    likely, day = None, None
    for raw in _distinct(_shown_texts(parts, inside, name)):
        if likely is None and _LIKE_A_DATE.search(raw) and len(raw) <= 40:
            likely = raw
        if exact and likely:
            break
        if exact is None and (parsed := read(raw)):
            if parsed.instant:
                return raw, parsed
            day = day or (raw, parsed)  # the hour may stand farther out
    return day or (likely or moment, exact)


def _distinct(texts: Iterator[str]) -> Iterator[str]:
    seen = {""}
    for text in texts:
        if (raw := _trimmed(text)) not in seen:
            seen.add(raw)
            yield raw


def _trimmed(text: str) -> str:
    """The text without separators around it; empty where it is no date: too long, or several words and no number."""
    raw = one_line(text).strip(" ,|·•–—-#")
    return raw if len(raw) <= _DATE_LENGTH and re.search(r"\d|^\w+$", raw) else ""


def _machine_texts(parts: list[Part]) -> Iterator[str]:
    times = [part.element for part in parts if part.element.tag == "time"]
    yield from (time.get("datetime") or "" for time in times)
    for part in parts:
        if part.props & _DATE_PROPS:
            yield (
                part.element.get("datetime") or part.element.get("content") or text_of(part.element)
            )


def _epoch(parts: list[Part]) -> str | None:
    """The instant that a number in the markup states, as ISO 8601."""
    for part in parts:
        for name in _EPOCH_ATTRIBUTES:
            if (value := part.element.get(name)) and (found := _EPOCH.search(value)):
                return datetime.fromtimestamp(int(found[1]), UTC).isoformat()
    return None


def _shown_texts(
    parts: list[Part], inside: Container[HtmlElement], name: str | None
) -> Iterator[str]:
    yield from (text_of(part.element) for part in parts if part.element.tag == "time")
    for part in parts:
        element = part.element
        if part.role & Role.DATE and element not in inside and is_small(element):
            yield from (text_of(link) for link in element.iter("a"))
            yield element.get("title") or ""
            yield from (
                text_of(inner)
                for inner in element.iter("*")
                if inner is not element and not len(inner)
            )
            yield _without(text_of(element), name)
    yield from (text_of(part.element) for part in parts if _leads_to_comment(part.element))
    yield from (_without(line, name) for line in _byline_texts(parts, inside))


def _byline_texts(parts: list[Part], inside: Container[HtmlElement]) -> Iterator[str]:
    """Short texts with a number outside the comment's text, where an author and a date may stand together."""
    for part in parts:
        element = part.element
        if element not in inside and element.tag not in {"p", "li"}:
            yield from (element.get(name) or "" for name in ("title", "data-date", "data-time"))
            text = text_of(element) if len(element) <= 6 and is_small(element) else ""
            if len(text) <= _BYLINE_LENGTH and re.search(r"\d", text):
                yield text


def _without(text: str, name: str | None) -> str:
    """The text without the author's name and what introduces it, and without labels behind the date."""
    if len(text) > _BYLINE_LENGTH:
        return ""
    text = text.replace(name, "", 1) if name else text
    text = _LABEL_BEHIND.sub("", _BY.sub("", text.strip(" ,|-–—/:")))
    return re.sub(r"(?<=[\d.])[^\d]{12,}$", "", text)
