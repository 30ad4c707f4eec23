"""A signal ends a crawl in good order, whatever a stranger's bytes make a parser do meanwhile.

In the process of the crawl such a parser would keep it from answering: these tests would time out.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.hostile.heavy import LOOPS
from tests.hostile.setting import NEWSROOM, Stage, name_of, stage

FOR_EVER = {"extraction_seconds": 3_600.0, "stop_seconds": 1.0}
"""Limits with which only the signal ends a parser."""
PATIENCE = 100.0
"""Seconds until a crawl that does not do what it must counts as hung."""


@contextmanager
def crawling(scene: Stage, sites: list[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run `khabar crawl` with the settings of the scene; it is killed if it has not ended by then."""
    values = {**scene.settings, "limits": FOR_EVER}
    settings = {
        f"KHABAR_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", "crawl", *sites, "--quiet"],
        cwd=folder,
        env={**os.environ, **scene.environment, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(begun: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not begun():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the parser never began"
        time.sleep(0.05)


def end(process: subprocess.Popen[str], how: signal.Signals) -> str:
    """Send a signal; gives what the crawl said on standard error."""
    process.send_signal(how)
    try:
        return process.communicate(timeout=PATIENCE)[1]
    except subprocess.TimeoutExpired:
        pytest.fail(f"{how.name} did not end the crawl")


def asked(scene: Stage, path: str) -> bool:
    return any(visited.startswith(path) for _, visited, _ in scene.hostile.visits)


@pytest.mark.threat("S18")
@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_crawl_whose_plug_ins_never_end(
    tmp_path: Path, how: signal.Signals, code: int
) -> None:
    with stage(tmp_path) as scene, crawling(scene, [name_of(LOOPS)], tmp_path) as process:
        wait_for((scene.marks / "spin").exists, process)
        said = end(process, how)
    assert process.returncode == code, said
    assert "Traceback" not in said


@pytest.mark.threat("S18")
def test_a_signal_ends_the_crawl_of_the_whole_set(tmp_path: Path) -> None:
    with stage(tmp_path) as scene, crawling(scene, scene.sites, tmp_path) as process:
        wait_for((scene.marks / "spin").exists, process)
        wait_for(lambda: asked(scene, "/list-quoted"), process)
        said = end(process, signal.SIGTERM)
    assert process.returncode == 143, said
    assert "Traceback" not in said
    for file in (tmp_path / "out").rglob("*.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines():
            assert json.loads(line)["url"]


@pytest.mark.threat("S18")
def test_pages_of_another_site_pass_a_source_that_never_ends(tmp_path: Path) -> None:
    with stage(tmp_path) as scene, crawling(scene, [name_of(LOOPS), NEWSROOM], tmp_path) as process:
        articles = len(scene.newsroom.articles())
        wait_for(lambda: written(tmp_path / "out") == articles, process)
        said = end(process, signal.SIGTERM)
    assert process.returncode == 143, said


def written(folder: Path) -> int:
    """The number of records that are on the disk."""
    files = folder.glob(f"{NEWSROOM}/**/*.jsonl*")
    return sum(file.read_bytes().count(b"\n") for file in files)
