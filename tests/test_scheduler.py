"""The scheduler with programs of our own in the place of crawls: they say when to stop, no test waits for a time."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.schedule import Schedule
from ingest.scheduler import Command, Plan, Scheduler, worst
from ingest.settings import Scheduling

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PATIENCE = 90.0
QUICK = Scheduling(jitter_seconds=0, stop_seconds=30)
PREFIX = """
import os, signal, sys, time
from pathlib import Path
site, folder = sys.argv[1], Path(sys.argv[2])
with (folder / "starts").open("a") as file:
    file.write(site + "\\n")
number = len((folder / "starts").read_text().split())
def stop_all():
    os.kill(os.getppid(), signal.SIGTERM)
"""


@pytest.fixture(autouse=True)
def _all_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="ingest")


@pytest.fixture(autouse=True)
def _no_test_hangs() -> Iterator[None]:
    """Two signals end whatever a faulty scheduler still runs; its exit code then fails the test."""

    def end() -> None:
        for kind in (signal.SIGTERM, signal.SIGINT):
            os.kill(os.getpid(), kind)

    timer = threading.Timer(PATIENCE, end)
    timer.start()
    yield
    timer.cancel()


def program(folder: Path, body: str) -> Command:
    return lambda site: [sys.executable, "-c", PREFIX + body, site, str(folder)]


def starts(folder: Path) -> list[str]:
    file = folder / "starts"
    return file.read_text().split() if file.exists() else []


def plans(sites: Iterable[str], every: str = "1s") -> list[Plan]:
    return [Plan(site, Schedule(every=every)) for site in sites]


def scheduler(
    folder: Path,
    body: str,
    sites: Sequence[str] = ("a",),
    settings: Scheduling = QUICK,
    every: str = "1s",
) -> Scheduler:
    return Scheduler(plans(sites, every), settings, program(folder, body), last_starts={})


def test_a_site_is_crawled_again_and_again_whatever_its_crawls_come_to(tmp_path: Path) -> None:
    body = "stop_all() if number == 3 else sys.exit({1: 5, 2: 3}[number])"
    assert scheduler(tmp_path, body).run() == 0
    assert starts(tmp_path) == ["a", "a", "a"]


def test_every_start_and_end_is_a_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert scheduler(tmp_path, "sys.exit(4)").run_once() == 4
    start, end = caplog.records
    assert start.site == end.site == "a"  # type: ignore[attr-defined]
    assert start.getMessage().startswith("process ")
    assert "exit code 4 after" in end.getMessage()
    assert end.levelno == logging.WARNING
    assert end.facts["exit_code"] == 4  # type: ignore[attr-defined]
    assert end.facts["seconds"] > 0  # type: ignore[attr-defined]


def test_a_crawl_that_takes_longer_than_its_interval_is_not_overtaken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    body = """
busy = folder / "busy"
if number == 2:
    (folder / "overtaken").write_text(str(busy.exists()))
    stop_all()
busy.touch()
time.sleep(2.5)
busy.unlink()
"""
    settings = QUICK.model_copy(update={"crawls": 5})
    assert scheduler(tmp_path, body, settings=settings).run() == 0
    assert (tmp_path / "overtaken").read_text() == "False"
    assert any("left out" in record.getMessage() for record in caplog.records)


def test_no_more_crawls_at_once_than_allowed(tmp_path: Path) -> None:
    body = """
busy = folder / "busy"
busy.touch(exist_ok=False)
time.sleep(0.1)
busy.unlink()
"""
    settings = QUICK.model_copy(update={"crawls": 1})
    assert scheduler(tmp_path, body, "abcd", settings).run_once() == 0
    assert sorted(starts(tmp_path)) == ["a", "b", "c", "d"]


def test_a_signal_stops_what_runs_in_good_order_and_starts_nothing_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    body = """
def end(*_):
    (folder / "clean").touch()
    sys.exit(130)
signal.signal(signal.SIGTERM, end)
stop_all()
time.sleep(600)
"""
    settings = QUICK.model_copy(update={"crawls": 1})
    assert scheduler(tmp_path, body, "ab", settings).run() == 0
    assert starts(tmp_path) == ["a"]
    assert (tmp_path / "clean").exists()
    assert caplog.records[-1].getMessage().startswith("process ends with exit code 130")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


DEAF = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
stop_all()
time.sleep(600)
"""


def test_a_crawl_that_does_not_stop_is_killed_and_told_of(tmp_path: Path) -> None:
    assert (
        scheduler(tmp_path, DEAF, settings=QUICK.model_copy(update={"stop_seconds": 0.2})).run()
        == 4
    )


@pytest.mark.parametrize("once", [False, True])
def test_a_second_signal_does_not_wait(tmp_path: Path, *, once: bool) -> None:
    body = """
def again(*_):
    os.kill(os.getppid(), signal.SIGINT)
signal.signal(signal.SIGTERM, again)
stop_all()
while True:
    time.sleep(600)
"""
    waiting = scheduler(
        tmp_path, body, settings=QUICK.model_copy(update={"stop_seconds": 2 * PATIENCE})
    )
    assert (waiting.run_once() if once else waiting.run()) == 128 + signal.SIGINT


def test_a_crawl_that_hangs_is_stopped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = QUICK.model_copy(update={"crawl_seconds": 0.5})
    assert (
        scheduler(tmp_path, "time.sleep(600)", settings=settings).run_once() == 128 + signal.SIGTERM
    )
    assert any("took over 0.5 s" in record.getMessage() for record in caplog.records)


def test_what_cannot_start_does_not_end_the_scheduler(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = program(tmp_path, "stop_all()")

    def command(site: str) -> Sequence[str]:
        return good(site) if site == "good" else [str(tmp_path / "nothing")]

    assert Scheduler(plans(["bad", "good"]), QUICK, command, last_starts={}).run() == 0
    assert any("no process starts" in record.getMessage() for record in caplog.records)


def test_once_runs_what_is_due_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    last = {"waits": NOW - timedelta(minutes=59), "due": NOW - timedelta(days=3)}
    three = plans(["waits", "due", "new"], every="1h")
    command = program(tmp_path, "sys.exit(0)")
    assert Scheduler(three, QUICK, command, last_starts=last, now=lambda: NOW).run_once() == 0
    assert sorted(starts(tmp_path)) == ["due", "new"]
    caplog.clear()
    assert Scheduler(three[:1], QUICK, command, last_starts=last, now=lambda: NOW).run_once() == 0
    assert caplog.records[0].getMessage() == "every 1h, next 2026-11-25 12:01:00Z"


def test_once_ends_with_the_worst_code(tmp_path: Path) -> None:
    body = "sys.exit({'a': 0, 'b': 5, 'c': 4}[site])"
    assert scheduler(tmp_path, body, "abc").run_once() == 4


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 5], 5),
        ([5, 4], 4),
        ([4, 3, 0], 3),
        ([3, 2], 2),
        ([2, 137, 130], 137),
    ],
)
def test_the_worst_of_exit_codes(codes: list[int], code: int) -> None:
    assert worst(codes) == code
