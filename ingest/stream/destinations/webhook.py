"""A webhook: each batch is the body of a POST."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from email.message import Message
from http.client import HTTPException
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ingest.errors import UsageError
from ingest.redaction.text import redacted_url
from ingest.stream.destinations.destination import NotDelivered
from ingest.stream.follow import Taken

TIMEOUT_SECONDS = 60.0
_PASSING = frozenset({408, 425, 429})
"""Statuses below 500 that another attempt may not have (RFC 9110, RFC 8470, RFC 6585)."""


class Webhook:
    """An address that takes JSON Lines (`application/x-ndjson`); a status 2xx says that it has.

    The header `Idempotency-Key` is the same for a batch that is sent again.

    Args:
        address: an absolute http(s) URL without a user name.

    Raises:
        UsageError: the URL names a user, whom this would send to nobody.
    """

    batch = 100

    def __init__(self, address: str) -> None:
        if "@" in address.partition("://")[2].partition("/")[0]:
            raise UsageError(
                f"{redacted_url(address)} names a user", "put a token into the path or the query"
            )
        self._address = address
        self._opener = build_opener(_NoRedirects)

    def deliver(self, records: Sequence[Taken]) -> None:
        """Send the records in one request."""
        first, last = records[0], records[-1]
        request = Request(  # noqa: S310 - `open_destination` takes http and https only
            self._address,
            data=b"".join(record.data + b"\n" for record in records),
            headers={
                "Content-Type": "application/x-ndjson; charset=utf-8",
                "Idempotency-Key": f"{first.site}-{first.sequence}-{last.site}-{last.sequence}",
            },
            method="POST",
        )
        name = redacted_url(self._address)
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                answer.read()
        except HTTPError as error:
            status = error.code
            error.close()
            raise NotDelivered(
                f"{name}: HTTP {status}",
                "see its log",
                is_final=status < 500 and status not in _PASSING,
                wait_seconds=_seconds(error.headers.get("Retry-After")),
            ) from error
        except (URLError, HTTPException, OSError) as error:
            reason = getattr(error, "reason", None) or error
            is_final = isinstance(reason, ssl.SSLError)  # its certificate, or no TLS at all
            raise NotDelivered(
                f"{name}: {reason}", "see whether it is up", is_final=is_final
            ) from error

    def close(self) -> None:
        """Do nothing: each request has its own connection."""


class _NoRedirects(HTTPRedirectHandler):
    """Takes a redirect for an answer: a POST that follows one would become a GET."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """Follow none."""
        del req, fp, code, msg, headers, newurl


def _seconds(text: str | None) -> float | None:
    """Return the delay of a `Retry-After` in seconds (RFC 9110, 10.2.3); a date is not used."""
    return float(text) if text is not None and text.isdecimal() else None
