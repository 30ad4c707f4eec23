"""A restored ledger beside the log of another state of it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.cli.app import main
from ingest.errors import UsageError
from ingest.storage.ledger import Ledger
from ingest.storage.read_only import reading_ledger
from ingest.storage.runs import last_starts
from ingest.storage.write_ahead import check_log

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LEDGER, LOG, INDEX = "ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"


def write(folder: Path, runs: int) -> None:
    """A crawl that ends as it should: SQLite empties and removes its log."""
    ledger = Ledger.open(folder, "news")
    for number in range(runs):
        ledger.runs.start(f"run-{number}", NOW + timedelta(minutes=number))
    ledger.close()
    assert not (folder / LOG).exists()


@contextmanager
def killed(folder: Path) -> Iterator[None]:
    """Within it the ledger's files are as a crawl left them that was killed after two commits."""
    ledger = Ledger.open(folder, "news")
    for number in range(2):
        ledger.runs.start(f"killed-{number}", NOW + timedelta(hours=number))
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    ledger.close()
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    yield


def runs_in(folder: Path) -> set[str]:
    ledger = Ledger.open(folder, "news")
    try:
        return {run.id for run in ledger.runs.newest_first()}
    finally:
        ledger.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_the_log_of_a_killed_crawl_is_applied(folder: Path) -> None:
    write(folder, 3)
    with killed(folder):
        check_log(folder / LEDGER)
        assert runs_in(folder) == {"run-0", "run-1", "run-2", "killed-0", "killed-1"}


@pytest.mark.parametrize("state", ["older", "newer", "another"])
def test_a_restored_ledger_is_not_mixed_with_it(
    folder: Path,
    tmp_path: Path,
    state: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(folder, 3)
    copy = tmp_path / "copy.sqlite"
    shutil.copy(folder / LEDGER, copy)
    write(folder, 4)
    with killed(folder):
        if state != "older":
            other = tmp_path / "other"
            if state == "newer":
                shutil.copytree(folder, other)
            write(other, 20)
            copy = other / LEDGER
        shutil.copy(copy, folder / LEDGER)
        before = {name: (folder / name).read_bytes() for name in (LEDGER, LOG)}
        with pytest.raises(UsageError, match=f"does not fit {LOG}") as caught:
            Ledger.open(folder, "news")
        assert f"move {LOG} and {INDEX} away" in caught.value.remedy
        with pytest.raises(UsageError, match="does not fit"), reading_ledger(folder):
            pass
        with pytest.raises(UsageError, match="does not fit"):
            last_starts(folder)
        monkeypatch.setattr("sys.argv", ["khabar", "status", "--output", str(folder)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
        assert before == {name: (folder / name).read_bytes() for name in (LEDGER, LOG)}
        for name in (LOG, INDEX):
            (folder / name).unlink()
        assert "run-0" in runs_in(folder)


def test_a_log_of_another_program_is_refused_if_the_file_is_damaged_with_it(
    folder: Path, tmp_path: Path
) -> None:
    write(folder, 3)
    copy = tmp_path / "copy.sqlite"
    shutil.copy(folder / LEDGER, copy)
    write(folder, 250)
    connection = sqlite3.connect(folder / LEDGER)
    connection.execute("update runs set finished = 'x'")  # all of its pages, and not the first one
    connection.commit()
    kept = {name: (folder / name).read_bytes() for name in (LOG, INDEX)}
    check_log(folder / LEDGER)
    connection.close()
    shutil.copy(copy, folder / LEDGER)
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    with pytest.raises(UsageError, match="does not fit"):
        check_log(folder / LEDGER)
    assert (folder / LEDGER).read_bytes() == copy.read_bytes()


def test_a_copy_that_was_made_with_its_log_open_is_whole(folder: Path, tmp_path: Path) -> None:
    write(folder, 1)
    ledger = Ledger.open(folder, "news")
    ledger.runs.start("one", NOW)
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    for number in range(40):
        ledger.runs.start(f"more-{number}", NOW)
    ledger.close()
    assert "one" in runs_in(copy)


@pytest.mark.parametrize("content", [b"", b"short", b"\\0" * 5000])
def test_a_log_that_is_none_is_left_to_sqlite(folder: Path, content: bytes) -> None:
    write(folder, 1)
    (folder / LOG).write_bytes(content)
    check_log(folder / LEDGER)
    assert runs_in(folder) == {"run-0"}


def test_a_process_that_writes_meanwhile_is_no_other_state(folder: Path) -> None:
    write(folder, 1)
    ledger = Ledger.open(folder, "news")
    for number in range(100):
        ledger.runs.start(f"run-{number}", NOW)
        check_log(folder / LEDGER)
        if number % 25 == 24:
            with ledger._database.writing() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(RESTART)")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            check_log(folder / LEDGER)
    ledger.close()
