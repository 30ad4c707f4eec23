"""An answer of a server as it goes into an archive: without secrets, else as it was received."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from ingest.codings import TooLong, Undecodable, decode
from ingest.redaction.text import redacted_body, redacted_field, redacted_url
from ingest.redaction.values import is_secret_header

Fields = Sequence[tuple[str, str]]
_OF_CODING = frozenset({"content-encoding", "transfer-encoding"})
_ORIGINAL = "X-Archive-Orig-"
"""Prefix of headers that no longer hold for the stored body, as other writers have it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer, without secrets.

    Attributes:
        url: of the request.
        date: when the answer was received.
        method: of the request.
        request_headers: names and values.
        status: of the answer.
        headers: names and values.
        body: in the content coding that the headers name.
        source: URL of the source that announced the page, if one did.
        last_full: for an answer 304, when the page was last received whole.
    """

    url: str
    date: datetime
    method: str
    request_headers: Fields
    status: int
    headers: Fields
    body: bytes = field(repr=False)
    source: str = ""
    last_full: datetime | None = None

    @property
    def target(self) -> str:
        """The path and query of the URL (RFC 9112, 3.2.1)."""
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    @property
    def reason(self) -> str:
        """The usual words of the status."""
        try:
            return HTTPStatus(self.status).phrase
        except ValueError:
            return ""


def without_secrets(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return headers without those that are secrets, and without secrets in the others."""
    return [
        (
            name,
            redacted_url(value) if name.casefold() == "location" else redacted_field(value),
        )
        for name, value in headers
        if not is_secret_header(name)
    ]


def kept(headers: Fields, body: bytes, most_bytes: int) -> tuple[list[tuple[str, str]], bytes]:
    """Return the headers and body of an answer without secrets.

    The body is as received, unless there are secrets in it. Then it is stored decoded, since they
    would be in the coded one as well, and the headers of its codings get another name.

    Args:
        headers: as received.
        body: as received, without its chunks.
        most_bytes: size of the largest body to decode.
    """
    codings = [value.encode() for name, value in headers if name.casefold() == "content-encoding"]
    try:
        plain = decode(body, codings, most_bytes).body
    except (Undecodable, TooLong):  # the crawl rejects it for the same reason
        plain = body
    redacted = redacted_body(plain)
    is_decoded = redacted != plain
    fields = [
        (f"{_ORIGINAL}{name}" if _is_of_coding(name, is_decoded=is_decoded) else name, value)
        for name, value in without_secrets(headers)
    ]
    return fields, redacted if is_decoded else body


def _is_of_coding(name: str, *, is_decoded: bool) -> bool:
    """Whether a header is wrong for the stored body, which never has chunks."""
    lower = name.casefold()
    if lower == "content-length":
        return is_decoded
    return lower == "transfer-encoding" or (is_decoded and lower in _OF_CODING)
