"""The ledger's rows on runs: when each began, whether it ended, and its summary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, create_engine, delete, select
from sqlalchemy.exc import SQLAlchemyError

from ingest.errors import UsageError
from ingest.ledger_tables import RUNS
from ingest.summary import RunSummary


@dataclass(frozen=True, slots=True)
class Run:
    """A run of one site. Not finished: it is at work, or was killed. A release before summaries left None."""

    id: str
    site: str
    started: datetime
    finished: datetime | None
    summary: RunSummary | None


def runs_of(connection: Connection, site: str, limit: int | None = None) -> list[Run]:
    """The runs of a site, newest first."""
    query = select(RUNS).where(RUNS.c.site == site).order_by(RUNS.c.started.desc(), RUNS.c.id.desc()).limit(limit)
    return [_run(row) for row in connection.execute(query).mappings()]


def sites_with_runs(connection: Connection) -> list[str]:
    """The names of all sites that ever ran, sorted."""
    return sorted(connection.scalars(select(RUNS.c.site).distinct()))


def prune_runs(connection: Connection, site: str, keep: int) -> None:
    """Forget all runs of a site but the newest."""
    newest = select(RUNS.c.id).where(RUNS.c.site == site).order_by(RUNS.c.started.desc(), RUNS.c.id.desc())
    connection.execute(delete(RUNS).where(RUNS.c.site == site, RUNS.c.id.not_in(newest.limit(keep))))


@contextmanager
def reading_runs(output: Path, url: str = "") -> Iterator[Connection]:
    """A connection that only reads the ledger of an output folder, or the one at that URL, also during a crawl.

    It makes no ledger, takes no lock and waits for no writer.

    Raises:
        UsageError: there is no ledger, or it cannot be read.
    """
    file = output / "ledger.sqlite"
    if not url and not file.is_file():
        raise UsageError(f"no ledger in {output}", "crawl first, or name the folder of a crawl with --output")
    try:
        engine = create_engine(url or _read_only(file))
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        cause = getattr(error, "orig", None) or error
        raise UsageError(f"the ledger {url or file} cannot be read: {cause}", "run a crawl once with it") from error


def _read_only(file: Path) -> str:
    """The URL of an SQLite file to read. Where no writer is at work, not even SQLite's own files are made beside it."""
    at_work = file.with_name(f"{file.name}-wal").exists()
    return f"sqlite:///file:{quote(str(file.resolve()))}?{'mode=ro' if at_work else 'immutable=1'}&uri=true"


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
    except ValidationError:  # of another release
        return None
