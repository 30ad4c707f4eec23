"""Records as tables: one mapping of types, and destinations in Parquet, CSV, SQLite and DuckDB.

`columns` derives the mapping from the JSON Schema of a record, so that the types of a table never
depend on its data. `open_table` opens a destination by its ending, at a path or a URL.
"""

from ingest.tables.columns import Column, columns
from ingest.tables.export import Table, TableKind, kind_of, open_table

__all__ = ["Column", "Table", "TableKind", "columns", "kind_of", "open_table"]
