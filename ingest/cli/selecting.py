"""The options that select records, of `khabar read` and `khabar export`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.storage.selection import Selection

Site = Annotated[
    list[str] | None,
    typer.Option("--site", metavar="SITE", help="Only of this site; repeat it for several."),
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="WHEN", help="Only from then on: 12h, 2d, 3w or 2026-11-01."),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="WHEN", help="Only before then: 12h, 2d, 3w or 2026-11-01."),
]
By = Annotated[
    str,
    typer.Option("--by", metavar="TIME", help="What both mean: published, else downloaded."),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="KEY=VALUE",
        help="Only with this language, section or author: language=ur; repeatable.",
    ),
]
Latest = Annotated[
    bool,
    typer.Option(
        "--latest", help="Only the newest version of each article, without those that are gone."
    ),
]


def selection_of(
    site: list[str] | None,
    since: str | None,
    until: str | None,
    by: str,
    where: list[str] | None,
    *,
    latest: bool,
) -> Selection:
    """Return the selection of these options; raises `UsageError` for a wrong value."""
    from ingest.errors import UsageError
    from ingest.storage.selection import Moment, Selection, parse_where

    if by not in list(Moment):
        raise UsageError(f"--by {by}: not a time of a record", "published or downloaded")
    return Selection(
        sites=tuple(site or ()),
        since=_time(since, "--since"),
        until=_time(until, "--until"),
        by=Moment(by),
        where=parse_where(where or []),
        latest=latest,
    )


def _time(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    from ingest.schedule import parse_since

    return parse_since(text, option=option)
