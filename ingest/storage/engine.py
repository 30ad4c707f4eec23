"""The ledger's database: connections, transactions, the version of its tables, and errors that name the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event, insert, inspect, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from ingest.errors import UnwritableOutput, UsageError
from ingest.storage.tables import ARTICLES, META, RUNS, URLS, VERSION

LEDGER_VERSION = 2
"""Of the tables. A ledger of an older version is brought up when it is opened; a newer one is refused."""

_ADDED = {
    2: (
        ARTICLES.c.status,
        ARTICLES.c.modified,
        ARTICLES.c.unexplained,
        ARTICLES.c.segment,
        ARTICLES.c.position,
        URLS.c.last_full,
        RUNS.c.summary,
    )
}
"""Columns that each version added to the tables of the one before; whole tables and indexes are made by themselves."""

_RESTORE = "restore a copy, or move it away: the next crawl then takes all articles anew, as their first versions"
_REMEDIES = (
    ("locked", "is locked by another process", "wait for it or end it, then run again"),
    ("not a database", "is damaged", _RESTORE),
    ("malformed", "is damaged", _RESTORE),
    ("full", "cannot be written, the disk is full", "make room, then run again"),
    ("readonly", "cannot be written", "give write permission, or choose another --output"),
    ("unable to open", "cannot be opened", "give write permission, or choose another --output"),
    ("disk i/o", "cannot be read or written", "look at its disk, then run again"),
)
"""What SQLite's messages hold, what that means, and what to do."""


def explain(error: Exception, otherwise: tuple[str, str]) -> tuple[str, str]:
    """What an error of the database means, as it goes on behind "the ledger X", and the remedy.

    `otherwise` holds for one that no message of SQLite's tells; the cause is put behind its first part.
    """
    cause = str(getattr(error, "orig", None) or error)
    for sign, meaning, remedy in _REMEDIES:
        if sign in cause.casefold():
            return meaning, remedy
    return f"{otherwise[0]}: {cause}", otherwise[1]


class Database:
    """Reads and writes in transactions. Every use may raise `UnwritableOutput`, in one line with a remedy.

    Args:
        url: in SQLAlchemy's form.
        wait_seconds: for another process that is writing to the same SQLite file.
    """

    def __init__(self, url: str, wait_seconds: float) -> None:
        try:
            self._engine = create_engine(
                url, isolation_level="AUTOCOMMIT" if url.startswith("sqlite") else None
            )
        except ImportError as error:
            remedy = (
                "for PostgreSQL: pip install 'khabar[postgresql]', and postgresql+psycopg://..."
            )
            raise UsageError(f"the ledger's database needs a driver: {error}", remedy) from error
        except SQLAlchemyError as error:
            raise UsageError(
                f"the ledger's URL is no database: {error}", "see the setting `ledger`"
            ) from error
        if self._is_sqlite:
            event.listen(self._engine, "connect", _Pragmas(wait_seconds))

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read by; it waits for no writer."""
        with self._explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it or nothing, and on the disk when it is left."""
        with self._explained(), self._engine.connect() as connection:
            if not self._is_sqlite:
                with connection.begin():
                    yield connection
                return
            connection.exec_driver_sql(
                "BEGIN IMMEDIATE"
            )  # the lock now: no other writer can come in between
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    def prepare(self) -> None:
        """Make the tables, or bring those of an older version up; raises `UsageError` for a newer one."""
        with self.reading() as connection:
            if _version(connection) == LEDGER_VERSION:
                return
        with self.writing() as connection:  # read again: two processes may do this at once
            version = _version(connection)
            if version > LEDGER_VERSION:
                raise UsageError(
                    f"the ledger {self._name} is a newer Khabar's (version {version}; this one knows {LEDGER_VERSION})",
                    "update Khabar, or choose another --output",
                )
            if version:
                _add_columns(connection, version)
            _create(connection)

    @property
    def _is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @property
    def _name(self) -> str:
        return (
            (self._engine.url.database or "")
            if self._is_sqlite
            else self._engine.url.render_as_string()
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            problem, remedy = explain(error, ("fails", "see its file and disk"))
            raise UnwritableOutput(f"the ledger {self._name} {problem}", remedy) from error


class _Pragmas:
    """What each connection to SQLite is told."""

    def __init__(self, wait_seconds: float) -> None:
        self._wait = int(wait_seconds * 1000)

    def __call__(self, connection: Any, _record: object) -> None:  # noqa: ANN401 - any DBAPI connection
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={self._wait}")
        cursor.execute("PRAGMA journal_mode=WAL")  # readers do not wait
        # A segment gets its final name after its commit: a power cut must not take the commit and leave the name.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()


def _version(connection: Connection) -> int:
    """Of the tables that are there; 0 where there are none, 1 where they are older than the note of the version."""
    names = set(inspect(connection).get_table_names())
    if VERSION.name in names:
        return int(connection.scalar(select(VERSION.c.version)) or 0)
    return 1 if ARTICLES.name in names else 0


def _add_columns(connection: Connection, version: int) -> None:
    for added in range(version + 1, LEDGER_VERSION + 1):
        for column in _ADDED[added]:
            there = {name["name"] for name in inspect(connection).get_columns(column.table.name)}
            if column.name not in there:
                text = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {column.table.name} ADD COLUMN {text}")


def _create(connection: Connection) -> None:
    for table in META.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
    if connection.scalar(select(VERSION.c.version)) is None:
        connection.execute(insert(VERSION).values(version=LEDGER_VERSION))
    connection.execute(update(VERSION).values(version=LEDGER_VERSION))
