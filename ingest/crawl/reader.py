"""Runs parsers in worker processes: a stranger's bytes hold up neither the crawl nor its signals."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Thread
from typing import ParamSpec, TypeVar

from scrapy.http import Response

from ingest.crawl.http.headers import answered_at, headers_of
from ingest.discovery.source import SourceResponse
from ingest.errors import LimitExceeded
from ingest.extraction.page_type.challenge import challenge_sign, header_sign, may_be_challenge
from ingest.processing.worker import Unpicklable, pack
from ingest.processing.workers import Unknown, Workers
from ingest.settings import Limits

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Reader:
    """Runs the pure parsers of one crawl, one at a time and within the limits of a page.

    A site whose sources all take long so has one worker at most: the pages and sources of other
    sites, and its own pages, get the next one that is free.

    Args:
        workers: the processes. None reads in threads, without a limit of memory; for tests.
        limits: as for `workers`.
    """

    def __init__(self, workers: Workers | None = None, limits: Limits | None = None) -> None:
        self._workers = workers
        self._limits = limits or Limits()
        self._turn = asyncio.Lock()
        self._warned: set[str] = set()
        self._closed = False

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of a parser; raises what it raises.

        A response of Scrapy's among the arguments becomes a `SourceResponse`. A parser that cannot
        be sent to a worker, such as a function in a function, runs in a thread, with a warning.

        Raises:
            LimitExceeded: it took longer than `limits.extraction_seconds` or more memory than
                `limits.worker_bytes`. The message names the URL among the arguments.
        """
        if self._closed:
            raise RuntimeError("the reader is closed")
        plain = tuple(_plain(argument) for argument in args)
        call = partial(read, *plain, **kwargs)  # type: ignore[arg-type]  # the same but for `_plain`
        subject = _subject(read, plain)
        async with self._turn:
            if self._workers is None:
                return await self._in_thread(call, subject)
            try:
                packed = pack(read, plain, kwargs)
                result: T = await self._workers.call(packed, subject)
            except (Unpicklable, Unknown) as error:
                self._warn(read, error)
                return await self._in_thread(call, subject)
            return result

    def close(self) -> None:
        """Take no more parsers."""
        self._closed = True

    async def _in_thread(self, call: Callable[[], T], subject: str) -> T:
        """Return the result of a call in a thread, which is left alone if it takes too long."""
        result: Future[T] = Future()
        # A daemon: one that never ends must not keep the process from its end.
        Thread(target=_settle, args=(result, call), name="khabar-read", daemon=True).start()
        waiting = asyncio.wrap_future(result)
        seconds = self._limits.extraction_seconds
        if not (await asyncio.wait([waiting], timeout=seconds))[0]:
            raise LimitExceeded(f"{subject}: parsing took over {seconds:g} s, {_SECONDS}")
        return waiting.result()

    def _warn(self, read: Callable[..., object], error: Exception) -> None:
        name = _name(read)
        if name not in self._warned:
            self._warned.add(name)
            logger.warning(
                "%s is no parser for a worker process (%s), so that it runs in the crawl's own and "
                "can hold it up: define it at the top level of an importable module",
                name,
                error,
            )


async def challenge_in(response: Response, reader: Reader) -> str | None:
    """Return the sign that a response is a challenge page, or None; see `challenge_sign`.

    Raises:
        LimitExceeded: to find out took too long or too much memory.
    """
    headers = headers_of(response)
    if not may_be_challenge(response.body):
        return header_sign(headers)
    try:
        return await reader.run(challenge_sign, response.body, headers)
    except LimitExceeded as over:
        raise LimitExceeded(f"{response.url}: {over.message}") from over


_SECONDS = "limits.extraction_seconds"


def _settle(result: Future[T], call: Callable[[], T]) -> None:
    result.set_running_or_notify_cancel()
    try:
        value = call()
    except BaseException as error:  # noqa: BLE001 - raised again by the task that waits
        result.set_exception(error)
    else:
        result.set_result(value)


def _plain(argument: object) -> object:
    """Return the argument; as plain data if it is a response, which has references to its crawl."""
    if not isinstance(argument, Response):
        return argument
    return SourceResponse(
        url=argument.url,
        status=argument.status,
        body=argument.body,
        headers=headers_of(argument),
        answered_at=answered_at(argument),
    )


def _subject(read: Callable[..., object], args: tuple[object, ...]) -> str:
    """Return the URL of what is parsed, or else the name of the parser."""
    for argument in args:
        url = argument if isinstance(argument, str) else getattr(argument, "url", None)
        if isinstance(url, str) and url.startswith(("http://", "https://")):
            return url
    return _name(read)


def _name(read: Callable[..., object]) -> str:
    while isinstance(read, partial):
        read = read.func
    name = getattr(read, "__qualname__", type(read).__qualname__)
    return f"{getattr(read, '__module__', None) or 'builtins'}.{name}"
