"""Records as Arrow tables, in the published types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from ingest.errors import UsageError
from ingest.tables.columns import Column, ListOf, Pairs, Scalar, Struct, Type, columns

_SCALARS = {Scalar.TEXT: pa.string(), Scalar.INTEGER: pa.int64(), Scalar.BOOLEAN: pa.bool_()}


def arrow_schema() -> pa.Schema:
    """Return the Arrow schema of a record."""
    return pa.schema([_field(column) for column in columns()])


def arrow_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rows of `row_of` as a table; raises `UsageError` if a value has another type."""
    try:
        return pa.Table.from_pylist([_with_pairs(row) for row in rows], schema=arrow_schema())
    except (pa.ArrowException, TypeError, OverflowError) as error:
        raise UsageError(
            f"a record does not fit the schema: {error}", "see `khabar schema`"
        ) from error


def _with_pairs(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with its mapping as a list of pairs, which is what Arrow takes."""
    metadata = row["metadata"]
    if metadata is None:
        return dict(row)
    return {**row, "metadata": {**metadata, "provenance": list(metadata["provenance"].items())}}


def _field(column: Column) -> pa.Field:
    return pa.field(column.name, _arrow_type(column.type))


def _arrow_type(kind: Type) -> pa.DataType:
    if isinstance(kind, Struct):
        return pa.struct([_field(column) for column in kind.fields])
    if isinstance(kind, ListOf):
        return pa.list_(_arrow_type(kind.item))
    if isinstance(kind, Pairs):
        return pa.map_(pa.string(), pa.string())
    return _SCALARS[kind]
