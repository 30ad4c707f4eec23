from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.errors import UnwritableOutput, UsageError
from ingest.storage.ledger import Ledger
from ingest.storage.runs import last_starts

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def test_a_folder_without_a_ledger_has_no_runs_and_gets_none(tmp_path: Path) -> None:
    assert last_starts(tmp_path / "data") == {}
    assert list(tmp_path.iterdir()) == []


def test_the_last_start_of_each_site_also_of_a_run_that_never_ended(tmp_path: Path) -> None:
    for site, hours in (("a", 3), ("a", 1), ("b", 2)):
        ledger = Ledger.open(tmp_path, site)
        ledger.runs.start(f"run-{hours}", NOON - timedelta(hours=hours))
        ledger.close()
    expected = {"a": NOON - timedelta(hours=1), "b": NOON - timedelta(hours=2)}
    assert last_starts(tmp_path) == expected
    assert (
        last_starts(tmp_path / "elsewhere", f"sqlite:///{tmp_path / 'ledger.sqlite'}") == expected
    )


def test_a_database_that_is_new_has_no_runs(tmp_path: Path) -> None:
    assert last_starts(tmp_path, f"sqlite:///{tmp_path / 'other.sqlite'}") == {}


def test_a_ledger_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"no database, but long enough to be looked at " * 100)
    with pytest.raises(UnwritableOutput, match=r"ledger\.sqlite"):
        last_starts(tmp_path)
    with pytest.raises(UsageError, match="ledger"):
        last_starts(tmp_path, "nonsense")
