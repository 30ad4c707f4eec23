"""The headers of conditional requests, and those of Scrapy's responses as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from scrapy.http import Response


_SKEW = timedelta(minutes=5)
"""By how much a server's clock may be ahead of ours."""


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
    `believe_hours`: some servers answer 304 whatever happened to a page. A `Last-Modified` that was
    in the future when it was received is left out: servers answer 304 to it until that time comes,
    whatever changes, and it is no validator (RFC 9110, 8.8.2.1). An `ETag` beside it is sent.
    """
    if (
        last is None
        or last.last_full is None
        or now - last.last_full > timedelta(hours=believe_hours)
    ):
        return {}
    # Both if there are both: WordPress wants both to match, see
    # https://developer.wordpress.org/reference/classes/wp/send_headers/
    validators = {
        "If-None-Match": last.etag,
        "If-Modified-Since": _past(last.last_modified, last.last_full),
    }
    return {name: value for name, value in validators.items() if value}


def _past(last_modified: str | None, received: datetime) -> str | None:
    """Return the time of a `Last-Modified`, unless it is after that of its receipt.

    A text that is no time is returned as it is: some servers only compare it with their own.
    """
    try:
        moment = parsedate_to_datetime(last_modified or "")
    except ValueError:
        return last_modified
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return last_modified if moment <= received + _SKEW else None


def headers_of(response: Response) -> dict[str, str]:
    """Return the headers with lower-case names, repeated ones joined by commas (RFC 9110, 5.3)."""
    return {
        name.decode("latin-1").casefold(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }


_MAX_AGE = 10 * 365 * 86_400
"""Seconds. A larger `Age` header is ignored as invalid."""


def answered_at(response: Response) -> datetime | None:
    """Return when a response left its server or cache: `Date` plus `Age` (RFC 9111, 4.2.3)."""
    try:
        moment = parsedate_to_datetime((response.headers.get("Date") or b"").decode("latin-1"))
    except ValueError:
        return None
    age = (response.headers.get("Age") or b"").decode("latin-1").strip()
    seconds = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment + timedelta(seconds=seconds if seconds < _MAX_AGE else 0)
