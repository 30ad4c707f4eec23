"""`khabar follow`: new records of an output to standard output, from where a consumer stopped."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.options import Output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.stream.follow import Follower

_BATCH = 500
"""Records between two saved places: a consumer that is killed gets these again."""
_POLL_SECONDS = 1.0


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
    output: Output = None,
) -> None:
    """Write new records, each once, from where a consumer stopped.

    They are JSON Lines, and come within seconds of their commit, also during a crawl. The place is saved when the
    reader of the pipe has taken the lines. A killed consumer gets its last lines again, and misses
    none: `id` and `version` tell a line that came twice.

    Example: khabar follow --as search --once | jq -r .headline
    """
    from ingest.settings import Settings
    from ingest.stream.follow import Follower

    settings = Settings.load(output=output)
    with Follower(
        settings.output,
        name,
        sites=sites or (),
        start=start,
        ledger=settings.ledger,
    ) as follower:
        while True:
            _write_available(follower)
            if once:
                return
            time.sleep(_POLL_SECONDS)


def _write_available(follower: Follower) -> None:
    from ingest.stream.pipe import write_lines

    for lines in _batches(follower):
        write_lines(sys.stdout.buffer, lines)
        follower.commit()


def _batches(follower: Follower) -> Iterator[list[bytes]]:
    """Yield what is committed now, in lists; each ends where the follower is."""
    lines: list[bytes] = []
    for taken in follower.available():
        lines.append(taken.data)
        if len(lines) == _BATCH:
            yield lines
            lines = []
    if lines:
        yield lines
