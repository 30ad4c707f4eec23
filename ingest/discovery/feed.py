"""Feeds: RSS, Atom and RDF, well-formed or not, as candidates."""

from __future__ import annotations

import html
import logging
import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from time import struct_time
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it has no type information

from ingest.discovery.candidate import FEED, Candidate
from ingest.html.bounds import cut_feed
from ingest.html.page import absolute
from ingest.text import one_line

logger = logging.getLogger(__name__)

_MOST_ENTRIES = 5_000
_MOST_MARKS = 100_000  # feedparser takes some 25 µs for each, and goes through a broken feed twice
_MOST_TITLE = 2_000
_TAG = re.compile(r"<[^>]{1,500}>")
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
# Where a proxy (FeedBurner, Pheedo) puts the publisher's own address.
_OWN_LINKS = ("feedburner_origlink", "pheedo_origlink")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed announces, in its own order.

    `next_url` is the page of older entries (RFC 5005), `updated` the newest time that the feed claims, `error` says
    why there are no candidates: an error page in HTML would else look like a feed in which nothing is new.
    """

    candidates: tuple[Candidate, ...] = ()
    next_url: str | None = None
    updated: datetime | None = None
    error: str | None = None


def read_feed(body: bytes, url: str) -> Feed:
    """The feed's candidates. Nothing is fetched and nothing raises; `url` is what relative links are joined to."""
    parsed = parse_feed(body)
    candidates = tuple(
        _candidate(entry, url) for entry in parsed.entries[:_MOST_ENTRIES] if _link(entry, url)
    )
    head = parsed.feed
    times = [moment for item in candidates for moment in (item.published, item.modified) if moment]
    return Feed(
        candidates=candidates,
        next_url=_next(head, url),
        updated=max(times, default=None) or entry_moment(head, "updated", "published"),
        error=None if candidates else _complaint(body, parsed),
    )


def parse_feed(body: bytes) -> Any:  # noqa: ANN401 - feedparser has no types
    """Feedparser's result for bytes, the first entries where they are many.

    It is given a stream, since it would fetch or open bytes that look like an address.
    """
    body = _REFERENCE.sub(_character, cut_feed(body, _MOST_MARKS))
    try:
        return feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    except Exception:  # it is lenient, and where it is not, one feed must not end a crawl
        logger.debug("feedparser failed", exc_info=True)
        return feedparser.parse(BytesIO(b""))


_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,8})|(\d{1,8}));")


def _character(found: re.Match[bytes]) -> bytes:
    """The reference, or nothing where it is to half a character: feedparser raises on lone surrogates."""
    code = int(found[1], 16) if found[1] else int(found[2])
    return b"" if 0xD800 <= code <= 0xDFFF else found[0]


def _candidate(entry: Mapping[str, Any], url: str) -> Candidate:
    title = one_line(html.unescape(_TAG.sub(" ", (entry.get("title") or "")[:_MOST_TITLE])))
    published = entry_moment(entry, "published", "created")
    updated = entry_moment(entry, "updated")
    return Candidate(
        _link(entry, url) or url,
        FEED,
        title or None,
        published or updated,
        updated if published else None,
    )


def _link(entry: Mapping[str, Any], url: str) -> str | None:
    own = (entry.get(name) for name in _OWN_LINKS)
    identity = entry.get("id") if str(entry.get("id") or "").startswith("http") else None
    links = (*own, entry.get("link"), identity)
    return next((found for link in links if link and (found := absolute(url, str(link)))), None)


def _next(head: Mapping[str, Any], url: str) -> str | None:
    links = head.get("links") or ()
    return next(
        (absolute(url, link.get("href")) for link in links if link.get("rel") == "next"), None
    )


def entry_moment(values: Mapping[str, Any], *names: str) -> datetime | None:
    """The first of these times of a feed or entry, in UTC."""
    for name in names:
        key = f"{name}_parsed"
        if (
            key not in values
        ):  # asked first: feedparser gives "published" for a missing "updated", and warns
            continue
        if isinstance(parsed := values[key], struct_time):
            try:
                return datetime.fromtimestamp(timegm(parsed), UTC)
            except (OverflowError, ValueError, OSError):  # a year that no clock has
                continue
    return None


def _complaint(body: bytes, parsed: Any) -> str | None:  # noqa: ANN401 - feedparser has no types
    if not body.strip():
        return "an empty answer"
    if _HTML.search(body[:2_000]):
        return "an HTML page, not a feed"
    if parsed.get("version"):
        return "a feed cut off or broken before its first entry" if parsed.get("bozo") else None
    return "neither RSS nor Atom"
