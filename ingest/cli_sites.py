"""The commands below `khabar sites`: list the definitions, hold them to their tests, draft a new one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ingest import show, show_sites
from ingest.cli_options import Agent, ConnectTo, Delay, Loopback, Record, Replay, settings_of
from ingest.crawl.report import EXIT_NOTHING, EXIT_UNHEALTHY
from ingest.errors import UsageError
from ingest.settings import Settings
from ingest.site_check import Outcome, Verdict
from ingest.sites import Site, SiteTest, get_site, load_sites

sites_app = typer.Typer(
    help="List the sites that have a definition; check definitions, or draft a new one.",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@sites_app.callback()
def sites(context: typer.Context) -> None:
    """List the sites that have a definition; check definitions, or draft a new one."""
    if context.invoked_subcommand is None:
        show.sites(load_sites(tuple(settings_of().sites)).values())


@sites_app.command(epilog="Exit codes: 0 all tests hold; 3 none could be run; 4 something fails.")
def check(
    names: Annotated[list[str] | None, typer.Argument(metavar="SITE...", help="Names; all when none is given.")] = None,
    *,
    saved: Annotated[
        Path | None, typer.Option("--saved", metavar="DIR", help="Take the pages saved below this folder.")
    ] = None,
    replay: Replay = None,
    record: Record = None,
    connect_to: ConnectTo = None,
    allow_loopback: Loopback = None,
    delay: Delay = None,
    user_agent: Agent = None,
) -> None:
    """Hold definitions to their own tests, for example `khabar sites check dailytimes`."""
    settings = settings_of(connect_to=connect_to, allow_loopback=allow_loopback, delay=delay, user_agent=user_agent)
    if saved is not None and (replay or record):
        raise UsageError("--saved takes its pages from a folder", "leave out --replay and --record")
    folders = tuple(settings.sites)
    chosen = [get_site(name, folders) for name in names] if names else [*load_sites(folders).values()]
    if saved is not None:
        results = _from_folder(saved, chosen, settings)
    else:
        results = _from_net(chosen, settings, replay or [], record)
    verdict = Verdict()
    for site, test, outcome in results:
        verdict.add(site.name, test, outcome)
    show_sites.verdict(verdict)
    if verdict.problems or not verdict.ran:
        raise typer.Exit(EXIT_UNHEALTHY if verdict.ran else EXIT_NOTHING)


def _from_folder(folder: Path, sites: Sequence[Site], settings: Settings) -> Iterator[tuple[Site, SiteTest, Outcome]]:
    from ingest.normalise import article_for
    from ingest.saved_pages import saved_pages

    pages = saved_pages(folder, [test.url for site in sites for test in site.tests], settings.limits)
    for site in sites:
        for test in site.tests:
            page = pages.get(test.url)
            yield site, test, None if page is None else article_for(page, site, settings.limits)


def _from_net(
    sites: Sequence[Site], settings: Settings, replay: list[Path], record: Path | None
) -> Iterator[tuple[Site, SiteTest, Outcome]]:
    from ingest.crawl.run import fetch_by_site

    asked: dict[str | None, list[str]] = {site.name: [test.url for test in site.tests] for site in sites if site.tests}
    outcomes = fetch_by_site(asked, settings, replay=replay, record=record) if asked else {}
    for site in sites:
        for test, outcome in zip(site.tests, outcomes.get(site.name, []), strict=True):
            yield site, test, outcome
