"""The columns in words: as Arrow and as DuckDB write their types, without either package (pure)."""

from __future__ import annotations

from ingest.tables.columns import ListOf, Pairs, Scalar, Struct, Type, columns

_DUCKDB = {Scalar.TEXT: "VARCHAR", Scalar.INTEGER: "BIGINT", Scalar.BOOLEAN: "BOOLEAN"}


def arrow_type(kind: Type) -> str:
    """Return a type as Arrow prints it, such as `list<item: string>`."""
    if isinstance(kind, Struct):
        fields = (f"{column.name}: {arrow_type(column.type)}" for column in kind.fields)
        return f"struct<{', '.join(fields)}>"
    if isinstance(kind, ListOf):
        return f"list<item: {arrow_type(kind.item)}>"
    if isinstance(kind, Pairs):
        return "map<string, string>"
    return kind.value


def arrow_lines() -> str:
    """Return the Arrow schema of a record: a line for each column."""
    return "".join(f"{column.name}: {arrow_type(column.type)}\n" for column in columns())


def duckdb_type(kind: Type) -> str:
    """Return a type as DuckDB has it, such as `VARCHAR[]`."""
    if isinstance(kind, Struct):
        fields = (f'"{column.name}" {duckdb_type(column.type)}' for column in kind.fields)
        return f"STRUCT({', '.join(fields)})"
    if isinstance(kind, ListOf):
        return f"{duckdb_type(kind.item)}[]"
    if isinstance(kind, Pairs):
        return "MAP(VARCHAR, VARCHAR)"
    return _DUCKDB[kind]


def duckdb_table(name: str) -> str:
    """Return the statement that creates a table of records in DuckDB."""
    lines = [f'    "{column.name}" {duckdb_type(column.type)},\n' for column in columns()]
    return f"CREATE TABLE {name} (\n{''.join(lines)}    PRIMARY KEY (id, version)\n)"
