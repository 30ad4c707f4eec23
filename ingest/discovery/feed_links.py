"""Feeds that a page declares, in its HTML or in the HTTP header `Link` (feed autodiscovery).

https://www.rssboard.org/rss-autodiscovery, RFC 8288
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.html.page import Page

_FEED_TYPE = re.compile(r"\b(?:rss|atom|rdf)\b|^application/feed\+json\b", re.IGNORECASE)
_XML_TYPE = re.compile(r"^(?:text|application)/xml\s*(?:;|$)", re.IGNORECASE)
"""Some sites declare their feeds as plain XML; those come after the feeds with a type of feeds."""
_COMMENTS = re.compile(r"comments?\b", re.IGNORECASE)
_MAX_HEADER = 8_192
_NAME = r"[\w!#$%&'*+.^`|~-]++"
_LINK_VALUE = re.compile(
    rf"""<([^<>]*+)>((?:\s*+;\s*+{_NAME}\s*+(?:=\s*+(?:"[^"]*+"|[^\s",;]*+))?+)*+)"""
)
_PARAMETER = re.compile(rf""";\s*+({_NAME})\s*+=\s*+(?:"([^"]*+)"|([^\s",;]*+))""")


@dataclass(frozen=True, slots=True)
class _Link:
    """A declared link: the attributes of `<link>`, or the parameters of the header."""

    address: str
    relations: str
    kind: str
    title: str


def declared_feeds(page: Page) -> list[str]:
    """Return the feeds of articles that a page declares, each once, without feeds of comments.

    Such a link is `rel="alternate"` with `type="application/rss+xml"` or a similar type.
    """
    links = [*_html_links(page), *_header_links(page)]
    urls: dict[str, None] = {}
    for types in (_FEED_TYPE, _XML_TYPE):
        for link in links:
            if "alternate" not in link.relations.casefold().split() or not types.search(link.kind):
                continue
            url = page.absolute(link.address)
            if url and not _COMMENTS.search(f"{link.title} {urlsplit(url).path}"):
                urls[url] = None
    return list(urls)


def _html_links(page: Page) -> Iterator[_Link]:
    for element in page.tree.iter("link"):
        yield _Link(
            address=element.get("href") or "",
            relations=element.get("rel") or "",
            kind=(element.get("type") or "").strip(),
            title=element.get("title") or "",
        )


def _header_links(page: Page) -> Iterator[_Link]:
    """Yield the links of the HTTP header, of which the first value of a parameter counts."""
    for match in _LINK_VALUE.finditer(page.headers.get("link", "")[:_MAX_HEADER]):
        values: dict[str, str] = {}
        for parameter in _PARAMETER.finditer(match[2]):
            values.setdefault(parameter[1].casefold(), parameter[2] or parameter[3] or "")
        yield _Link(
            address=match[1],
            relations=values.get("rel", ""),
            kind=values.get("type", ""),
            title=values.get("title", ""),
        )
