"""The command `khabar`: its commands, its errors and its exit codes.

The modules of the commands import nothing heavy at the top. What a command needs is imported when
it runs, so that `khabar --help` and a wrong argument take no time for Scrapy or a database.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from importlib.metadata import version as version_of
from io import TextIOWrapper
from typing import Annotated

import typer
from typer.main import get_command

from ingest import logs
from ingest.cli import schedule as schedule_command
from ingest.cli import status as status_command
from ingest.cli.console import Terminal
from ingest.cli.crawl import crawl
from ingest.cli.demo import demo
from ingest.cli.diff import diff
from ingest.cli.ledger import forget, rebind, recheck
from ingest.cli.options import EXIT_CODES, expand
from ingest.cli.read import read, schema
from ingest.cli.schedule import schedule
from ingest.cli.scrape import scrape
from ingest.cli.sites import sites_app
from ingest.cli.status import status
from ingest.errors import KhabarError, UnwritableOutput, UsageError

INTERRUPTED = 130
"""128 plus the number of SIGINT, as shells report it."""

_SIMPLE_EXIT_CODES = "Exit codes: 0 done; 2 an argument, a setting or a file is wrong."


def make_app() -> typer.Typer:
    """Return the command with all of its subcommands."""
    app = typer.Typer(
        name="khabar",
        help="News sites into clean JSON Lines.\n\n"
        "For example: khabar scrape https://dailytimes.com.pk/1158965/",
        epilog=EXIT_CODES,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(khabar)
    app.command(epilog=EXIT_CODES)(expand(crawl))
    app.command(epilog=EXIT_CODES)(expand(scrape))
    app.command(epilog=EXIT_CODES)(demo)
    app.command(epilog=_SIMPLE_EXIT_CODES)(read)
    app.command(epilog=status_command.EXIT_CODES)(status)
    app.add_typer(sites_app())
    app.command(epilog=schedule_command.EXIT_CODES)(expand(schedule))
    app.command(epilog=EXIT_CODES)(expand(recheck))
    app.command(epilog=f"{_SIMPLE_EXIT_CODES[:-1]}; 5 another run holds the output's lock.")(forget)
    app.command(epilog=_SIMPLE_EXIT_CODES)(rebind)
    app.command(epilog=_SIMPLE_EXIT_CODES)(diff)
    app.command(epilog="Exit codes: 0 done.")(schema)
    return app


def khabar(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda value: _print_version() if value else None,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """News sites into clean JSON Lines."""
    del version  # its callback has printed it


def _print_version() -> None:
    typer.echo(f"khabar {version_of('khabar')}")
    raise typer.Exit


def main() -> None:
    """Run the command and exit. An error of the operator's is one line on standard error."""
    terminal = Terminal()
    logs.set_up(logs.LogOptions(json="--log-json" in sys.argv))  # until the options are parsed
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # for characters that a terminal lacks
    try:
        code = _exit_code(sys.argv[1:], terminal)
    finally:
        logs.set_up(None)
    sys.exit(code)


def _exit_code(arguments: list[str], terminal: Terminal) -> int:
    """Run the command with these arguments. Return its exit code after printing its error."""
    try:
        return _run(arguments, terminal)
    except KhabarError as error:
        terminal.error(str(error))
        return error.exit_code
    except typer.TyperException as error:
        terminal.error(error.format_message())
        return UsageError.exit_code
    except SystemExit as error:
        # Typer exits if the reader of a pipe has closed it, which is not an error (`| head`).
        if isinstance(error.__context__, BrokenPipeError):
            return 0
        raise
    except Exception as error:  # noqa: BLE001 - a bug, which is logged
        return _report_bug(error, terminal)


def _run(arguments: list[str], terminal: Terminal) -> int:
    command = get_command(make_app())
    # Typer turns a KeyboardInterrupt into the exit code INTERRUPTED.
    code = command.main(arguments or ["--help"], standalone_mode=False, obj=terminal)
    sys.stdout.flush()
    if code == INTERRUPTED:
        terminal.error("interrupted; the records written so far are complete")
    if not arguments:
        return UsageError.exit_code
    return code if isinstance(code, int) else 0


def _report_bug(error: Exception, terminal: Terminal) -> int:
    """Print an error that no part of the command has foreseen. Return the exit code."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        terminal.error("standard output cannot be written: its disk is full (free some space)")
        # What is still buffered must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UnwritableOutput.exit_code
    # The traceback may quote a page, so it is written by the log, which escapes it.
    logging.getLogger(__name__).critical("a bug in Khabar", exc_info=error)
    return 1
