"""Options that several commands share, and the settings that they make."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ingest import logs
from ingest.cli import console
from ingest.errors import InvalidURL
from ingest.logs import LogLevel
from ingest.settings import Settings

EPILOG = (
    "Exit codes: 0 done, also when nothing is new; 2 the call is wrong; 3 nothing could be fetched or extracted; "
    "4 done, but unhealthy; 5 another run holds the output's lock."
)

Replay = Annotated[
    list[Path] | None,
    typer.Option("--replay", metavar="FILE", help="Answer from this cassette, or folder of them."),
]
Record = Annotated[
    Path | None, typer.Option("--record", metavar="FILE", help="Record all HTTP to this cassette.")
]
ConnectTo = Annotated[
    list[str] | None,
    typer.Option(
        "--connect-to", metavar="HOST=URL", help="Send what goes to HOST to this base URL instead."
    ),
]
Loopback = Annotated[
    bool | None,
    typer.Option(
        "--allow-loopback", help="Allow requests to this machine itself.", show_default=False
    ),
]
Delay = Annotated[
    float | None, typer.Option("--delay", metavar="SECONDS", help="Between two requests to a host.")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="DIR", help="Folder of records and ledger [default: data]"
    ),
]
Agent = Annotated[
    str | None, typer.Option("--user-agent", metavar="TEXT", help="In place of Khabar's own name.")
]

Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Log lines in place of live counts and table.")
]
LogJson = Annotated[
    bool | None,
    typer.Option(
        "--log-json", help="JSON Lines on standard error, the table too.", show_default=False
    ),
]
Level = Annotated[
    LogLevel | None,
    typer.Option("--log-level", help="Log no less than this [default: by command]"),
]


def settings_of(*, connect_to: list[str] | None = None, **flags: object) -> Settings:
    """The settings with the flags of a command on top; raises `UsageError`."""
    targets = {}
    for pair in connect_to or []:
        host, found, base = pair.partition("=")
        if not (found and base.startswith(("http://", "https://"))):
            raise InvalidURL(f"--connect-to {pair}", "say HOST=http://127.0.0.1:8000")
        targets[host] = base
    return Settings.load(connect_to=targets or None, **flags)


def start_logs(settings: Settings, default: LogLevel) -> None:
    """Log as the operator wants it, at the command's own level where the operator names none."""
    logs.set_up(
        logs.LogOptions(settings.log_level or default, json=settings.log_json),
        console.standard_error(),
    )
