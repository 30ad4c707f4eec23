"""Sinks: plug-ins that get each record once it is committed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, Self

from ingest import plugins
from ingest.plugins import Sink
from ingest.settings import Settings
from ingest.text import json_line

Note = Callable[[str, str], None]
"""Called with a key and a problem, which the run reports once for each key."""


class StandardOutput:
    """The sink `stdout`: writes each record as a line to standard output."""

    def __init__(self, _: Settings) -> None:
        pass

    def write(self, record: Mapping[str, Any]) -> None:
        """Write one line."""
        sys.stdout.write(json_line(record) + "\n")
        sys.stdout.flush()

    def close(self) -> None:
        """Do nothing: standard output stays open."""


class Sinks:
    """The sinks of one crawl. One that raises is reported, and still gets the next record."""

    def __init__(self, sinks: Mapping[str, Sink], note: Note) -> None:
        self._sinks = sinks
        self._note = note
        self._lock = Lock()  # sinks need not be thread-safe

    @classmethod
    def open(cls, names: Iterable[str], settings: Settings, note: Note) -> Self:
        """Return the sinks with these names; raises `UsageError` if there is no such plug-in."""
        return cls({name: plugins.sink(name, settings) for name in names}, note)

    async def write(self, record: Mapping[str, Any]) -> None:
        """Give a committed record to all sinks, off the event loop."""
        for name, sink in self._sinks.items():
            await asyncio.to_thread(self._call, name, sink.write, record)

    def close(self) -> None:
        """End all sinks."""
        for name, sink in self._sinks.items():
            self._call(name, sink.close)

    def _call(self, name: str, method: Callable[..., None], *arguments: object) -> None:
        with self._lock:
            try:
                method(*arguments)
            except Exception as error:  # noqa: BLE001 - code of others: the record is safe already
                self._note(f"sink {name}", plugins.problem_of(plugins.SINKS, name, error))
