"""The version of the ledger's tables, and the way from each earlier one to the present."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, MetaData, Table, insert, inspect, select, tuple_, update
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from ingest.processing.recrawl import State
from ingest.storage.field_hashes import packed
from ingest.storage.tables import (
    ALIASES,
    ARTICLES,
    META,
    RUNS,
    SEGMENTS,
    SOURCES,
    URLS,
    VERSION,
)

LEDGER_VERSION = 5
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
    4: (SEGMENTS.c.first, ARTICLES.c.sequence),
    5: (),  # the tables `gaps` and `removals`
}
"""Columns that each version added. New tables and indexes need no entry: they are created."""

_COMPACT = 4
"""The version since which records have sequence numbers, and rows of articles are compact."""
_DROPPED = ("ix_segments_site",)
"""Indexes of earlier versions that no query uses any more; others go with their table."""
_BATCH = 1000
"""Rows that are copied at a time."""
_DIGITS = 12
"""Hexadecimal digits of a field's hash; earlier versions had 16."""


def migrate(connection: Connection, version: int) -> None:
    """Bring the tables of a version to the present one, or create them for version 0."""
    if version:
        _add_columns(connection, version)
    if 0 < version < _COMPACT:
        for name in _DROPPED:
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")
        for table in (ARTICLES, URLS, ALIASES):
            _copy(connection, table)
        unplanned = URLS.c.state.in_([State.FOUND, State.OLDER]) & URLS.c.next_check.is_(None)
        connection.execute(update(URLS).where(unplanned).values(next_check=URLS.c.last_seen))
    _create(connection)
    if 0 < version < _COMPACT:
        _number_segments(connection)


def version_of(connection: Connection) -> int:
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


def _copy(connection: Connection, table: Table) -> None:
    """Copy a table into a new one with the present columns, which takes its name."""
    if table.name not in inspect(connection).get_table_names():
        return
    copy = table.to_metadata(MetaData(), name=f"{table.name}_copy")
    connection.execute(CreateTable(copy))
    for rows in _batches(connection, table):
        connection.execute(insert(copy), [_compact(row) for row in rows])
    connection.exec_driver_sql(f"DROP TABLE {table.name}")
    connection.exec_driver_sql(f"ALTER TABLE {copy.name} RENAME TO {table.name}")


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """Yield all rows of a table in the order of its key."""
    keys = list(table.primary_key.columns)
    query = select(table).order_by(*keys).limit(_BATCH)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    while rows:
        yield rows
        after = tuple_(*keys) > tuple(rows[-1][key.name] for key in keys)
        rows = [dict(row) for row in connection.execute(query.where(after)).mappings()]


def _compact(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its hashes of fields as they are stored now."""
    if "field_hashes" not in row:
        return row
    value = row["field_hashes"]
    hashes = json.loads(value) if isinstance(value, str) else value
    digits = {name: found[:_DIGITS] for name, found in (hashes or {}).items()}
    return row | {"field_hashes": packed(digits)}
