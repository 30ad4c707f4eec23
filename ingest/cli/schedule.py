"""`khabar schedule`: crawls at their times, in the foreground."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.completion import site_names
from ingest.cli.console import Terminal
from ingest.cli.options import FetchOptions, Limit, Output, Since, arguments
from ingest.errors import UsageError

if TYPE_CHECKING:
    from ingest.scheduler import Plan
    from ingest.settings import Settings


def schedule(
    context: typer.Context,
    sites: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SITE...",
            help="Names; without any, all sites with a schedule.",
            autocompletion=site_names,
        ),
    ] = None,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Crawl once what is due now, then exit.")
    ] = False,
    every: Annotated[
        str | None,
        typer.Option(
            "--every", metavar="SPAN", help="For sites without a schedule: 90s, 15m, 6h, 1d."
        ),
    ] = None,
    output: Output = None,
    limit: Limit = None,
    since: Since = None,
    fetch: FetchOptions,
) -> None:
    """Crawl sites by their schedules until stopped.

    Each crawl is a process of its own.

    Example: khabar schedule dailytimes propakistani --every 15m
    """
    from ingest.schedule import parse_since
    from ingest.scheduler import Scheduler, crawl_command
    from ingest.storage.runs import last_starts

    terminal = context.ensure_object(Terminal)
    interval = {"every": every} if every else None
    settings = fetch.start(terminal, "info", output=output, schedule=interval)
    if since:
        parse_since(since)  # an error now rather than in each crawl
    plans = plans_for(sites or [], settings)
    options = [
        *arguments("--output", settings.output),
        *arguments("--limit", limit),
        *arguments("--since", since),
        *fetch.network_arguments(),
        *_log_arguments(settings),
    ]
    last = last_starts(settings.output, settings.ledger, settings.limits.ledger_wait_seconds)
    scheduler = Scheduler(plans, settings.schedule, crawl_command(options), last_starts=last)
    code = scheduler.run_once() if once else scheduler.run()
    if code:
        raise typer.Exit(code)


def _log_arguments(settings: Settings) -> Iterator[str]:
    if settings.log_json:
        yield "--log-json"
    yield from arguments("--log-level", settings.log_level or "info")
    yield "--quiet"


def plans_for(names: Sequence[str], settings: Settings) -> list[Plan]:
    """Return the plans of these sites, or without names those of all sites with a schedule.

    A site that is named and has no schedule gets the interval of the settings.

    Raises:
        UnknownSite: there is no site with one of these names.
        UsageError: no name is given and no site has a schedule.
    """
    from ingest.schedule import Schedule
    from ingest.scheduler import Plan
    from ingest.sites import SiteCatalog

    catalog = SiteCatalog.load(settings.sites)
    chosen = [catalog.get(name) for name in names] if names else list(catalog)
    default = Schedule(every=settings.schedule.every) if names else None
    plans = {}
    for site in chosen:
        site_schedule = site.schedule or default
        if site_schedule is not None:
            plans[site.name] = Plan(site.name, site_schedule, site.zone)
    if not plans:
        remedy = 'name sites, or put [schedule] every = "1h" into their definitions'
        raise UsageError("no site has a schedule", remedy)
    return list(plans.values())
