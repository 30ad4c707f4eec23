"""The address that a source states for an article."""

from __future__ import annotations

from ingest.html.page import absolute
from ingest.urls import is_http_url


def announced_url(base: str, address: str | None) -> str | None:
    """Return an address of a source as an absolute http(s) URL, or None if no client can ask it.

    Args:
        base: the address to which a relative one is joined.
        address: as the source states it.
    """
    url = absolute(base, address)
    return url if url is not None and is_http_url(url) else None
