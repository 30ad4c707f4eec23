"""Options that several commands share, as annotated types and as one dataclass for all of a crawl.

`expand` lets a command take `FetchOptions` as a single parameter.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

from ingest.cli.console import Terminal
from ingest.errors import UsageError
from ingest.logs import LogLevel

if TYPE_CHECKING:
    from ingest.settings import Settings

Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="DIR", help="Folder of records and ledger [default: data]"
    ),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="Maximum number of articles of each site."),
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="WHEN", help="Skip older articles: 12h, 2d, 3w or 2026-11-01."),
]
Record = Annotated[
    Path | None, typer.Option("--record", metavar="FILE", help="Record all HTTP to this cassette.")
]
Fields = Annotated[
    str | None,
    typer.Option(
        "--fields", metavar="A,B,C", help="Only these fields, such as url,headline,authors.name."
    ),
]
UrlFrom = Annotated[
    Literal["meta", "path"],
    typer.Option(
        "--url-from",
        help="The URL of a saved page is in its head, or is its path below the folder.",
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Log lines in place of live counts and table.")
]


@dataclasses.dataclass(frozen=True, kw_only=True)
class FetchOptions:
    """Options of every command that fetches pages: the network, and the log that goes with it."""

    replay: Annotated[
        list[Path] | None,
        typer.Option(
            "--replay", metavar="FILE", help="Answer from this cassette, or folder of cassettes."
        ),
    ] = None
    connect_to: Annotated[
        list[str] | None,
        typer.Option(
            "--connect-to", metavar="HOST=URL", help="Connect to this base URL in place of HOST."
        ),
    ] = None
    allow_loopback: Annotated[
        bool | None,
        typer.Option(
            "--allow-loopback", help="Allow requests to this machine.", show_default=False
        ),
    ] = None
    delay: Annotated[
        float | None,
        typer.Option("--delay", metavar="SECONDS", help="Minimum time between requests to a host."),
    ] = None
    user_agent: Annotated[
        str | None,
        typer.Option("--user-agent", metavar="TEXT", help="In place of Khabar's own user agent."),
    ] = None
    render: Annotated[
        bool | None,
        typer.Option(
            "--render/--no-render",
            help="Render pages in a browser, for sites whose text only scripts bring.",
            show_default=False,
        ),
    ] = None
    log_json: Annotated[
        bool | None,
        typer.Option(
            "--log-json", help="JSON Lines on standard error, results too.", show_default=False
        ),
    ] = None
    log_level: Annotated[
        LogLevel | None,
        typer.Option(
            "--log-level",
            metavar="LEVEL",
            help="debug, info, warning or error [default: by command]",
        ),
    ] = None

    @property
    def cassettes(self) -> list[Path]:
        """What `--replay` names."""
        return self.replay or []

    def start(self, terminal: Terminal, level: LogLevel, **flags: object) -> Settings:
        """Load the settings with these options on top, and start to log.

        Args:
            terminal: where the log goes.
            level: minimum level of the log unless the operator sets one.
            flags: further values of settings; None is not set.

        Raises:
            UsageError: an option or a setting is wrong.
        """
        from ingest.settings import Settings

        settings = Settings.load(
            connect_to=_targets(self.connect_to or []) or None,
            allow_loopback=self.allow_loopback,
            delay=self.delay,
            user_agent=self.user_agent,
            render=self.render,
            log_json=self.log_json,
            log_level=self.log_level,
            **flags,
        )
        terminal.start_logs(settings.log_level or level, json=settings.log_json)
        return settings

    def network_arguments(self) -> Iterator[str]:
        """Yield the network options as arguments, for a command in another process."""
        yield from arguments("--replay", *self.cassettes)
        yield from arguments("--connect-to", *(self.connect_to or []))
        if self.allow_loopback:
            yield "--allow-loopback"
        yield from arguments("--delay", self.delay)
        yield from arguments("--user-agent", self.user_agent)
        if self.render is not None:
            yield "--render" if self.render else "--no-render"


def arguments(option: str, *values: object) -> Iterator[str]:
    """Yield the option once for each value that is not None."""
    for value in values:
        if value is not None:
            yield f"{option}={value}"


def _targets(pairs: list[str]) -> dict[str, str]:
    from ingest.urls import is_http_url

    targets = {}
    for pair in pairs:
        host, equals, base = pair.partition("=")
        if not equals or not is_http_url(base):
            remedy = "write HOST=http://127.0.0.1:8000"
            raise UsageError(f"--connect-to {pair}: not a host and a base URL", remedy)
        targets[host] = base
    return targets


def expand(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with its parameter of type `FetchOptions` replaced by that class's fields.

    Typer makes one option of each parameter, so this is what it has to see. A command without that
    parameter is returned as it is.
    """
    signature = inspect.signature(command, eval_str=True)
    parameters: list[inspect.Parameter] = []
    target = ""
    for parameter in signature.parameters.values():
        if parameter.annotation is FetchOptions:
            target = parameter.name
            parameters += _fields_as_parameters()
        else:
            parameters.append(parameter)

    if not target:
        return command

    @wraps(command)
    def run(**values: Any) -> None:  # noqa: ANN401 - Typer has checked the values
        options = {field.name: values.pop(field.name) for field in dataclasses.fields(FetchOptions)}
        command(**values, **{target: FetchOptions(**options)})

    annotations = {parameter.name: parameter.annotation for parameter in parameters}
    vars(run)["__signature__"] = signature.replace(parameters=parameters)
    run.__annotations__ = {**annotations, "return": None}
    return run


def _fields_as_parameters() -> Iterator[inspect.Parameter]:
    hints = get_type_hints(FetchOptions, include_extras=True)
    for field in dataclasses.fields(FetchOptions):
        yield inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=hints[field.name],
        )
