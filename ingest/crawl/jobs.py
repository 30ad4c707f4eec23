"""Crawlers at work: started together, ended in good order, again and again in one process.

A replay runs on asyncio alone. On the network Scrapy's handler needs Twisted's reactor, which can
be started only once in a process. So it is started once, on an event loop of its own, and that loop
then runs for each crawl until the crawl is done.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.utils.reactor import is_reactor_installed
from twisted.internet import asyncioreactor
from twisted.logger import STDLibLogObserver, globalLogBeginner

from ingest.crawl.context import ContextAddon, context_of
from ingest.crawl.http.address_policy import AddressPolicy
from ingest.crawl.http.netguard import GuardedResolver
from ingest.crawl.politeness.throttle import stop_asking
from ingest.crawl.settings import scrapy_settings
from ingest.errors import KhabarError, Terminated
from ingest.logs import SITE, current
from ingest.processing.workers import WorkerPools
from ingest.settings import Settings
from ingest.sites import Site, SiteCatalog

if TYPE_CHECKING:
    from ingest.crawl.http.cassette import Tape

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def wait_or_stop(
    runner: AsyncCrawlerRunner,
    crawlers: Collection[Crawler],
    tasks: Collection[asyncio.Task[None]],
    seconds: float,
) -> signal.Signals | None:
    """Wait until the crawls are over; SIGINT and SIGTERM end them.

    After the first signal Scrapy finishes the pages in progress, for at most `seconds`: otherwise
    it waits for slow servers, delays and pauses, which takes minutes. Then the remaining requests
    are cancelled, left to the next run, and the crawls are closed. A second signal ends without
    waiting.

    Args:
        runner: runs the crawls.
        crawlers: all of them.
        tasks: one for each crawler.
        seconds: timeout after a signal.

    Returns:
        The signal that came, or None.
    """
    over = asyncio.ensure_future(asyncio.wait(tasks))
    with _first_signal() as received:
        either: set[asyncio.Future[Any]] = {over, received}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not received.done():
        return None
    started = [crawler for crawler in crawlers if crawler.get_addon(ContextAddon) is not None]
    for crawler in started:
        context_of(crawler).interrupted = True
        stop_asking(crawler, "the run was stopped")
    stopping = asyncio.ensure_future(runner.stop())
    await asyncio.wait({over}, timeout=seconds)
    if over.done():
        await stopping
    else:
        await _abandon(started)
    return received.result()


@contextmanager
def _first_signal() -> Iterator[asyncio.Future[signal.Signals]]:
    """Yield a future of the first signal. A second one ends the process at once.

    That is safe at any moment: what is not committed is fetched again, and workers follow.
    """
    loop = asyncio.get_running_loop()
    received: asyncio.Future[signal.Signals] = loop.create_future()

    def restore() -> None:
        for kind in _SIGNALS:
            loop.remove_signal_handler(kind)

    def stop(kind: signal.Signals) -> None:
        restore()
        for each in _SIGNALS:
            signal.signal(each, _end_at_once)
        received.set_result(kind)

    if threading.current_thread() is not threading.main_thread():
        yield received  # only the main thread can handle signals
        return
    with suppress(NotImplementedError):  # Windows
        for kind in _SIGNALS:
            loop.add_signal_handler(kind, stop, kind)
    try:
        yield received
    finally:
        with suppress(NotImplementedError):
            restore()


def _end_at_once(number: int, _: object) -> None:
    os._exit(128 + number)


@contextmanager
def _same_handlers_after() -> Iterator[None]:
    """Restore the handlers of signals after the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {kind: signal.getsignal(kind) for kind in _SIGNALS}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


async def _abandon(crawlers: Collection[Crawler]) -> None:
    """Write what was fetched, and cancel the rest: the ledger holds what is still to be fetched."""
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
"""Size of the DNS cache, as in Scrapy's `DNSCACHE_SIZE`."""


@dataclass
class Job:
    """One crawler and its arguments; once it is done, its duration and the error that ended it."""

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

    @property
    def site_name(self) -> str:
        """Name of the site that the spider crawls; empty if there is none."""
        site: Site | str | None = self.arguments.get("site")
        return site.name if isinstance(site, Site) else site or ""


def run_jobs(
    jobs: Sequence[Job],
    settings: Settings,
    tape: Tape | None,
    *,
    catalog: SiteCatalog | None = None,
    output: Path | None,
    listeners: Sequence[Listener],
    now: Callable[[], datetime] | None = None,
) -> None:
    """Run crawlers at the same time until all are done.

    What ended a crawler is left in its job: see `raise_if_all_failed`.

    Args:
        jobs: one for each crawler.
        settings: the operator's settings.
        tape: the recording to play or to record to, if any.
        catalog: the site definitions; loaded from `settings.sites` if None.
        output: folder of records and ledger, if any.
        listeners: one for each job.
        now: the clock, with a time zone; the system's clock by default.

    Raises:
        KeyboardInterrupt: SIGINT ended all of them, in good order.
        Terminated: SIGTERM did.
        KhabarError: another library's reactor or event loop runs in this thread.
    """
    if current() is not None:  # the program logs as Khabar's command does
        _join_twisted_log()
    replaying = tape is not None and not tape.records
    with_reactor = not replaying or is_reactor_installed()
    values = scrapy_settings(
        settings, catalog=catalog, output=output, tape=tape, reactor=with_reactor
    )
    with _same_handlers_after(), WorkerPools() as pools:
        values |= {"KHABAR_CLOCK": now, "KHABAR_WORKERS": pools}
        main = _run(values, jobs, listeners, settings.limits.stop_seconds)
        received = _on_reactor(main, settings) if with_reactor else asyncio.run(main)
    if received is signal.SIGINT:
        raise KeyboardInterrupt
    if received is signal.SIGTERM:
        raise Terminated("ended by SIGTERM; what was written is whole", "run again to continue")


def raise_if_all_failed(jobs: Sequence[Job]) -> None:
    """Raise what ended the jobs, if it ended all of them or is not an error of Khabar's."""
    for job in jobs:
        if job.error is not None and not isinstance(job.error, KhabarError):
            raise job.error
    errors = [job.error for job in jobs if job.error is not None]
    if errors and len(errors) == len(jobs):
        raise errors[0]


@cache
def _join_twisted_log() -> None:
    """Let Twisted use `logging`: by default it writes critical messages to standard error."""
    observer: Any = STDLibLogObserver("twisted")  # an ILogObserver, though its types do not say so
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)


async def _run(
    values: dict[str, Any], jobs: Sequence[Job], listeners: Sequence[Listener], stop_seconds: float
) -> signal.Signals | None:
    """Run the crawls, and return the signal that ended them, or None."""
    runner = AsyncCrawlerRunner(values)
    crawlers, tasks = [], []
    for job, listen in zip(jobs, listeners, strict=True):
        job.crawler = runner.create_crawler(job.spider)
        listen(job.crawler)
        context = copy_context()
        context.run(SITE.set, job.site_name)
        task = context.run(runner.crawl, job.crawler, **job.arguments)
        task.add_done_callback(job.finish)
        crawlers.append(job.crawler)
        tasks.append(task)
    return await wait_or_stop(runner, crawlers, tasks, stop_seconds)


def _on_reactor(main: Coroutine[Any, Any, Result], settings: Settings) -> Result:
    """Return the result of a coroutine on the reactor's loop, with guarded name look-ups."""
    loop = _reactor_loop()
    from twisted.internet import reactor  # noqa: PLC0415 - only when the right kind is installed

    resolver = reactor.nameResolver
    GuardedResolver(reactor, _NAMES, AddressPolicy.of(settings)).install_on_reactor()
    try:
        return loop.run_until_complete(main)
    finally:
        reactor.installNameResolver(resolver)


def _reactor_loop() -> asyncio.AbstractEventLoop:
    """Return the event loop of the reactor, which is started at the first call.

    The reactor itself is the owner of the loop: Twisted has one reactor in a process.

    Raises:
        KhabarError: the process has another reactor.
    """
    if is_reactor_installed():
        return _idle_loop()
    loop = asyncio.new_event_loop()
    asyncioreactor.install(loop)  # type: ignore[no-untyped-call]  # Twisted leaves it untyped
    from twisted.internet import reactor  # noqa: PLC0415 - the import would install another kind

    # Threads of name look-ups would keep the process alive, since this reactor never shuts down.
    reactor.getThreadPool().threadFactory = partial(threading.Thread, daemon=True)
    reactor.startRunning(installSignalHandlers=False)
    atexit.register(loop.close)
    return loop


def _idle_loop() -> asyncio.AbstractEventLoop:
    """Return the loop of a reactor that was started here before."""
    from twisted.internet import reactor  # noqa: PLC0415 - only once it is installed

    # Scrapy takes the loop from the same attribute; Twisted has no public one.
    loop: asyncio.AbstractEventLoop | None = getattr(reactor, "_asyncioEventloop", None)
    # If another program runs the reactor, its loop runs; if it only installed it, it does not run.
    if loop is None or loop.is_running() or not getattr(reactor, "running", False):
        raise KhabarError(
            "another reactor of Twisted's runs in this process", "crawl in a process of its own"
        )
    return loop
