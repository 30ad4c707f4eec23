"""The runs in the ledger: start, end and summary of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, delete, func, inspect, select, update

from ingest.monitoring.summary import Run, RunSummary
from ingest.settings import Limits
from ingest.storage.engine import Database
from ingest.storage.rows import iso
from ingest.storage.tables import RUNS, put

_NEWEST_FIRST = (RUNS.c.started.desc(), RUNS.c.id.desc())


def runs_of(connection: Connection, site: str, limit: int | None = None) -> list[Run]:
    """Return the runs of a site, newest first."""
    query = select(RUNS).where(RUNS.c.site == site).order_by(*_NEWEST_FIRST).limit(limit)
    return [_run(row) for row in connection.execute(query).mappings()]


def sites_with_runs(connection: Connection) -> list[str]:
    """Return the names of all sites with a run, sorted."""
    return sorted(connection.scalars(select(RUNS.c.site).distinct()))


class SiteRuns:
    """The runs of one site, for the run that writes them; methods may raise `UnwritableOutput`."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site

    def start(self, run_id: str, now: datetime) -> None:
        """Insert a run."""
        with self._database.writing() as connection:
            put(connection, RUNS, {"id": run_id, "site": self._site}, {"started": iso(now)})

    def finish(
        self, run_id: str, summary: Mapping[str, Any], now: datetime, keep: int = Limits().runs_kept
    ) -> None:
        """Store the summary of a run, and delete all but the newest `keep` runs of the site."""
        mine = RUNS.c.site == self._site
        newest = select(RUNS.c.id).where(mine).order_by(*_NEWEST_FIRST).limit(keep)
        with self._database.writing() as connection:
            ended = update(RUNS).where(RUNS.c.id == run_id, mine)
            connection.execute(ended.values(finished=iso(now), summary=dict(summary)))
            connection.execute(delete(RUNS).where(mine, RUNS.c.id.not_in(newest)))

    def newest_first(self, limit: int | None = None) -> list[Run]:
        """Return the runs of the site, including this one."""
        with self._database.reading() as connection:
            return runs_of(connection, self._site, limit)


def last_starts(
    output: Path, url: str = "", wait_seconds: float = Limits().ledger_wait_seconds
) -> dict[str, datetime]:
    """Return the start of the last run of each site; empty if there is no ledger yet.

    Args:
        output: the output folder.
        url: the ledger's URL; `OUTPUT/ledger.sqlite` if empty.
        wait_seconds: the timeout for locks of SQLite.

    Raises:
        UsageError: the URL is not that of a database.
        UnwritableOutput: the ledger cannot be read.
    """
    file = output / "ledger.sqlite"
    if not url and not file.exists():
        return {}
    database = Database(url or f"sqlite:///{file}", wait_seconds)
    starts = func.max(RUNS.c.started)  # ISO 8601 in UTC: the texts sort by time
    query = select(RUNS.c.site, starts).group_by(RUNS.c.site)
    try:
        with database.reading() as connection:
            if not inspect(connection).has_table(RUNS.name):
                return {}
            return {
                site: datetime.fromisoformat(started) for site, started in connection.execute(query)
            }
    finally:
        database.close()


def _run(row: RowMapping) -> Run:
    return Run(
        id=row["id"],
        site=row["site"],
        started=datetime.fromisoformat(row["started"]),
        finished=datetime.fromisoformat(row["finished"]) if row["finished"] else None,
        summary=_summary(row["summary"]),
    )


def _summary(value: Any) -> RunSummary | None:  # noqa: ANN401 - any JSON
    try:
        return RunSummary.model_validate(value) if value else None
    except ValidationError:  # written by another release
        return None
