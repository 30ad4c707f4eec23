"""Feeds as candidates: RSS, Atom, RDF (RSS 1.0) and JSON Feed, well-formed or not."""

from __future__ import annotations

import html
import logging
import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from io import BytesIO
from time import struct_time
from typing import Any

from ingest.discovery.address import announced_url
from ingest.discovery.candidate import FEED, Candidate, announced
from ingest.discovery.claims import Claim, ClaimReader
from ingest.discovery.payload import Document, read_document, read_json
from ingest.html.bounds import cut_feed, without_keywords
from ingest.text import one_line
from ingest.urls import host_of

logger = logging.getLogger(__name__)

_MAX_ENTRIES = 5_000
_MAX_MARKS = 100_000
"""Of markup: feedparser takes some 25 µs for each, and goes through a broken feed twice."""
_MAX_TITLE = 2_000
_TAG = re.compile(r"<[^>]{1,500}>")
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,8})|(\d{1,8}));")
_PROXIED_LINKS = ("feedburner_origlink", "pheedo_origlink")
"""The publisher's own address in a feed of a proxy (FeedBurner, Pheedo)."""
_JSON_FEED = b"jsonfeed.org/version/"


@dataclass(frozen=True, slots=True)
class Feed:
    """The content of a feed.

    Attributes:
        candidates: its entries with an address, in its order.
        next_url: the page of older entries (RFC 5005; `next_url` of JSON Feed).
        updated: the newest time that the feed claims.
        error: why there are no candidates, or why a part is missing, in one line. An HTML error
            page must not look like a feed without news.
    """

    candidates: tuple[Candidate, ...] = ()
    next_url: str | None = None
    updated: datetime | None = None
    error: str | None = None


def read_feed(
    body: bytes,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    zone: tzinfo | None = None,
    now: datetime | None = None,
) -> Feed:
    """Return the content of a feed. Nothing is fetched and nothing raises.

    Args:
        body: the answer.
        url: its address, to which relative links are joined.
        headers: of the answer, with lower-case names: `content-type`, `content-location`.
        zone: the site's time zone, for times without an offset; default UTC.
        now: aware; later changes are refused. Default: the clock.
    """
    document = read_document(body, headers)
    claims = ClaimReader(zone, now)
    if _is_json(document):
        return _read_json_feed(document, url, claims)
    location = announced_url(url, (headers or {}).get("content-location"))
    body = cut_feed(document.body, _MAX_MARKS)
    parsed = _parse(body, location)
    head, entries = parsed.feed, parsed.entries[:_MAX_ENTRIES]
    base = _base_of(parsed, url)
    candidates: list[Candidate] = []
    for entry in entries:
        address = _link(entry, base)
        if address:
            candidates.append(_candidate(entry, address, claims))
    if candidates:
        reason = _cut_reason(len(parsed.entries), is_cut=body is not document.body)
    else:
        reason = _reason(document, parsed)
    return Feed(
        candidates=tuple(candidates),
        next_url=_next_url(head, url),
        updated=_newest(candidates) or entry_moment(head, "updated", "published"),
        error=document.error or reason,
    )


def _cut_reason(entries: int, *, is_cut: bool) -> str | None:
    """Return what of a feed was not read, if it was not read whole."""
    if is_cut:
        return f"cut after {entries} entries: too many tags, attributes or prefixes"
    return f"only the first {_MAX_ENTRIES} entries were read" if entries > _MAX_ENTRIES else None


def parse_feed(body: bytes) -> Any:  # noqa: ANN401 - feedparser has no types
    """Return feedparser's result for the bytes, with the first entries if there are many."""
    return _parse(cut_feed(read_document(body).body, _MAX_MARKS), None)


def _parse(body: bytes, location: str | None) -> Any:  # noqa: ANN401 - no types
    """Return feedparser's result.

    It is given a stream, since it would fetch or open bytes that look like an address.
    """
    # It is needed for sources only, and the extraction of a page uses other parts of this module.
    import feedparser  # type: ignore[import-untyped]  # noqa: PLC0415 - it has no type information

    headers = {"content-type": "application/xml; charset=utf-8"}
    if location:
        headers["content-location"] = location
    body = _REFERENCE.sub(_without_surrogate, without_keywords(body))
    try:
        return feedparser.parse(
            BytesIO(body),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # feedparser is lenient; if it is not, one feed must not end a crawl
        logger.debug("feedparser failed", exc_info=True)
        return feedparser.parse(BytesIO(b""))


def _without_surrogate(match: re.Match[bytes]) -> bytes:
    """Return the reference, or nothing for a lone surrogate, on which feedparser raises."""
    code = int(match[1], 16) if match[1] else int(match[2])
    return b"" if 0xD800 <= code <= 0xDFFF else match[0]


def _base_of(parsed: Any, url: str) -> str:  # noqa: ANN401 - feedparser has no types
    """Return the address to which relative links are joined.

    RSS defines none. It is the channel's link if the feed is kept on another host, else the feed's
    own address.
    """
    channel = str(parsed.feed.get("link") or "")
    is_rss = str(parsed.get("version") or "").startswith("rss")
    if is_rss and channel.startswith(("http://", "https://")):
        return url if host_of(channel) == host_of(url) else channel
    return url


def _candidate(entry: Mapping[str, Any], address: str, claims: ClaimReader) -> Candidate:
    title = html.unescape(_TAG.sub(" ", (entry.get("title") or "")[:_MAX_TITLE]))
    published = _claim(entry, claims, "published") or _claim(entry, claims, "created")
    updated = _claim(entry, claims, "updated", is_change=published is not None)
    return announced(
        address,
        FEED,
        title=one_line(title),
        published=published or updated,
        modified=updated if published else None,
    )


def _claim(
    entry: Mapping[str, Any], claims: ClaimReader, name: str, *, is_change: bool = False
) -> Claim | None:
    """Return a time of an entry.

    It is read from the text: feedparser takes "2026/11/26" for the first of the month. The key is
    tested first, since feedparser gives "published" for a missing "updated", with a warning.
    """
    if name not in entry:
        return None
    return claims.modified(entry[name]) if is_change else claims.published(entry[name])


def _link(entry: Mapping[str, Any], base: str) -> str | None:
    """Return the address of an entry: the publisher's own, the link, or an id with a URL."""
    identifier = str(entry.get("id") or "")
    links = [*(entry.get(name) for name in _PROXIED_LINKS), entry.get("link")]
    if identifier.startswith("http"):
        links.append(identifier)
    for link in links:
        address = announced_url(base, str(link)) if link else None
        if address:
            return address
    return None


def _next_url(head: Mapping[str, Any], url: str) -> str | None:
    for link in head.get("links") or ():
        if link.get("rel") == "next":
            return announced_url(url, link.get("href"))
    return None


def _newest(candidates: list[Candidate]) -> datetime | None:
    moments = [candidate.dated for candidate in candidates]
    return max((moment for moment in moments if moment), default=None)


def entry_moment(values: Mapping[str, Any], *names: str) -> datetime | None:
    """Return the first of these times of a feed or entry, as feedparser read it, in UTC."""
    for name in names:
        key = f"{name}_parsed"
        # Tested first: feedparser gives "published" for a missing "updated", with a warning.
        if key not in values:
            continue
        parsed = values[key]
        if isinstance(parsed, struct_time):
            try:
                return datetime.fromtimestamp(timegm(parsed), UTC)
            except (OverflowError, ValueError, OSError):  # a year outside of the clock's range
                continue
    return None


def _reason(document: Document, parsed: Any) -> str | None:  # noqa: ANN401 - no types
    """Return why a feed gave no candidates; None for a whole feed without entries."""
    if not document.body.strip():
        return "an empty answer"
    if document.is_html:
        return "an HTML page, not a feed"
    if parsed.entries:
        return f"none of its {len(parsed.entries)} entries has an address"
    if parsed.get("version"):
        return "a feed cut off or broken before its first entry" if parsed.get("bozo") else None
    return "neither RSS nor Atom"


def _is_json(document: Document) -> bool:
    """Whether the data is JSON, or has a JSON Feed after a notice."""
    return document.body[:1] in {b"{", b"["} or (
        not document.root and _JSON_FEED in document.body[:4_000].replace(b"\\", b"")
    )


def _read_json_feed(document: Document, url: str, claims: ClaimReader) -> Feed:
    """Return the content of a JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
    value, error = read_json(document.body, _is_json_feed)
    if error:
        return Feed(error=document.error or error)
    if not _is_json_feed(value):
        return Feed(error="JSON, but no JSON Feed")
    items = [item for item in value["items"][:_MAX_ENTRIES] if isinstance(item, Mapping)]
    candidates = _json_candidates(items, url, claims)
    if items and not candidates:
        error = f"none of its {len(items)} entries has an address"
    following = value.get("next_url")
    return Feed(
        candidates=tuple(candidates),
        next_url=announced_url(url, following) if isinstance(following, str) else None,
        updated=_newest(candidates),
        error=document.error or error or _cut_reason(len(value["items"]), is_cut=False),
    )


def _json_candidates(
    items: list[Mapping[str, Any]], url: str, claims: ClaimReader
) -> list[Candidate]:
    candidates = (_json_candidate(item, url, claims) for item in items)
    return [candidate for candidate in candidates if candidate is not None]


def _json_candidate(item: Mapping[str, Any], url: str, claims: ClaimReader) -> Candidate | None:
    address = _json_link(item, url)
    if address is None:
        return None
    title = item.get("title")
    return announced(
        address,
        FEED,
        title=one_line(title[:_MAX_TITLE]) if isinstance(title, str) else None,
        published=claims.published(item.get("date_published")),
        modified=claims.modified(item.get("date_modified")),
    )


def _is_json_feed(value: object) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("items"), list)


def _json_link(item: Mapping[str, Any], url: str) -> str | None:
    """Return the permanent address of an item: its `url`, an `id` with one, or `external_url`."""
    identifier = item.get("id")
    links = [item.get("url")]
    if isinstance(identifier, str) and identifier.startswith("http"):
        links.append(identifier)
    links.append(item.get("external_url"))
    for link in links:
        address = announced_url(url, link) if isinstance(link, str) else None
        if address:
            return address
    return None
