"""Challenge pages, which a site sends in place of a page to test for automated clients (pure).

They can have any HTTP status, even 200. Their signs are in `words.toml`.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources

from ingest.text import one_line

_MOST_CHARACTERS = 60_000
"""The most characters of a challenge page. Other pages with a vendor's mark are larger."""
_LONGEST_HEADING = 120
"""The most characters of a heading. A longer text is a sentence of an article."""
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,1000}?-->\s*)?<(?:!doctype\s+html|html|head|title)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,500}?)</title", re.IGNORECASE | re.DOTALL)


def _patterns() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of headings, of marks in the source, and of headers."""
    words = tomllib.loads(
        resources.files("ingest.extraction.page_type")
        .joinpath("words.toml")
        .read_text(encoding="utf-8")
    )
    kinds = ("challenge", "challenge_marks", "challenge_headers")
    return tuple(
        re.compile("|".join(f"(?:{each})" for each in words[kind]), re.IGNORECASE) for kind in kinds
    )


_HEADINGS, _MARKS, _HEADERS = _patterns()


def header_sign(headers: Mapping[str, str]) -> str | None:
    """Return the header that marks a response as a vendor's challenge, or None.

    Args:
        headers: The response's headers, with names in lower case.
    """
    return next(
        (line for name, value in headers.items() if _HEADERS.search(line := f"{name}: {value}")),
        None,
    )


def heading_sign(texts: Iterable[str]) -> str | None:
    """Return the first title or heading that is one of a challenge page, or None."""
    return next(
        (text for text in texts if len(text) <= _LONGEST_HEADING and _HEADINGS.search(text)), None
    )


def mark_sign(page: str) -> str | None:
    """Return a vendor's mark in the source of a page, or None.

    A large page is not a challenge page, even if it contains a mark.

    Args:
        page: The source of the page.
    """
    mark = _MARKS.search(page) if len(page) < _MOST_CHARACTERS else None
    return one_line(mark[0])[:60] if mark else None


def may_be_challenge(body: bytes) -> bool:
    """Whether a body is HTML of a challenge page's size. Only the first 1,300 bytes are read."""
    return len(body) < _MOST_CHARACTERS and _HTML.match(body) is not None


def challenge_sign(body: bytes, headers: Mapping[str, str]) -> str | None:
    """Return the sign that a response is a challenge page, or None.

    This is for responses that are not extracted, so that headers, title and source are searched
    without parsing. A feed, a sitemap or JSON is never a challenge page.

    Args:
        body: The response's body, decompressed.
        headers: Its headers, with names in lower case.
    """
    if sign := header_sign(headers):
        return sign
    if not may_be_challenge(body):
        return None
    page = body.decode("utf-8", errors="replace")
    title = _TITLE.search(page)
    return heading_sign([one_line(html.unescape(title[1]))] if title else []) or mark_sign(page)
