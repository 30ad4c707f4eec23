"""A disk or a ledger that fails: one line that names it, nothing torn, and the next run completes what is missing."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from fixtures.newsrooms.newsroom import Newsroom
from fixtures.newsrooms.server import serve
from ingest.crawl.run import crawl_sites
from ingest.settings import Settings
from ingest.storage.segments import OPEN
from tests.end_to_end.test_crash import CASSETTE, PATIENCE, ROOT, lines, live, paths, wait_until
from tests.warm import Done, warm_khabar

ARTICLES = 35
"""Of the recording."""


def crawl_alone(output: Path, ledger: str, size: int | None) -> Done:
    """Replay the recording in a process of its own, which may write so many bytes to a file, and holds none when it ends."""
    command = (sys.executable, "-m", "ingest", "crawl", "propakistani", "--replay", str(CASSETTE))
    return subprocess.run(
        (*command, "--output", str(output)),
        cwd=ROOT,
        env=os.environ | {"KHABAR_LEDGER": ledger},
        preexec_fn=None
        if size is None
        else partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size)),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


Crawl = Callable[[Path], Done]


@pytest.fixture(scope="module")
def crawl() -> Iterator[Crawl]:
    """Replays the recording into a folder."""
    with warm_khabar() as khabar:
        replay = partial(khabar, "crawl", "propakistani", "--replay", CASSETTE, "--output")
        yield partial(replay, KHABAR_LIMITS__LEDGER_WAIT_SECONDS="0.2")


def crawl_here(
    output: Path, ledger: str = "", limit: int | None = None, now: datetime | None = None
) -> list[str]:
    """Replay the recording in this process: what is written then."""
    settings = Settings.load(output=output, ledger=ledger, workers=1)
    clock = None if now is None else lambda: now
    (report,) = crawl_sites(["propakistani"], settings, limit=limit, replay=[CASSETTE], now=clock)
    assert report.healthy
    assert list(output.rglob(f"*{OPEN}")) == []
    return lines(output)


def assert_refused(done: Done, *words: str, code: int = 2) -> None:
    """The crawl ended with one line that says why."""
    assert (done.returncode, len(done.stderr.splitlines())) == (code, 1), done.stderr
    assert all(word in done.stderr for word in words), done.stderr


def assert_completes(output: Path, ledger: str = "") -> None:
    """The next run leaves each article once, in lines that are whole."""
    ids = [json.loads(line)["id"] for line in crawl_here(output, ledger)]
    assert len(ids) == len(set(ids)) == ARTICLES


class Disk:
    """A small disk of its own if this user may mount one; else a folder, and a limit on the size of files."""

    def __init__(self, path: Path) -> None:
        path.mkdir()
        self.path = path
        self.mounted = _mount("-t", "tmpfs", "-o", "size=20m", "tmpfs", path)

    def shrink(self, size: int) -> int | None:
        """Leave room for so many bytes; the limit that a crawl needs beside that."""
        return None if self.mounted and _mount("-o", f"remount,size={size}", self.path) else size

    def grow(self) -> None:
        """Make room."""
        if self.mounted:
            _mount("-o", "remount,size=20m", self.path)

    def forbid(self) -> Path:
        """A folder on it that cannot be written."""
        if self.mounted:
            _mount("-o", "remount,ro", self.path)
        elif os.geteuid() == 0:  # whom no permission stops, but nobody makes a folder there
            return Path("/proc/khabar")
        else:
            self.path.chmod(0o555)
        return self.path

    def close(self) -> None:
        """Give it back."""
        if self.mounted:
            subprocess.run(("umount", str(self.path)), check=True)  # noqa: S607 - the system's own
        else:
            self.path.chmod(0o755)


def _mount(*arguments: str | Path) -> bool:
    if shutil.which("mount") is None:
        return False
    done = subprocess.run(("mount", *map(str, arguments)), capture_output=True, check=False)  # noqa: S607 - the system's own
    return done.returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    small = Disk(tmp_path / "disk")
    yield small
    small.close()


@pytest.mark.parametrize("size", [4_000, 60_000])
def test_a_full_disk_under_the_segments(disk: Disk, tmp_path: Path, size: int) -> None:
    ledger = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    limit = disk.shrink(size)
    assert_refused(
        crawl_alone(disk.path, ledger, limit), str(tmp_path), *([] if limit else ["make room"])
    )
    disk.grow()
    assert_completes(disk.path, ledger)


@pytest.mark.parametrize("size", [16_000, 300_000])
def test_a_full_disk_under_the_ledger(disk: Disk, tmp_path: Path, size: int) -> None:
    ledger = f"sqlite:///{disk.path / 'ledger.sqlite'}"
    assert_refused(
        crawl_alone(tmp_path / "data", ledger, disk.shrink(size)), str(disk.path / "ledger.sqlite")
    )
    disk.grow()
    assert_completes(tmp_path / "data", ledger)


def test_an_output_that_is_read_only(crawl: Crawl, disk: Disk) -> None:
    before = crawl_here(disk.path, limit=5)
    output = disk.forbid()
    assert_refused(crawl(output), f"cannot write {output}", "--output")
    assert lines(disk.path) == before


def test_an_output_that_is_a_file(crawl: Crawl, tmp_path: Path) -> None:
    output = tmp_path / "data"
    output.write_text("a file", encoding="utf-8")
    assert_refused(crawl(output), f"cannot write {output}", "--output")
    assert output.read_text("utf-8") == "a file"


def test_a_ledger_that_another_process_holds_from_the_beginning(
    crawl: Crawl, tmp_path: Path
) -> None:
    crawl_here(tmp_path, limit=5)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert_refused(
            crawl(tmp_path),
            str(tmp_path / "ledger.sqlite"),
            "locked by another process",
            "run again",
        )
    assert_completes(tmp_path)


def test_a_ledger_that_another_process_takes_during_the_crawl(tmp_path: Path) -> None:
    newsroom = Newsroom.load("dailytimes")
    newsroom.crawl_delay = None
    oldest = newsroom.articles()[-1]
    last = f"/{oldest.id}/{oldest.slug}/"
    newsroom.stall(last, 2)
    with (
        serve(newsroom) as server,
        live(server, tmp_path, KHABAR_LIMITS__LEDGER_WAIT_SECONDS="0.2") as process,
    ):
        wait_until(lambda: last in paths(server) and bool(lines(tmp_path)), process)
        with closing(sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "locked by another process" in told
    assert len(told.splitlines()) == 1


def garbage(ledger: Path) -> None:
    ledger.write_bytes(b"no database\n" * 1000)


def overwritten(ledger: Path) -> None:
    data = bytearray(ledger.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)  # all pages but the first
    ledger.write_bytes(data)


def newer(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("UPDATE ledger_version SET version = 99")
        connection.commit()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (garbage, ("is damaged", "restore a copy, or move it away")),
        (overwritten, ("is damaged", "restore a copy, or move it away")),
        (newer, ("newer", "update Khabar")),
    ],
)
def test_a_ledger_that_cannot_be_used(
    crawl: Crawl, tmp_path: Path, harm: Callable[[Path], None], words: tuple[str, ...]
) -> None:
    before = crawl_here(tmp_path, limit=5)
    harm(tmp_path / "ledger.sqlite")
    assert_refused(crawl(tmp_path), str(tmp_path / "ledger.sqlite"), *words)
    assert lines(tmp_path) == before


def test_a_second_crawl_of_a_site_ends_at_once_and_the_first_goes_on(
    crawl: Crawl, tmp_path: Path
) -> None:
    newsroom = Newsroom.load("propakistani")
    newsroom.crawl_delay = None
    with serve(newsroom) as server, live(server, tmp_path) as first:
        wait_until(lambda: bool(server.requests), first)
        first.send_signal(signal.SIGSTOP)
        assert_refused(crawl(tmp_path), f"another run writes propakistani to {tmp_path}", code=5)
        first.send_signal(signal.SIGCONT)
        first.communicate(timeout=PATIENCE)
    assert first.returncode == 0
    ids = [json.loads(line)["id"] for line in lines(tmp_path)]
    assert len(ids) == len(set(ids)) == len(newsroom.articles())


def test_a_clock_that_was_set_back_leaves_the_names_in_the_order_of_writing(tmp_path: Path) -> None:
    clock = datetime(2026, 11, 20, 9, tzinfo=UTC)
    written: list[str] = []
    for back, limit in ((0, 5), (1, 5), (2, None)):
        now = crawl_here(tmp_path, limit=limit, now=clock - timedelta(days=back))
        assert len(now) > len(written)
        assert now[: len(written)] == written
        written = now
    assert len(written) == ARTICLES
