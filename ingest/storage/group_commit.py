"""Lets what is waiting for the disk share one commit: a sync of the segment and a transaction of the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ingest.errors import KhabarError

_PAUSE = 0.1
"""Seconds in which pages are gathered: some ten of them on two cores, for the price of one."""


class GroupCommit:
    """Commits a moment after something is told, all at once.

    Args:
        commit: makes everything durable that was told; raises `KhabarError` where the disk refuses.
        failed: called with that error, once for each commit that failed.
    """

    def __init__(self, commit: Callable[[], None], failed: Callable[[KhabarError], None]) -> None:
        self._commit = commit
        self._failed = failed
        self._task: asyncio.Task[None] | None = None

    def soon(self) -> None:
        """Something is to be committed."""
        if self._task is None:
            self._task = asyncio.ensure_future(self._later())
            self._task.add_done_callback(self._finished)

    async def durable(self) -> None:
        """Wait until what was told before is durable; raises what `commit` raised."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _later(self) -> None:
        await asyncio.sleep(_PAUSE)
        self._task = None
        self._commit()

    def _finished(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and isinstance(error := task.exception(), KhabarError):
            self._failed(error)
