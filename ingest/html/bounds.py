"""Bounds on markup, so that its parsers use little time and memory.

Their cost depends on the number of tags, attributes and entities, and a small file can have
millions. What is cut here is read in part; a worker that exceeds its limits gives nothing.
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
"""A tag that is long enough for so many attributes. To search for these first halves the time."""
_ENTRY_END = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ROOTS = ((b"<rdf:rdf", b"</rdf:RDF>"), (b"<rss", b"</channel></rss>"), (b"<feed", b"</feed>"))
_HEAD = 4_000


def cut_at_marks(body: bytes, marks: bytes, most: int) -> bytes:
    """Return the start of the body with about `most` marks; all of it if it has no more.

    Args:
        body: The markup.
        marks: The bytes to count. `<` begins a tag, `=` is in an attribute, `&` begins an entity.
        most: The most marks to keep. The cut is at a multiple of 4,096 bytes.
    """
    if sum(body.count(mark) for mark in marks) <= most:
        return body
    count = 0
    for at in range(0, len(body), _PIECE):
        count += sum(body.count(mark, at, at + _PIECE) for mark in marks)
        if count > most:
            return body[:at]
    return body


def cut_at_wide_tag(body: bytes) -> bytes:
    """Return the body before its first tag with 500 attributes; all of it if it has none.

    Some parsers compare each attribute of a tag with all others: 30,000 attributes take feedparser
    20 s, and a million take libxml2's HTML parser more than a minute.
    """
    for tag in _LONG_TAG.finditer(body):
        if _WIDE_TAG.match(body, tag.start()):
            return body[: tag.start()]
    return body


def cut_feed(body: bytes, most: int) -> bytes:
    """Return the first entries of a feed, with at most `most` marks; all of it if it has no more.

    The end tags of the root are added, so that the feed stays well-formed.

    Args:
        body: The feed: RSS, RDF or Atom.
        most: The most tags, attributes and entities to keep.
    """
    start = cut_at_wide_tag(cut_at_marks(body, b"<=&", most))
    if len(start) == len(body):
        return body
    ends = [match.end() for match in _ENTRY_END.finditer(start)]
    if not ends:
        return start
    head = start[:_HEAD].lower()
    closing = next((end for root, end in _ROOTS if root in head), b"")
    return start[: ends[-1]] + closing
