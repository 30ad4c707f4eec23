"""Records as an SQLite database: articles, authors, comments, and a full-text index.

The names of columns in objects are joined with `_`: `publisher_name`. Lists are JSON.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest.errors import UsageError
from ingest.tables.columns import (
    ListOf,
    Scalar,
    Struct,
    Type,
    columns,
    flat_columns,
    flat_values,
    record_struct,
)

_PARTS = ("authors", "comments")
"""Columns that are tables of their own: a row for each item."""
_PARENT = {"articleId": Scalar.TEXT, "articleVersion": Scalar.INTEGER, "position": Scalar.INTEGER}

LATEST = (
    "CREATE VIEW latest AS SELECT * FROM articles AS a WHERE status <> 'gone' "
    "AND version = (SELECT max(version) FROM articles AS b WHERE b.id = a.id)"
)
"""The newest version of each article, without those that are gone."""

_INDEX = """
CREATE INDEX articles_by_date ON articles (datePublished);
CREATE VIRTUAL TABLE search USING fts5 (
    headline, articleBody, content='articles', tokenize='unicode61 remove_diacritics 2'
);
"""


class SqliteFile:
    """An SQLite database. All rows of an export are one transaction.

    Args:
        old: the same file if it exists, else None.
        new: the file to write.

    Raises:
        UsageError: the file is no database, or has tables with other columns.
    """

    def __init__(self, old: Path | None, new: Path) -> None:
        self._path = new
        self._struct = record_struct(without=_PARTS)
        self._parts = {name: _items_of(name) for name in _PARTS}
        tables = dict(_tables(self._parts))
        self._connection = sqlite3.connect(new, isolation_level=None)
        with self._reported():
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.execute("BEGIN IMMEDIATE")
            if old is None or not self._columns("articles"):
                self._create(tables)
            for name, types in tables.items():
                if self._columns(name) != list(types):
                    raise UsageError(f"the table {name} has other columns", "export to a new file")
        self._inserts = {name: _insert(name, len(types)) for name, types in tables.items()}

    def add(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert rows; return how many of them are new."""
        with self._reported():
            return sum(self._add(row) for row in rows)

    def close(self, *, commit: bool) -> None:
        """Commit the rows, or drop them."""
        try:
            with self._reported():
                self._connection.execute("COMMIT" if commit else "ROLLBACK")
        finally:
            self._connection.close()

    def _add(self, row: Mapping[str, Any]) -> bool:
        done = self._connection.execute(
            self._inserts["articles"], list(flat_values(row, self._struct))
        )
        if done.rowcount == 0:
            return False
        self._connection.execute(
            "INSERT INTO search (rowid, headline, articleBody) VALUES (?, ?, ?)",
            (done.lastrowid, row["headline"], row["articleBody"]),
        )
        for name, struct in self._parts.items():
            self._connection.executemany(
                self._inserts[name],
                (
                    (row["id"], row["version"], position, *flat_values(item, struct))
                    for position, item in enumerate(row[name])
                ),
            )
        return True

    def _create(self, tables: Mapping[str, Mapping[str, Type]]) -> None:
        for name, types in tables.items():
            self._connection.execute(_ddl(name, types))
        for statement in (*_INDEX.split(";\n"), LATEST):
            self._connection.execute(statement)

    def _columns(self, table: str) -> list[str]:
        return [row[1] for row in self._connection.execute(f"PRAGMA table_info({table})")]

    def _reported(self) -> _Reported:
        return _Reported(self._path)


class _Reported:
    """Raises the errors of SQLite as `UsageError`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise UsageError(
                f"cannot write {self._path}: {error}", "choose another DEST"
            ) from error


def _items_of(name: str) -> Struct:
    (kind,) = (column.type for column in columns() if column.name == name)
    assert isinstance(kind, ListOf)  # noqa: S101 - the schema has it so
    assert isinstance(kind.item, Struct)  # noqa: S101 - as above
    return kind.item


def _tables(parts: Mapping[str, Struct]) -> Iterator[tuple[str, Mapping[str, Type]]]:
    yield "articles", flat_columns(record_struct(without=_PARTS), "_")
    for name, struct in parts.items():
        yield name, {**_PARENT, **flat_columns(struct, "_")}


def _ddl(name: str, types: Mapping[str, Type]) -> str:
    parts = [f'"{column}" {_type(kind)}' for column, kind in types.items()]
    if name == "articles":
        parts.append("PRIMARY KEY (id, version)")
    else:
        parts.append("PRIMARY KEY (articleId, articleVersion, position)")
        parts.append("FOREIGN KEY (articleId, articleVersion) REFERENCES articles (id, version)")
    return f"CREATE TABLE {name} ({', '.join(parts)})"


def _type(kind: Type) -> str:
    return "TEXT" if kind not in {Scalar.INTEGER, Scalar.BOOLEAN} else "INTEGER"


def _insert(name: str, number: int) -> str:
    marks = ", ".join("?" * number)
    return f"INSERT INTO {name} VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 - names of ours
