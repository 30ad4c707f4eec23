"""Write lines to a process that reads, and know that it has read them."""

from __future__ import annotations

import array
import errno
import os
import select
import stat
import sys
import time
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from ingest.stream.follow import Taken

_PAUSE_SECONDS = 0.005
_LONGEST_PAUSE_SECONDS = 0.2


class Pipe:
    """A stream that a process reads, such as standard output.

    Args:
        stream: where lines go.
    """

    batch = 500

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def deliver(self, records: Sequence[Taken]) -> None:
        """Write the records as lines; raises `BrokenPipeError` if nobody reads any more."""
        write_lines(self._stream, (record.data for record in records))

    def close(self) -> None:
        """Do nothing: the stream is the caller's."""


def write_lines(stream: BinaryIO, lines: Iterable[bytes]) -> None:
    """Write lines and return when they were taken: by the reader of a pipe, or by a file.

    Bytes that wait in a pipe are lost if its reader ends. So on Linux this waits until the pipe is
    empty; elsewhere it returns when the pipe has the bytes.

    Raises:
        BrokenPipeError: the reader has gone.
    """
    stream.writelines(line + b"\n" for line in lines)
    stream.flush()
    if sys.platform == "linux" and stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode):
        _wait_until_empty(stream.fileno())


def _wait_until_empty(pipe: int) -> None:
    import fcntl  # noqa: PLC0415 - not on Windows
    import termios  # noqa: PLC0415 - not on Windows

    closed = select.poll()
    closed.register(pipe, select.POLLERR)
    unread, pause = array.array("i", [0]), _PAUSE_SECONDS
    while True:
        fcntl.ioctl(pipe, termios.FIONREAD, unread)
        if unread[0] == 0:
            return
        if closed.poll(0):
            raise BrokenPipeError(errno.EPIPE, "the reader of the pipe has gone")
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
