"""What a power cut leaves of segments: what was synced and some of the rest, under names that were synced (fsync(2)).

A name is synced with the folder that it is in. This stands in for the disk: a process that is killed loses nothing
that it wrote, for the system still has it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Key = tuple[int, int]


class Power:
    """Keeps account of what is durable of the files in a site's folders. Ledger and lock are left to their makers.

    Files that are replaced or removed come back only if there is a folder `kept`, on the same disk, for links to them.
    """

    def __init__(self, output: Path, kept: Path | None = None) -> None:
        self._output = output
        self._kept = kept
        self._lengths: dict[Key, int] = {}
        self._names: dict[Key, dict[str, Key]] = {}
        for path in [output, *output.rglob("*")]:
            if path.exists():
                self._sync(path)

    def done(self, call: str, arguments: Sequence[Any]) -> None:
        """A call of `os` has come back."""
        if call == "fsync":
            for path in [self._output, *self._output.rglob("*")]:
                if _key(path.stat()) == _key(os.fstat(arguments[0])):
                    self._sync(path)

    def fail(self) -> None:
        """Lose the rest."""
        if self._output.is_dir():
            for folder in [path for path in self._output.iterdir() if path.is_dir()]:
                key = _key(folder.stat())
                self._lose(folder)
                self._restore(folder, key)

    def _restore(self, folder: Path, key: Key) -> None:
        """Bring back the durable names of a folder that were removed or replaced."""
        for name, other in self._names.get(key, {}).items():
            path = folder / name
            if other in self._names:
                path.mkdir(exist_ok=True)
                self._restore(path, other)
            elif not path.exists() and self._kept is not None and name != ".lock":
                os.link(self._kept / f"{other[1]}", path)

    def _sync(self, path: Path) -> None:
        status = path.stat()
        if path.is_dir():
            self._names[_key(status)] = {name.name: _key(name.stat()) for name in path.iterdir()}
        else:
            self._lengths[_key(status)] = status.st_size
            self._keep(path, status)

    def _keep(self, path: Path, status: os.stat_result) -> None:
        """Keep a file, whatever becomes of its name; so no other one gets its number."""
        if self._kept is not None and not (link := self._kept / f"{status.st_ino}").exists():
            os.link(path, link)

    def _lose(self, folder: Path) -> None:
        durable = self._names.get(_key(folder.stat()), {})
        there = {_key(path.stat()): path for path in folder.iterdir() if path.name != ".lock"}
        for key, path in there.items():
            if durable.get(path.name) != key:
                former = next((name for name, other in durable.items() if other == key), None)
                if former is None:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                    continue
                path = path.rename(folder / former)  # noqa: PLW2901 - it is found under its old name
            if path.is_dir():
                self._lose(path)
            elif (lost := path.stat().st_size - self._lengths.get(key, 0)) > 0:
                os.truncate(
                    path, path.stat().st_size - lost // 2
                )  # some of it may have come through: a torn line


def _key(status: os.stat_result) -> Key:
    return status.st_dev, status.st_ino
