"""Kills a crawl at each call that makes something durable, one after the other, and holds what comes of it to account.

    python -m tests.trials.faults

The calls are those to sync, rename, cut and remove files, and the ledger's commits. At each, a crawl is once killed
after the call, and once before it as if the power failed: what was written and not synced is gone, and so are names in
folders that were not synced. It is done for a first crawl, for one of a site that has edited, and for the one that
recovers from an earlier kill.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial, wraps
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from tests.trials.audit import early, problems
from tests.trials.process import fork, preload
from tests.trials.scenes import Edition, newsroom_scene

_CALLS = ("fsync", "fdatasync", "replace", "rename", "truncate", "ftruncate", "unlink", "remove")
ARTICLES = 4


class Power:
    """What a power cut would leave of the segments: only what was synced, under names that were."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._lengths = {self._key(file): file.stat().st_size for file in output.glob("*/*/*.jsonl*")}
        self._names = {self._key(folder): set(os.listdir(folder)) for folder in self._folders()}

    def synced(self, handle: int) -> None:
        """A file or folder was synced."""
        status = os.fstat(handle)
        key = (status.st_dev, status.st_ino)
        for folder in self._folders():
            if self._key(folder) == key:
                self._names[key] = set(os.listdir(folder))
        self._lengths[key] = status.st_size

    def renamed(self, old: Path, new: Path) -> None:
        """Until its folder is synced, a file may be found under its old name."""
        self._undo.append((old, new))

    def fail(self) -> None:
        """Lose the rest."""

    def _folders(self) -> list[Path]:
        return [folder for folder in self._output.glob("**/") if folder != self._output]

    @staticmethod
    def _key(path: Path) -> tuple[int, int]:
        status = path.stat()
        return status.st_dev, status.st_ino
