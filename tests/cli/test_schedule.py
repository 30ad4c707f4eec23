"""`khabar schedule` itself: real crawls of recorded newsrooms in real processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ingest.cli.schedule import plans_for
from ingest.errors import UsageError
from ingest.settings import Settings
from ingest.storage.site_lock import locked
from tests.cli.test_cli import Run, run
from tests.test_api import CASSETTES

__all__ = ["run"]

PATIENCE = 120.0


@contextmanager
def schedule(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command at work; it is killed if the test leaves it running, or after two minutes."""
    command = [
        sys.executable,
        "-m",
        "ingest",
        "schedule",
        *arguments,
        "--replay",
        str(CASSETTES),
        "--log-json",
    ]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        timer = threading.Timer(PATIENCE, process.kill)
        timer.start()
        try:
            yield process
        finally:
            timer.cancel()
            process.kill()


def events(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """What the command and its crawls say; every line must be JSON."""
    assert process.stderr is not None
    for line in process.stderr:
        yield json.loads(line)


def ended(event: dict[str, Any], site: str) -> bool:
    return event.get("event") == "process end" and event["site"] == site


def records(folder: Path) -> list[str]:
    lines = [
        line
        for file in folder.rglob("*.jsonl")
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return [json.loads(line)["id"] for line in lines]


def test_it_crawls_again_and_again_till_it_is_stopped(tmp_path: Path) -> None:
    sites, codes, stopped = ("dailytimes", "propakistani"), [], False
    with schedule(tmp_path, *sites, "--every", "1s", "--limit", "2", "--output", "out") as process:
        for event in events(process):
            if event.get("event") == "process end":
                codes.append((event["site"], event["exit_code"]))
                if not stopped and min(codes.count((site, 0)) for site in sites) == 2:
                    process.send_signal(signal.SIGTERM)
                    stopped = True
        assert process.wait(PATIENCE) == 0
    ids = records(tmp_path / "out")
    assert len(ids) == len(set(ids))
    assert len(ids) >= 4  # the limit is that of each crawl
    assert not list((tmp_path / "out").rglob("*.open"))
    assert not (tmp_path / "data").exists()


def test_a_stop_in_the_middle_of_a_crawl_leaves_whole_files(tmp_path: Path) -> None:
    with schedule(tmp_path, "propakistani", "--every", "1h") as process:
        for event in events(process):
            if (
                event.get("event") == "start"
            ):  # of the crawl itself, which can hear a signal now or in a moment
                process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert not list(tmp_path.rglob("*.open"))


def test_a_crawl_whose_lock_is_held_does_not_end_it(tmp_path: Path) -> None:
    codes: list[int] = []
    with (
        locked(tmp_path / "data", "dailytimes"),
        schedule(tmp_path, "dailytimes", "--every", "1s", "--limit", "1") as process,
    ):
        for event in events(process):
            if ended(event, "dailytimes"):
                codes.append(event["exit_code"])
                if len(codes) == 2:  # never again: the list grows
                    process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    assert codes[:2] == [5, 5]


def test_a_restart_waits_for_what_was_crawled_just_now(tmp_path: Path) -> None:
    with schedule(tmp_path, "dailytimes", "--limit", "1", "--once") as process:
        assert any(ended(event, "dailytimes") for event in events(process))
        assert process.wait(PATIENCE) == 0
    with schedule(tmp_path, "dailytimes", "--limit", "1", "--once") as process:
        (only,) = events(process)
        assert process.wait(PATIENCE) == 0
    assert only["event"] == "plan"
    assert only["message"].startswith("every 1h, next 20")


def test_once_ends_with_the_crawl_s_code(tmp_path: Path) -> None:
    with schedule(tmp_path, "arynews", "--once") as process:  # which the cassettes do not hold
        assert ended([*events(process)][-1], "arynews")
        assert process.wait(PATIENCE) == 3


DEFINITION = """
domain = "paper.example"
time_zone = "Asia/Karachi"
[schedule]
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.setenv("KHABAR_SITES", json.dumps([str(folder)]))
    return folder


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dailytime"], "did you mean 'dailytimes'?"),
        ([], "no site has a schedule"),
        (["dailytimes", "--every", "often"], "schedule.every"),
        (["dailytimes", "--since", "soon"], "2026-11-01"),
        (["dailytimes", "--log-level", "loud"], "--log-level"),
        (["dailytimes", "--connect-to", "x"], "HOST=http"),
    ],
)
def test_a_wrong_call_is_one_line(run: Run, arguments: list[str], message: str) -> None:
    code, out, err = run("schedule", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1


def test_a_bad_schedule_is_one_line_naming_file_and_key(run: Run, mine: Path) -> None:
    (mine / "paper.toml").write_text(DEFINITION + 'every = "often"\n')
    code, _, err = run("schedule", "paper")
    assert code == 2
    assert "paper.toml: schedule.every" in err
    assert len(err.splitlines()) == 1


def test_without_names_the_sites_that_state_a_schedule(mine: Path) -> None:
    (mine / "paper.toml").write_text(DEFINITION + 'cron = "*/20 6-23 * * *"\n')
    (plan,) = plans_for([], Settings.load())
    assert (plan.site, str(plan.schedule), str(plan.zone)) == (
        "paper",
        "cron */20 6-23 * * *",
        "Asia/Karachi",
    )


def test_named_sites_have_their_own_schedule_or_the_operator_s(mine: Path) -> None:
    (mine / "paper.toml").write_text(DEFINITION + 'every = "5m"\n')
    settings = Settings.load(schedule={"every": "2h"})
    plans = plans_for(["paper.example", "dailytimes", "dailytimes.com.pk"], settings)
    assert [(plan.site, str(plan.schedule)) for plan in plans] == [
        ("paper", "every 5m"),
        ("dailytimes", "every 2h"),
    ]
    with pytest.raises(UsageError):
        plans_for([], Settings.load(sites=[]))


def test_sites_shows_the_schedules(run: Run, mine: Path) -> None:
    (mine / "paper.toml").write_text(DEFINITION + 'every = "5m"\n')
    code, out, _ = run("sites")
    assert code == 0
    assert "every 5m" in next(line for line in out.splitlines() if line.startswith("paper"))


def test_the_operator_s_flags_are_the_crawls(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = []

    class Noting:
        def __init__(self, plans: Any, _settings: Any, command: Any, **_: Any) -> None:
            commands.append(command(plans[0].site))

        def run(self) -> int:
            return 0

    monkeypatch.setattr("ingest.scheduler.Scheduler", Noting)
    flags = [
        "--output=a b",
        "--limit=3",
        "--since=2d",
        "--replay=x.yaml",
        "--replay=y",
        "--connect-to=h=http://127.0.0.1",
    ]
    flags += [
        "--allow-loopback",
        "--delay=0.5",
        "--user-agent=-x",
        "--log-json",
        "--log-level=debug",
    ]
    assert run("schedule", "dailytimes", *flags)[0] == 0
    assert run("schedule", "dailytimes")[0] == 0
    assert commands[0][-len(flags) - 1 :] == [*flags, "--quiet"]
    assert commands[1][4:] == [
        "crawl",
        "dailytimes",
        "--output=data",
        "--log-level=info",
        "--quiet",
    ]
    assert commands[0][0] == sys.executable
