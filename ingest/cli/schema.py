"""`khabar schema`: what a record is."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Form(StrEnum):
    """A form of the schema."""

    JSONSCHEMA = "jsonschema"
    MARKDOWN = "markdown"
    ARROW = "arrow"
    DUCKDB = "duckdb"


def schema(
    *,
    form: Annotated[
        Form,
        typer.Option(
            "--format",
            help="JSON Schema, tables to read, or the types of a table in Arrow or DuckDB.",
        ),
    ] = Form.JSONSCHEMA,
) -> None:
    """Print the schema of a record, as JSON Schema or in another form.

    Example: khabar schema --format duckdb | duckdb news.duckdb
    """
    from ingest.tables.columns import record_schema, schema_text

    if form is Form.JSONSCHEMA:
        text = schema_text()
    elif form is Form.MARKDOWN:
        from ingest.tables.markdown import record_tables

        text = f"{record_tables(record_schema())}\n"
    else:
        from ingest.tables.types import arrow_lines, duckdb_table

        text = arrow_lines() if form is Form.ARROW else f"{duckdb_table('articles')};\n"
    typer.echo(text, nl=False)
