"""`khabar schedule`: crawls at their times, in the foreground."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.options import (
    Agent,
    ConnectTo,
    Delay,
    Level,
    LogJson,
    Loopback,
    Output,
    Replay,
    settings_of,
    start_logs,
)
from ingest.errors import UsageError
from ingest.schedule import parse_since
from ingest.settings import Settings

if TYPE_CHECKING:
    from ingest.scheduler import Plan

EPILOG = (
    "A signal (SIGTERM, Ctrl-C) stops the crawls in good order, a second one kills them. Exit codes: 0 stopped; 2 the "
    "call is wrong; 4 a crawl did not stop and was killed; 128 and its number after a second signal; with --once the "
    "worst of the crawls' own."
)


def schedule(
    sites: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SITE...", help="Names; when none is given, all that state a schedule."
        ),
    ] = None,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Crawl what is due now, once, and end.")
    ] = False,
    every: Annotated[
        str | None,
        typer.Option(
            "--every", metavar="SPAN", help="For sites that state nothing: 90s, 15m, 6h, 1d."
        ),
    ] = None,
    output: Output = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most so many articles of each crawl.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Nothing older: 12h, 2d, 3w or 2026-11-01."),
    ] = None,
    replay: Replay = None,
    connect_to: ConnectTo = None,
    allow_loopback: Loopback = None,
    delay: Delay = None,
    user_agent: Agent = None,
    log_json: LogJson = None,
    log_level: Level = None,
) -> None:
    """Crawl sites at the times that they state, each crawl in a process of its own, until stopped."""
    from ingest.scheduler import Scheduler, crawl_command
    from ingest.storage.runs import last_starts

    settings = settings_of(
        output=output,
        connect_to=connect_to,
        allow_loopback=allow_loopback,
        delay=delay,
        user_agent=user_agent,
        log_json=log_json,
        log_level=log_level,
        schedule={"every": every} if every else None,
    )
    start_logs(settings, "info")
    if since:
        parse_since(since)
    plans = plans_for(sites or [], settings)
    options = [
        *_options("--output", settings.output),
        *_options("--limit", limit),
        *_options("--since", since),
        *_options("--replay", *(replay or [])),
        *_options("--connect-to", *(connect_to or [])),
        *(["--allow-loopback"] if allow_loopback else []),
        *_options("--delay", delay),
        *_options("--user-agent", user_agent),
        *(["--log-json"] if settings.log_json else []),
        *_options("--log-level", settings.log_level or "info"),
        "--quiet",
    ]
    last = last_starts(settings.output, settings.ledger, settings.limits.ledger_wait_seconds)
    scheduler = Scheduler(plans, settings.schedule, crawl_command(options), last_starts=last)
    code = scheduler.run_once() if once else scheduler.run()
    if code:
        raise typer.Exit(code)


def plans_for(names: Sequence[str], settings: Settings) -> list[Plan]:
    """The plans of these sites, by the settings' interval where they state none; with no names, of all that state one.

    Raises:
        UnknownSite: a name is none.
        UsageError: no name is given and no site states a schedule.
    """
    from ingest.schedule import Schedule
    from ingest.scheduler import Plan
    from ingest.sites import SiteCatalog

    catalog = SiteCatalog.load(settings.sites)
    chosen = [catalog.get(name) for name in names] if names else list(catalog)
    default = Schedule(every=settings.schedule.every) if names else None
    plans = {
        site.name: Plan(site.name, stated, site.zone)
        for site in chosen
        if (stated := site.schedule or default)
    }
    if not plans:
        remedy = 'name sites, or put [schedule] every = "1h" into their definitions'
        raise UsageError("no site states a schedule", remedy)
    return list(plans.values())


def _options(name: str, *values: object) -> Iterator[str]:
    """The option for each value that is not None."""
    for value in values:
        if value is not None:
            yield f"{name}={value}"
