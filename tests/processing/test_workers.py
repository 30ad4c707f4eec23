"""Extraction in processes: what hangs, swells or dies is a rejection, and the next page is read."""

from __future__ import annotations

import asyncio
import copy
import multiprocessing
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest

from ingest.errors import KhabarError
from ingest.processing import build, workers
from ingest.processing.workers import NO_SITE, Extractor, WorkerPools, Workers
from ingest.record import Article, FetchedPage, Reason, Rejection
from ingest.settings import Limits
from ingest.sites import SiteCatalog

LIMITS = Limits(extraction_seconds=1.0, worker_bytes=256 * 2**20)
CATALOG = SiteCatalog.load()
HTML = "<html lang=en><title>Ferry sails</title><h1>Ferry sails</h1><article>{}</article></html>".format(
    "<p>The ferry sailed from the old harbour at noon, and the whole town stood on the pier to see it go.</p>"
    * 6
)


def misbehave(page: FetchedPage) -> Article | Rejection:
    """Does what the page's address says."""
    task = page.url.rpartition("/")[2]
    if task == "hang":
        time.sleep(60)
    if task == "spin":
        os.write(1, f"{os.getpid()}\n".encode())
        re.match(
            r"(a+)+b", "a" * 60
        )  # years in C: no thread and no handler of Python's gets a turn
    if task == "swell":
        bytearray(2**31)
    if task == "die":
        os._exit(9)
    if task.startswith("hoard"):
        remembered(task)
    return Rejection(
        url=page.url, requested_url=page.url, reason=Reason.EMPTY, detail=str(os.getpid())
    )


@lru_cache
def remembered(task: str) -> str:
    """As libraries keep lines of text: 24 MB of this one."""
    return task * (24 * 2**20 // len(task))


def refuse(*_: object) -> None:
    """As a program's main module does that crawls without looking whether it is the main one."""
    os._exit(1)


def page(task: str) -> FetchedPage:
    url = f"https://news.example/{task}"
    return FetchedPage(url=url, body=HTML.encode(), retrieved_at=datetime(2026, 11, 20, tzinfo=UTC))


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    pool = Workers(misbehave, LIMITS, 2)
    pool.warm()
    yield pool
    pool.close()


def run(pool: Workers, *tasks: str) -> list[Rejection]:
    async def main() -> list[Article | Rejection]:
        return list(await asyncio.gather(*(pool.run(page(task)) for task in tasks)))

    results = asyncio.run(main())
    assert all(isinstance(result, Rejection) for result in results)
    return [result for result in results if isinstance(result, Rejection)]


def test_pages_are_read_in_other_processes(pool: Workers) -> None:
    (result,) = run(pool, "fine")
    assert int(result.detail) != os.getpid()


@pytest.mark.threat("P1")
def test_a_page_that_hangs_is_too_slow_and_the_others_come_through(pool: Workers) -> None:
    results = run(pool, "hang", "fine", "fine")
    assert [result.reason for result in results] == [Reason.TOO_SLOW, Reason.EMPTY, Reason.EMPTY]
    assert "1 s" in results[0].detail


@pytest.mark.threat("P2")
@pytest.mark.skipif(sys.platform != "linux", reason="address space is bounded on Linux only")
def test_a_page_that_swells_is_too_large(pool: Workers) -> None:
    assert [result.reason for result in run(pool, "swell", "fine")] == [
        Reason.TOO_LARGE,
        Reason.EMPTY,
    ]


@pytest.mark.threat("P3")
def test_a_page_that_kills_its_process_is_broken(pool: Workers) -> None:
    results = run(pool, "die", "fine")
    assert [result.reason for result in results] == [Reason.BROKEN, Reason.EMPTY]
    assert "died" in results[0].detail


@pytest.mark.threat("P4")
@pytest.mark.skipif(sys.platform != "linux", reason="address space is bounded on Linux only")
def test_what_pages_leave_in_caches_takes_no_memory_from_others() -> None:
    pool = Workers(misbehave, LIMITS, 1)
    results = run(pool, *(f"hoard-{number}" for number in range(20)))
    pool.close()
    assert {result.reason for result in results} == {Reason.EMPTY}
    assert len({result.detail for result in results}) == 1  # one process has read them all


@pytest.mark.threat("P1")
def test_the_only_worker_is_replaced_each_time() -> None:
    pool = Workers(misbehave, LIMITS, 1)
    results = run(pool, "hang", "fine", "die", "fine")
    pool.close()
    assert [result.reason for result in results] == [
        Reason.TOO_SLOW,
        Reason.EMPTY,
        Reason.BROKEN,
        Reason.EMPTY,
    ]
    assert results[1].detail != results[3].detail


@pytest.mark.threat("P4")
def test_a_worker_is_replaced_after_so_many_pages() -> None:
    limits = LIMITS.model_copy(update={"worker_pages": 2})
    pool = Workers(misbehave, limits, 1)
    processes = [run(pool, "fine")[0].detail for _ in range(6)]
    pool.close()
    assert len(set(processes)) == 3


@pytest.mark.threat("P2")
def test_memory_that_runs_out_is_the_workers_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "parse", swell)
    with pytest.raises(MemoryError):
        Extractor(CATALOG, LIMITS)(page("story"))


def swell(*_: object, **__: object) -> None:
    """As a parser does when there is no memory left."""
    raise MemoryError


class Breaking:
    """As pebble's pool is while it breaks: it takes a task, and forgets it."""

    active = False

    def schedule(self, *_: object, **__: object) -> Future[None]:
        return Future()

    def stop(self) -> None:
        """It has stopped already."""

    join = stop


def test_a_page_that_came_while_the_pool_broke_finds_the_next_one() -> None:
    pool = Workers(misbehave, LIMITS, 1)
    pool._pool = Breaking()  # type: ignore[assignment]
    assert [result.reason for result in run(pool, "fine", "fine")] == [Reason.EMPTY, Reason.EMPTY]
    pool.close()


@pytest.mark.threat("P3")
def test_a_pool_that_breaks_is_replaced(pool: Workers) -> None:
    run(pool, "fine")
    for (
        process
    ) in multiprocessing.active_children():  # the system's memory killer picks idle ones too
        process.kill()
        process.join()
    assert [result.reason for result in run(pool, "fine", "fine", "fine")] == [Reason.EMPTY] * 3


def gone(pid: int) -> bool:
    """Whether the process has ended; one that nobody has asked for its exit code yet has, too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_worker_ends_with_a_crawl_that_is_killed_even_while_it_hangs() -> None:
    code = (
        "from tests.processing.test_workers import *; run(Workers(misbehave, Limits(), 1), 'spin')"
    )
    command = (sys.executable, "-c", code)
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, encoding="ascii") as crawl:
        assert crawl.stdout is not None
        pid = int(crawl.stdout.readline())
        crawl.kill()
    deadline = time.monotonic() + 20
    while not gone(pid):
        assert time.monotonic() < deadline, "the worker lives on"
        time.sleep(0.01)


def test_workers_that_never_start_are_the_programs_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "begin", refuse)
    pool = Workers(misbehave, LIMITS, 1)
    with pytest.raises(KhabarError, match="__main__"):
        run(pool, "fine")
    pool.close()


def test_a_pool_is_shared_by_those_who_ask_for_the_same_and_ends_with_its_owner() -> None:
    with WorkerPools() as pools:
        first = pools.pool(Extractor(CATALOG, LIMITS), LIMITS, 1)
        assert copy.deepcopy(pools).pool(Extractor(CATALOG, LIMITS), LIMITS, 1) is first
        assert pools.pool(Extractor(CATALOG, LIMITS), LIMITS, 2) is not first
        assert isinstance(asyncio.run(first.run(page("story"))), Article)
        before = {process.pid for process in multiprocessing.active_children()}
    assert before - {process.pid for process in multiprocessing.active_children()}
    assert pools.pool(Extractor(CATALOG, LIMITS), LIMITS, 1) is not first
    pools.close()


def test_pools_of_two_owners_are_two() -> None:
    with WorkerPools() as one, WorkerPools() as other:
        extract = Extractor(CATALOG, LIMITS)
        assert one.pool(extract, LIMITS, 1) is not other.pool(extract, LIMITS, 1)


def test_the_extractor_reads_by_the_pages_site_or_by_none() -> None:
    extract = Extractor(CATALOG, Limits())
    story = replace(page("story"), url="https://dailytimes.com.pk/1158000/ferry-sails/")
    sites = []
    for site in (None, "dailytimes", NO_SITE):
        result = extract(replace(story, site=site))
        sites.append(result.metadata.site if isinstance(result, Article) else result.reason)
    assert sites == ["dailytimes", "dailytimes", None]


def test_there_is_at_least_one_worker_and_at_most_four() -> None:
    assert 1 <= workers.default_workers() <= 4


def test_a_worker_that_starts_ahead_of_time_has_loaded_what_a_page_needs() -> None:
    program = (
        "import sys; from ingest.processing.worker import prepare; "
        "before = 'ingest.extraction.extract' in sys.modules; prepare(); "
        "print(before, 'ingest.extraction.extract' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
