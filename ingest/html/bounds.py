"""Bounds on markup, so that its parsers use little time and memory.

Their cost depends on the number of tags, attributes and entities, and a small file can have
millions. What is cut here is read in part; a worker that exceeds its limits gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml.etree import HTMLParser

_PIECE = 2**12
_ATTRIBUTES = 500
_WIDE_TAG = re.compile(
    rb"""<[^\s<>=/!?][^\s<>=]*+
    (?:[\s/]++ [^\s<>=/]++ (?:\s*+ = \s*+ (?: "[^"<]*+" | '[^'<]*+' | [^\s<>"']*+ ))?+ ){%d}"""
    % _ATTRIBUTES,
    re.VERBOSE,
)
_LONG_TAG = re.compile(rb"<[^\s<>=/!?][^<]{%d}" % (2 * _ATTRIBUTES - 2))
"""A tag that is long enough for so many attributes. To search for these first halves the time."""
_MAYBE_WIDE = re.compile(
    rb""">[^<>]*+ (?:<(?![A-Za-z])[^<>]*+)*+ <(?=[A-Za-z][^\s/>]*+
    (?:[\s/]*+ [^\s/>][^\s/>=]*+
       (?:\s*+=\s*+ (?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+ ){%d})"""
    % _ATTRIBUTES,
    re.VERBOSE,
)
"""The first `<` with a letter behind a `>`, as a tag with 500 attributes or more.

Attributes are read as the tokenizer of HTML reads them
(https://html.spec.whatwg.org/multipage/parsing.html#before-attribute-name-state): a value in quotes
may hold any character, and anything but a blank, `/`, `>` and `=` is in a name. Every tag begins at
such a `<`, since comments, scripts and other tags end with `>`; in those it may match without a tag.
"""
_PREFIX = re.compile(rb"\sxmlns:([^\s=<>]++)")
_PREFIXES = 100
"""Different prefixes of namespaces in a feed; real ones have up to 20. feedparser goes through all
of them for each element."""
_KEYWORDS = re.compile(
    rb"(</?(?:[^\s<>/:]++:)?)(?=(?:category|keywords|subject|tags)[\s/>])", re.IGNORECASE
)
"""The beginning of an element with keywords, up to its local name."""
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
    """Return the XML before its first tag with 500 attributes; all of it if it has none.

    Only tags of well-formed XML are found. feedparser compares each attribute of such a tag with
    all others: 30,000 take it 20 s. Its time for other tags grows with their length.
    """
    for tag in _LONG_TAG.finditer(body):
        if _WIDE_TAG.match(body, tag.start()):
            return body[: tag.start()]
    return body


def has_wide_tag(html: bytes) -> bool:
    """Whether the HTML has a tag with 500 attributes.

    libxml2 passes all earlier attributes for each one that it adds to an element: 250,000 of them
    take more than a minute.
    """
    return _MAYBE_WIDE.search(b">" + html) is not None and _has_wide_element(html)


def _has_wide_element(html: bytes) -> bool:
    """Whether libxml2 finds such a tag. It builds no elements here, so that its time is linear."""
    # A target may have any of the methods (https://lxml.de/parsing.html#the-target-parser-interface).
    parser = HTMLParser(encoding="utf-8", target=_Widths())  # type: ignore[arg-type]
    parser.feed(html)
    return bool(parser.close())


class _Widths:
    """A target of a parser, which only looks at the number of attributes."""

    def __init__(self) -> None:
        self._is_wide = False

    def start(self, _tag: str, attributes: Mapping[str, str]) -> None:
        """Called by the parser for each start tag."""
        self._is_wide = self._is_wide or len(attributes) >= _ATTRIBUTES

    def close(self) -> bool:
        """Return the result of the parser: whether there was a wide tag."""
        return self._is_wide


def cut_feed(body: bytes, most: int) -> bytes:
    """Return the first entries of a feed, with at most `most` marks; all of it if it has no more.

    The end tags of the root are added, so that the feed stays well-formed. A feed with more than
    100 prefixes of namespaces ends before that.

    Args:
        body: The feed: RSS, RDF or Atom.
        most: The most tags, attributes and entities to keep.
    """
    start = _cut_at_many_prefixes(cut_at_wide_tag(cut_at_marks(body, b"<=&", most)))
    if len(start) == len(body):
        return body
    ends = [match.end() for match in _ENTRY_END.finditer(start)]
    if not ends:
        return start
    head = start[:_HEAD].lower()
    closing = next((end for root, end in _ROOTS if root in head), b"")
    return start[: ends[-1]] + closing


def _cut_at_many_prefixes(body: bytes) -> bytes:
    prefixes: set[bytes] = set()
    for match in _PREFIX.finditer(body):
        prefixes.add(match[1])
        if len(prefixes) > _PREFIXES:
            return body[: body.rfind(b"<", 0, match.start())]
    return body


def without_keywords(feed: bytes) -> bytes:
    """Return a feed whose elements for keywords have names that feedparser does not know.

    Khabar reads none, and feedparser compares each keyword of an entry with all others: 30,000
    categories take it 15 s.
    """
    return _KEYWORDS.sub(rb"\1unread-", feed)
