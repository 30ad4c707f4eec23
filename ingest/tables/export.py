"""Open a table to write records to, by the ending of its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ingest.errors import UsageError
from ingest.tables.columns import row_of
from ingest.tables.place import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

_BATCH = 1_000
"""Rows between two writes."""


class TableKind(StrEnum):
    """A kind of table; the value is the ending of a file."""

    PARQUET = "parquet"
    CSV = "csv"
    SQLITE = "sqlite"
    DUCKDB = "duckdb"


_WRITERS = {
    TableKind.PARQUET: ("ingest.tables.parquet", "ParquetFile"),
    TableKind.CSV: ("ingest.tables.csv_file", "CsvFile"),
    TableKind.SQLITE: ("ingest.tables.sqlite", "SqliteFile"),
    TableKind.DUCKDB: ("ingest.tables.duckdb_file", "DuckDbFile"),
}
_IN_PLACE = frozenset({TableKind.SQLITE, TableKind.DUCKDB})


class _Writer(Protocol):
    def add(self, rows: Sequence[Mapping[str, Any]]) -> int: ...

    def close(self, *, commit: bool) -> None: ...


class Table:
    """Takes the records of an export.

    Attributes:
        added: the number of records that were new.
        known: the number of records whose id and version the table had already.
    """

    def __init__(self, writer: _Writer) -> None:
        self.added = 0
        self.known = 0
        self._writer = writer
        self._rows: list[dict[str, Any]] = []

    def add(self, record: Mapping[str, Any]) -> None:
        """Add a record in plain JSON types; raises `UsageError` if it does not fit the columns."""
        self._rows.append(row_of(record))
        if len(self._rows) == _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._rows:
            added = self._writer.add(self._rows)
            self.added += added
            self.known += len(self._rows) - added
            self._rows = []


def kind_of(target: str, kind: TableKind | None = None) -> TableKind:
    """Return the kind of a table by its name; raises `UsageError` if the name has no such ending.

    Args:
        target: a path or URL; one that ends with `/` is a folder, which has to be Parquet.
        kind: what the operator says, if anything.
    """
    endings = ", ".join(f".{known}" for known in TableKind)
    if target.endswith("/"):
        if kind is not TableKind.PARQUET:
            raise UsageError(f"{target} is a folder", "add --format parquet, for files in it")
        return kind
    ending = Path(target).suffix.casefold().removeprefix(".")
    chosen = kind or next((known for known in TableKind if known == ending), None)
    if chosen is None:
        raise UsageError(
            f"{target} does not end with a format", f"name it with {endings}, or give --format"
        )
    return chosen


@contextmanager
def open_table(
    target: str, kind: TableKind | None = None, *, append: bool = False
) -> Iterator[Table]:
    """Open a table; what is added is there, as a whole, when the block has ended without an error.

    Args:
        target: a path, or a URL of fsspec's; a folder ends with `/`.
        kind: of the table; by its ending if None.
        append: add to a table that exists, of which id and version are the key. Else replace it.

    Raises:
        UsageError: the kind is not known, a package is missing, or the old table has other columns.
        UnwritableOutput: the destination cannot be written.
    """
    chosen = kind_of(target, kind)
    load = _loader(chosen, is_folder=target.endswith("/"))
    place = Place(target)
    with ExitStack() as stack:
        if target.endswith("/"):
            folder = stack.enter_context(place.folder(append=append))
            old = place.arrow() if append and place.exists else None
            writer = load(folder, old)
        else:
            paths = place.file(in_place=chosen in _IN_PLACE, append=append)
            writer = load(*stack.enter_context(paths))
        table = Table(writer)
        try:
            yield table
            table.flush()
        except BaseException:
            writer.close(commit=False)
            raise
        writer.close(commit=True)


def _loader(kind: TableKind, *, is_folder: bool) -> Callable[..., _Writer]:
    module, name = _WRITERS[kind]
    try:
        loaded: Callable[..., _Writer] = getattr(
            import_module(module), "ParquetFolder" if is_folder else name
        )
    except ModuleNotFoundError as error:
        raise UsageError(
            f"a table in {kind} needs a package that is not installed: {error.name}",
            f"pip install 'khabar[{kind}]'",
        ) from error
    return loaded
