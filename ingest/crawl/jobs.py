"""Crawlers at work: started together, ended in good order, again and again in one process.

A replay runs on asyncio alone. On the network Scrapy's handler needs Twisted's reactor, which can be started only once:
so it is started once, on an event loop of our own, which then runs for each crawl until that is done.
"""

from __future__ import annotations

import asyncio
import atexit
import signal
import threading
import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.utils.reactor import is_reactor_installed
from twisted.internet import asyncioreactor
from twisted.logger import STDLibLogObserver, globalLogBeginner
from vcr.cassette import Cassette

from ingest.crawl.context import context_of
from ingest.crawl.http.cassette import Tape
from ingest.crawl.http.netguard import GuardedResolver
from ingest.crawl.politeness.throttle import stop_asking
from ingest.crawl.settings import scrapy_settings
from ingest.errors import KhabarError, Terminated
from ingest.logs import SITE, current
from ingest.processing.workers import WorkerPools
from ingest.settings import Settings

_KINDS = (signal.SIGINT, signal.SIGTERM)


async def wait_or_stop(
    runner: AsyncCrawlerRunner,
    crawlers: Collection[Crawler],
    tasks: Collection[asyncio.Task[None]],
    seconds: float,
) -> signal.Signals | None:
    """Wait until the crawls are over; Ctrl-C and SIGTERM end them.

    The first signal lets Scrapy finish the pages under way, for so many seconds: it waits for slow servers, for
    delays and for pauses that a site asked for, which is minutes. Then what is still under way is left to the next
    run, and the crawls are closed. A second signal does not wait at all.

    Args:
        runner: what runs the crawls.
        crawlers: all of them.
        tasks: one for each crawler.
        seconds: how long to wait after a signal.

    Returns:
        The signal that came, or None.
    """
    over = asyncio.ensure_future(asyncio.wait(tasks))
    with _first_signal() as came:
        either: set[asyncio.Future[Any]] = {over, came}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not came.done():
        return None
    for crawler in crawlers:
        context_of(crawler).interrupted = True
        stop_asking(crawler, "the run was stopped")
    stopping = asyncio.ensure_future(runner.stop())
    await asyncio.wait({over}, timeout=seconds)
    if over.done():
        await stopping
    else:
        await _abandon(crawlers)
    return came.result()


@contextmanager
def _first_signal() -> Iterator[asyncio.Future[signal.Signals]]:
    """The first signal that comes; after it they mean again what they meant before."""
    loop = asyncio.get_running_loop()
    came: asyncio.Future[signal.Signals] = loop.create_future()

    def restore() -> None:
        for kind in _KINDS:
            loop.remove_signal_handler(kind)

    def stop(kind: signal.Signals) -> None:
        restore()
        came.set_result(kind)

    if threading.current_thread() is not threading.main_thread():
        yield came  # signals are the main thread's business
        return
    with suppress(NotImplementedError):  # Windows
        for kind in _KINDS:
            loop.add_signal_handler(kind, stop, kind)
    try:
        yield came
    finally:
        with suppress(NotImplementedError):
            restore()


async def _abandon(crawlers: Collection[Crawler]) -> None:
    """Make durable what came, and drop the rest: what was announced and not fetched is in the ledger."""
    for crawler in crawlers:
        if (close := context_of(crawler).close) is not None:
            close()
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.wait(rest, timeout=1.0)


Result = TypeVar("Result")
Listener = Callable[[Crawler], None]
"""Connects itself to a crawler's signals before the crawl begins."""

_NAMES = 10_000
"""Look-ups that are remembered, as in Scrapy's `DNSCACHE_SIZE`."""

_loop: asyncio.AbstractEventLoop | None = None
"""The loop of the reactor, once there is one."""


@dataclass
class Job:
    """One crawler and what it is started with; when it is done, the time it took and the error that ended it."""

    spider: type[Spider]
    arguments: Mapping[str, Any]
    crawler: Crawler | None = None
    seconds: float = 0.0
    error: BaseException | None = None
    _started: float = field(default_factory=time.monotonic)

    def finish(self, task: asyncio.Task[None]) -> None:
        """Take the result of the crawl's task."""
        self.seconds = time.monotonic() - self._started
        self.error = None if task.cancelled() else task.exception()
        if self.crawler is not None and self.error is None:
            self.error = context_of(self.crawler).fatal


def open_tape(replay: Iterable[Path | str | Cassette], record: Path | str | None) -> Tape | None:
    """The recording to play or to record to, or None; raises `InvalidCassette`."""
    if sources := list(replay):
        return Tape.replay(sources)
    return None if record is None else Tape.record(record)


def run_jobs(
    jobs: Sequence[Job],
    settings: Settings,
    tape: Tape | None,
    *,
    output: Path | None,
    listeners: Sequence[Listener],
    now: Callable[[], datetime] | None = None,
) -> None:
    """Run crawlers at the same time until all are done; `listeners` has one for each, `output` is as in the settings.

    `now` is their clock, the system's when not given.

    What ended a crawler is left in its job: see `raise_if_all_failed`.

    Raises:
        KeyboardInterrupt: Ctrl-C ended all of them, in good order; a second one does not wait for that.
        Terminated: SIGTERM did.
        KhabarError: another library's reactor, or event loop, runs in this thread.
    """
    if current() is not None:  # the program logs as Khabar's command does
        _join_twisted_log()
    replaying = tape is not None and not tape.records
    with_reactor = not replaying or is_reactor_installed()
    values = scrapy_settings(settings, output=output, tape=tape, reactor=with_reactor) | {
        "KHABAR_CLOCK": now
    }
    with WorkerPools() as pools:
        values["KHABAR_WORKERS"] = pools
        main = _run(values, jobs, listeners, settings.limits.stop_seconds)
        came = _on_reactor(main, settings) if with_reactor else asyncio.run(main)
    match came:
        case signal.SIGINT:
            raise KeyboardInterrupt
        case signal.SIGTERM:
            raise Terminated("ended by SIGTERM; what was written is whole", "run again to continue")


def raise_if_all_failed(jobs: Sequence[Job]) -> None:
    """Raise what ended the jobs, where it ended all of them or was nothing that a run can foresee."""
    for job in jobs:
        if job.error is not None and not isinstance(job.error, KhabarError):
            raise job.error
    errors = [job.error for job in jobs if job.error is not None]
    if errors and len(errors) == len(jobs):
        raise errors[0]


@cache
def _join_twisted_log() -> None:
    """Let what Twisted logs go where all else goes: until then it writes what is critical to standard error."""
    observer: Any = STDLibLogObserver("twisted")  # an ILogObserver, though its types do not say so
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)


async def _run(
    values: dict[str, Any], jobs: Sequence[Job], listeners: Sequence[Listener], stop_seconds: float
) -> signal.Signals | None:
    """The signal that ended the crawls, or None."""
    runner = AsyncCrawlerRunner(values)
    crawlers, tasks = [], []
    for job, listen in zip(jobs, listeners, strict=True):
        job.crawler = runner.create_crawler(job.spider)
        listen(job.crawler)
        context = copy_context()
        context.run(SITE.set, str(job.arguments.get("site") or ""))
        task = context.run(runner.crawl, job.crawler, **job.arguments)
        task.add_done_callback(job.finish)
        crawlers.append(job.crawler)
        tasks.append(task)
    return await wait_or_stop(runner, crawlers, tasks, stop_seconds)


def _on_reactor(main: Coroutine[Any, Any, Result], settings: Settings) -> Result:
    """The result of a coroutine on the reactor's loop, with name look-ups guarded meanwhile."""
    loop = _reactor_loop()
    from twisted.internet import reactor  # noqa: PLC0415 - only when the right kind is installed

    resolver = reactor.nameResolver
    GuardedResolver(
        reactor, _NAMES, allow_loopback=settings.allow_loopback, networks=settings.allow_networks
    ).install_on_reactor()
    try:
        return loop.run_until_complete(main)
    finally:
        reactor.installNameResolver(resolver)


def _reactor_loop() -> asyncio.AbstractEventLoop:
    global _loop  # noqa: PLW0603 - Twisted knows only one reactor in a process, and so there is one loop
    if _loop is None:
        if is_reactor_installed():
            raise KhabarError(
                "another reactor of Twisted's runs in this process", "crawl in a process of its own"
            )
        _loop = asyncio.new_event_loop()
        asyncioreactor.install(_loop)  # type: ignore[no-untyped-call]  # Twisted leaves it untyped
        from twisted.internet import reactor  # noqa: PLC0415 - the import would install another kind

        # Threads of name look-ups would else keep the process from its end, for this reactor never shuts down.
        reactor.getThreadPool().threadFactory = partial(threading.Thread, daemon=True)
        reactor.startRunning(installSignalHandlers=False)
        atexit.register(_loop.close)
    return _loop
