"""A fetched page, the input of extraction, and the `Rejection` of a page that gives no record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ingest.record.parts import ArchivePlace
from ingest.record.values import Part


class Reason(StrEnum):
    """Why a page gave no record."""

    LISTING = "listing"
    NOT_FOUND = "not-found"
    CHALLENGE = "challenge"
    CONSENT = "consent"
    LOGIN = "login"
    EMPTY = "empty"
    NO_TEXT = "no-text"
    NOT_HTML = "not-html"
    HTTP_STATUS = "http-status"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    BROKEN = "broken"


class Rejection(Part):
    """A page that gave no record. Rejections are never written to the output.

    Attributes:
        url: final URL of the page.
        requested_url: URL of the request, before redirects.
        reason: the category, for counts.
        detail: one line for people, empty if the reason says it all.
        status: HTTP status code, None for a page from a file.
        site: name of the site definition, None if the site has none.
    """

    url: str
    requested_url: str
    reason: Reason
    detail: str = ""
    status: int | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page from the network, a recording, a file or an archive.

    Attributes:
        url: final URL of the page.
        body: the decompressed bytes of the response.
        retrieved_at: an aware time; relative dates on the page count from it.
        requested_url: URL of the request, before redirects.
        status: HTTP status code, None if there was no response.
        headers: response headers with lower-case names.
        site: name of the site definition; None to choose one by URL.
        run_id: identifier of the run.
        comment_answers: bodies of responses about the comments, for the site's source of comments.
        accept_any: give the record of a page with a text that does not look like an article too.
        redirects: the statuses of the redirects to `url`, `meta refresh` for one in a page.
        warnings: what the record says of how the page was fetched.
        archive: place of the answer in the archive of the run.
    """

    url: str
    body: bytes = field(repr=False)  # Scrapy logs the items that it drops
    retrieved_at: datetime
    requested_url: str = ""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    site: str | None = None
    run_id: str | None = None
    comment_answers: tuple[bytes, ...] = ()
    accept_any: bool = False
    redirects: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    archive: ArchivePlace | None = None
