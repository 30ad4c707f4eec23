"""Pages saved in a folder, found by the addresses that they name themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import LimitExceeded, UsageError
from ingest.html.page import Page, parse
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.urls import article_key

_ENDINGS = frozenset({".html", ".htm"})


def saved_pages(
    folder: Path, urls: Iterable[str], limits: Limits | None = None
) -> Mapping[str, FetchedPage]:
    """The page of each address, as far as one of the files below the folder (`*.html`, `*.htm`) says that it is it.

    A page is known by its `rel=canonical`, or else by its `og:url`. It counts as retrieved when its file was written.

    Raises:
        UsageError: there is no such folder, or a file cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"no such folder: {folder}", "give a folder of saved *.html pages")
    by_canonical: dict[str, Path] = {}
    by_opengraph: dict[str, Path] = {}
    for file in sorted(folder.rglob("*")):
        if file.suffix.casefold() in _ENDINGS and (page := _parsed(file, limits)) is not None:
            _enter(by_canonical, page.links.get("canonical", []), file)
            _enter(by_opengraph, page.metas.get("og:url", []), file)
    found = {
        url: by_canonical.get(article_key(url)) or by_opengraph.get(article_key(url))
        for url in urls
    }
    return {url: _page(file, url) for url, file in found.items() if file is not None}


def _enter(files: dict[str, Path], addresses: Iterable[str], file: Path) -> None:
    for address in addresses:
        files.setdefault(article_key(address), file)


def _parsed(file: Path, limits: Limits | None) -> Page | None:
    try:
        return parse(_read(file), "https://unknown.invalid/", limits=limits)
    except LimitExceeded:  # over the limits it is no test's page either
        return None


def _page(file: Path, url: str) -> FetchedPage:
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return FetchedPage(url=url, body=_read(file), retrieved_at=written, requested_url=url)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read {file}: {error.strerror}", "give a folder of saved *.html pages"
        ) from error
