"""A command that gets each batch on its standard input."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence

from ingest.errors import UsageError
from ingest.stream.destinations.destination import NotDelivered
from ingest.stream.follow import Taken

_NOT_FOUND = 127
_NOT_EXECUTABLE = 126
"""Statuses of shells and `env` for a command that cannot run (POSIX, 2.8.2)."""


class Command:
    """A command that is run once for each batch; its exit status 0 says that it has taken it.

    Args:
        line: the command and its arguments, as a shell splits them. No shell runs it.

    Raises:
        UsageError: the line has no command, or quotes that do not end.
    """

    batch = 500

    def __init__(self, line: str) -> None:
        try:
            self._arguments = shlex.split(line)
        except ValueError as error:
            raise UsageError(f"not a command: {line!r}: {error}", "close its quotes") from error
        if not self._arguments:
            raise UsageError("no command", "give one, such as --exec 'python load.py'")

    def deliver(self, records: Sequence[Taken]) -> None:
        """Run the command with the records as JSON Lines on its standard input."""
        data = b"".join(record.data + b"\n" for record in records)
        name = self._arguments[0]
        try:
            done = subprocess.run(self._arguments, input=data, check=False)  # noqa: S603 - the operator's
        except OSError as error:
            problem = f"cannot run {name}: {error.strerror}"
            raise NotDelivered(problem, "give its path", is_final=True) from error
        if done.returncode:
            raise NotDelivered(
                f"{name} ended with exit code {done.returncode}",
                "see what it printed",
                is_final=done.returncode in (_NOT_FOUND, _NOT_EXECUTABLE),
            )

    def close(self) -> None:
        """Do nothing: no process outlives its batch."""
