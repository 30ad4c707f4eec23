"""The tables of the ledger, and upserts for SQLite and PostgreSQL.

Times are ISO 8601 texts in UTC, which sort by time and look the same in every tool.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Index,
    Insert,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

META = MetaData()

VERSION = Table("ledger_version", META, Column("version", Integer, nullable=False))
"""One row: the version of these tables, see `engine.LEDGER_VERSION`."""

ARTICLES = Table(
    "articles",
    META,
    Column("id", String(64), primary_key=True),
    Column("site", String(255), nullable=False),
    Column("url", Text, nullable=False),
    Column("status", String(16), nullable=False, server_default="published"),
    Column("content_hash", String(64), nullable=False),
    Column("field_hashes", Text, nullable=False),  # packed by `rows`
    Column("version", Integer, nullable=False),
    Column("modified", String(40), nullable=True),  # as the page states it
    # Versions since `modified` last changed:
    Column("unexplained", Integer, nullable=False, server_default="0"),
    # The line of the last version: its number, and its first byte in the segment that has the
    # number. Versions of earlier releases have no number here, but the path of their segment.
    Column("sequence", Integer, nullable=True),
    Column("segment", Text, nullable=True),
    Column("position", Integer, nullable=True),
    Column("first_seen", String(32), nullable=False),
    Column("last_seen", String(32), nullable=False),
)

URLS = Table(
    "urls",
    META,
    Column("key", Text, primary_key=True),
    Column("site", String(255), nullable=False),
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
    # Most articles are not checked again:
    Index(
        "ix_urls_planned",
        "site",
        "next_check",
        sqlite_where=text("next_check IS NOT NULL"),
        postgresql_where=text("next_check IS NOT NULL"),
    ),
    sqlite_with_rowid=False,  # else SQLite has each key twice, in the table and in its index
)

ALIASES = Table(
    "aliases",
    META,
    # Of an address, or of a number that addresses hold; see `processing.identity.Name`:
    Column("key", Text, primary_key=True),
    Column("article_id", String(64), primary_key=True),
    Column("site", String(255), nullable=False),
    Column("claimed", Boolean, nullable=False),
    sqlite_with_rowid=False,
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
    Column("site", String(255), nullable=False),
    Column("length", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    # The sequence number of the first record:
    Column("first", Integer, nullable=False, server_default="1"),
    Column("closed", Boolean, nullable=False),
    Index("ix_segments_first", "site", "first"),
)

GAPS = Table(
    "gaps",
    META,
    Column("site", String(255), primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
    Column("cause", String(16), nullable=False),
)
"""Ranges of sequence numbers whose records are in no segment any more: `pruned` or `lost`."""

REMOVALS = Table(
    "removals",
    META,
    Column("path", Text, primary_key=True),  # of the file, with its suffix
    Column("site", String(255), nullable=False),
)
"""Files that no row of `segments` needs any more, until they are removed; see `removals`."""

RUNS = Table(
    "runs",
    META,
    Column("id", String(64), primary_key=True),
    Column("site", String(255), primary_key=True),
    Column("started", String(32), nullable=False),
    Column("finished", String(32), nullable=True),
    Column("summary", JSON, nullable=True),
)

OUTPUTS = Table(
    "outputs",
    META,
    Column("site", String(255), primary_key=True),
    Column("token", String(32), nullable=False),
    Column("place", Text, nullable=False),  # host and folder, for people
)
"""The output folder of each site, if the database is not in it; see `binding`."""


def put(
    connection: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    on_insert: Mapping[str, Any] | None = None,
) -> None:
    """Insert a row, or update the row with this key; `on_insert` applies to an insert only."""
    put_all(
        connection, table, tuple(key), [{**key, **values, **(on_insert or {})}], on_insert or ()
    )


def put_all(
    connection: Connection,
    table: Table,
    key: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    on_insert: Iterable[str] = (),
) -> None:
    """Insert rows with the same columns, or update those whose key is in the table.

    Args:
        connection: in a transaction that writes.
        table: the table.
        key: the columns of its key.
        rows: in the order of writing.
        on_insert: columns that keep their value if the row exists.
    """
    if rows:
        columns = tuple(rows[0])
        is_sqlite = connection.dialect.name == "sqlite"
        statement = _upsert(table, tuple(key), columns, tuple(on_insert), is_sqlite=is_sqlite)
        connection.execute(statement, rows)


@lru_cache(maxsize=64)  # building a statement takes ten times as long as SQLite needs for a row
def _upsert(
    table: Table,
    key: tuple[str, ...],
    columns: tuple[str, ...],
    on_insert: tuple[str, ...],
    *,
    is_sqlite: bool,
) -> Insert:
    statement = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    statement = statement.values({name: bindparam(name) for name in columns})
    updated = [name for name in columns if name not in key and name not in on_insert]
    return statement.on_conflict_do_update(
        index_elements=list(key), set_={name: statement.excluded[name] for name in updated}
    )


def add_missing(
    connection: Connection, table: Table, key: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> None:
    """Insert the rows whose key is not in the table; existing rows are unchanged."""
    if rows := list(rows):
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(insert(table).on_conflict_do_nothing(index_elements=list(key)), rows)
