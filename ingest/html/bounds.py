"""Markup cut to what is worth reading: a parser's time and memory go by marks, of which a small file may hold millions.

Sources of strangers are read in the process that crawls all sites; none of them may hold that up or fill its memory.
"""

from __future__ import annotations

import re

_PIECE = 2**12
_ATTRIBUTES = 500
_WIDE_TAG = re.compile(
    rb"""<[A-Za-z_][^\s<>=]*+
    (?:[\s/]++ [^\s<>=/]++ (?:\s*+ = \s*+ (?: "[^"<]*+" | '[^'<]*+' | [^\s<>"']*+ ))?+ ){%d}"""
    % _ATTRIBUTES,
    re.VERBOSE,
)
_LONG_TAG = re.compile(rb"<[A-Za-z_][^<]{%d}" % (2 * _ATTRIBUTES - 2))
"""So long is a tag at least that has so many attributes; to look at these alone takes half the time."""
_ENTRY_END = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ROOTS = ((b"<rdf:rdf", b"</rdf:RDF>"), (b"<rss", b"</channel></rss>"), (b"<feed", b"</feed>"))
_HEAD = 4_000


def cut_at_marks(body: bytes, marks: bytes, most: int) -> bytes:
    """The body before its `most`-th byte that is one of `marks`, about; all of it where it has fewer.

    Each `<` is a tag, each `=` an attribute, each `&` an entity: what costs far more than it is long.
    """
    if sum(body.count(mark) for mark in marks) <= most:
        return body
    found = 0
    for at in range(0, len(body), _PIECE):
        found += sum(body.count(mark, at, at + _PIECE) for mark in marks)
        if found > most:
            return body[:at]
    return body


def cut_at_wide_tag(body: bytes) -> bytes:
    """The body before its first tag of 500 attributes; some parsers compare each with each other.

    30,000 attributes take feedparser 20 s, and a million libxml2's reader of HTML more than a minute.
    """
    for tag in _LONG_TAG.finditer(body):
        if _WIDE_TAG.match(body, tag.start()):
            return body[: tag.start()]
    return body


def cut_feed(body: bytes, most: int) -> bytes:
    """The feed's first entries, as many as have `most` marks, closed as its root asks so that it stays well-formed."""
    start = cut_at_wide_tag(cut_at_marks(body, b"<=&", most))
    if len(start) == len(body):
        return body
    ends = [match.end() for match in _ENTRY_END.finditer(start)]
    if not ends:
        return start
    head = start[:_HEAD].lower()
    closing = next((end for root, end in _ROOTS if root in head), b"")
    return start[: ends[-1]] + closing
