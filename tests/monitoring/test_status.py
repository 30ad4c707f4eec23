"""How a site stands, told from the rows of its runs alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from ingest.cli.console import Terminal
from ingest.cli.status import print_statuses
from ingest.monitoring.status import Coverage, status_of
from ingest.monitoring.summary import Finding, Kind, Run, RunSummary

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
FULL = {"headline": 1.0, "articleBody": 1.0, "authors": 1.0, "datePublished": 1.0}


def run(hours: float, *, finished: bool = True, **values: Any) -> Run:
    began = NOW - timedelta(hours=hours)
    usual = {
        "run_id": str(hours),
        "site": "news",
        "started": began,
        "finished": began,
        "as_of": began,
    }
    usual |= {"read": 4, "new": 4, "fields": FULL, "newest": began - timedelta(hours=1)}
    summary = RunSummary(**{**usual, **values}) if finished else None
    return Run(str(hours), "news", began, began if finished else None, summary)


HOURLY = [run(hours) for hours in range(1, 12)]


def test_a_site_that_is_well() -> None:
    status = status_of("news", HOURLY, NOW, locked=False)
    assert (status.healthy, status.at_work, status.usual_new) == (True, False, 4)
    assert status.newest_age == timedelta(hours=2)
    assert status.coverage["authors"] == Coverage(1.0, 1.0)


def test_the_findings_of_the_last_run_stand() -> None:
    finding = Finding(kind=Kind.SILENT, reason="nothing")
    assert status_of(
        "news", [run(0.5, findings=[finding]), *HOURLY], NOW, locked=False
    ).findings == (finding,)
    assert status_of("news", [run(0.5), run(1, findings=[finding])], NOW, locked=False).healthy


def test_a_killed_run_did_not_end() -> None:
    status = status_of("news", [run(0.5, finished=False), *HOURLY], NOW, locked=False)
    assert [finding.kind for finding in status.findings] == [Kind.DID_NOT_END]
    assert (
        status.findings[0].reason
        == "the run of 2026-11-20 08:30Z was killed; the next one mends what it left"
    )
    assert status.summary == HOURLY[0].summary
    assert status_of("news", [*HOURLY[:1], run(2, finished=False)], NOW, locked=False).healthy


@pytest.mark.parametrize(
    ("hours", "locked", "at_work"), [(30, True, True), (2, None, True), (30, None, False)]
)
def test_a_run_under_way_is_no_fault(hours: float, locked: bool | None, at_work: bool) -> None:
    status = status_of("news", [run(hours, finished=False)], NOW, locked=locked)
    assert status.at_work is at_work
    assert [finding.kind for finding in status.findings] == [] if at_work else [Kind.DID_NOT_END]


def test_a_run_that_an_error_ended_did_not_end() -> None:
    status = status_of(
        "news", [run(0.5, ended="error", error="the disk is full"), *HOURLY], NOW, locked=False
    )
    assert status.findings[0].reason == "the run of 2026-11-20 08:30Z ended early: the disk is full"


def test_no_run_for_long_is_overdue() -> None:
    later = NOW + timedelta(days=2)
    (finding,) = status_of("news", HOURLY, later, locked=False).findings
    assert (finding.kind, finding.reason) == (
        Kind.OVERDUE,
        "no run for 49 h, usually every 60 min; 24 h are allowed",
    )
    weekly = [run(24 * 7 * week) for week in range(1, 7)]
    assert status_of("news", weekly, NOW + timedelta(days=12), locked=False).healthy
    assert not status_of("news", weekly, NOW + timedelta(days=15), locked=False).healthy
    assert status_of("news", HOURLY[:1], NOW + timedelta(days=6), locked=False).healthy
    assert not status_of("news", HOURLY[:1], NOW + timedelta(days=8), locked=False).healthy


def test_coverage_is_of_the_last_run_that_read_something() -> None:
    lost = {**FULL, "authors": 0.25}
    runs = [run(0.2, read=0, new=0, fields={}), run(0.5, fields=lost), *HOURLY]
    assert status_of("news", runs, NOW, locked=False).coverage["authors"] == Coverage(0.25, 1.0)
    assert status_of("news", runs[1:2], NOW, locked=False).coverage["authors"] == Coverage(
        0.25, None
    )


def test_a_broken_site_fits_into_eighty_columns() -> None:
    terminal = Terminal()
    terminal.out = Console(width=80, record=True, file=StringIO())
    finding = Finding(
        kind=Kind.COVERAGE_DROP, subject="authors", reason="authors: in 0 of 4 records"
    )
    broken = run(0.5, failed=12, fields={**FULL, "authors": 0.0}, findings=[finding])
    statuses = [status_of("pakistantoday", [broken, *HOURLY], NOW, locked=False)]
    print_statuses(terminal, statuses, NOW)
    head, _, row, line = terminal.out.export_text().splitlines()
    assert "…" not in head + row
    assert "authors 0/100 %" in row
    assert row.split()[-1] == "faulty"
    assert line == "pakistantoday: coverage drop: authors: in 0 of 4 records"


def test_in_a_replay_the_newest_is_as_old_as_it_was() -> None:
    replayed = run(
        0, replayed=True, as_of=NOW - timedelta(days=900), newest=NOW - timedelta(days=901)
    )
    assert status_of("news", [replayed], NOW, locked=False).newest_age == timedelta(days=1)
