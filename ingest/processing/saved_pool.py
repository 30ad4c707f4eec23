"""Extracts pages of files and archives on all cores, within the limits of a crawl."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from ingest.errors import KhabarError
from ingest.processing.saved import SavedPage, UrlFrom, read_saved
from ingest.processing.workers import Extractor, Workers, default_workers
from ingest.record import Article, FetchedPage, Rejection
from ingest.settings import Limits
from ingest.sites import SiteCatalog

_IN_FLIGHT = 4
"""Pages for each worker that are read ahead, or wait behind a slow one to keep the order."""

Outcome = Article | Rejection | KhabarError

Job = TypeVar("Job")


def extract_saved(
    pages: Iterable[SavedPage],
    catalog: SiteCatalog,
    limits: Limits,
    *,
    number: int = 0,
    url_from: UrlFrom = UrlFrom.META,
    site: str | None = None,
    accept_any: bool = False,
) -> Iterator[tuple[SavedPage, Outcome]]:
    """Yield each page with its outcome, in the order of completion.

    Each page is extracted in a worker process, within the limits of time and memory.

    Args:
        pages: the files.
        catalog: the site definitions.
        limits: bounds on each page.
        number: of worker processes; 0 for one for each core.
        url_from: where the URL of a page is found that has none yet.
        site: name of the definition for all pages; see `FetchedPage.site`.
        accept_any: give the record of a page that does not look like an article too.

    Raises:
        KhabarError: the worker processes do not start.
    """
    read = partial(_read, source=url_from, limits=limits, site=site, accept_any=accept_any)
    return extract_each(pages, read, catalog, limits, number=number)


def extract_each(
    jobs: Iterable[Job],
    read: Callable[[Job], FetchedPage],
    catalog: SiteCatalog,
    limits: Limits,
    *,
    number: int = 0,
    keep_order: bool = False,
) -> Iterator[tuple[Job, Outcome]]:
    """Yield each job with the outcome of its page.

    Only a few jobs are taken from the iterable ahead of the caller.

    Args:
        jobs: whatever means a page.
        read: returns the page of a job; what it raises as a `KhabarError` is the outcome.
        catalog: the site definitions.
        limits: bounds on each page.
        number: of worker processes; 0 for one for each core.
        keep_order: yield in the order of the jobs, not of completion.

    Raises:
        KhabarError: the worker processes do not start, or the iterable raises it.
    """
    number = number or default_workers()
    extraction: _Extraction[Job] = _Extraction(
        Workers(Extractor(catalog, limits), limits, number), number
    )
    thread = Thread(target=extraction.run, args=(jobs, read), name="khabar-saved", daemon=True)
    thread.start()
    waiting: dict[int, tuple[Job, Outcome]] = {}
    following = 0
    try:
        while (result := extraction.results.get()) is not None:
            if isinstance(result, BaseException):
                raise result
            place, job, outcome = result
            waiting[place if keep_order else following] = (job, outcome)
            while following in waiting:
                yield waiting.pop(following)
                following += 1
                extraction.taken()
    finally:
        extraction.stop()
        thread.join()


def _read(
    page: SavedPage, source: UrlFrom, limits: Limits, site: str | None, *, accept_any: bool
) -> FetchedPage:
    return replace(read_saved(page, source, limits), site=site, accept_any=accept_any)


class _Extraction(Generic[Job]):
    """Extracts the pages of jobs on an event loop in a thread, a few at a time.

    It has a thread of its own, so that the caller may be inside of a running event loop.
    """

    def __init__(self, workers: Workers, number: int) -> None:
        self.results: SimpleQueue[tuple[int, Job, Outcome] | BaseException | None]
        self.results = SimpleQueue()
        self._workers = workers
        self._loop = asyncio.new_event_loop()
        self._room = asyncio.Semaphore(_IN_FLIGHT * number)
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    def run(self, jobs: Iterable[Job], read: Callable[[Job], FetchedPage]) -> None:
        """Extract the pages, then put None into the results."""
        self._workers.warm()
        try:
            self._task = self._loop.create_task(self._extract_all(jobs, read))
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._task)
        except BaseExceptionGroup as group:  # of a task: raised again in the caller's thread
            self.results.put(group.exceptions[0])
        except BaseException as error:  # noqa: BLE001 - as above
            self.results.put(error)
        finally:
            self._workers.close()
            self._loop.close()
            self.results.put(None)

    def taken(self) -> None:
        """Make room for another page."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._room.release)

    def stop(self) -> None:
        """Abandon the pages that are left."""
        self._stopped = True
        if self._task is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._task.cancel)

    async def _extract_all(self, jobs: Iterable[Job], read: Callable[[Job], FetchedPage]) -> None:
        async with asyncio.TaskGroup() as group:
            for place, job in enumerate(jobs):
                await self._room.acquire()
                if self._stopped:
                    return
                group.create_task(self._extract(place, job, read))

    async def _extract(self, place: int, job: Job, read: Callable[[Job], FetchedPage]) -> None:
        try:
            page = read(job)
        except KhabarError as error:
            self.results.put((place, job, error))
            return
        self.results.put((place, job, await self._workers.run(page)))
