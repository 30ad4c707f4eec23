"""Sitemaps in all forms of the protocol, and robots.txt, which names them.

https://www.sitemaps.org/protocol.html: index, list of pages, plain text, RSS or Atom; with Google's
extensions for news and videos.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from io import BytesIO
from itertools import islice

from lxml import etree

from ingest.discovery.address import announced_url
from ingest.discovery.candidate import NEWS_SITEMAP, SITEMAP, Candidate, announced
from ingest.discovery.claims import ClaimReader
from ingest.discovery.feed import read_feed
from ingest.discovery.payload import MAX_BYTES, Document, escape_ampersands, read_document
from ingest.html.bounds import cut_at_marks, cut_at_wide_tag
from ingest.text import one_line

_MAX_ENTRIES = 50_000
"""The protocol's own limit: https://www.sitemaps.org/protocol.html#index"""
_MAX_TAGS = 600_000
"""Opened or closed, some 100 bytes of memory each; 50,000 entries of four values have 500,000."""
_MAX_ATTRIBUTES = 250_000
"""Some 500 bytes of memory each; each `=` of an address counts as well."""
_MAX_AMPERSANDS = 1_000_000
"""Each may grow by four bytes when it is escaped."""
_MAX_ROBOTS_BYTES = 500 * 2**10
"""RFC 9309, section 2.5."""
_INDEX_ROOTS = frozenset({"urlset", "sitemapindex"})
_FEED_ROOTS = frozenset({"rss", "feed", "rdf"})
_END = re.compile(rb"</(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)\s*>", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:[\w.-]{1,40}:)?(?:url|sitemap)\s*>", re.IGNORECASE)
_LOOSE_ENTRY = re.compile(rb"<(?:url|sitemap)>\s*<", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SitemapPage:
    """The content of one sitemap.

    Attributes:
        candidates: its pages, in its order.
        sitemaps: further sitemaps with the latest time at which they may have changed.
        error: why there is nothing, or why a part is missing, in one line.
    """

    candidates: tuple[Candidate, ...] = ()
    sitemaps: tuple[tuple[str, datetime | None], ...] = ()
    error: str | None = None


@dataclass(slots=True)
class _Entries:
    """The entries of an XML sitemap while it is read; `count` includes those without an address."""

    candidates: list[Candidate] = field(default_factory=list)
    sitemaps: list[tuple[str, datetime | None]] = field(default_factory=list)
    count: int = 0


def read_sitemap(
    body: bytes,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    zone: tzinfo | None = None,
    now: datetime | None = None,
) -> SitemapPage:
    """Return the content of a sitemap in any form. Never raises.

    Entities, DTDs and the network are never followed.

    Args:
        body: the answer.
        url: its address, to which relative links are joined.
        headers: of the answer, with lower-case names.
        zone: the site's time zone, for times without an offset; default UTC.
        now: aware; later changes are refused. Default: the clock.
    """
    document = read_document(body, headers, MAX_BYTES)
    claims = ClaimReader(zone, now)
    if not document.body:
        return SitemapPage(error=document.error or "an empty answer")
    if document.root in _FEED_ROOTS or document.body.startswith(b"{"):
        feed = read_feed(body, url, headers=headers, zone=zone, now=now)
        following = ((feed.next_url, None),) if feed.next_url else ()
        return SitemapPage(feed.candidates, following, feed.error)
    if document.root in _INDEX_ROOTS:
        return _read_xml(document, url, claims)
    loose = _LOOSE_ENTRY.search(document.body)
    if loose and not document.is_html:
        data = b"<urlset>" + document.body[loose.start() :] + b"</urlset>"
        return _read_xml(Document(data, "urlset", document.error), url, claims)
    return _read_lines(document, url)


def read_robots(body: bytes, url: str) -> tuple[str, ...]:
    """Return the sitemaps that a robots.txt names (RFC 9309, section 2.2.4), each once."""
    document = read_document(body[:_MAX_ROBOTS_BYTES])
    addresses: dict[str, None] = {}
    for line in document.body.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip().casefold() != "sitemap":
            continue
        address = announced_url(url, value.partition("#")[0].strip())
        if address:
            addresses[address] = None
    return tuple(addresses)


def _read_lines(document: Document, url: str) -> SitemapPage:
    """Return the addresses of a plain text sitemap, one a line."""
    if document.is_html:
        return SitemapPage(error=document.error or "an HTML page, not a sitemap")
    addresses: dict[str, None] = {}
    for raw in islice(BytesIO(document.body), _MAX_ENTRIES):
        line = raw.decode("utf-8", "replace").strip()
        if line.startswith(("http://", "https://")):
            address = announced_url(url, line.split()[0])
            if address:
                addresses[address] = None
    if not addresses:
        is_markup = document.body.startswith(b"<")
        reason = "no sitemap" if is_markup else "neither XML nor a list of addresses"
        return SitemapPage(error=document.error or reason)
    candidates = tuple(Candidate(address, SITEMAP) for address in addresses)
    return SitemapPage(candidates, error=document.error)


def _read_xml(document: Document, url: str, claims: ClaimReader) -> SitemapPage:
    data = cut_at_marks(document.body, b"<", _MAX_TAGS)
    data = cut_at_marks(data, b"=", _MAX_ATTRIBUTES)
    data = cut_at_wide_tag(cut_at_marks(data, b"&", _MAX_AMPERSANDS))
    error = document.error
    if len(data) < len(document.body):
        error = f"cut after {len(data)} bytes: too many tags or attributes"
    data = escape_ampersands(_whole_entries(data))
    entries = _Entries()
    error = _collect(data, url, claims, entries) or error
    return SitemapPage(
        tuple(entries.candidates),
        tuple(entries.sitemaps),
        error or _missing_reason(data, entries),
    )


def _whole_entries(data: bytes) -> bytes:
    """Return the XML up to its last whole entry if its end is missing.

    The parser would take the beginning of an address for a whole one.
    """
    if _END.search(data):
        return data
    ends = [match.end() for match in _ENTRY_END.finditer(data)]
    return data[: ends[-1]] if ends else data


def _collect(data: bytes, url: str, claims: ClaimReader, entries: _Entries) -> str | None:
    """Add the entries of the XML to `entries`, and return why the rest is missing."""
    try:
        for element in _elements(data):
            entries.count += 1
            values = _values(element)
            address = announced_url(url, values.get("loc"))
            if address is None:
                continue
            if _name(element) == "sitemap":
                changed = claims.modified(values.get("lastmod"))
                entries.sitemaps.append((address, changed.until if changed else None))
            else:
                entries.candidates.append(_candidate(address, values, claims))
            if len(entries.candidates) + len(entries.sitemaps) >= _MAX_ENTRIES:
                return f"only the first {_MAX_ENTRIES} entries were read"
    except (etree.XMLSyntaxError, ValueError) as problem:
        return f"not whole: {one_line(str(problem))}"
    return None


def _missing_reason(data: bytes, entries: _Entries) -> str | None:
    """Return why entries may be missing; None for a whole sitemap, which may be empty."""
    total = len(entries.candidates) + len(entries.sitemaps)
    if entries.count and not total:
        return f"none of its {entries.count} entries has a usable address"
    if not total and b"loc>" in data.lower():
        return "no entry could be read"
    is_closed = bool(_END.search(data)) or (not total and data.rstrip().endswith(b"/>"))
    return None if is_closed else f"cut off after {total} entries"


def _elements(data: bytes) -> Iterator[etree._Element]:
    """Yield each `<url>` and `<sitemap>`, and free it afterwards to save memory."""
    parser = etree.iterparse(
        BytesIO(data),
        events=("end",),
        tag=("{*}url", "{*}sitemap"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=True,
    )
    for _, element in parser:
        yield element
        element.clear()
        previous, parent = element.getprevious(), element.getparent()
        while previous is not None and parent is not None:
            parent.remove(previous)
            previous = element.getprevious()


def _values(entry: etree._Element) -> dict[str, str]:
    """Return the texts of an entry: `loc`, `lastmod`, those of news, and the date of a video.

    The keys of the extensions have a prefix, such as `news:title`. Addresses of images and videos
    are left out. An element with an unresolved entity in it is skipped.
    """
    values: dict[str, str] = {}
    for child in entry:
        name = _name(child)
        if name in {"news", "video"}:
            values[name] = "yes"
            for node in child.iter():
                key = f"{name}:{_name(node)}"
                # Of several videos the newest date counts, so that an old one hides no article.
                values[key] = max(values.get(key, ""), one_line(node.text))
        elif name in {"loc", "lastmod"} and not len(child):
            values.setdefault(name, one_line(child.text))
    return values


def _candidate(address: str, values: dict[str, str], claims: ClaimReader) -> Candidate:
    date = values.get("news:publication_date") or values.get("video:publication_date")
    return announced(
        address,
        NEWS_SITEMAP if "news" in values else SITEMAP,
        title=values.get("news:title") or values.get("video:title"),
        published=claims.published(date),
        modified=claims.modified(values.get("lastmod")),
    )


def _name(element: etree._Element) -> str:
    """Return the local name of an element, also if the prefix was never declared."""
    tag: object = element.tag  # a function if the node is a comment or an entity
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""
