"""Summaries of runs for tests, with the values that a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest.monitoring.summary import RunSummary

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def summary(run_id: str | None = "run", **values: object) -> RunSummary:
    """A run of the site `news` that started and ended at `NOW`, with these values."""
    return RunSummary.model_validate(
        {"run_id": run_id, "site": "news", "started": NOW, "finished": NOW, "as_of": NOW, **values}
    )
