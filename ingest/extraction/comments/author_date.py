"""Author and date of a comment: from marked elements, else from lines that look like a byline."""

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
_BY = re.compile(rf"^(?:#\d+\W+)?(?:{pattern('by')})\s*[:\s]\s*", re.IGNORECASE)
_BY_INSIDE = re.compile(
    r"(?:^|\s)(?:by|von|par|por|di|af|av|door|od)\s+(\S[^\n]{0,60}?)\s*"
    r"(?:,|\||\b(?:on|am|le|el|il|op|den|um|at))\s[^\n]*\d",
    re.IGNORECASE,
)
_LABEL_BEHIND = re.compile(rf"(?:[\s|·•–—#-]+(?:{pattern('labels')}))+\W*$", re.IGNORECASE)
_NOT_NAMES = frozenset(
    {"on", "am", "le", "el", "il", "um", "at", "vor", "says", "by", "von", "par"}
    | {"reply", "antworten", "permalink", "link"}
)
_PROFILE = re.compile(
    r"/(?:users?|profiles?|profil|members?|mitglied|author|autor|autoren|people|u|nutzer"
    r"|utilisateur)[/.]"
)
_DATE_PROPS = frozenset(
    {"datecreated", "datepublished", "commenttime", "dateposted", "date", "created"}
)
_AUTHOR_PROPS = frozenset({"author", "creator"})
_SET_OFF = frozenset({"h3", "h4", "h5", "h6", "strong", "b"})
# "3. Mai", "21:00", "11 weeks ago": kept as the raw date even if no day can be parsed from it.
_LIKE_A_DATE = re.compile(r"\d[./:-]\d|\d{4}|\d\.? [^\W\d]{3,}|[^\W\d]{3,}\.? \d{1,2}\b")
_RAW_LENGTH = 40  # characters of such a raw date
# Seconds or milliseconds since 1970, as in Blogger's permalinks ("?showComment=1381172401460").
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
    """Return the name that signs the comment, and the address it links to outside the page.

    Elements that are only set off, such as a heading or bold text, count if they are not `inside`
    the text.
    """
    for element in _author_elements(parts, inside):
        name = clean_name(_signed_text(element) or one_line(element.get("content")))
        if name:
            return CommentAuthor(name=name, url=_author_url(element, page))
    for line in _byline_texts(parts, inside):
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
            if not _leads_to_comment(inner):
                yield inner
        yield element


def _leads_to_comment(element: HtmlElement) -> bool:
    address = element.get("href") or ""
    return "#comment" in address or "replytocom" in address or "#respond" in address


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
    if len(text) > _BYLINE_LENGTH:
        return None
    name = one_line(_WHEN.sub("", _SAYS.sub("", _BY.sub("", text)))).strip(" :,،|-–—·•#/")
    if not name or len(name) > _NAME_LENGTH or name.casefold() in _NOT_NAMES:
        return None
    return None if re.fullmatch(r"[\W\d]+", name) else name


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
    """Return the comment's date as on the page and parsed; each may be None.

    Args:
        parts: the elements of the comment.
        inside: the elements of its text, which is not searched for a byline.
        name: the author's, which may share a line with the date.
        read: parses a date.
    """
    for text in _machine_texts(parts):
        raw = _trimmed(text)
        parsed = read(raw) if raw else None
        if parsed:
            return raw, parsed
    moment = _epoch(parts)
    exact = read(moment) if moment else None
    texts = _distinct(_shown_texts(parts, inside, name))
    if exact:
        return next(filter(_is_like_date, texts), moment), exact
    return _shown_date(texts, moment, read)


def _is_like_date(raw: str) -> bool:
    return len(raw) <= _RAW_LENGTH and _LIKE_A_DATE.search(raw) is not None


def _shown_date(
    texts: Iterator[str], moment: str | None, read: ReadDate
) -> tuple[str | None, ParsedDate | None]:
    """Return the first text with an instant, else the first with a day, else one like a date."""
    likely = None
    day: tuple[str, ParsedDate] | None = None
    for raw in texts:
        if likely is None and _is_like_date(raw):
            likely = raw
        parsed = read(raw)
        if parsed and parsed.instant:
            return raw, parsed
        if parsed and day is None:
            day = raw, parsed  # the time may follow in an outer element
    return day or (likely or moment, None)


def _distinct(texts: Iterator[str]) -> Iterator[str]:
    previous = {""}
    for text in texts:
        raw = _trimmed(text)
        if raw not in previous:
            previous.add(raw)
            yield raw


def _trimmed(text: str) -> str:
    """Return the text without separators at its ends; empty if it is too long or not like a date.

    Several words without a number are not a date.
    """
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
    """Return the first epoch time in the attributes, as ISO 8601."""
    for part in parts:
        for name in _EPOCH_ATTRIBUTES:
            match = _EPOCH.search(part.element.get(name) or "")
            if match:
                return datetime.fromtimestamp(int(match[1]), UTC).isoformat()
    return None


def _shown_texts(
    parts: list[Part], inside: Container[HtmlElement], name: str | None
) -> Iterator[str]:
    """Yield the visible texts that may hold the date, the most certain ones first."""
    yield from (text_of(part.element) for part in parts if part.element.tag == "time")
    for part in parts:
        if part.role & Role.DATE and part.element not in inside and is_small(part.element):
            yield from _texts_in_date(part.element, name)
    yield from (text_of(part.element) for part in parts if _leads_to_comment(part.element))
    yield from (_without(line, name) for line in _byline_texts(parts, inside))


def _texts_in_date(element: HtmlElement, name: str | None) -> Iterator[str]:
    """Yield the texts of a date element: of its links, its title, its leaves, then all of it."""
    yield from (text_of(link) for link in element.iter("a"))
    yield element.get("title") or ""
    for inner in element.iter("*"):
        if inner is not element and not len(inner):
            yield text_of(inner)
    yield _without(text_of(element), name)


def _byline_texts(parts: list[Part], inside: Container[HtmlElement]) -> Iterator[str]:
    """Yield short texts with a number outside the comment's text, as a byline has."""
    for part in parts:
        element = part.element
        if element in inside or element.tag in {"p", "li"}:
            continue
        yield from (element.get(name) or "" for name in ("title", "data-date", "data-time"))
        text = text_of(element) if len(element) <= 6 and is_small(element) else ""
        if len(text) <= _BYLINE_LENGTH and re.search(r"\d", text):
            yield text


def _without(text: str, name: str | None) -> str:
    """Return the text without the author's name, words before it, and labels behind the date."""
    if len(text) > _BYLINE_LENGTH:
        return ""
    text = text.replace(name, "", 1) if name else text
    text = _LABEL_BEHIND.sub("", _BY.sub("", text.strip(" ,|-–—/:")))
    return re.sub(r"(?<=[\d.])[^\d]{12,}$", "", text)
