"""`khabar consumers`: the consumers of an output, their places, and how far behind they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.console import Terminal, print_table, safe
from ingest.cli.options import Output

if TYPE_CHECKING:
    from ingest.settings import Settings
    from ingest.stream.cursor import Cursor

EXIT_CODES = "Exit codes: 0 done; 2 an argument, a setting or a file is wrong."
_CHANGING = f"{EXIT_CODES[:-1]}; 5 a process reads as this consumer."

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the consumer.")]


def consumers_app() -> typer.Typer:
    """Return the commands below `khabar consumers`."""
    app = typer.Typer(
        name="consumers", invoke_without_command=True, rich_markup_mode=None, epilog=EXIT_CODES
    )
    app.callback()(consumers)
    app.command(epilog=_CHANGING)(reset)
    app.command(epilog=_CHANGING)(remove)
    return app


def consumers(
    context: typer.Context,
    *,
    output: Output = None,
    json_lines: Annotated[
        bool, typer.Option("--json", help="One object for each consumer and site, as JSON Lines.")
    ] = False,
) -> None:
    """List the consumers of an output, or set their places.

    For each consumer and site: the number of the last record that it has taken.

    Example: khabar consumers
    """
    if context.invoked_subcommand is not None:
        return
    from ingest.settings import Settings

    rows = list(_places(Settings.load(output=output)))
    if json_lines:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
        return
    terminal = context.ensure_object(Terminal)
    table = [
        (
            safe(row["consumer"]),
            safe(row["site"]),
            str(row["place"]),
            str(row["last"]),
            str(row["lag"]),
            row["saved"][:16].replace("T", " "),
        )
        for row in rows
    ]
    print_table(terminal.out, ("consumer", "site", "place", "last", "lag", "saved (UTC)"), table)


def reset(
    context: typer.Context,
    name: Name,
    *,
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="WHEN", help="start, now, 2d, 2026-11-01, or the number of a record."
        ),
    ],
    site: Annotated[
        list[str] | None,
        typer.Option("--site", metavar="SITE", help="Only of this site [default: of all]."),
    ] = None,
    output: Output = None,
) -> None:
    """Set the place of a consumer: it goes on after that.

    Example: khabar consumers reset search --to 2d
    """
    from ingest.errors import UsageError
    from ingest.settings import Settings
    from ingest.storage.site_log import SiteLog, last_numbers
    from ingest.stream.follow import start_of

    settings = Settings.load(output=output)
    cursor = _existing(settings.output, name)
    last = last_numbers(settings.output, settings.ledger)
    for chosen in site or ():
        if chosen not in last:
            known = f"those with records: {', '.join(last)}"
            raise UsageError(f"no record of {chosen!r} in {settings.output}", known)
    places = {
        chosen: start_of(SiteLog(settings.output, chosen, settings.ledger), last[chosen], to)
        for chosen in site or last
    }
    with cursor.locked():
        before = cursor.load().by_site if site else {}
        cursor.save({**before, **places})
    terminal = context.ensure_object(Terminal)
    for chosen, place in places.items():
        terminal.line(f"{name} goes on after record {place} of {last[chosen]} of {chosen}")


def remove(name: Name, *, output: Output = None) -> None:
    """Forget a consumer: its name begins anew.

    Example: khabar consumers remove search
    """
    from ingest.settings import Settings

    cursor = _existing(Settings.load(output=output).output, name)
    with cursor.locked():
        cursor.remove()


def _existing(output: Path, name: str) -> Cursor:
    from ingest.errors import UsageError
    from ingest.stream.cursor import Cursor, cursors

    cursor = Cursor(output, name)
    if not cursor.exists:
        known = ", ".join(other.name for other in cursors(output)) or "none"
        raise UsageError(f"no consumer {name!r} in {output}", f"these are known: {known}")
    return cursor


def _places(settings: Settings) -> list[dict[str, Any]]:
    from ingest.storage.site_log import last_numbers
    from ingest.stream.cursor import cursors

    last = last_numbers(settings.output, settings.ledger)
    rows = []
    for cursor in cursors(settings.output):
        places = cursor.load()
        saved = "" if places.saved is None else places.saved.isoformat(timespec="seconds")
        for site in sorted({*last, *places.by_site}):
            place, end = places.by_site.get(site, 0), last.get(site, 0)
            rows.append(
                {
                    "consumer": cursor.name,
                    "site": site,
                    "place": place,
                    "last": end,
                    "lag": end - place,
                    "saved": saved,
                }
            )
    return rows
