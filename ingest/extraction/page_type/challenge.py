"""Challenge pages: what stands in a page's place where a site tests whether its reader is a machine (pure).

They come with any status, 200 too. The signs are data: `words.toml`.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources

from ingest.text import one_line

_MOST_CHARACTERS = (
    60_000  # of a challenge page; real pages that hold a vendor's mark by chance are larger
)
_LONGEST_HEADING = 120  # characters; what is longer is a sentence of news
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,1000}?-->\s*)?<(?:!doctype\s+html|html|head|title)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,500}?)</title", re.IGNORECASE | re.DOTALL)


def _patterns() -> tuple[re.Pattern[str], ...]:
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
    """The header by which a vendor says that this answer is a challenge, or None; names in lower case."""
    return next(
        (line for name, value in headers.items() if _HEADERS.search(line := f"{name}: {value}")),
        None,
    )


def heading_sign(texts: Iterable[str]) -> str | None:
    """The first of these titles and headings that is one of a challenge page, or None."""
    return next(
        (text for text in texts if len(text) <= _LONGEST_HEADING and _HEADINGS.search(text)), None
    )


def mark_sign(page: str) -> str | None:
    """A vendor's mark in the source of a page, or None; large pages are no challenges, whatever they hold."""
    mark = _MARKS.search(page) if len(page) < _MOST_CHARACTERS else None
    return one_line(mark[0])[:60] if mark else None


def challenge_sign(body: bytes, headers: Mapping[str, str]) -> str | None:
    """What tells that an answer is a challenge page, or None: for answers that no extraction reads.

    Header, title and source are looked at, without parsing. An article on challenges has a title of its own and is
    longer; a feed, a sitemap or JSON is none.

    Args:
        body: the answer's body, unpacked.
        headers: its headers, names in lower case.
    """
    if sign := header_sign(headers):
        return sign
    if len(body) >= _MOST_CHARACTERS or not _HTML.match(body):
        return None
    page = body.decode("utf-8", errors="replace")
    title = _TITLE.search(page)
    return heading_sign([one_line(html.unescape(title[1]))] if title else []) or mark_sign(page)
