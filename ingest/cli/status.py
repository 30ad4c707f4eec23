"""The command `khabar status`: how the sites of an output folder stand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.options import settings_of
from ingest.errors import UsageError
from ingest.monitoring.site_report import EXIT_UNHEALTHY
from ingest.settings import Settings
from ingest.sites import load_sites

if TYPE_CHECKING:
    from ingest.monitoring.status import SiteStatus


def status(
    sites: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SITE...", help="Names; all that were ever crawled when none is given."
        ),
    ] = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="Folder of records and ledger [default: data]"
        ),
    ] = None,
    json_lines: Annotated[
        bool, typer.Option("--json", help="An object a site, as JSON Lines.")
    ] = False,
) -> None:
    """Show how the sites stand by their last runs, also during a crawl, for example `khabar status dailytimes`."""
    from ingest.cli import show_status

    now = datetime.now(UTC)
    statuses = _statuses(sites or [], settings_of(output=output), now)
    if json_lines:
        for one in statuses:
            typer.echo(json.dumps(show_status.as_json(one), ensure_ascii=False))
    else:
        show_status.table(statuses, now)
    if not all(one.healthy for one in statuses):
        raise typer.Exit(EXIT_UNHEALTHY)


def _statuses(names: list[str], settings: Settings, now: datetime) -> list[SiteStatus]:
    from ingest.monitoring.status import LOOKED_BACK, status_of
    from ingest.storage.runs import reading_runs, runs_of, sites_with_runs
    from ingest.storage.segments import is_locked

    found = []
    with reading_runs(settings.output, settings.ledger) as connection:
        known = sites_with_runs(connection)
        for name in _chosen(names, known, settings):
            runs = runs_of(connection, name, LOOKED_BACK * 2)
            seems_at_work = runs[0].finished is None
            locked = is_locked(settings.output, name) if seems_at_work else False
            found.append(status_of(name, runs, now, locked=locked))
    return found


def _chosen(names: list[str], known: list[str], settings: Settings) -> list[str]:
    """The sites to show, by name or domain; raises `UsageError` where one never ran."""
    if not known:
        raise UsageError(
            f"no run in the ledger of {settings.output}", "crawl first: khabar crawl SITE"
        )
    definitions = load_sites(tuple(settings.sites)).values()
    domains = {host: site.name for site in definitions for host in site.hosts}
    chosen = list(dict.fromkeys(domains.get(name, name) for name in names)) or known
    for name in chosen:
        if name not in known:
            raise UsageError(
                f"{name} never ran into {settings.output}",
                f"crawl it first; these did: {', '.join(known)}",
            )
    return chosen
