"""The tables of the ledger, and upserts for SQLite and PostgreSQL.

Times are ISO 8601 texts in UTC, which sort by time and look the same in every tool.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects import postgresql, sqlite

META = MetaData()

VERSION = Table("ledger_version", META, Column("version", Integer, nullable=False))
"""One row: the version of these tables, see `engine.LEDGER_VERSION`."""

ARTICLES = Table(
    "articles",
    META,
    Column("id", String(64), primary_key=True),
    Column("site", String(255), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("status", String(16), nullable=False, server_default="published"),
    Column("content_hash", String(64), nullable=False),
    Column("field_hashes", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("modified", String(40), nullable=True),  # as the page states it
    # Versions since `modified` last changed:
    Column("unexplained", Integer, nullable=False, server_default="0"),
    # The line of the last version: segment and first byte.
    Column("segment", Text, nullable=True),
    Column("position", Integer, nullable=True),
    Column("first_seen", String(32), nullable=False),
    Column("last_seen", String(32), nullable=False),
)

URLS = Table(
    "urls",
    META,
    Column("key", Text, primary_key=True),
    Column("site", String(255), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("article_id", String(64), nullable=True),
    Column("state", String(16), nullable=False),
    Column("etag", Text, nullable=True),
    Column("last_modified", Text, nullable=True),
    Column("last_seen", String(32), nullable=False),
    Column("last_full", String(32), nullable=True),
    Column("next_check", String(32), nullable=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("published", String(32), nullable=True),
    Column("last_error", Text, nullable=True),
    Index("ix_urls_due", "site", "next_check"),
    Index("ix_urls_article", "article_id"),
)

ALIASES = Table(
    "aliases",
    META,
    # Of an address, or of a number that addresses hold; see `processing.identity.Name`:
    Column("key", Text, primary_key=True),
    Column("article_id", String(64), primary_key=True),
    Column("site", String(255), nullable=False, index=True),
    Column("claimed", Boolean, nullable=False),
)
"""Further keys of articles. The article at the key of an address that was requested is in `urls`.
"""

SOURCES = Table(
    "sources",
    META,
    Column("site", String(255), primary_key=True),
    Column("url", Text, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("status", Integer, nullable=True),
    Column("error", Text, nullable=True),
    Column("etag", Text, nullable=True),
    Column("last_modified", Text, nullable=True),
    Column("links", JSON, nullable=False),
    Column("items", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("newest", String(32), nullable=True),
    Column("last_seen", String(32), nullable=False),
    Column("last_full", String(32), nullable=True),
    Column("active", String(32), nullable=True),
    Column("idle", Integer, nullable=False, server_default="0"),
    Column("moved_to", Text, nullable=True),
    Column("resume", JSON, nullable=True),
    Column("denied", Integer, nullable=False, server_default="0"),
    Column("confirmed", String(32), nullable=True),
)

SEGMENTS = Table(
    "segments",
    META,
    Column("path", Text, primary_key=True),
    Column("site", String(255), nullable=False, index=True),
    Column("length", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
)

RUNS = Table(
    "runs",
    META,
    Column("id", String(64), primary_key=True),
    Column("site", String(255), primary_key=True),
    Column("started", String(32), nullable=False),
    Column("finished", String(32), nullable=True),
    Column("summary", JSON, nullable=True),
)


def put(
    connection: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    on_insert: Mapping[str, Any] | None = None,
) -> None:
    """Insert a row, or update the row with this key; `on_insert` applies to an insert only."""
    statement = _insert(connection, table).values({**key, **values, **(on_insert or {})})
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def add_missing(
    connection: Connection, table: Table, key: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> None:
    """Insert the rows whose key is not in the table; existing rows are unchanged."""
    if rows := list(rows):
        connection.execute(
            _insert(connection, table).on_conflict_do_nothing(index_elements=list(key)), rows
        )


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return (
        postgresql.insert(table)
        if connection.dialect.name == "postgresql"
        else sqlite.insert(table)
    )
