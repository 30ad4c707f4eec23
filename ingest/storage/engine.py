"""The ledger's database: connections, transactions, and one-line errors.

Every transaction that writes takes SQLite's write lock at its start (BEGIN IMMEDIATE), so that two
processes cannot deadlock; a reader never waits (WAL mode). A commit is synced to the disk before it
returns (synchronous=FULL), since a segment is renamed after the commit that belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from ingest.errors import UnwritableOutput, UsageError
from ingest.storage.migration import LEDGER_VERSION, migrate, version_of
from ingest.storage.write_ahead import check_log

_RESTORE = "restore a copy, or move it away; then khabar verify --repair makes one of the records"
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
            if version_of(connection) == LEDGER_VERSION:
                return
        with self.writing() as connection:  # check again: another process may have migrated it
            version = version_of(connection)
            if version > LEDGER_VERSION:
                raise UsageError(
                    f"the ledger {self._name} is a newer Khabar's "
                    f"(version {version}; this one knows {LEDGER_VERSION})",
                    "update Khabar, or choose another --output",
                )
            migrate(connection, version)

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
