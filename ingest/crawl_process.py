"""A crawl in a process of its own: started, waited for, stopped in good order, killed where it does not stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

Command = Callable[[str], Sequence[str]]
"""Gives the command line that crawls a site."""


def crawl_command(options: Sequence[str]) -> Command:
    """`khabar crawl SITE` with these options, run by the Python that runs this.

    `-P` keeps the working folder off the import path: a folder `ingest` of the operator's is not this package.
    """
    return lambda site: [sys.executable, "-P", "-m", "ingest", "crawl", site, *options]


class CrawlProcess:
    """One process. It leads a session of its own, so that Ctrl-C on the terminal reaches it only through `stop`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, command: Sequence[str]) -> CrawlProcess:
        """Start it; raises `OSError` where the system cannot. It shares standard error with this process."""
        nothing = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *command, stdin=nothing, stdout=nothing, start_new_session=True
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    async def wait(self) -> int:
        """Its exit code; 128 and the signal's number where a signal ended it, as shells have it."""
        code = await self._process.wait()
        return code if code >= 0 else 128 - code

    async def stop(self, patience: float) -> bool:
        """Ask it to end (SIGTERM), and kill it where it has not done so in that many seconds: whether that was so."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), patience)
        except TimeoutError:
            self.kill()
            await self._process.wait()
            return True
        return False

    def kill(self) -> None:
        """End it at once, and the extraction processes that it started."""
        if self._process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
