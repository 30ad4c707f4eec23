"""Parsing in worker processes, with a limit of time and memory for each page and source.

It is CPU-bound: in the process of the crawl it would block all requests and the signals that end
the crawl, and threads do not help because of the interpreter's lock. A page that takes too long,
needs too much memory or kills its process becomes a `Rejection`, a source becomes an error, and the
next one gets a fresh worker.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as PebbleTimeout
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from ingest import logs
from ingest.errors import KhabarError, LimitExceeded
from ingest.processing.worker import (
    OUT_OF_MEMORY,
    Extract,
    Outcome,
    answer,
    begin,
    prepare,
    work,
)
from ingest.record import Article, FetchedPage, Reason, Rejection
from ingest.settings import Limits
from ingest.sites import UNKNOWN_SITE, SiteCatalog

_ATTEMPTS = 3
"""Tries for one page if the pool breaks: three in a row are the fault of the page."""

_LOOK_SECONDS = 1.0
"""Seconds between health checks of the pool while a page waits for its result."""

_MOST = 4
"""Upper limit of the default number: more workers than this wait for polite delays."""


NO_SITE = "none"
"""Site of a page that is extracted without a definition, even if its URL belongs to a site."""


@dataclass(frozen=True, slots=True)
class Extractor:
    """The extraction of a page by the definition of its site, as a task of a worker."""

    catalog: SiteCatalog
    limits: Limits

    def __call__(self, page: FetchedPage) -> Article | Rejection:
        """What a worker does with a page."""
        # Only workers need the parsers that this imports.
        from ingest.processing.build import article_for, article_of  # noqa: PLC0415 - see above

        if page.site == NO_SITE:
            return article_for(replace(page, site=None), UNKNOWN_SITE, self.limits)
        return article_of(page, self.catalog, self.limits)


def default_workers() -> int:
    """Return the number of cores that this process may use, at most 4."""
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    return min(_MOST, cores)


class _Failed(Exception):
    """A task gave no result: over a limit, or its process died."""

    def __init__(self, reason: Reason, problem: str) -> None:
        super().__init__(problem)
        self.reason = reason


class Unknown(Exception):
    """A worker cannot import what it is to call; the message says why."""


class Workers:
    """A pool of worker processes for pages and sources; `close` it.

    Tasks are done in the order in which they come.

    Args:
        extract: the function that a worker runs for each page.
        limits: of time and memory for a page or source, and of their number for a worker.
        number: of processes; 0 for `default_workers`.
    """

    def __init__(self, extract: Extract, limits: Limits, number: int = 0) -> None:
        self._limits = limits
        # Once: all site definitions belong to it, and each page would send them again.
        self._extract = pickle.dumps(extract, pickle.HIGHEST_PROTOCOL)
        self._number = number or default_workers()
        # Not a fork of this process: its threads and connections must not be copied.
        self._method = (
            "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        )
        self._pool = self._new_pool()
        self._warming: Thread | None = None
        self._is_filled = False
        self._served = False
        self._closed = False

    def warm(self) -> None:
        """Start the processes ahead of the first task: their imports take about a second."""
        if self._is_filled or self._warming is not None:
            return
        self._warming = Thread(target=self._fill, name="khabar-warm", daemon=True)
        self._warming.start()

    async def run(self, page: FetchedPage) -> Article | Rejection:
        """Return the record of a page, or its rejection; no page makes it raise.

        Raises:
            KhabarError: no worker starts, which is an error of the calling program.
        """
        try:
            result: Article | Rejection = await self._done(work, self._extract, page)
        except _Failed as failure:
            detail = str(failure)
            if failure.reason is not Reason.BROKEN:
                detail = f"extraction {detail}"
            return _reject(page, failure.reason, detail)
        return result

    async def call(self, packed: bytes, subject: str) -> Any:  # noqa: ANN401 - of any function
        """Return the result of a call, made in a worker; raises what the call raises.

        Args:
            packed: the call, by `worker.pack`.
            subject: what is parsed, for errors, such as the URL of a source.

        Raises:
            LimitExceeded: the call took too long or too much memory.
            KhabarError: its process died, or no worker starts.
            Unknown: a worker cannot import what it is to call.
        """
        try:
            answered = await self._done(answer, packed)
        except _Failed as failure:
            if failure.reason is Reason.BROKEN:
                raise KhabarError(f"{subject}: {failure}") from failure
            setting = "extraction_seconds" if failure.reason is Reason.TOO_SLOW else "worker_bytes"
            raise LimitExceeded(f"{subject}: parsing {failure}, limits.{setting}") from failure
        outcome, value = pickle.loads(answered)  # noqa: S301 - of a worker
        if outcome is Outcome.UNKNOWN:
            raise Unknown(value)
        if outcome is Outcome.RAISED:
            raise value
        return value

    def close(self) -> None:
        """End the processes; pages under way are abandoned."""
        self._closed = True
        if self._warming is not None:
            self._warming.join()
        self._pool.stop()  # type: ignore[no-untyped-call]  # first, so that none is replaced
        # SIGTERM would let a process that is still starting print a traceback; pebble has no other
        # way to its processes.
        for process in tuple(self._pool._pool_manager.worker_manager.workers.values()):  # noqa: SLF001
            process.kill()
        self._pool.join()

    def _schedule(
        self, pool: ProcessPool, function: Callable[..., Any], args: tuple[object, ...] = ()
    ) -> Future[Any]:
        self._is_filled = True
        task: Future[Any] = pool.schedule(
            function, args=args, timeout=self._limits.extraction_seconds
        )
        return task

    async def _done(self, function: Callable[..., Any], *args: object) -> Any:  # noqa: ANN401
        """Return the result of a task of `ingest.processing.worker`; raises `_Failed`."""
        if self._warming is not None and self._warming.is_alive():
            await asyncio.to_thread(self._warming.join)
        for _ in range(_ATTEMPTS):
            pool = self._pool
            try:
                result = await self._done_in(pool, function, args)
            except RuntimeError:  # a worker died between tasks; pebble then stops the whole pool
                if self._closed:
                    raise _Failed(Reason.BROKEN, "was ended with the run") from None
                self._replace(pool)
            else:
                self._served = True
                return result
        if self._served:
            raise _Failed(Reason.BROKEN, "the extraction process died")
        remedy = (
            "call Khabar below `if __name__ == '__main__':`, "
            "as every program that starts processes must"
        )
        raise KhabarError("the extraction processes do not start", remedy)

    async def _done_in(
        self, pool: ProcessPool, function: Callable[..., Any], args: tuple[object, ...]
    ) -> Any:  # noqa: ANN401 - of any function
        seconds = self._limits.extraction_seconds
        task = (*args, self._limits.worker_bytes)
        waiting = asyncio.wrap_future(self._schedule(pool, function, task))
        try:
            while not (await asyncio.wait([waiting], timeout=_LOOK_SECONDS))[0]:
                # pebble loses a task that is scheduled while its pool breaks.
                if not (pool.active or self._closed):
                    raise RuntimeError("the pool broke")
            return waiting.result()
        except (TimeoutError, PebbleTimeout) as error:
            raise _Failed(Reason.TOO_SLOW, f"took over {seconds:g} s") from error
        except ProcessExpired as error:
            if error.exitcode == OUT_OF_MEMORY:
                raise _Failed(Reason.TOO_LARGE, "took too much memory") from error
            problem = f"the extraction process died (exit code {error.exitcode})"
            raise _Failed(Reason.BROKEN, problem) from error
        finally:
            waiting.cancel()  # if the caller was cancelled

    def _new_pool(self) -> ProcessPool:
        context = multiprocessing.get_context(self._method)
        if self._method == "forkserver":
            # Imported once by the fork server and inherited by each worker.
            context.set_forkserver_preload(["ingest.processing.build", "feedparser"])
        return ProcessPool(
            max_workers=self._number,
            max_tasks=self._limits.worker_pages,
            initializer=begin,
            initargs=(self._limits.worker_bytes, logs.current(), self._extract),
            context=context,
        )

    def _replace(self, broken: ProcessPool) -> None:
        """Replace a broken pool, unless another page has replaced it already."""
        if self._pool is broken:
            # A fork server needs a socket, which tests under --block-network cannot open.
            if not self._served:
                self._method = "spawn"
            self._pool = self._new_pool()
            _end(broken)

    def _fill(self) -> None:
        pool = self._pool
        with suppress(RuntimeError):  # `run` reports a pool that is broken
            for _ in range(self._number):
                self._schedule(pool, prepare)


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
    pool.join()


class WorkerPools:
    """The pools of extraction processes that the crawls of a program share.

    The caller that runs the crawls creates it and closes it, or uses it in a `with` statement.
    Crawlers get it as the Scrapy setting `KHABAR_WORKERS`.
    """

    def __init__(self) -> None:
        self._pools: dict[tuple[Extract, Limits, int], Workers] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Scrapy copies its settings for each crawler; the pools stay shared."""
        return self

    def pool(self, extract: Extract, limits: Limits, number: int = 0) -> Workers:
        """Return the pool for these arguments of `Workers`, made at the first call."""
        key = (extract, limits, number)
        if key not in self._pools:
            self._pools[key] = Workers(extract, limits, number)
        return self._pools[key]

    def close(self) -> None:
        """End all processes."""
        while self._pools:
            self._pools.popitem()[1].close()


def _reject(page: FetchedPage, reason: Reason, detail: str) -> Rejection:
    return Rejection(
        url=page.url,
        requested_url=page.requested_url or page.url,
        reason=reason,
        detail=detail,
        status=page.status,
        site=page.site,
    )
