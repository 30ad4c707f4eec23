"""`khabar read` and `khabar schema`: the records of an output folder, and their schema."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import Terminal

if TYPE_CHECKING:
    from ingest.record import Article


def read(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A JSON Lines file, or an output folder.")
    ] = Path("data"),
    *,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Maximum number of records.")
    ] = None,
    json_lines: Annotated[
        bool, typer.Option("--json", help="Whole records as JSON Lines.")
    ] = False,
) -> None:
    """Show the records of an output folder, one line each.

    Example: khabar read data --limit 10
    """
    from ingest.api import read as read_records
    from ingest.text import json_line

    terminal = context.ensure_object(Terminal)
    for article in islice(read_records(path), limit):
        if json_lines:
            sys.stdout.write(json_line(article.to_dict()) + "\n")
        else:
            terminal.line(summary_line(article))


def summary_line(article: Article) -> str:
    """Return time, site, headline, authors and number of comments of a record."""
    moment = (article.date_published or "no date").replace("T", " ")
    site = article.metadata.site or article.publisher.domain
    names = ", ".join(author.name for author in article.authors) or "no byline"
    number = len(article.comments)
    comments = f", {number} comment{'s' if number > 1 else ''}" if number else ""
    return f"{moment}  {site}  {article.headline}  ({names}{comments})"


def schema() -> None:
    """Print the JSON Schema of a record.

    Example: khabar schema > article.schema.json
    """
    from importlib import resources

    # A test compares it with the models, which take longer to load.
    text = resources.files("ingest").joinpath("record.schema.json").read_text("utf-8")
    typer.echo(text, nl=False)
