"""The pages of an archive that pass filters, ready for extraction."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ingest.archive.http import HttpResponse, response_of
from ingest.archive.reader import ArchiveReader
from ingest.archive.record import Record, RecordHead, Skipped, SkipReason
from ingest.archive.stream import Readable
from ingest.record import FetchedPage
from ingest.urls import is_http_url

_PAGES = frozenset({"response", "resource", "revisit"})
_HASHES = frozenset({"sha1", "sha256", "sha512", "md5"})


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page of an archive.

    Attributes:
        offset: where its record starts; see `Skipped.offset`.
        page: as if it had been fetched at the time of the record.
    """

    offset: int
    page: FetchedPage


@dataclass(frozen=True, slots=True)
class PageFilter:
    """Which records to read as pages; what is None lets all pass.

    Attributes:
        url: pattern that the address contains.
        is_wanted: test of an address, such as whether it belongs to a site.
        mime: pattern that the content type contains; a page without one passes.
        since: earliest time of a record.
        until: time from which on records are left out.
    """

    url: re.Pattern[str] | None = None
    is_wanted: Callable[[str], bool] | None = None
    mime: re.Pattern[str] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def takes_page(self, url: str, date: datetime) -> bool:
        """Whether a page with this address, of this time, may be wanted."""
        return (
            (self.since is None or date >= self.since)
            and (self.until is None or date < self.until)
            and (self.url is None or self.url.search(url) is not None)
            and (self.is_wanted is None or self.is_wanted(url))
        )

    def takes_type(self, content_type: str) -> bool:
        """Whether a page of this content type is wanted."""
        return self.mime is None or not content_type or bool(self.mime.search(content_type))


class ArchivePages:
    """The pages of one archive.

    Attributes:
        others: number of records that are of no page, such as requests.
        filtered: number of pages that the filter left out.

    Args:
        file: the file or pipe.
        most_bytes: size of the largest page.
        chosen: the filter.
        offset: position of the file, if it does not start at its beginning.
    """

    def __init__(
        self, file: Readable, most_bytes: int, chosen: PageFilter, offset: int = 0
    ) -> None:
        self.others = 0
        self.filtered = 0
        self._most = most_bytes
        self._chosen = chosen
        self._reader = ArchiveReader(file, most_bytes, self._is_wanted, offset)

    def __iter__(self) -> Iterator[ArchivedPage | Skipped]:
        """Yield the pages, and what could not be read as one."""
        for item in self._reader:
            found = item if isinstance(item, Skipped) else self._page(item)
            if found is not None:
                yield found

    def _is_wanted(self, head: RecordHead) -> bool:
        if head.kind not in _PAGES or not is_http_url(head.url):
            self.others += 1
            return False
        if not self._chosen.takes_page(head.url, head.date):
            self.filtered += 1
            return False
        return True

    def _page(self, record: Record) -> ArchivedPage | Skipped | None:
        head = record.head
        if head.kind == "revisit":
            return Skipped(head.offset, SkipReason.REVISIT, _revisited(head), head.url)
        if head.kind == "resource":
            kind = head.fields.get("content-type", "")
            response = HttpResponse(200, {"content-type": kind}, record.block)
        else:
            found = response_of(record, self._most)
            if isinstance(found, Skipped):
                return found
            response = found
        if not self._chosen.takes_type(response.headers.get("content-type", "")):
            self.filtered += 1
            return None
        page = FetchedPage(
            url=head.url,
            body=response.body,
            retrieved_at=head.date,
            requested_url=head.url,
            status=response.status,
            headers=response.headers,
            warnings=tuple(_warnings(record, response)),
        )
        return ArchivedPage(head.offset, page)


def _revisited(head: RecordHead) -> str:
    other = head.fields.get("warc-refers-to-target-uri") or head.fields.get("warc-refers-to", "")
    return f"the same as {other}" if other else ""


def _warnings(record: Record, response: HttpResponse) -> Iterator[str]:
    fields = record.head.fields
    if reason := fields.get("warc-truncated"):
        yield f"the archive has only a part of the page (WARC-Truncated: {reason})"
    elif not response.is_whole:
        yield "the archived body ends early"
    if not digest_holds(fields.get("warc-block-digest", ""), record.block):
        yield "the archived page does not have the digest of its record"


def digest_holds(digest: str, data: bytes) -> bool:
    """Whether data has a digest such as `sha1:BASE32`; True if its form is not known."""
    name, _, stated = digest.strip().partition(":")
    name = name.casefold().replace("-", "")
    if name not in _HASHES:
        return True
    value = hashlib.new(name, data, usedforsecurity=False)
    forms = (value.hexdigest(), base64.b32encode(value.digest()).decode().rstrip("="))
    return stated.rstrip("=").casefold() in {form.casefold() for form in forms}
