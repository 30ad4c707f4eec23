"""A crawl that is killed at any point loses nothing and doubles nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from fixtures.newsrooms.newsroom import Newsroom
from fixtures.newsrooms.server import Server, serve
from ingest.crawl.run import crawl_sites
from ingest.settings import Settings
from ingest.storage.segments import OPEN

ROOT = Path(__file__).parents[2]
CASSETTE = ROOT / "fixtures" / "cassettes" / "propakistani.yaml"
PATIENCE = 60.0


def start(output: Path) -> subprocess.Popen[bytes]:
    code = "from ingest.cli.app import main; main()"
    command = (
        sys.executable,
        "-c",
        code,
        "crawl",
        "propakistani",
        "--output",
        str(output),
        "--replay",
        str(CASSETTE),
    )
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def lines(output: Path) -> list[str]:
    """The lines of all segments, the open one too."""
    texts = []
    for file in sorted(output.rglob("*.jsonl*")):
        with suppress(FileNotFoundError):  # it has just got its final name
            texts.append(file.read_text(encoding="utf-8"))
    return "".join(texts).splitlines()


def kill_after(
    process: subprocess.Popen[bytes], output: Path, records: int, how: signal.Signals
) -> None:
    """Send the signal when so many records are on the disk; the process must still be at work then."""
    deadline = time.monotonic() + PATIENCE
    while len(lines(output)) < records:
        assert process.poll() is None, "the crawl was over before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(how)
    process.wait(PATIENCE)


def finish(output: Path) -> list[str]:
    """Crawl to the end, and give the ids of all records."""
    (report,) = crawl_sites(["propakistani"], Settings.load(output=output), replay=[CASSETTE])
    assert report.healthy
    assert list(output.rglob(f"*{OPEN}")) == []
    return [json.loads(line)["id"] for line in lines(output)]


def test_kill_9_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    whole, killed = finish(tmp_path / "whole"), tmp_path / "killed"
    kill_after(start(killed), killed, 5, signal.SIGKILL)
    (opened,) = killed.rglob(f"*{OPEN}")
    with opened.open("ab") as file:
        file.write(b'{"id": "torn')  # as if the power had gone in the middle of a write
    ids = finish(killed)
    assert len(ids) == len(set(ids))
    assert set(ids) == set(whole)


def test_an_interrupted_crawl_ends_in_good_order(tmp_path: Path) -> None:
    process = start(tmp_path)
    kill_after(process, tmp_path, 2, signal.SIGINT)
    assert process.returncode == 130
    assert list(tmp_path.rglob(f"*{OPEN}")) == []
    assert len(lines(tmp_path)) >= 2


def live(server: Server, output: Path, **environment: str) -> subprocess.Popen[str]:
    """A crawl of a newsroom over loopback; standard error can be read."""
    command = (
        sys.executable,
        "-m",
        "ingest",
        "crawl",
        server.newsroom.site.key,
        "--output",
        str(output),
    )
    options = (
        "--delay",
        "0",
        "--allow-loopback",
        "--connect-to",
        f"{server.newsroom.site.host}={server.url}",
    )
    return subprocess.Popen(
        (*command, *options),
        cwd=ROOT,
        env=os.environ | {"KHABAR_LIMITS__STOP_SECONDS": "0.5"} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_crawl_in_seconds_whatever_it_waits_for(
    tmp_path: Path, how: signal.Signals, code: int
) -> None:
    newsroom = Newsroom.load("dailytimes")
    newsroom.crawl_delay = None
    whole = {f"/{article.id}/" for article in newsroom.articles()}
    oldest = newsroom.articles()[-1]
    last = f"/{oldest.id}/{oldest.slug}/"
    newsroom.stall(last, 2 * PATIENCE)
    with serve(newsroom) as server:
        with live(server, tmp_path) as process:
            wait_until(lambda: last in paths(server) and bool(lines(tmp_path)), process)
            process.send_signal(how)
            _, told = process.communicate(timeout=PATIENCE)
        assert process.returncode == code
        assert list(tmp_path.rglob(f"*{OPEN}")) == []
        assert 0 < len(lines(tmp_path)) < len(whole)
        assert len(told.splitlines()) <= 1
        newsroom.stall(last, 0)
        with live(server, tmp_path) as process:
            process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    ids = [json.loads(line)["id"] for line in lines(tmp_path)]
    assert len(ids) == len(set(ids)) == len(whole)


def paths(server: Server) -> set[str]:
    return {request.path for request in server.requests}


def wait_until(met: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert process.poll() is None, "the crawl is over already"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def trials(*command: str) -> subprocess.CompletedProcess[str]:
    line = (sys.executable, "-m", *command)
    return subprocess.run(line, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


def test_kills_at_random_moments_lose_nothing_and_double_nothing() -> None:
    """Other moments in each run. The test below has all that matter; hundreds at random are CONTRIBUTING.md's command."""
    done = trials("tests.trials.kill", "--kills", "30", "--jobs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert sum(int(number) for number in re.findall(r"(\d+) kills", done.stdout)) >= 30


def test_neither_a_kill_nor_a_power_cut_at_any_call_that_writes_does() -> None:
    done = trials("tests.trials.faults")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" 0 problems") == 2


def test_neither_does_a_kill_or_a_power_cut_of_what_tidies_and_repairs_an_output() -> None:
    done = trials("tests.trials.upkeep")
    assert done.returncode == 0, done.stdout + done.stderr
    calls = re.findall(r"^(.+): (\d+) calls$", done.stdout, re.MULTILINE)
    assert len(calls) == 5
    assert all(int(number) > 3 for _, number in calls)
