"""The headers of conditional requests, and those of Scrapy's responses as text."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from scrapy.http import Response


class Fetched(Protocol):
    """What was fetched before: its validators, and when it was fetched whole."""

    @property
    def etag(self) -> str | None:
        """The `ETag` of the response."""

    @property
    def last_modified(self) -> str | None:
        """The `Last-Modified` of the response."""

    @property
    def last_full(self) -> datetime | None:
        """When it was fetched with its body."""


def conditions(last: Fetched | None, now: datetime, believe_hours: float) -> dict[str, str]:
    """Return the headers of a conditional request (RFC 9110, 13.1).

    There are none if there are no validators, or if the last whole response is older than
    `believe_hours`: some servers answer 304 whatever happened to a page.
    """
    if (
        last is None
        or last.last_full is None
        or now - last.last_full > timedelta(hours=believe_hours)
    ):
        return {}
    # Both if there are both: WordPress wants both to match, see
    # https://developer.wordpress.org/reference/classes/wp/send_headers/
    validators = {"If-None-Match": last.etag, "If-Modified-Since": last.last_modified}
    return {name: value for name, value in validators.items() if value}


def headers_of(response: Response) -> dict[str, str]:
    """Return the headers with lower-case names, repeated ones joined by commas (RFC 9110, 5.3)."""
    return {
        name.decode("latin-1").casefold(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
