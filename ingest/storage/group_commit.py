"""One commit for all outcomes of a short time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ingest.errors import KhabarError

_PAUSE = 0.1
"""Seconds to collect outcomes before a commit: about ten pages on two cores."""


class GroupCommit:
    """Commits all outcomes of a short time together.

    Args:
        commit: makes everything durable that is queued; raises `KhabarError` if that fails.
        failed: called with that error, once for each failed commit.
    """

    def __init__(self, commit: Callable[[], None], failed: Callable[[KhabarError], None]) -> None:
        self._commit = commit
        self._failed = failed
        self._task: asyncio.Task[None] | None = None

    def soon(self) -> None:
        """Schedule a commit, unless one is scheduled already."""
        if self._task is None:
            self._task = asyncio.ensure_future(self._later())
            self._task.add_done_callback(self._finished)

    async def durable(self) -> None:
        """Wait until everything queued so far is durable; raises the error of `commit`."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _later(self) -> None:
        await asyncio.sleep(_PAUSE)
        self._task = None
        self._commit()

    def _finished(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and isinstance(error := task.exception(), KhabarError):
            self._failed(error)
