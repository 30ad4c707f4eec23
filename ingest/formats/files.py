"""Where formatted records go: standard output, a file, or a folder with a file for each record."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Protocol, TextIO

from ingest.errors import UnwritableOutput, UsageError
from ingest.formats.writers import RecordWriter

_NAME = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 80


class Output(Protocol):
    """Takes records, one after the other; each is written and flushed at once."""

    def write(self, record: Mapping[str, Any]) -> None:
        """Write one record."""


@contextmanager
def open_output(
    target: Path | str | None, writer: RecordWriter, *, append: bool = False
) -> Iterator[Output]:
    """Open an output for records.

    A new file grows with each record. A file that exists is replaced at the end, and only if there
    is a record; what is there by then replaces it also if an exception ends the block. A device or
    a pipe is written to directly.

    Args:
        target: a file; a folder, if it exists or the text ends with a slash; None for standard
            output.
        writer: of the format.
        append: add to a file that exists, and never replace it.

    Raises:
        UsageError: the format does not write one file for each record.
        UnwritableOutput: the file or folder cannot be written, now or later.
    """
    if target is None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        with _ended(_Stream(sys.stdout, writer)) as output:
            yield output
        return
    path = Path(target)
    if path.is_dir() or str(target).endswith(("/", os.sep)):
        yield _Folder(path, writer)
        return
    is_replaced = not append and path.is_file() and path.stat().st_size > 0
    written = path.resolve().with_name(f"{path.name}.part") if is_replaced else path
    is_regular = path.is_file() or not path.exists()
    with _reported(path):
        file = written.open("a" if append else "w", encoding="utf-8", newline="\n")
    try:
        with _ended(_Stream(file, writer, path)) as output:
            yield output
    finally:
        with _reported(path):  # what a full disk has not taken is tried again
            file.close()
        if is_regular:
            _settle(written, path)


def _settle(written: Path, path: Path) -> None:
    """Give what was written its final name, or remove it if it is empty."""
    with _reported(path):
        if written.stat().st_size == 0:
            written.unlink()
        elif written != path:
            written.replace(path.resolve())


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Raise errors of the file system as `UnwritableOutput`."""
    try:
        yield
    except OSError as error:
        raise UnwritableOutput(
            f"cannot write {path}: {error.strerror}", "choose another --output"
        ) from error


@contextmanager
def _ended(output: _Stream) -> Iterator[_Stream]:
    """Write what comes after the last record at the end, also after an error elsewhere."""
    try:
        yield output
    except (OSError, UnwritableOutput):
        raise
    except BaseException:
        output.end()
        raise
    output.end()


class _Stream:
    def __init__(self, stream: TextIO, writer: RecordWriter, path: Path | None = None) -> None:
        self._stream = stream
        self._writer = writer
        self._path = path

    def write(self, record: Mapping[str, Any]) -> None:
        self._put(self._writer.add(record))

    def end(self) -> None:
        self._put(self._writer.end())

    def _put(self, text: str) -> None:
        # A pipe that its reader closes is no error of standard output: `main` knows it.
        with nullcontext() if self._path is None else _reported(self._path):
            self._stream.write(text)
            self._stream.flush()


class _Folder:
    """A file for each record. The same requested URL has the same file in every run."""

    def __init__(self, folder: Path, writer: RecordWriter) -> None:
        if not writer.is_document:
            raise UsageError(
                f"{folder} is a folder, and the format {writer.suffix[1:]} is one file",
                f"write to {folder / f'records{writer.suffix}'}, or choose text, markdown, html "
                "or json",
            )
        with _reported(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._writer = writer

    def write(self, record: Mapping[str, Any]) -> None:
        file = self._folder / f"{_file_name(record)}{self._writer.suffix}"
        with _reported(file):
            file.write_text(self._writer.document(record), encoding="utf-8", newline="\n")


def _file_name(record: Mapping[str, Any]) -> str:
    """Return a name of ASCII letters and digits that differs for each requested URL."""
    url = record["requestedUrl"]
    readable = _NAME.sub("-", url.partition("://")[2].casefold()).strip("-")[:_LONGEST_NAME]
    digest = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable.strip('-')}-{digest}"
