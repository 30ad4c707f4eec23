"""The date of a comment: from marked elements, else from lines that look like a byline.

The text of a date is parsed by `ingest.dates.parse`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from datetime import UTC, datetime

from lxml.html import HtmlElement

from ingest.dates.parse import ParsedDate
from ingest.extraction.comments.byline import BY, BYLINE_LENGTH, byline_texts, leads_to_comment
from ingest.extraction.comments.parts import Part, is_small
from ingest.extraction.comments.words import Role, pattern
from ingest.html.page import text_of
from ingest.text import one_line

ReadDate = Callable[[str], ParsedDate | None]

_LABEL_BEHIND = re.compile(rf"(?:[\s|·•–—#-]+(?:{pattern('labels')}))+\W*$", re.IGNORECASE)
_DATE_PROPS = frozenset(
    {"datecreated", "datepublished", "commenttime", "dateposted", "date", "created"}
)
# "3. Mai", "21:00", "11 weeks ago": kept as the raw date even if no day can be parsed from it.
_LIKE_A_DATE = re.compile(r"\d[./:-]\d|\d{4}|\d\.? [^\W\d]{3,}|[^\W\d]{3,}\.? \d{1,2}\b")
_RAW_LENGTH = 40  # characters of such a raw date
_DATE_LENGTH = 100
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
    yield from (text_of(part.element) for part in parts if leads_to_comment(part.element))
    yield from (_without(line, name) for line in byline_texts(parts, inside))


def _texts_in_date(element: HtmlElement, name: str | None) -> Iterator[str]:
    """Yield the texts of a date element: of its links, its title, its leaves, then all of it."""
    yield from (text_of(link) for link in element.iter("a"))
    yield element.get("title") or ""
    for inner in element.iter("*"):
        if inner is not element and not len(inner):
            yield text_of(inner)
    yield _without(text_of(element), name)


def _without(text: str, name: str | None) -> str:
    """Return the text without the author's name, words before it, and labels behind the date."""
    if len(text) > BYLINE_LENGTH:
        return ""
    text = text.replace(name, "", 1) if name else text
    text = _LABEL_BEHIND.sub("", BY.sub("", text.strip(" ,|-–—/:")))
    return re.sub(r"(?<=[\d.])[^\d]{12,}$", "", text)
