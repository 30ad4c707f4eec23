"""The command `khabar`: arguments in, records on standard output, talk on standard error, an honest exit code."""

from __future__ import annotations

import errno
import json
import logging
import os
import sys
from importlib.metadata import version as version_of
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command

from ingest import logs
from ingest.cli import console, ledger
from ingest.cli.ledger import run_crawls
from ingest.cli.options import (
    EPILOG,
    Agent,
    ConnectTo,
    Delay,
    Level,
    LogJson,
    Loopback,
    Output,
    Quiet,
    Record,
    Replay,
    settings_of,
    start_logs,
)
from ingest.cli.schedule import EPILOG as SCHEDULE_EPILOG
from ingest.cli.schedule import schedule
from ingest.cli.scrape import scrape, write
from ingest.cli.sites import sites_app
from ingest.cli.status import status
from ingest.errors import KhabarError, UnwritableOutput, UsageError
from ingest.record import json_schema
from ingest.schedule import parse_since

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""

app = typer.Typer(
    name="khabar",
    help="News sites into clean JSON Lines. For example: khabar scrape https://dailytimes.com.pk/1158965/",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.command(epilog=EPILOG)(scrape)
app.command(epilog=SCHEDULE_EPILOG)(schedule)
app.add_typer(sites_app, name="sites")
app.command(
    epilog="Exit codes: 0 all sites are well; 2 the call is wrong, or there is no ledger; 4 a site is unhealthy."
)(status)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer hands an option's value over by position
    if wanted:
        typer.echo(f"khabar {version_of('khabar')}")
        raise typer.Exit


@app.callback()
def khabar(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="And exit.")
    ] = False,
) -> None:
    """News sites into clean, trustworthy JSON Lines."""
    del version  # its callback has done its work


@app.command(epilog=EPILOG)
def crawl(
    sites: Annotated[list[str], typer.Argument(metavar="SITE...", help="Names of `khabar sites`.")],
    *,
    output: Output = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most so many articles of each site.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Nothing older: 12h, 2d, 3w or 2026-11-01."),
    ] = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Every source to its end and every article anew, whatever is known."
        ),
    ] = False,
    replay: Replay = None,
    record: Record = None,
    connect_to: ConnectTo = None,
    allow_loopback: Loopback = None,
    delay: Delay = None,
    user_agent: Agent = None,
    quiet: Quiet = False,
    log_json: LogJson = None,
    log_level: Level = None,
) -> None:
    """Fetch what is new on each site into JSON Lines, for example `khabar crawl propakistani --since 2d`."""
    from ingest.sites import SiteCatalog

    settings = settings_of(
        output=output,
        connect_to=connect_to,
        allow_loopback=allow_loopback,
        delay=delay,
        user_agent=user_agent,
        log_json=log_json,
        log_level=log_level,
    )
    start_logs(settings, "warning")
    catalog = SiteCatalog.load(settings.sites)
    chosen = [catalog.get(name) for name in dict.fromkeys(sites)]
    moment = parse_since(since) if since else None
    run_crawls(
        chosen,
        settings,
        catalog,
        quiet=quiet,
        replay=replay,
        record=record,
        limit=limit,
        since=moment,
        full=full,
    )


@app.command()
def schema() -> None:
    """Print the JSON Schema that holds for every line of the output."""
    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@app.command()
def read(
    path: Annotated[Path, typer.Argument(help="A JSON Lines file, or an output folder.")] = Path(
        "data"
    ),
    *,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most so many records.")
    ] = None,
    json_lines: Annotated[
        bool, typer.Option("--json", help="Whole records as JSON Lines.")
    ] = False,
) -> None:
    """Show the records of an output folder: time, site, byline, headline."""
    from ingest.api import read as read_records

    records = islice(read_records(path), limit)
    if json_lines:
        write(records, sys.stdout, pretty=False)
    else:
        console.records(records)


ledger.register(app)


def _fault(error: Exception) -> int:
    """Say what ended the command that no part of it foresaw; its exit code."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        console.error(
            "standard output cannot be written, its disk is full (make room, then run again)"
        )
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # what still waits there must not fail again
        return UnwritableOutput.exit_code
    # A fault of Khabar's own, which may quote a page: it goes the way of all that is said.
    logging.getLogger(__name__).critical("a fault in Khabar", exc_info=error)
    return 1


def main() -> None:
    """Run the command; what is the user's to mend is one line on standard error."""
    command = get_command(app)
    logs.set_up(
        logs.LogOptions(json="--log-json" in sys.argv), console.standard_error()
    )  # until the command says how
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # what a terminal's encoding lacks is no reason to end
    asked = sys.argv[1:]
    try:
        # Of a KeyboardInterrupt Typer itself makes INTERRUPTED.
        code = command.main(asked or ["--help"], standalone_mode=False)
        code = code if asked else UsageError.exit_code
        sys.stdout.flush()
        if code == INTERRUPTED:
            console.error("interrupted; what was written is whole")
    except KhabarError as error:
        console.error(str(error))
        code = error.exit_code
    except typer.TyperException as error:
        console.error(error.format_message())
        code = 2
    except SystemExit as error:
        if not isinstance(error.__context__, BrokenPipeError):
            raise
        code = 0  # the reader of our output has enough; Typer has made this of it, and keeps the streams quiet
    except Exception as error:  # noqa: BLE001 - the last one to hear of it
        code = _fault(error)
    finally:
        logs.set_up(None)
    sys.exit(code if isinstance(code, int) else 0)
