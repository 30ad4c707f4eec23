"""The byline of a comment: the short texts outside its text, which name its author and its date."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from lxml.html import HtmlElement

from ingest.extraction.comments.parts import Part, is_small
from ingest.extraction.comments.words import pattern
from ingest.html.page import text_of

BY = re.compile(rf"^(?:#\d+\W+)?(?:{pattern('by')})\s*[:\s]\s*", re.IGNORECASE)
BYLINE_LENGTH = 200  # characters


def byline_texts(parts: list[Part], inside: Container[HtmlElement]) -> Iterator[str]:
    """Yield short texts with a number outside the comment's text, as a byline has."""
    for part in parts:
        element = part.element
        if element in inside or element.tag in {"p", "li"}:
            continue
        yield from (element.get(name) or "" for name in ("title", "data-date", "data-time"))
        text = text_of(element) if len(element) <= 6 and is_small(element) else ""
        if len(text) <= BYLINE_LENGTH and re.search(r"\d", text):
            yield text


def leads_to_comment(element: HtmlElement) -> bool:
    """Whether a link leads to a comment of the page, or to the form for a reply."""
    address = element.get("href") or ""
    return "#comment" in address or "replytocom" in address or "#respond" in address
