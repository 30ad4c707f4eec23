"""How far an extraction into an output folder has come, so that a killed one goes on there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ingest.errors import UnwritableOutput


class Place(NamedTuple):
    """A record: all before it, and all archives before its archive, are done."""

    archive: str
    offset: int


class PlaceFile:
    """The file `OUTPUT/.extract-<digest>.json` of one call: its archives and filters.

    It is no source of truth: the ledger decides whether a page is new, so that a place that is too
    early costs time and doubles nothing.

    Args:
        output: the output folder.
        archives: paths, in the order in which they are read.
        options: whatever else decides which pages are read.
    """

    def __init__(self, output: Path, archives: Iterable[str], options: Iterable[object]) -> None:
        self._archives = [str(Path(archive).resolve()) for archive in archives]
        key = json.dumps([self._archives, [str(option) for option in options]])
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        self._file = output / f".extract-{digest}.json"

    def load(self) -> Place | None:
        """Return the place, or None if there is none that still fits its archive."""
        try:
            values = json.loads(self._file.read_text(encoding="utf-8"))
            place = Place(str(values["archive"]), int(values["offset"]))
            is_there = Path(place.archive).stat().st_size >= place.offset
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return place if is_there and place.archive in self._archives else None

    def save(self, archive: str, offset: int) -> None:
        """Store a place, atomically; raises `UnwritableOutput`."""
        values = {"archive": str(Path(archive).resolve()), "offset": offset}
        temporary = self._file.with_suffix(".tmp")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(values) + "\n", encoding="utf-8")
            temporary.replace(self._file)
        except OSError as error:
            raise UnwritableOutput(
                f"cannot write {self._file}: {error.strerror}", "choose another --output"
            ) from error

    def remove(self) -> None:
        """Forget the place: everything is done."""
        self._file.unlink(missing_ok=True)
