"""What `khabar scrape` is to read: URLs and saved pages from its arguments, files and folders."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from ingest.cli.console import Terminal
from ingest.errors import InvalidURL, KhabarError, UsageError
from ingest.text import clean

if TYPE_CHECKING:
    from ingest.processing.saved import SavedPage
    from ingest.record import FetchedPage
    from ingest.settings import Settings
    from ingest.sites import Site

NO_SITE = "none"
"""Value of `--site` for no definition."""


@dataclass
class ScrapeInput:
    """The input of one call.

    Attributes:
        urls: to fetch, each once, in their order.
        paths: saved pages and folders of them.
        problems: lines that are no URL, with file and number.
        repeated: where a URL is repeated, in words.
        listed: whether a file of URLs was read.
    """

    urls: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    problems: list[KhabarError] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    listed: bool = False
    _places: dict[str, str] = field(default_factory=dict)

    def add(self, url: str, place: str) -> None:
        """Add a URL, unless it is there; they are the same if only the fragments differ."""
        key = url_key(url)
        if key in self._places:
            self.repeated.append(f"{place}: the same URL as {self._places[key]}")
        else:
            self._places[key] = place
            self.urls.append(url)

    @property
    def is_batch(self) -> bool:
        """Whether more than one page is named."""
        folders = any(path.is_dir() for path in self.paths)
        number = len(self.urls) + len(self.paths) + len(self.repeated)
        return self.listed or folders or number > 1


def url_key(url: str) -> str:
    """Return what two URLs of one page share: a record has its URL cleaned, without fragment."""
    return clean(urldefrag(url).url)


def read_input(arguments: Iterable[str], files: Iterable[str]) -> ScrapeInput:
    """Return the input.

    Args:
        arguments: URLs, saved pages and folders.
        files: files with a URL on each line; `-` for standard input.

    Raises:
        InvalidURL: an argument is neither a URL nor a path.
        UsageError: a file cannot be read.
    """
    from ingest.urls import check_url

    result = ScrapeInput()
    for number, text in enumerate(arguments, 1):
        if "://" not in text and Path(text).exists():
            result.paths.append(Path(text))
        elif _looks_like_a_file(text):
            raise UsageError(f"no such file or folder: {text}", "name a saved page, or a URL")
        else:
            result.add(check_url(text), f"argument {number}")
    for file in files:
        result.listed = True
        _read_lines(file, result)
    return result


def _looks_like_a_file(text: str) -> bool:
    """Whether an argument that does not exist is a path rather than a URL without its scheme."""
    is_path = text.startswith(("/", "./", "../", "~")) or text.endswith("/")
    is_page = text.casefold().endswith((".html", ".htm", ".xhtml")) and "/" not in text
    return "://" not in text and (is_path or is_page)


def _read_lines(file: str, result: ScrapeInput) -> None:
    from ingest.urls import check_url

    name = "standard input" if file == "-" else file
    for number, line in enumerate(_lines(file), 1):
        place = f"{name}:{number}"
        try:
            text = line.decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            result.problems.append(InvalidURL(f"{place}: not UTF-8"))
            continue
        if not text or text.startswith("#"):
            continue
        try:
            result.add(check_url(text), place)
        except InvalidURL as error:
            result.problems.append(InvalidURL(f"{place}: {error.message}", error.remedy))


def _lines(file: str) -> Iterator[bytes]:
    if file == "-":
        yield from sys.stdin.buffer
        return
    try:
        with Path(file).open("rb") as lines:
            yield from lines
    except OSError as error:
        raise UsageError(
            f"cannot read {file}: {error.strerror}", "give a text file with one URL a line"
        ) from error


def saved_bytes(file: str) -> bytes:
    """Return the bytes of a saved page, or of standard input for `-`; raises `UsageError`."""
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", "name a saved page") from error


def saved_pages(terminal: Terminal, given: ScrapeInput, url: str | None) -> list[SavedPage]:
    """Return the saved pages that were named, with a note of other files in their folders.

    Args:
        terminal: for the note.
        given: the input.
        url: the URL of the page, if it is given.

    Raises:
        UsageError: there is no page in the folders.
    """
    if not given.paths:
        return []
    from ingest.processing.saved import SUFFIXES, SavedPage, find_files

    found = find_files(given.paths)
    if found.others:
        kinds = ", ".join(sorted(SUFFIXES))
        terminal.note(f"{found.others} files were left out: not {kinds}")
    if not found.pages:
        raise UsageError("no saved page in the folder", "name a folder with *.html files")
    if url is not None:
        return [SavedPage(page.file, page.folder, url) for page in found.pages]
    return found.pages


def read_page(page: SavedPage, url_from: str, settings: Settings) -> FetchedPage:
    """Return a saved page; `url_from` is the option of that name. Errors as in `read_saved`."""
    from ingest.processing.saved import UrlFrom, read_saved

    return read_saved(page, UrlFrom(url_from), settings.limits)


def site_option(name: str | None) -> Site | str | None:
    """Return the definition of `--site` for `ingest.extract`."""
    from ingest.sites import UNKNOWN_SITE

    return UNKNOWN_SITE if name == NO_SITE else name
