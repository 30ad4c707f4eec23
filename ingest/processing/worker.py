"""The code that runs in a worker process: it limits its memory and ends with its crawl."""

from __future__ import annotations

import ctypes
import gc
import logging
import mmap
import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from functools import _lru_cache_wrapper, cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from ingest import logs
from ingest.errors import KhabarError
from ingest.record import Article, FetchedPage, Rejection

logger = logging.getLogger(__name__)

Extract = Callable[[FetchedPage], Article | Rejection]
"""The function that a worker runs; it must be importable, since it is pickled by name."""

OUT_OF_MEMORY = 77
"""Exit code of a worker that ran out of memory: the next page needs a fresh process."""


def prepare() -> None:
    """Import what a page needs: a task that starts workers ahead of time.

    Where a worker is forked, the fork server has it already.
    """
    import_module("ingest.processing.build")


def begin(extra_bytes: int, log_options: logs.LogOptions | None, packed: bytes) -> None:
    """Initialise a worker.

    Args:
        extra_bytes: the memory that a page or source may take on top of the process itself.
        log_options: of the program; None if it configures no logs.
        packed: what `work` will get. Its imports must not count as the time of the first page.
    """
    with suppress(Exception):  # it is raised again for each page
        _unpacked(packed)
    if log_options is not None:
        logs.set_up(log_options)
    # pebble's handler is code of Python, which gets no turn during a call into C: the end of a
    # worker that hangs there would take three seconds.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
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


def work(packed: bytes, page: FetchedPage, worker_bytes: int) -> Article | Rejection:
    """Extract a page. Ends the process if memory runs out, and limits what stays in caches.

    Args:
        packed: the function that does it (`Extract`), pickled.
        page: the page.
        worker_bytes: the memory that a page may take.
    """
    try:
        result = _unpacked(packed)(page)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    _give_back(len(page.body), worker_bytes)
    return result


@lru_cache(maxsize=4)
def _unpacked(packed: bytes) -> Extract:
    """Return the function; cached, since all site definitions belong to it."""
    extract: Extract = pickle.loads(packed)  # noqa: S301 - of the process that started this one
    return extract


class Outcome(StrEnum):
    """What became of a call in a worker."""

    RETURNED = "returned"
    RAISED = "raised"
    UNKNOWN = "unknown"
    """The worker cannot import what is called."""


class Unpicklable(Exception):
    """A call cannot be sent to a worker; the message says why."""


def pack(call: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bytes:
    """Return a call as bytes for `answer`; raises `Unpicklable`."""
    try:
        return pickle.dumps((call, args, kwargs), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # whatever the methods of a class raise
        raise Unpicklable(f"{type(error).__name__}: {error}") from error


def answer(packed: bytes, worker_bytes: int) -> bytes:
    """Make a call, and return its `Outcome` with the value or exception, pickled.

    Both are pickled here: pebble stops all processes of a pool if an exception cannot be restored.
    Ends the process if memory runs out, and limits what stays in caches.
    """
    try:
        call, args, kwargs = pickle.loads(packed)  # noqa: S301 - of the process that started this one
    except Exception as error:  # noqa: BLE001 - whatever an import raises
        return pickle.dumps((Outcome.UNKNOWN, f"{type(error).__name__}: {error}"))
    try:
        result = _called(call, args, kwargs)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    _give_back(len(packed), worker_bytes)
    return result


def _called(call: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bytes:
    try:
        value = call(*args, **kwargs)
    except MemoryError:
        raise
    except Exception as error:
        logger.debug("%r failed", call, exc_info=True)
        return _pickled(Outcome.RAISED, error, f"{type(error).__name__}: {error}")
    name = getattr(call, "__qualname__", repr(call))
    return _pickled(Outcome.RETURNED, value, f"the result of {name} does not pickle")


def _pickled(outcome: Outcome, value: object, problem: str) -> bytes:
    """Return both pickled; an error with this message if the value cannot be restored."""
    try:
        result = pickle.dumps((outcome, value), pickle.HIGHEST_PROTOCOL)
        if outcome is Outcome.RAISED:
            pickle.loads(result)  # noqa: S301 - made in the line above
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever the methods of a class raise
        return pickle.dumps((Outcome.RAISED, KhabarError(problem)))
    return result


_LARGE = 256 * 2**10
"""Bytes of input after which free memory goes back to the system: 100 MiB with 50,000 headings."""
_SHARE = 8
"""Caches are emptied if they grow by more than 1/8 of a worker's memory."""


def _give_back(size: int, worker_bytes: int) -> None:
    """Free what a page or source of this size may have left in caches and in the allocator."""
    _trim_caches(worker_bytes // _SHARE)
    if size > _LARGE and sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc; musl has none
        if trim is not None:
            trim(0)


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
