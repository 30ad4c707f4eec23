"""Sitemaps: index, list of pages, Google's news sitemap, plain text, gzipped; and robots.txt, which names them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice

from lxml import etree

from ingest.discovery.candidate import NEWS_SITEMAP, SITEMAP, Candidate, read_moment
from ingest.html.bounds import cut_at_marks, cut_at_wide_tag
from ingest.html.page import absolute
from ingest.text import one_line

_MOST_BYTES = 16 * 2**20  # as of any answer (`limits.page_bytes`); 50,000 entries have some 10 MB
# The protocol's own limit: https://www.sitemaps.org/protocol.html#index
_MOST_ENTRIES = 50_000
_MOST_TAGS = 600_000  # opened or closed, some 100 bytes of memory each; 50,000 entries of four values have 500,000
_MOST_ATTRIBUTES = 250_000  # some 500 bytes each; `=` of addresses count as well
_MOST_ROBOTS = 500 * 2**10  # RFC 9309, section 2.5
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class SitemapPage:
    """What one sitemap lists: pages, and further sitemaps with the time of their last change.

    `error` says why there is neither, or why the rest is missing.
    """

    candidates: tuple[Candidate, ...] = ()
    sitemaps: tuple[tuple[str, datetime | None], ...] = ()
    error: str | None = None


def read_sitemap(body: bytes, url: str) -> SitemapPage:
    """A sitemap in any of its forms. Entities, DTDs and the network are never followed; nothing raises."""
    body, error = _unpacked(body)
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return SitemapPage(error=error or "an empty answer")
    if not start.startswith(b"<"):
        return _read_lines(start, url, error)
    bounded = cut_at_wide_tag(
        cut_at_marks(cut_at_marks(start, b"<", _MOST_TAGS), b"=", _MOST_ATTRIBUTES)
    )
    if len(bounded) < len(start):
        start, error = bounded, f"cut after {len(bounded)} bytes: too many tags or attributes"
    candidates: list[Candidate] = []
    sitemaps: list[tuple[str, datetime | None]] = []
    try:
        for entry in _entries(start):
            values = _values(entry)
            address = absolute(url, values.get("loc"))
            if address and _name(entry) == "sitemap":
                sitemaps.append((address, read_moment(values.get("lastmod"))))
            elif address:
                candidates.append(_candidate(address, values))
            if len(candidates) + len(sitemaps) >= _MOST_ENTRIES:
                error = f"only the first {_MOST_ENTRIES} entries were read"
                break
    except (etree.XMLSyntaxError, ValueError) as problem:
        error = error or f"not whole: {one_line(str(problem))}"
    if (
        not candidates
        and not sitemaps
        and b"urlset" not in start[:4_000]
        and b"sitemapindex" not in start[:4_000]
    ):
        error = "an HTML page, not a sitemap" if b"<html" in start[:4_000].lower() else "no sitemap"
    return SitemapPage(tuple(candidates), tuple(sitemaps), error)


def read_robots(body: bytes, url: str) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names (RFC 9309, section 2.2.4), each once."""
    found: dict[str, None] = {}
    for line in body[:_MOST_ROBOTS].decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip().casefold() == "sitemap" and (
            address := absolute(url, value.partition("#")[0].strip())
        ):
            found[address] = None
    return tuple(found)


def _unpacked(body: bytes) -> tuple[bytes, str | None]:
    """The body without its gzip wrapping, at most `_MOST_BYTES` of it: a small file may unpack to gigabytes."""
    if not body.startswith(_GZIP):
        return body[:_MOST_BYTES], None
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacker.decompress(body, _MOST_BYTES)
    except zlib.error as problem:
        return b"", f"broken gzip: {problem}"
    return unpacked, f"cut at {_MOST_BYTES} bytes" if unpacker.unconsumed_tail else None


def _read_lines(body: bytes, url: str, error: str | None) -> SitemapPage:
    lines = (
        line.decode("utf-8", "replace").strip() for line in islice(BytesIO(body), _MOST_ENTRIES)
    )
    addresses = dict.fromkeys(
        absolute(url, line) for line in lines if line.startswith(("http://", "https://"))
    )
    candidates = tuple(Candidate(address, SITEMAP) for address in addresses if address)
    return SitemapPage(
        candidates, (), error if candidates else "neither XML nor a list of addresses"
    )


def _entries(body: bytes) -> Iterator[etree._Element]:
    """Each `<url>` and `<sitemap>`, forgotten after it was read: a big sitemap doesn't fill the memory."""
    parser = etree.iterparse(
        BytesIO(body),
        events=("end",),
        tag=("{*}url", "{*}sitemap"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=True,
    )
    for _, entry in parser:
        yield entry
        entry.clear()
        while (before := entry.getprevious()) is not None and (
            parent := entry.getparent()
        ) is not None:
            parent.remove(before)


def _values(entry: etree._Element) -> dict[str, str]:
    """The texts of an entry by local name. Those of images and videos are of others' addresses and stay out."""
    values: dict[str, str] = {}
    for child in entry:
        name = _name(child)
        if name == "news":
            values["news"] = "yes"
            values.update(
                {_name(node): one_line(node.text) for node in child.iter() if node is not child}
            )
        elif name in {"loc", "lastmod"} and not len(
            child
        ):  # an entity in it stays unread, so the rest is no address
            values.setdefault(name, one_line(child.text))
    return values


def _candidate(address: str, values: dict[str, str]) -> Candidate:
    return Candidate(
        url=address,
        source=NEWS_SITEMAP if "news" in values else SITEMAP,
        title=values.get("title") or None,
        published=read_moment(values.get("publication_date")),
        modified=read_moment(values.get("lastmod")),
    )


def _name(element: etree._Element) -> str:
    tag: object = element.tag  # a function where the node is a comment or an entity
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
