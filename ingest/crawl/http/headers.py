"""The headers of Scrapy's responses as plain text."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from scrapy.http import Response


class Seen(Protocol):
    """What was fetched before: its validators, and when it came whole."""

    @property
    def etag(self) -> str | None:
        """The `ETag` that came with it."""

    @property
    def last_modified(self) -> str | None:
        """The `Last-Modified` that came with it."""

    @property
    def last_full(self) -> datetime | None:
        """When it came whole."""


def conditions(seen: Seen | None, now: datetime, believe_hours: float) -> dict[str, str]:
    """The headers that ask for a page only if it is not as it was; none where it is to come whole.

    It comes whole where it brought no validators, and where it last did so too long ago: there are servers that
    answer 304 whatever happened to a page.
    """
    if (
        seen is None
        or seen.last_full is None
        or now - seen.last_full > timedelta(hours=believe_hours)
    ):
        return {}
    # Both, where both came: https://developer.wordpress.org/reference/classes/wp/send_headers/ wants both to match.
    known = {"If-None-Match": seen.etag, "If-Modified-Since": seen.last_modified}
    return {name: value for name, value in known.items() if value}


def headers_of(response: Response) -> dict[str, str]:
    """Names in lower case; the values of a header that came several times, parted by commas (RFC 9110, 5.3)."""
    return {
        name.decode("latin-1").casefold(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
