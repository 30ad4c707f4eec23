"""The ledger's database: connections, transactions, migrations, and one-line errors.

Every transaction that writes takes SQLite's write lock at its start (BEGIN IMMEDIATE), so that two
processes cannot deadlock; a reader never waits (WAL mode). A commit is synced to the disk before it
returns (synchronous=FULL), since a segment is renamed after the commit that belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, insert, inspect, select, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from ingest.errors import UnwritableOutput, UsageError
from ingest.storage.tables import ARTICLES, META, RUNS, SEGMENTS, SOURCES, URLS, VERSION
from ingest.storage.write_ahead import check_log

LEDGER_VERSION = 4
"""Version of the tables. Opening migrates an older ledger and refuses a newer one."""

_ADDED = {
    2: (
        ARTICLES.c.status,
        ARTICLES.c.modified,
        ARTICLES.c.unexplained,
        ARTICLES.c.segment,
        ARTICLES.c.position,
        URLS.c.last_full,
        RUNS.c.summary,
    ),
    3: (
        SOURCES.c.active,
        SOURCES.c.idle,
        SOURCES.c.moved_to,
        SOURCES.c.resume,
        SOURCES.c.denied,
        SOURCES.c.confirmed,
    ),  # and the table `aliases`
    4: (SEGMENTS.c.first,),
}
"""Columns that each version added. New tables and indexes need no entry: they are created."""

_NUMBERED = 4
"""The version since which records have sequence numbers."""

_RESTORE = (
    "restore a copy, or move it away: the next crawl then writes all articles again, as version 1"
)
_REMEDIES = (
    ("locked", "is locked by another process", "wait for it or end it, then run again"),
    ("not a database", "is damaged", _RESTORE),
    ("malformed", "is damaged", _RESTORE),
    ("full", "cannot be written, the disk is full", "make room, then run again"),
    ("readonly", "cannot be written", "give write permission, or choose another --output"),
    ("unable to open", "cannot be opened", "give write permission, or choose another --output"),
    ("disk i/o", "cannot be read or written", "look at its disk, then run again"),
)
"""Part of a message of SQLite, its meaning, and the remedy."""


def explain(error: Exception, otherwise: tuple[str, str]) -> tuple[str, str]:
    """Return the meaning of a database error, to follow "the ledger X", and the remedy.

    Args:
        error: from SQLAlchemy or the driver.
        otherwise: meaning and remedy of an error that is not in `_REMEDIES`; the message of the
            driver is appended to the meaning.
    """
    cause = str(getattr(error, "orig", None) or error)
    for sign, meaning, remedy in _REMEDIES:
        if sign in cause.casefold():
            return meaning, remedy
    return f"{otherwise[0]}: {cause}", otherwise[1]


class Database:
    """A database with read connections and write transactions.

    Args:
        url: a URL of SQLAlchemy.
        wait_seconds: the timeout for the write lock of an SQLite file.

    Raises:
        UsageError: the URL is not valid, its driver is not installed, or the log beside an SQLite
            file belongs to another state of it.
        UnwritableOutput: in every method: the database cannot be read or written.
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
            check_log(Path(self._engine.url.database or ""))
            event.listen(self._engine, "connect", _Pragmas(wait_seconds))

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading; it waits for no writer."""
        with self._explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a write transaction: committed and synced on exit, rolled back on an error."""
        with self._explained(), self._engine.connect() as connection:
            if not self._is_sqlite:
                with connection.begin():
                    yield connection
                return
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # takes the write lock at once
            try:
                _count_up(connection)
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    def prepare(self) -> None:
        """Create or migrate the tables; raises `UsageError` if a newer release made them."""
        with self.reading() as connection:
            if _version(connection) == LEDGER_VERSION:
                return
        with self.writing() as connection:  # check again: another process may have migrated it
            version = _version(connection)
            if version > LEDGER_VERSION:
                raise UsageError(
                    f"the ledger {self._name} is a newer Khabar's "
                    f"(version {version}; this one knows {LEDGER_VERSION})",
                    "update Khabar, or choose another --output",
                )
            if version:
                _add_columns(connection, version)
            _create(connection)
            if 0 < version < _NUMBERED:
                _number_segments(connection)

    @property
    def _is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @property
    def _name(self) -> str:
        url = self._engine.url
        return (url.database or "") if self._is_sqlite else url.render_as_string()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            problem, remedy = explain(error, ("fails", "see its file and disk"))
            raise UnwritableOutput(f"the ledger {self._name} {problem}", remedy) from error


class _Pragmas:
    """Configures each new connection to SQLite."""

    def __init__(self, wait_seconds: float) -> None:
        self._wait = int(wait_seconds * 1000)

    def __call__(self, connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={self._wait}")
        cursor.execute("PRAGMA journal_mode=WAL")  # readers do not wait for writers
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()


def _count_up(connection: Connection) -> None:
    """Number the transaction, as `write_ahead` describes."""
    number = connection.exec_driver_sql("PRAGMA user_version").scalar() or 0
    connection.exec_driver_sql(f"PRAGMA user_version={(number + 1) % 2**31}")


def _version(connection: Connection) -> int:
    """Return the version of the tables: 0 if there are none, 1 if they have no version row."""
    names = set(inspect(connection).get_table_names())
    if VERSION.name in names:
        return int(connection.scalar(select(VERSION.c.version)) or 0)
    return 1 if ARTICLES.name in names else 0


def _add_columns(connection: Connection, version: int) -> None:
    tables = set(inspect(connection).get_table_names())
    for added in range(version + 1, LEDGER_VERSION + 1):
        for column in _ADDED[added]:
            if column.table.name not in tables:
                continue  # `_create` makes it whole
            columns = inspect(connection).get_columns(column.table.name)
            if column.name not in {existing["name"] for existing in columns}:
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


def _number_segments(connection: Connection) -> None:
    """Give the records of older releases their sequence numbers, in the order of writing."""
    columns = (SEGMENTS.c.path, SEGMENTS.c.site, SEGMENTS.c.records)
    following: dict[str, int] = {}
    for path, site, records in connection.execute(select(*columns).order_by(SEGMENTS.c.path)).all():
        first = following.get(site, 1)
        connection.execute(update(SEGMENTS).where(SEGMENTS.c.path == path).values(first=first))
        following[site] = first + records
