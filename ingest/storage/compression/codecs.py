"""The formats of compressed segments.

zstd is in the standard library since Python 3.14; before, `backports.zstd` is the same module.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib import import_module
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from ingest.errors import UnwritableOutput, UsageError

_ZSTD_LEVEL = 10
"""Of 22. Above it the time grows much faster than the size shrinks."""
_BLOCK = 2**20
"""Bytes that a reader decompresses at a time, at most."""


class Compression(StrEnum):
    """The format of compressed segments, by its name in the settings."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"

    @property
    def suffix(self) -> str:
        """The end of the file's name, after `.jsonl`."""
        return _SUFFIXES[self]


_SUFFIXES = {Compression.NONE: "", Compression.GZIP: ".gz", Compression.ZSTD: ".zst"}


def compression_of(file: Path) -> Compression:
    """Return the format of a file by its name."""
    by_suffix = {suffix: each for each, suffix in _SUFFIXES.items() if suffix}
    return by_suffix.get(file.suffix, Compression.NONE)


def check_installed(compression: Compression) -> None:
    """Raise `UsageError` if the package of a format is not installed."""
    if compression is Compression.ZSTD:
        _zstd()


def open_file(file: Path) -> BinaryIO:
    """Open a segment; what is read, and the places in it, are those of the plain segment.

    Reading may raise `DAMAGED` errors; see `reading`.

    Raises:
        OSError: the file cannot be opened; `FileNotFoundError` if there is none.
        UsageError: the package of its format is not installed.
    """
    match compression_of(file):
        case Compression.GZIP:
            return BufferedReader(cast("Any", gzip.open(file, "rb")), _BLOCK)
        case Compression.ZSTD:
            return BufferedReader(_zstd().open(file, "rb"), _BLOCK)
    return file.open("rb")


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Convert an error of reading a file into `UnwritableOutput`; let `FileNotFoundError` pass."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:  # gzip.BadGzipFile is one
        problem = error.strerror or str(error)
        raise UnwritableOutput(f"cannot read {file}: {problem}", "see its disk") from error
    except (EOFError, zlib.error) as error:
        raise _damaged(file, error) from error
    except Exception as error:
        if type(error).__name__ == "ZstdError":  # its package need not be installed
            raise _damaged(file, error) from error
        raise


@contextmanager
def compressed(file: IO[bytes], compression: Compression) -> Iterator[BinaryIO]:
    """Give a file to write to that compresses into another one, which stays open."""
    match compression:
        case Compression.GZIP:
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                yield cast("BinaryIO", packed)
        case Compression.ZSTD:
            zstd = _zstd()
            parameter = zstd.CompressionParameter
            options = {parameter.compression_level: _ZSTD_LEVEL, parameter.checksum_flag: 1}
            with zstd.open(file, "wb", options=options) as packed:
                yield packed
        case _:
            yield cast("BinaryIO", file)


def _damaged(file: Path, error: Exception) -> UnwritableOutput:
    return UnwritableOutput(f"{file} is damaged: {error}", "restore it from a copy")


def _zstd() -> Any:  # noqa: ANN401 - a module of another name by the version of Python
    try:
        return import_module(
            "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
        )
    except ImportError as error:
        raise UsageError(
            "segments compressed with zstd need a package", "pip install 'khabar[zstd]'"
        ) from error
