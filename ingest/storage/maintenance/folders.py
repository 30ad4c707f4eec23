"""The files of a site's folder: which of them are segments, and which are foreign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ingest.storage.compression.files import PLAIN, segment_files
from ingest.storage.segments import OPEN

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SEGMENT = re.compile(rf"[^.].*{re.escape(PLAIN)}({re.escape(OPEN)}|\.zst|\.gz)?")
_ARCHIVE = re.compile(rf"[^.].*\.warc\.gz({re.escape(OPEN)})?")
_OURS = ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "ledger.sqlite-journal")


def sites_in(output: Path) -> list[str]:
    """Return the names of the folders that have segments, sorted."""
    folders = [folder for folder in sorted(output.iterdir()) if folder.is_dir()]
    return [folder.name for folder in folders if any(_segments(folder))]


def foreign_files(output: Path) -> Iterator[str]:
    """Yield what is in an output folder beside sites and ledger; hidden files do not count."""
    for path in sorted(output.iterdir()):
        if path.name.startswith(".") or path.name in _OURS:
            continue
        if path.is_file() or not (any(_segments(path)) or (path / "runs").is_dir()):
            yield path.name


def foreign_files_of(output: Path, site: str) -> Iterator[str]:
    """Yield the files in a site's folder that Khabar does not write; hidden ones do not count."""
    segments = set(_segments(output / site))
    for path in sorted((output / site).rglob("*")):
        parts = path.relative_to(output / site).parts
        hidden = any(part.startswith(".") for part in parts)
        if hidden or parts[0] == "runs" or not path.is_file() or path in segments:
            continue
        if _ARCHIVE.fullmatch(path.name) and _DAY.fullmatch(parts[0]):
            continue
        yield path.relative_to(output).as_posix()


def finished_files_of(output: Path, site: str) -> list[Path]:
    """Return the files of the finished segments in a site's folder, each segment once."""
    segments = set(_segments(output / site))
    return [file for file in segment_files(output / site) if file in segments]


def _segments(folder: Path) -> Iterator[Path]:
    for day in folder.iterdir():
        if day.is_dir() and _DAY.fullmatch(day.name):
            yield from (file for file in day.iterdir() if _SEGMENT.fullmatch(file.name))
