"""What the ledger says of past runs, read without opening it for a site."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from ingest.errors import UnwritableOutput, UsageError
from ingest.ledger_tables import RUNS, connect


def last_starts(output: Path, url: str = "") -> dict[str, datetime]:
    """When the last run of each site began, by the ledger at that URL or in that output folder; none where it is new.

    Raises:
        UsageError: the URL is no database.
        UnwritableOutput: the ledger cannot be read.
    """
    file = output / "ledger.sqlite"
    if not url and not file.exists():
        return {}
    try:
        engine = connect(url or f"sqlite:///{file}")
    except (SQLAlchemyError, ImportError) as error:
        raise UsageError(f"the ledger's URL is no database: {error}", "see the setting `ledger`") from error
    query = select(RUNS.c.site, func.max(RUNS.c.started)).group_by(RUNS.c.site)  # the texts sort as the times do
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(RUNS.name):
                return {}
            return {site: datetime.fromisoformat(started) for site, started in connection.execute(query)}
    except (SQLAlchemyError, ValueError) as error:
        cause = getattr(error, "orig", None) or error
        raise UnwritableOutput(f"the ledger {engine.url} fails: {cause}", "see its file and disk") from error
    finally:
        engine.dispose()
