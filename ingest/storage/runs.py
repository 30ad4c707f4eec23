"""The ledger's rows on runs: when each began, whether it ended, and its summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, create_engine, delete, func, inspect, select, update
from sqlalchemy.exc import SQLAlchemyError

from ingest.errors import UsageError
from ingest.monitoring.summary import Run, RunSummary
from ingest.settings import Limits
from ingest.storage.engine import Database, explain
from ingest.storage.rows import iso
from ingest.storage.tables import RUNS, put

_NEWEST_FIRST = (RUNS.c.started.desc(), RUNS.c.id.desc())


def runs_of(connection: Connection, site: str, limit: int | None = None) -> list[Run]:
    """The runs of a site, newest first."""
    query = select(RUNS).where(RUNS.c.site == site).order_by(*_NEWEST_FIRST).limit(limit)
    return [_run(row) for row in connection.execute(query).mappings()]


def sites_with_runs(connection: Connection) -> list[str]:
    """The names of all sites that ever ran, sorted."""
    return sorted(connection.scalars(select(RUNS.c.site).distinct()))


class SiteRuns:
    """The rows on a site's runs, as a run of it writes them; every method may raise `UnwritableOutput`."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site

    def start(self, run_id: str, now: datetime) -> None:
        """Note that a run begins."""
        with self._database.writing() as connection:
            put(connection, RUNS, {"id": run_id, "site": self._site}, {"started": iso(now)})

    def finish(
        self, run_id: str, summary: Mapping[str, Any], now: datetime, keep: int = Limits().runs_kept
    ) -> None:
        """Note what a run came to, and forget all of the site's runs but so many, the newest."""
        mine = RUNS.c.site == self._site
        newest = select(RUNS.c.id).where(mine).order_by(*_NEWEST_FIRST).limit(keep)
        with self._database.writing() as connection:
            ended = update(RUNS).where(RUNS.c.id == run_id, mine)
            connection.execute(ended.values(finished=iso(now), summary=dict(summary)))
            connection.execute(delete(RUNS).where(mine, RUNS.c.id.not_in(newest)))

    def newest_first(self, limit: int | None = None) -> list[Run]:
        """The runs that are kept, this one too."""
        with self._database.reading() as connection:
            return runs_of(connection, self._site, limit)


@contextmanager
def reading_runs(output: Path, url: str = "") -> Iterator[Connection]:
    """A connection that only reads the ledger of an output folder, or the one at that URL, also during a crawl.

    It makes no ledger, takes no lock and waits for no writer.

    Raises:
        UsageError: there is no ledger, or it cannot be read.
    """
    file = output / "ledger.sqlite"
    if not url and not file.is_file():
        raise UsageError(
            f"no ledger in {output}", "crawl first, or name the folder of a crawl with --output"
        )
    try:
        engine = create_engine(url or _read_only(file))
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        name = url.rpartition("@")[2] or file  # before the @ stands a password
        problem, remedy = explain(error, ("cannot be read", "run a crawl once with it"))
        raise UsageError(f"the ledger {name} {problem}", remedy) from error


def last_starts(
    output: Path, url: str = "", wait_seconds: float = Limits().ledger_wait_seconds
) -> dict[str, datetime]:
    """When the last run of each site began, by the ledger at that URL or in that output folder; none where it is new.

    Raises:
        UsageError: the URL is no database.
        UnwritableOutput: the ledger cannot be read.
    """
    file = output / "ledger.sqlite"
    if not url and not file.exists():
        return {}
    database = Database(url or f"sqlite:///{file}", wait_seconds)
    query = select(RUNS.c.site, func.max(RUNS.c.started)).group_by(
        RUNS.c.site
    )  # the texts sort as the times do
    try:
        with database.reading() as connection:
            if not inspect(connection).has_table(RUNS.name):
                return {}
            return {
                site: datetime.fromisoformat(started) for site, started in connection.execute(query)
            }
    finally:
        database.close()


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
