"""What goes on inside an extraction process: it bounds its own memory, and ends with the crawl that started it."""

from __future__ import annotations

import gc
import mmap
import multiprocessing
import multiprocessing.connection
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import _lru_cache_wrapper, cache
from pathlib import Path

from ingest import logs
from ingest.record import Article, FetchedPage, Rejection

Extract = Callable[[FetchedPage], Article | Rejection]
"""What a worker runs; it must be importable (pickled by name)."""

OUT_OF_MEMORY = 77
"""The exit code of a worker whose page took more memory than it may have. Another page must not find it so."""


def nothing() -> None:
    """The task of a worker that only has to be there."""


def begin(extra_bytes: int, log_options: logs.LogOptions | None) -> None:
    """What a worker does first."""
    if log_options is not None:  # a library's words on a page go the same way as the program's own
        logs.set_up(log_options)
    _end_with_parent()
    _limit_memory(extra_bytes)


def _end_with_parent() -> None:
    """Let the system end this worker when the crawl's process is gone, however it went (POSIX).

    A killed crawl cannot end its workers, and one that hangs in a page would stay for ever: the page's time limit went
    with the crawl. The pipe that multiprocessing holds to the parent sends SIGIO when its other end closes, which ends
    a process that does not handle it, also in the middle of a call into C.
    """
    parent = multiprocessing.parent_process()
    if os.name != "posix" or parent is None:
        return
    import fcntl  # noqa: PLC0415 - there is none on Windows

    pipe = parent.sentinel
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    if multiprocessing.connection.wait([pipe], timeout=0):  # it was gone already
        os._exit(1)


def work(extract: Extract, page: FetchedPage, worker_bytes: int) -> Article | Rejection:
    """The task of a worker: it ends the process where memory runs out, and leaves little of the page behind."""
    try:
        result = extract(page)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    _forget(worker_bytes // _SHARE)
    return result


_SHARE = 8
"""Of a worker's memory that caches may take before they are emptied."""


@cache
def _baseline() -> int:
    """Return the address space, in bytes, at the first call after the caches of this process were emptied."""
    return _address_space()


def _forget(most: int) -> None:
    """Empty every `lru_cache` of this process, ours and our libraries', once it has grown by so many bytes.

    They hold class names and lines of text, in small numbers but of any length: a site with huge ones would fill them,
    and the pages of the other sites would find no memory.
    """
    if _address_space() - _baseline() <= most:
        return
    for candidate in gc.get_objects():
        if isinstance(candidate, _lru_cache_wrapper):
            candidate.cache_clear()  # of `_baseline`, too: it is measured anew
    _baseline()


def _address_space() -> int:
    """Of this process, in bytes; 0 where the system does not tell (all but Linux)."""
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * mmap.PAGESIZE


def _limit_memory(extra: int) -> None:
    """Bound this process's address space to what it has now and `extra` bytes more, where the system can (Linux)."""
    if sys.platform != "linux":
        return
    import resource  # noqa: PLC0415 - there is none on Windows

    most = _address_space() + extra
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(ValueError, OSError):  # a container may set a lower bound already
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
