"""What `khabar extract` reads: archives, folders of them, saved pages, or standard input."""

from __future__ import annotations

import glob
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from ingest.archive.pages import ArchivedPage, ArchivePages, PageFilter
from ingest.archive.place import Place
from ingest.archive.record import Skipped
from ingest.errors import KhabarError, UsageError
from ingest.processing.saved import SUFFIXES, SavedPage, UrlFrom, read_saved
from ingest.record import FetchedPage
from ingest.settings import Limits

STDIN = "-"
_ARCHIVE = re.compile(r"\.warc(\.gz)?$", re.IGNORECASE)


class UnreadableRecord(KhabarError):
    """A part of an archive gave no page.

    Attributes:
        skipped: the part.
    """

    def __init__(self, file: str, skipped: Skipped) -> None:
        detail = f": {skipped.detail}" if skipped.detail else ""
        url = f" {skipped.url}" if skipped.url else ""
        super().__init__(f"{file} at byte {skipped.offset}:{url} {skipped.reason}{detail}")
        self.skipped = skipped


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a source, or why one could not be read.

    Attributes:
        file: the path, or `-`.
        offset: where its record starts; None for a saved page.
        content: the page, or the error.
    """

    file: str
    offset: int | None
    content: FetchedPage | KhabarError = field(repr=False)

    def page(self) -> FetchedPage:
        """Return the page; raises the error."""
        if isinstance(self.content, KhabarError):
            raise self.content
        return self.content


@dataclass
class Sources:
    """Archives and saved pages.

    Attributes:
        archives: paths, or `-`.
        pages: saved pages.
        ignored: number of files in the folders that are neither.
        others: number of records read so far that are of no page, such as requests.
        filtered: number of pages that the filter left out so far.
    """

    archives: list[str] = field(default_factory=list)
    pages: list[SavedPage] = field(default_factory=list)
    ignored: int = 0
    others: int = 0
    filtered: int = 0

    def read(
        self,
        chosen: PageFilter,
        limits: Limits,
        url_from: UrlFrom = UrlFrom.META,
        place: Place | None = None,
    ) -> Iterator[Found]:
        """Yield what is in the sources, one after the other, in constant memory.

        Args:
            chosen: which pages to read.
            limits: `page_bytes` of a page.
            url_from: where the URL of a saved page is found.
            place: in one of the archives, to start there.

        Raises:
            UsageError: an archive cannot be opened or read.
        """
        for archive in self.archives:
            if place is None:
                yield from self._read_archive(archive, chosen, limits)
            elif str(Path(archive).resolve()) == place.archive:
                yield from self._read_archive(archive, chosen, limits, place.offset)
                place = None
        for saved in self.pages:
            try:
                page = read_saved(saved, url_from, limits)
            except KhabarError as error:
                yield Found(str(saved.file), None, error)
                continue
            if chosen.takes_page(page.url, page.retrieved_at):
                yield Found(str(saved.file), None, page)
            else:
                self.filtered += 1

    def _read_archive(
        self, name: str, chosen: PageFilter, limits: Limits, offset: int = 0
    ) -> Iterator[Found]:
        """Yield what is in one archive from an offset on; see `read`."""
        try:
            with nullcontext(sys.stdin.buffer) if name == STDIN else Path(name).open("rb") as file:
                if offset:
                    file.seek(offset)
                archive = ArchivePages(file, limits.page_bytes, chosen, offset)
                others, filtered = self.others, self.filtered
                for item in archive:
                    self.others = others + archive.others
                    self.filtered = filtered + archive.filtered
                    yield _found(name, item)
                self.others = others + archive.others
                self.filtered = filtered + archive.filtered
        except OSError as error:
            raise UsageError(
                f"cannot read {name}: {error.strerror}", "name a WARC file that can be read"
            ) from error


def _found(name: str, item: ArchivedPage | Skipped) -> Found:
    content = UnreadableRecord(name, item) if isinstance(item, Skipped) else item.page
    return Found(name, item.offset, content)


def find_sources(names: Iterable[str]) -> Sources:
    """Return the archives and saved pages that names mean: files, folders, globs or `-`.

    Files of a folder are taken by their suffixes: `.warc`, `.warc.gz`, `.html`. A file that is
    named itself is an archive, unless its suffix is that of a page.

    Raises:
        UsageError: there is no such file, or nothing to read.
    """
    found = Sources()
    for name in names:
        path = Path(name)
        if name == STDIN:
            found.archives.append(name)
        elif path.exists():
            _add_named(found, path)
        elif matches := sorted(glob.glob(name, recursive=True)):  # noqa: PTH207 - any pattern
            for match in matches:
                _add_named(found, Path(match))
        else:
            raise UsageError(f"no such file or folder: {name}", "name a WARC file or a folder")
    if not (found.archives or found.pages):
        raise UsageError("no archive and no saved page", "name *.warc, *.warc.gz or *.html files")
    found.archives = list(dict.fromkeys(found.archives))
    return found


def _add_named(found: Sources, path: Path) -> None:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                _add(found, file, path)
    elif path.suffix.casefold() in SUFFIXES:
        found.pages.append(SavedPage(path))
    else:
        found.archives.append(str(path))


def _add(found: Sources, file: Path, folder: Path) -> None:
    if _ARCHIVE.search(file.name):
        found.archives.append(str(file))
    elif file.suffix.casefold() in SUFFIXES:
        found.pages.append(SavedPage(file, folder))
    else:
        found.ignored += 1
