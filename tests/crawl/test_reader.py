"""Parsers in worker processes: what they give and raise, and what becomes of one that never ends."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from scrapy.http import HtmlResponse

from ingest.crawl.reader import Reader, challenge_in
from ingest.discovery.source import SourceResponse
from ingest.errors import KhabarError, LimitExceeded, Unreachable
from ingest.processing.workers import Workers
from ingest.record import FetchedPage
from ingest.settings import Limits
from tests.crawl.parsers import die, missing, odd, process, reject, shape, spin, swell, unsent

LIMITS = Limits(extraction_seconds=1.0, worker_bytes=256 * 2**20)
FEED = "https://news.example/feed/"


def response(body: bytes = b"<rss/>", **headers: str) -> Any:
    return HtmlResponse(FEED, headers=headers or None, body=body)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    workers = Workers(reject, LIMITS, 2)
    yield workers
    workers.close()


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


def reading(workers: Workers | None, read: Callable[..., Any], *args: Any) -> Any:
    """What a parser of these arguments gives."""
    return run(Reader(workers, LIMITS).run(read, *args))


def test_parsers_run_in_other_processes(workers: Workers) -> None:
    assert reading(workers, process) != os.getpid()
    assert reading(workers, partial(process, 1), 2) != os.getpid()


def test_a_parser_gets_a_response_as_plain_data(workers: Workers) -> None:
    date = "Fri, 20 Nov 2026 08:00:00 GMT"
    given = response(b"<rss>", Server="desk", Date=date, Age="60")
    wanted = ("a SourceResponse", FEED, 200, "desk", datetime(2026, 11, 20, 8, 1, tzinfo=UTC))
    for place in (workers, None):
        assert reading(place, partial(shape, prefix="a "), given) == (*wanted, b"<rss>")


@pytest.mark.threat("S18")
def test_a_parser_that_never_ends_is_an_error_that_says_where_and_why(workers: Workers) -> None:
    with pytest.raises(LimitExceeded) as raised:
        reading(workers, spin, response())
    assert raised.value.message == f"{FEED}: parsing took over 1 s, limits.extraction_seconds"
    assert reading(workers, process) != os.getpid()


@pytest.mark.threat("S18")
@pytest.mark.skipif(sys.platform != "linux", reason="address space is bounded on Linux only")
def test_a_parser_that_takes_all_memory_is_an_error(workers: Workers) -> None:
    with pytest.raises(LimitExceeded, match=rf"{FEED}: .* too much memory, limits.worker_bytes"):
        reading(workers, swell, response())


@pytest.mark.threat("S18")
def test_a_parser_that_kills_its_process_is_an_error(workers: Workers) -> None:
    with pytest.raises(KhabarError, match=rf"{FEED}: the extraction process died \(exit code 9\)"):
        reading(workers, die, response())


def test_what_a_parser_raises_is_raised(workers: Workers) -> None:
    with pytest.raises(Unreachable) as raised:
        reading(workers, missing, response())
    assert (raised.value.message, raised.value.remedy) == ("no answer", "wait")
    with pytest.raises(UnicodeDecodeError):
        reading(workers, bytes.decode, b"\xff")


def test_an_exception_that_cannot_be_restored_breaks_nothing(workers: Workers) -> None:
    pool = workers._pool
    with pytest.raises(KhabarError, match="Odd: code 5"):
        reading(workers, odd, response())
    assert reading(workers, process) != os.getpid()
    assert workers._pool is pool


def test_a_result_that_does_not_pickle_is_an_error(workers: Workers) -> None:
    with pytest.raises(KhabarError, match="the result of unsent does not pickle"):
        reading(workers, unsent, response())


def test_a_function_in_a_function_runs_here_with_a_warning(
    workers: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    def read(_: SourceResponse) -> int:
        return os.getpid()

    async def main() -> list[int]:
        reader = Reader(workers, LIMITS)
        return [await reader.run(read, response()) for _ in range(3)]

    with caplog.at_level(logging.WARNING):
        assert run(main()) == [os.getpid()] * 3
    (line,) = caplog.messages
    assert (
        "test_reader.test_a_function_in_a_function_runs_here_with_a_warning.<locals>.read" in line
    )
    assert "at the top level" in line


def test_a_parser_that_workers_cannot_import_runs_here_with_a_warning(
    workers: Workers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    module = type(sys)("nowhere_on_the_path")
    exec("import os\ndef read(_):\n    return os.getpid()", module.__dict__)  # noqa: S102
    monkeypatch.setitem(sys.modules, "nowhere_on_the_path", module)
    with caplog.at_level(logging.WARNING):
        assert reading(workers, module.read, response()) == os.getpid()
    assert "nowhere_on_the_path" in caplog.text


@pytest.mark.threat("S18")
def test_a_thread_that_never_ends_is_left_alone() -> None:
    over = threading.Event()

    def wait(_: str) -> None:
        over.wait()

    with pytest.raises(LimitExceeded, match=f"{FEED}: parsing took over 0.2 s"):
        run(Reader(None, Limits(extraction_seconds=0.2)).run(wait, FEED))
    over.set()


@pytest.mark.threat("S17", "S18")
def test_one_worker_serves_another_site_between_two_sources_of_a_bad_one() -> None:
    workers, order = Workers(reject, LIMITS, 1), []

    async def main() -> None:
        bad, good = Reader(workers, LIMITS), Reader(workers, LIMITS)

        async def spun(number: int) -> None:
            with pytest.raises(LimitExceeded):
                await bad.run(spin, FEED)
            order.append(f"bad {number}")

        async def read(number: int) -> None:
            await good.run(process)
            order.append(f"good {number}")

        async def page() -> None:
            await workers.run(FetchedPage(url=FEED, body=b"", retrieved_at=datetime.now(UTC)))
            order.append("page")

        await asyncio.gather(*map(spun, range(3)), *map(read, range(2)), page())

    run(main())
    workers.close()
    assert set(order[1:3]) == {"good 0", "page"}
    assert order.index("good 1") < order.index("bad 2")


def test_sources_of_a_site_are_read_one_at_a_time() -> None:
    at_work = threading.Lock()

    def read() -> bool:
        free = at_work.acquire(blocking=False)
        if free:
            time.sleep(0.01)
            at_work.release()
        return free

    async def main() -> list[bool]:
        reader = Reader(None)
        return await asyncio.gather(*(reader.run(read) for _ in range(5)))

    assert run(main()) == [True] * 5


def test_a_closed_reader_takes_nothing_more() -> None:
    reader = Reader()
    reader.close()
    with pytest.raises(RuntimeError):
        run(reader.run(str))


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        (b"<html><title>Just a moment...</title>", "Just a moment..."),
        (b"<html><title>News</title>", None),
        (b"<rss><title>Just a moment...</title></rss>", None),
        (b"<html><title>Just a moment...</title>" + b" " * 60_000, None),
    ],
)
def test_a_challenge_is_looked_for_in_a_worker(
    workers: Workers, body: bytes, sign: str | None
) -> None:
    assert run(challenge_in(response(body), Reader(workers, LIMITS))) == sign
    assert run(challenge_in(response(b"", **{"cf-mitigated": "challenge"}), Reader())) is not None
