"""What the ledger says of past runs, read without opening it for a site."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import func, inspect, select

from ingest.ledger_engine import Database
from ingest.ledger_tables import RUNS
from ingest.settings import Limits


def last_starts(output: Path, url: str = "", wait_seconds: float = Limits().ledger_wait_seconds) -> dict[str, datetime]:
    """When the last run of each site began, by the ledger at that URL or in that output folder; none where it is new.

    Raises:
        UsageError: the URL is no database.
        UnwritableOutput: the ledger cannot be read.
    """
    file = output / "ledger.sqlite"
    if not url and not file.exists():
        return {}
    database = Database(url or f"sqlite:///{file}", wait_seconds)
    query = select(RUNS.c.site, func.max(RUNS.c.started)).group_by(RUNS.c.site)  # the texts sort as the times do
    try:
        with database.reading() as connection:
            if not inspect(connection).has_table(RUNS.name):
                return {}
            return {site: datetime.fromisoformat(started) for site, started in connection.execute(query)}
    finally:
        database.close()
