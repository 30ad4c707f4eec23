"""The file of a segment: open, finished, or compressed.

The ledger knows a segment by the path of its plain file, and by lengths and places in that. A
compressed file has the same name with a suffix. While a segment is being compressed or merged, two
files of it may exist: then the compressed one has all lines of the other, so it comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ingest.errors import UsageError
from ingest.storage.compression.codecs import Compression, open_file, reading
from ingest.storage.segments import OPEN

PLAIN = ".jsonl"
_SUFFIXES = (Compression.ZSTD.suffix, Compression.GZIP.suffix, "")
ENDINGS = tuple(f"{PLAIN}{suffix}" for suffix in _SUFFIXES)
"""The endings of files of finished segments."""


def open_segment(output: Path, path: str) -> tuple[Path, BinaryIO]:
    """Open a segment, which may get another name meanwhile; return its file, too.

    Args:
        output: the output folder.
        path: of the segment, as in the ledger.

    Raises:
        FileNotFoundError: it is not in the folder.
        UnwritableOutput: the file cannot be read.
        UsageError: the package of its compression is not installed.
    """
    names = [f"{path}{suffix}" for suffix in _SUFFIXES]
    for name in (*names, f"{path}{OPEN}", *names):  # one that is finished now is found at last
        file = output / name
        try:
            with reading(file):
                return file, open_file(file)
        except FileNotFoundError:
            continue
    raise FileNotFoundError(f"no segment {path} in {output}")


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """Open a file that was listed; raises `UsageError` if it was merged or removed since."""
    try:
        with reading(file):
            stream = open_file(file)
    except FileNotFoundError:
        raise UsageError(f"{file} was merged or removed meanwhile", "read again") from None
    with stream, reading(file):
        yield stream


def read_line(output: Path, path: str, position: int) -> str | None:
    """Return the line of a segment that starts at a byte, or None if there is no such line.

    Raises:
        UnwritableOutput: the file cannot be read.
    """
    try:
        file, stream = open_segment(output, path)
    except FileNotFoundError:
        return None
    with stream, reading(file):
        stream.seek(position)
        return stream.readline().decode("utf-8", "replace") or None


def file_of(output: Path, path: str) -> Path | None:
    """Return the file of a finished segment, None if there is none."""
    return next(iter(files_of(output, path)), None)


def files_of(output: Path, path: str) -> list[Path]:
    """Return all files of a finished segment; more than one if a compaction was killed."""
    files = [output / f"{path}{suffix}" for suffix in _SUFFIXES]
    return [file for file in files if file.exists()]


def segment_files(folder: Path, *, opened: bool = False) -> list[Path]:
    """Return the files of the finished segments below a folder, by name; each segment once.

    Args:
        folder: an output folder, or one in it.
        opened: whether to return open segments, too.
    """
    files: dict[str, Path] = {}
    for suffix in (*((OPEN,) if opened else ()), *reversed(_SUFFIXES)):  # the best comes last
        for file in _visible(folder, f"*{PLAIN}{suffix}"):
            files[path_of(folder, file)] = file
    return [files[path] for path in sorted(files)]


def path_of(output: Path, file: Path) -> str:
    """Return the path of the segment that a file holds, below the output folder."""
    path = file.relative_to(output).as_posix()
    for suffix in (*_SUFFIXES, OPEN):
        if suffix and path.endswith(PLAIN + suffix):
            return path.removesuffix(suffix)
    return path


def _visible(folder: Path, pattern: str) -> Iterator[Path]:
    return (file for file in folder.rglob(pattern) if not file.name.startswith("."))
