from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from ingest.scheduler import CrawlProcess, crawl_command

STUBBORN = """
import pathlib, signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(sys.argv[1]).with_suffix(".new").write_text(str(helper.pid))
pathlib.Path(sys.argv[1]).with_suffix(".new").rename(sys.argv[1])
helper.wait()
"""
POLITE = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
pathlib.Path(sys.argv[1]).touch()
time.sleep(600)
"""


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 60))


async def appearance(file: Path) -> None:
    while not file.exists():  # noqa: ASYNC110, ASYNC240 - another process makes it
        await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_the_exit_code_is_the_process_s_or_the_signal_s() -> None:
    async def codes() -> list[int]:
        ends = ("sys.exit(4)", "os.kill(os.getpid(), 15)")
        started = [
            await CrawlProcess.start([sys.executable, "-c", f"import os, sys; {end}"])
            for end in ends
        ]
        return [await process.wait() for process in started]

    assert run(codes()) == [4, 128 + signal.SIGTERM]


def test_a_process_that_heeds_sigterm_is_not_killed(tmp_path: Path) -> None:
    async def stopped() -> tuple[bool, int]:
        process = await CrawlProcess.start([sys.executable, "-c", POLITE, str(tmp_path / "ready")])
        await appearance(tmp_path / "ready")
        return await process.stop(30), await process.wait()

    assert run(stopped()) == (False, 7)


def test_one_that_does_not_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    async def stopped() -> tuple[bool, int, int]:
        process = await CrawlProcess.start(
            [sys.executable, "-c", STUBBORN, str(tmp_path / "ready")]
        )
        await appearance(tmp_path / "ready")
        helper = int((tmp_path / "ready").read_text())
        assert alive(helper)
        killed = await process.stop(0.1), await process.wait(), helper
        while alive(helper):  # noqa: ASYNC110 - the system takes a moment
            await asyncio.sleep(0.01)
        return killed

    killed, code, _ = run(stopped())
    assert (killed, code) == (True, 128 + signal.SIGKILL)


def test_a_process_is_out_of_reach_of_the_terminal_s_ctrl_c() -> None:
    async def group() -> int:
        process = await CrawlProcess.start([sys.executable, "-c", "import time; time.sleep(600)"])
        try:
            return os.getpgid(process.pid)
        finally:
            await process.stop(30)

    assert run(group()) != os.getpgid(0)


def test_to_stop_what_has_ended_is_nothing() -> None:
    async def stopped() -> bool:
        process = await CrawlProcess.start([sys.executable, "-c", ""])
        await process.wait()
        process.kill()
        return await process.stop(0.1)

    assert run(stopped()) is False


def test_the_command_is_khabar_s_own_crawl() -> None:
    command = crawl_command(["--output=x", "--quiet"])("dailytimes")
    assert command == [
        sys.executable,
        "-P",
        "-m",
        "ingest",
        "crawl",
        "dailytimes",
        "--output=x",
        "--quiet",
    ]
