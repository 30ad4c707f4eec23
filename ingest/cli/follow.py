"""`khabar follow`: new records of an output to a destination, from where a consumer stopped."""

from __future__ import annotations

import sys
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.options import Output

if TYPE_CHECKING:
    from ingest.stream.destinations.destination import Destination


def follow(
    sites: Annotated[
        list[str] | None,
        typer.Argument(metavar="SITE...", help="Names of sites; without any, all of the output."),
    ] = None,
    *,
    name: Annotated[
        str,
        typer.Option("--as", metavar="NAME", help="The consumer, whose place is kept."),
    ],
    start: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="WHEN",
            help="Where a new consumer begins: start, now, 2d (downloaded since), 2026-11-01.",
        ),
    ] = "start",
    once: Annotated[
        bool, typer.Option("--once", help="End when there are no more records.")
    ] = False,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="ADDRESS",
            help="In place of standard output: https://... (a webhook), kafka://broker/topic, or "
            "s3://bucket/folder/.",
        ),
    ] = None,
    command: Annotated[
        str | None,
        typer.Option(
            "--exec", metavar="COMMAND", help="Run this with each batch on its standard input."
        ),
    ] = None,
    output: Output = None,
) -> None:
    """Write new records, each once, from where a consumer stopped.

    They are JSON Lines, and come within seconds of their commit, also during a crawl. The place is
    saved when the reader of the pipe has taken the lines. A killed consumer gets its last lines
    again, and misses none: `id` and `version` tell a line that came twice. With --to and --exec a
    batch that is not taken is tried again.

    Example: khabar follow --as search --once | jq -r .headline
    """
    from ingest.settings import Settings
    from ingest.stream.delivery import deliver_all
    from ingest.stream.follow import Follower

    settings = Settings.load(output=output)
    with ExitStack() as stack:
        follower = stack.enter_context(
            Follower(settings.output, name, sites=sites or (), start=start, ledger=settings.ledger)
        )
        destination = stack.enter_context(closing(_destination(to, command)))
        deliver_all(follower, destination, once=once)


def _destination(to: str | None, command: str | None) -> Destination:
    from ingest.errors import UsageError
    from ingest.stream.destinations.command import Command
    from ingest.stream.destinations.destination import open_destination
    from ingest.stream.destinations.pipe import Pipe

    if to and command:
        raise UsageError("--to and --exec are two destinations", "give one of them")
    if command is not None:
        return Command(command)
    return open_destination(to) if to else Pipe(sys.stdout.buffer)
