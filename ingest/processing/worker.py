"""The code that runs in an extraction process: it limits its memory and ends with its crawl."""

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
"""The function that a worker runs; it must be importable, since it is pickled by name."""

OUT_OF_MEMORY = 77
"""Exit code of a worker that ran out of memory: the next page needs a fresh process."""


def nothing() -> None:
    """No-op task, used to start workers ahead of time."""


def begin(extra_bytes: int, log_options: logs.LogOptions | None) -> None:
    """Initialise a worker.

    Args:
        extra_bytes: the memory that extraction may take on top of the process itself.
        log_options: of the program; None if it configures no logs.
    """
    if log_options is not None:
        logs.set_up(log_options)
    _end_with_parent()
    _limit_memory(extra_bytes)


def _end_with_parent() -> None:
    """End this process when the crawl's process ends, even if that is killed (POSIX).

    A killed crawl cannot end its workers, and one that hangs in a page would run for ever, since
    the crawl enforces the time limit. The pipe of multiprocessing to the parent is set to send
    SIGIO when its other end closes. SIGIO ends a process without a handler for it, also during a
    call into C.
    """
    parent = multiprocessing.parent_process()
    if os.name != "posix" or parent is None:
        return
    import fcntl  # noqa: PLC0415 - not on Windows

    pipe = parent.sentinel
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    if multiprocessing.connection.wait([pipe], timeout=0):  # the parent has ended already
        os._exit(1)


def work(extract: Extract, page: FetchedPage, worker_bytes: int) -> Article | Rejection:
    """Extract a page. Ends the process if memory runs out, and limits what stays in caches."""
    try:
        result = extract(page)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    _trim_caches(worker_bytes // _SHARE)
    return result


_SHARE = 8
"""Caches are emptied if they grow by more than 1/8 of a worker's memory."""


@cache
def _baseline() -> int:
    """Return the address space in bytes when the caches were last empty; it is a cache itself."""
    return _address_space()


def _trim_caches(threshold: int) -> None:
    """Empty all `lru_cache`s of the process, if it has grown by more than `threshold` bytes.

    They contain class names and lines of text, few but of any length. A site with huge ones would
    fill them, and the pages of other sites would have no memory left.
    """
    if _address_space() - _baseline() <= threshold:
        return
    for candidate in gc.get_objects():
        if isinstance(candidate, _lru_cache_wrapper):
            candidate.cache_clear()  # of `_baseline`, too: it is measured anew
    _baseline()


def _address_space() -> int:
    """Return the address space of this process in bytes; 0 on systems other than Linux."""
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * mmap.PAGESIZE


def _limit_memory(extra: int) -> None:
    """Limit the address space of this process to its present size and `extra` bytes (Linux)."""
    if sys.platform != "linux":
        return
    import resource  # noqa: PLC0415 - not on Windows

    most = _address_space() + extra
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(ValueError, OSError):  # a container may have a lower limit
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
