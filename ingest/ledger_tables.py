"""The ledger's tables, and how a row is put into them on SQLite and PostgreSQL alike.

Times are ISO 8601 texts in UTC: they sort as they follow each other, and read the same in every tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

_META = MetaData()

ARTICLES = Table(
    "articles",
    _META,
    Column("id", String(64), primary_key=True),
    Column("site", String(255), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("field_hashes", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("first_seen", String(32), nullable=False),
    Column("last_seen", String(32), nullable=False),
)

URLS = Table(
    "urls",
    _META,
    Column("key", Text, primary_key=True),
    Column("site", String(255), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("article_id", String(64), nullable=True),
    Column("state", String(16), nullable=False),
    Column("etag", Text, nullable=True),
    Column("last_modified", Text, nullable=True),
    Column("last_seen", String(32), nullable=False),
    Column("next_check", String(32), nullable=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("published", String(32), nullable=True),
    Column("last_error", Text, nullable=True),
)

SEGMENTS = Table(
    "segments",
    _META,
    Column("path", Text, primary_key=True),
    Column("site", String(255), nullable=False, index=True),
    Column("length", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
)

RUNS = Table(
    "runs",
    _META,
    Column("id", String(64), primary_key=True),
    Column("site", String(255), primary_key=True),
    Column("started", String(32), nullable=False),
    Column("finished", String(32), nullable=True),
    Column("summary", JSON, nullable=True),
)


def connect(url: str) -> Engine:
    """An engine on the database of that URL (SQLAlchemy's form)."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _pragmas)
    return engine


def create_tables(connection: Connection) -> None:
    """Make what is missing; two processes may do so at once."""
    for table in _META.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))


def put(
    connection: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    on_insert: Mapping[str, Any] | None = None,
) -> None:
    """Insert a row, or update the one with that key, whose `on_insert` values then stay."""
    row = {**key, **values, **(on_insert or {})}
    if connection.dialect.name == "postgresql":
        query = postgresql.insert(table).values(row)
        connection.execute(query.on_conflict_do_update(index_elements=list(key), set_=dict(values)))
    else:
        insert = sqlite.insert(table).values(row)
        connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def _pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - any DBAPI connection
    """Write-ahead log: readers do not wait, and a power cut takes back whole commits only, newest first."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=30000")  # milliseconds: the sites of a run share the file
    cursor.close()
