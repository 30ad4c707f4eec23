"""The finished segments below a folder: what readers without a ledger take."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from ingest.errors import UsageError
from ingest.storage.compression.files import ENDINGS, path_of

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def segment_files(path: Path, sites: Collection[str] = ()) -> Iterator[Path]:
    """Yield a file, or the finished segments below a folder, in the order of their paths.

    A folder is listed when its turn comes, so the first file of a large output comes at once.

    Args:
        path: a file, an output folder, or any folder in one.
        sites: of an output folder, only the folders of these sites. Elsewhere the caller has to
            select records by their site.

    Raises:
        UsageError: there is no such file or folder, or the output folder lacks one of the sites.
    """
    if not path.exists():
        raise UsageError(f"no such file or folder: {path}", "give the output of `khabar crawl`")
    if not path.is_dir():
        yield path
        return
    known = _sites_in(path) if sites else []
    if not known:
        yield from _below(path)
        return
    for site in sites:
        if site not in known:
            raise UsageError(
                f"no site {site!r} in {path}", f"those with records: {', '.join(known)}"
            )
    for site in known:
        if site in sites:
            yield from _below(path / site)


def _sites_in(folder: Path) -> list[str]:
    """Return the names of the sites of an output folder; none of another folder."""
    return sorted(
        site.name
        for site in folder.iterdir()
        if site.is_dir() and any(_DAY.fullmatch(day.name) for day in site.iterdir())
    )


def _below(folder: Path) -> Iterator[Path]:
    """Yield the segments of a folder and of those in it; one that is being compressed once."""
    entries: dict[str, Path] = {}
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            entries[entry.name] = entry
        elif not entry.name.startswith(".") and entry.name.endswith(ENDINGS):
            # Sorted: the compressed file, which has all lines of the plain one, comes last.
            entries[path_of(folder, entry)] = entry
    for name in sorted(entries):
        if entries[name].is_dir():
            yield from _below(entries[name])
        else:
            yield entries[name]
