"""`khabar export`: the records of an output as a table, whole or what is new."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import Terminal
from ingest.cli.selecting import By, Latest, Since, Site, Until, Where, selection_of
from ingest.errors import UsageError
from ingest.tables.export import TableKind, kind_of, open_table

if TYPE_CHECKING:
    from ingest.settings import Settings
    from ingest.storage.selection import Selection
    from ingest.tables.export import Table


def export(
    context: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="DEST",
            help="A file, or a URL such as s3://bucket/news.parquet, that ends with .parquet, .csv, "
            ".sqlite or .duckdb; or a folder, which ends with /.",
        ),
    ],
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH", help="An output folder, or a JSON Lines file [default: data]"
        ),
    ] = None,
    *,
    site: Site = None,
    since: Since = None,
    until: Until = None,
    by: By = "published",
    where: Where = None,
    latest: Latest = False,
    kind: Annotated[
        TableKind | None,
        typer.Option(
            "--format",
            help="Kind of the table, if DEST does not end with it; parquet for a folder, "
            "by site and month.",
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="NAME",
            help="Add what this consumer has not taken yet, in place of a new table.",
        ),
    ] = None,
) -> None:
    """Write the records of an output as Parquet, CSV, SQLite or DuckDB.

    Without --as, a new table replaces the old one when it is whole. With --as, each call adds what
    is new; `id` and `version` are the key, so no record is there twice, also after a crash.

    Example: khabar export news.duckdb --as warehouse
    """
    kind_of(target, kind)  # an error now, before anything is loaded
    from ingest.settings import Settings

    settings = Settings.load(output=path)
    selection = selection_of(site, since, until, by, where, latest=latest)
    if name is None:
        table = _export_all(target, kind, settings.output, selection)
    else:
        table = _export_new(target, kind, settings, selection, name)
    known = f", {table.known} were there already" if table.known else ""
    number = f"{table.added} record{'' if table.added == 1 else 's'}"
    context.ensure_object(Terminal).note(f"{number} to {target}{known}")


def _export_all(target: str, kind: TableKind | None, path: Path, selection: Selection) -> Table:
    from ingest.storage.selection import read_lines

    with open_table(target, kind) as table:
        for line in read_lines(path, selection):
            table.add(line.record)
    return table


def _export_new(
    target: str, kind: TableKind | None, settings: Settings, selection: Selection, name: str
) -> Table:
    from ingest.storage.selection import RecordLine
    from ingest.stream.cursor import Cursor
    from ingest.stream.follow import Follower
    from ingest.tables.place import Place

    if selection.latest:
        raise UsageError(
            "--latest is not for --as: a newer version would leave the older one in the table",
            "read the view latest of .sqlite and .duckdb",
        )
    taken = sum(Cursor(settings.output, name).load().by_site.values())
    if taken and not Place(target).exists:
        raise UsageError(
            f"{name} has taken {taken} records, and there is no {target}",
            f"khabar consumers reset {name} --to start",
        )
    follower = Follower(
        settings.output, name, sites=selection.sites, ledger=settings.ledger, once=True
    )
    with follower:
        with open_table(target, kind, append=True) as table:
            for line in follower.lines():
                record = RecordLine(line.data, Path(line.site), line.sequence).record
                if record["metadata"].get("sequence") is None:  # of an older schema
                    record["metadata"]["sequence"] = line.sequence
                if selection.takes(record):
                    table.add(record)
        follower.commit()  # only now: the table is whole
    return table
