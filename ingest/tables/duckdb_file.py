"""Records as a DuckDB database: a table `articles` with the types of the mapping, and a view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import UsageError
from ingest.tables.arrow import arrow_table
from ingest.tables.columns import columns
from ingest.tables.sqlite import LATEST
from ingest.tables.types import duckdb_table, duckdb_type

_BATCH = "khabar_batch"
_COLUMNS = (
    "SELECT column_name, data_type FROM duckdb_columns() "
    "WHERE table_name = 'articles' AND schema_name = 'main' ORDER BY column_index"
)


class DuckDbFile:
    """A DuckDB database. All rows that an export adds to an old one are one transaction.

    Args:
        old: the same file if it exists, else None.
        new: the file to write.

    Raises:
        UsageError: the file is no database, or has a table with other columns.
    """

    def __init__(self, old: Path | None, new: Path) -> None:
        self._path = new
        self._is_new = old is None
        with self._reported():
            self._connection = duckdb.connect(str(new))
        with self._reported():
            self._connection.execute("BEGIN")
            found = self._connection.execute(_COLUMNS).fetchall()
            if old is None or not found:
                self._connection.execute(duckdb_table("articles"))
                self._connection.execute(LATEST)
            elif not _are_ours(found):
                raise UsageError("the table articles has other columns", "export to a new file")

    def add(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert rows; return how many of them are new."""
        with self._reported():
            self._connection.register(_BATCH, arrow_table(rows))
            done = self._connection.execute(
                f"INSERT INTO articles BY NAME SELECT * FROM {_BATCH} ON CONFLICT DO NOTHING"  # noqa: S608 - a constant
            ).fetchone()
            self._connection.unregister(_BATCH)
            if self._is_new:  # under its temporary name, a part of it may be committed
                self._connection.execute("COMMIT; BEGIN")
        return 0 if done is None else int(done[0])

    def close(self, *, commit: bool) -> None:
        """Commit the rows, or drop them."""
        try:
            with self._reported():
                self._connection.execute("COMMIT" if commit else "ROLLBACK")
        finally:
            self._connection.close()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Raise the errors of DuckDB as `UsageError`."""
        try:
            yield
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise UsageError(
                f"cannot write {self._path}: {reason}", "choose another DEST"
            ) from error


def _are_ours(found: list[tuple[str, str]]) -> bool:
    """Whether a table has the columns and types of the mapping."""
    # DuckDB prints quotes around some of the names in a type.
    printed = [(name, kind.replace('"', "")) for name, kind in found]
    return printed == [
        (column.name, duckdb_type(column.type).replace('"', "")) for column in columns()
    ]
