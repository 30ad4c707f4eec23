"""The command `khabar`: its errors and its exit codes.

The modules of the commands import nothing heavy at the top, and none of them is imported before it
is known which one runs. What a command needs is imported when it runs, so that `khabar --help` and
a wrong argument take no time for Scrapy or a database.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from ingest.cli.commands import COMMANDS, EXIT_CODES
from ingest.cli.console import Terminal
from ingest.cli.refused import refusal
from ingest.errors import KhabarError, UnwritableOutput, UsageError

if TYPE_CHECKING:
    # Typer has its own copy of Click, and no public name for these.
    from typer._click import Command, Context, HelpFormatter

EXIT_NOTHING = 3
"""Nothing could be fetched; as in `ingest.monitoring.report`, which loads the models of runs."""
_NEW_OBJECTS = 20_000
"""Objects after which Python looks for garbage among the new ones, some megabytes; 700 by default."""
INTERRUPTED = 130
"""128 plus the number of SIGINT, as shells report it."""


class _Commands(dict[str, Any]):
    """The commands by name: None until the first `get` builds one."""

    def get(self, name: str, default: object = None) -> Any:  # noqa: ANN401 - see the class
        if name in COMMANDS and self[name] is None:
            self[name] = build_command(name)
        return super().get(name, default)


class Khabar(TyperGroup):
    """The group of all commands, each of which is imported when it is asked for."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Typer's
        super().__init__(**options)
        self.commands = _Commands(dict.fromkeys(COMMANDS))

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


def build_command(name: str) -> Command:
    """Return a command of `COMMANDS`, or a group of commands."""
    from ingest.cli.options import expand

    entry = COMMANDS[name]
    module = import_module(f"ingest.cli.{entry.module}")
    if entry.is_group:
        return get_command(getattr(module, f"{name}_app")())
    app = _typer(completion=False)
    app.command(name, epilog=entry.exit_codes)(expand(getattr(module, name)))
    return get_command(app)


def make_app() -> typer.Typer:
    """Return the command with all of its subcommands."""
    app = _typer(
        completion=True,
        name="khabar",
        cls=Khabar,
        help="News sites into clean JSON Lines.\n\n"
        "For example: khabar scrape https://dailytimes.com.pk/1158965/",
        epilog=EXIT_CODES,
        no_args_is_help=True,
    )
    app.callback()(khabar)
    return app


def _typer(*, completion: bool, **options: Any) -> typer.Typer:  # noqa: ANN401 - Typer's
    return typer.Typer(
        add_completion=completion,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        **options,
    )


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
    from importlib.metadata import version

    typer.echo(f"khabar {version('khabar')}")
    raise typer.Exit


def main() -> None:
    """Run the command and exit. An error of the operator's is one line on standard error."""
    # Imports make objects that stay: to look for garbage among them takes a tenth of a start.
    gc.set_threshold(_NEW_OBJECTS)
    # Of pydantic: without it, the first model looks through all installed distributions for plug-ins.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    # What a signal stops before its first step is no fault of the operator's.
    warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
    terminal = Terminal()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # for characters that a terminal lacks
    with _logs(sys.argv[1:]):
        code = _exit_code(sys.argv[1:], terminal)
    sys.exit(code)


@contextmanager
def _logs(arguments: list[str]) -> Iterator[None]:
    """Log until the options are parsed, and to the end; a list of commands has nothing to log."""
    if "--log-json" not in arguments and not COMMANDS.keys() & set(arguments):
        yield
        return
    from ingest import logs

    logs.set_up(logs.LogOptions(json="--log-json" in arguments))
    try:
        yield
    finally:
        logs.set_up(None)


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
    if (error := refusal(arguments, os.environ, Path())) is not None:
        terminal.error(str(error))
        return EXIT_NOTHING
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
    import logging

    logging.getLogger(__name__).critical("a bug in Khabar", exc_info=error)
    return 1
