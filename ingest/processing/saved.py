"""Saved pages: find the files, and the URL of each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from ingest.errors import InvalidURL, LimitExceeded, UsageError
from ingest.html.page import parse
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.urls import is_http_url

SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
"""Of the files in a folder that are pages."""

_HEAD_BYTES = 2**18
_HEAD_END = re.compile(rb"</head\s*>|<body[\s>]", re.IGNORECASE)
_SAVED_FROM = re.compile(
    rb"<!--\s{0,9}(?:saved from url=\(\d{1,9}\)|Page saved with SingleFile\s{1,9}url:)"
    rb"\s{0,9}(https?://[^\s<>\"]{1,2000})",
    re.IGNORECASE,
)
"""The comments that browsers and SingleFile write into a page that they save."""
_NOWHERE = "https://address.invalid/"
_INDEX = re.compile(r"(?:^|/)index\.x?html?$")


class UrlFrom(StrEnum):
    """Where the URL of a saved page comes from."""

    META = "meta"
    """The page: its saver's comment, `rel=canonical` or `og:url`."""
    PATH = "path"
    """The path of the file below the folder, as wget saves: `host/section/page.html`."""


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A file with a page.

    Attributes:
        file: its path.
        folder: the folder that was searched; None for a file that was named itself.
        url: the URL of the page, if it is known.
    """

    file: Path
    folder: Path | None = None
    url: str | None = None


@dataclass
class SavedFiles:
    """Saved pages, and the number of other files in the folders."""

    pages: list[SavedPage] = field(default_factory=list)
    others: int = 0


def find_files(paths: Iterable[Path]) -> SavedFiles:
    """Return the files that the paths name, and the pages in the folders and below, by name.

    Raises:
        UsageError: a path does not exist.
    """
    found = SavedFiles()
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.suffix.casefold() in SUFFIXES and file.is_file():
                    found.pages.append(SavedPage(file, path))
                elif file.is_file():
                    found.others += 1
        elif path.exists():
            found.pages.append(SavedPage(path))
        else:
            raise UsageError(f"no such file or folder: {path}", "name a saved page or a folder")
    return found


def read_saved(page: SavedPage, source: UrlFrom, limits: Limits) -> FetchedPage:
    """Return a saved page with its URL. The file's last change counts as its download.

    Raises:
        UsageError: the file cannot be read.
        InvalidURL: its URL cannot be found.
        LimitExceeded: it is larger than `limits.page_bytes`.
    """
    try:
        status = page.file.stat()
        if status.st_size > limits.page_bytes:
            raise LimitExceeded(f"{page.file}: over limits.page_bytes")
        body = page.file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read {page.file}: {error.strerror}", "name a saved page"
        ) from error
    url = page.url or (_in_path(page) if source is UrlFrom.PATH else _in_page(body, limits))
    if url is None:
        remedy = "give it with --url, or --url-from path for a mirrored folder"
        raise InvalidURL(f"{page.file}: the page does not say its URL", remedy)
    moment = datetime.fromtimestamp(status.st_mtime, UTC)
    return FetchedPage(url=url, body=body, retrieved_at=moment, requested_url=url)


def _in_page(body: bytes, limits: Limits) -> str | None:
    """Return the absolute URL that a page states for itself."""
    start = body[:_HEAD_BYTES]
    if (comment := _SAVED_FROM.search(start)) is not None:
        url = comment[1].decode("ascii", "replace")
        if is_http_url(url):
            return url
    end = _HEAD_END.search(start)
    try:
        head = parse(start[: end.start()] if end else start, _NOWHERE, limits=limits)
    except LimitExceeded:
        return None
    stated = (head.canonical, head.meta("og:url"))
    for url in stated:
        if url and is_http_url(url) and not url.startswith(_NOWHERE):
            return url
    return None


def _in_path(page: SavedPage) -> str:
    """Return the URL that the path of a file means.

    Raises:
        InvalidURL: the path does not begin with a host.
    """
    parts = page.file.relative_to(page.folder).parts if page.folder else ()
    url = f"https://{'/'.join(parts)}"
    if len(parts) < 2 or "." not in parts[0] or not is_http_url(url):
        raise InvalidURL(
            f"{page.file}: its path does not begin with a host",
            "give the folder with one folder for each host, as wget makes it",
        )
    return _INDEX.sub("/", url)
