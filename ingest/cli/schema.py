"""`khabar schema`: what a record is."""

from __future__ import annotations

import typer


def schema() -> None:
    """Print the JSON Schema of a record.

    Example: khabar schema > article.schema.json
    """
    from importlib import resources

    # A test compares it with the models, which take longer to load.
    text = resources.files("ingest").joinpath("record.schema.json").read_text("utf-8")
    typer.echo(text, nl=False)
