"""Ends crawls on a signal: in good order, and within seconds whatever they wait for."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner, Crawler

from ingest.crawl.context import context_of
from ingest.crawl.politeness.throttle import stop_asking

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
