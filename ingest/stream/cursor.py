"""The places of a consumer: the number of the last record of each site that it has taken.

They are in `OUTPUT/.consumers/NAME.json`, written atomically and synced. One process at a time may
have a consumer (`NAME.lock`); the operating system releases the lock when it ends.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.errors import OutputLocked, UsageError
from ingest.storage.segments import make_folder, sync_folder, writable

FOLDER = ".consumers"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Places:
    """What a consumer has taken: the number of the last record of each site, and when."""

    by_site: Mapping[str, int]
    saved: datetime | None = None


class Cursor:
    """The saved places of one consumer of an output folder.

    Args:
        output: the output folder.
        name: of the consumer: letters, digits, `.`, `_` and `-`, at most 64.

    Raises:
        UsageError: the name has other characters.
    """

    def __init__(self, output: Path, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"not a name of a consumer: {name!r}", "use letters, digits, '.', '_' and '-'"
            )
        self.name = name
        self._output = output
        self._file = output / FOLDER / f"{name}.json"

    @property
    def exists(self) -> bool:
        """Whether the consumer has places."""
        return self._file.exists()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the consumer; raises `OutputLocked` if another process does."""
        with writable(self._output):
            make_folder(self._file.parent)
            lock = FileLock(self._file.with_suffix(".lock"))
            try:
                lock.acquire(timeout=0)
            except Timeout:
                raise OutputLocked(
                    f"another process reads as {self.name}", "wait for it, or take another name"
                ) from None
        try:
            yield
        finally:
            lock.release()

    def load(self) -> Places:
        """Return the places; none for a new consumer.

        Raises:
            UsageError: the file is damaged.
        """
        try:
            data = json.loads(self._file.read_bytes())
            places = {str(site): int(number) for site, number in data["places"].items()}
            return Places(places, datetime.fromisoformat(data["saved"]))
        except FileNotFoundError:
            return Places({})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f"{self._file} does not hold the places of a consumer: {error}",
                f"khabar consumers reset {self.name} --to start",
            ) from error

    def save(self, places: Mapping[str, int]) -> None:
        """Save the places, durably on return; raises `UnwritableOutput`."""
        saved = datetime.now(UTC).isoformat(timespec="milliseconds")
        text = json.dumps({"places": dict(sorted(places.items())), "saved": saved})
        temporary = self._file.with_suffix(".tmp")
        with writable(self._output):
            make_folder(self._file.parent)
            with temporary.open("w", encoding="utf-8") as stream:
                stream.write(text + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(self._file)
            sync_folder(self._file.parent)

    def remove(self) -> None:
        """Forget the consumer."""
        with writable(self._output):
            self._file.unlink(missing_ok=True)


def cursors(output: Path) -> list[Cursor]:
    """Return the consumers of an output folder that have places, by name."""
    files = sorted((output / FOLDER).glob("*.json"))
    return [Cursor(output, file.stem) for file in files if _NAME.fullmatch(file.stem)]
