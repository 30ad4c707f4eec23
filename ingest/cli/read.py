"""`khabar read`: the records of an output folder, as lines for people or in any format."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import Terminal
from ingest.cli.options import Fields
from ingest.cli.selecting import By, Latest, Since, Site, Until, Where, selection_of
from ingest.errors import UsageError
from ingest.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ingest.record import Article
    from ingest.storage.selection import RecordLine

_ENDINGS = {".md": Format.MARKDOWN, ".txt": Format.TEXT, ".htm": Format.HTML}
_FLUSHED = 1_000
"""Lines between two flushes of standard output."""


def read(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A JSON Lines file, or an output folder.")
    ] = Path("data"),
    *,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Maximum number of records.")
    ] = None,
    site: Site = None,
    since: Since = None,
    until: Until = None,
    by: By = "published",
    where: Where = None,
    latest: Latest = False,
    json_lines: Annotated[
        bool, typer.Option("--json", help="Whole records as JSON Lines, as --format jsonl.")
    ] = False,
    kind: Annotated[
        Format | None,
        typer.Option("--format", help="Form of the records, in place of one line each."),
    ] = None,
    fields: Fields = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write to this file; its ending is the format."
        ),
    ] = None,
) -> None:
    """Show the records of an output folder, one line each.

    Example: khabar read data --latest --where language=ur --format csv -o urdu.csv
    """
    from ingest.storage.selection import read_lines

    selection = selection_of(site, since, until, by, where, latest=latest)
    chosen = _format(kind, output, json_lines=json_lines or fields is not None)
    lines = islice(read_lines(path, selection), limit)
    if chosen is None:
        terminal = context.ensure_object(Terminal)
        for line in lines:
            terminal.line(summary_line(line.article()))
    elif chosen is Format.JSONL and fields is None and output is None:
        _write_lines(lines)
    else:
        _write_records(lines, chosen, fields, output)


def summary_line(article: Article) -> str:
    """Return time, site, headline, authors and number of comments of a record."""
    moment = (article.date_published or "no date").replace("T", " ")
    site = article.metadata.site or article.publisher.domain
    names = ", ".join(author.name for author in article.authors) or "no byline"
    number = len(article.comments)
    comments = f", {number} comment{'s' if number > 1 else ''}" if number else ""
    return f"{moment}  {site}  {article.headline}  ({names}{comments})"


def _format(kind: Format | None, output: Path | None, *, json_lines: bool) -> Format | None:
    """Return the format; None for lines for people."""
    if kind is not None:
        return kind
    if json_lines:
        return Format.JSONL if output is None else _by_ending(output) or Format.JSONL
    if output is None:
        return None
    chosen = _by_ending(output)
    if chosen is None:
        raise UsageError(f"{output} does not end with a format", "name one with --format")
    return chosen


def _by_ending(output: Path) -> Format | None:
    ending = output.suffix.casefold()
    names = {f".{known}": known for known in Format}
    return names.get(ending) or _ENDINGS.get(ending)


def _write_lines(lines: Iterator[RecordLine]) -> None:
    """Write lines as they are in their files."""
    stream = sys.stdout.buffer
    data = (line.data + b"\n" for line in lines)
    while batch := list(islice(data, _FLUSHED)):
        stream.writelines(batch)
        stream.flush()


def _write_records(
    lines: Iterator[RecordLine], kind: Format, fields: str | None, output: Path | None
) -> None:
    from ingest.formats import open_output, record_writer

    names = [name for name in (fields or "").split(",") if name.strip()]
    writer = record_writer(kind, fields=names)
    is_document = kind in {Format.TEXT, Format.MARKDOWN, Format.HTML} and not names
    with open_output(output, writer) as target:
        for line in lines:
            target.write(_whole(line) if is_document else line.record)


def _whole(line: RecordLine) -> Mapping[str, Any]:
    """Return a record that has all fields, also if an older version wrote it."""
    return line.article().to_dict()
