"""The commands on what earlier crawls know: `recheck`, `forget`, `diff`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ingest.cli import console
from ingest.cli.options import (
    EPILOG,
    Agent,
    ConnectTo,
    Delay,
    Level,
    LogJson,
    Loopback,
    Output,
    Quiet,
    Record,
    Replay,
    settings_of,
    start_logs,
)
from ingest.cli.run import run_crawls
from ingest.errors import NotKnown, UsageError
from ingest.settings import Settings
from ingest.sites import UNKNOWN_SITE, get_site, site_of
from ingest.storage.ledger import Ledger
from ingest.storage.segments import locked
from ingest.urls import article_key, check_url


def register(app: typer.Typer) -> None:
    """Add the commands to `khabar`."""
    for command in (recheck, forget, diff):
        app.command(epilog=EPILOG)(command)


def recheck(
    what: Annotated[
        list[str],
        typer.Argument(metavar="URL|SITE...", help="Addresses, or sites with all of theirs."),
    ],
    *,
    output: Output = None,
    replay: Replay = None,
    record: Record = None,
    connect_to: ConnectTo = None,
    allow_loopback: Loopback = None,
    delay: Delay = None,
    user_agent: Agent = None,
    quiet: Quiet = False,
    log_json: LogJson = None,
    log_level: Level = None,
) -> None:
    """Read known addresses anew now, parked ones too, for example `khabar recheck dailytimes`."""
    settings = settings_of(
        output=output,
        connect_to=connect_to,
        allow_loopback=allow_loopback,
        delay=delay,
        user_agent=user_agent,
        log_json=log_json,
        log_level=log_level,
    )
    start_logs(settings, "warning")
    only = {}
    for site, urls in _by_site(what, settings).items():
        with _ledger(settings, site) as ledger:
            only[site] = _known_keys(ledger, urls, settings) if urls else ledger.keys()
        if not only[site]:
            raise NotKnown(f"no crawl has met an article of {site}", f"khabar crawl {site}")
    run_crawls(only, settings, quiet=quiet, replay=replay, record=record, only=only)


def forget(
    urls: Annotated[
        list[str], typer.Argument(metavar="URL...", help="Addresses that a crawl has met.")
    ],
    *,
    output: Output = None,
) -> None:
    """Let the next crawl take these addresses as if it had never seen them, and write them as a further version."""
    settings = settings_of(output=output)
    for site, asked in _by_site(urls, settings).items():
        if not asked:
            raise UsageError(
                f"forget takes addresses, and {site} is a site",
                f"khabar recheck {site} reads all anew",
            )
        with _ledger(settings, site) as ledger, locked(settings.output, site):
            ledger.forget(_known_keys(ledger, asked, settings), datetime.now(UTC))
    console.note(f"the next crawl takes {'it' if len(urls) == 1 else 'them'} anew")


def diff(
    article: Annotated[
        str, typer.Argument(metavar="ID|URL", help="An `id` of the output, or an address.")
    ],
    *,
    output: Output = None,
    before: Annotated[
        int | None, typer.Option("--from", metavar="N", help="The earlier version.")
    ] = None,
    after: Annotated[
        int | None, typer.Option("--to", metavar="N", help="The later version [default: the last]")
    ] = None,
) -> None:
    """Show two versions of an article side by side: the last two, or those that are named."""
    from ingest.cli.show_diff import diff as show_diff
    from ingest.storage.output import versions_of

    versions = {
        version.version: version
        for version in versions_of(settings_of(output=output).output, article)
    }
    last = max(versions) if after is None else after
    earlier = (
        max((number for number in versions if number < last), default=0)
        if before is None
        else before
    )
    there = ", ".join(map(str, versions))
    if earlier == 0:
        raise UsageError(f"{article} has no version before {last}", f"its versions are: {there}")
    for number in (earlier, last):
        if number not in versions:
            raise UsageError(f"{article} has no version {number}", f"its versions are: {there}")
    show_diff(versions[earlier], versions[last])


def _by_site(what: Iterable[str], settings: Settings) -> dict[str, list[str]]:
    """The addresses by site; a site that is named itself has none, which means all of them."""
    folders = tuple(settings.sites)
    found: dict[str, list[str]] = {}
    for item in what:
        if "/" not in item:
            found[get_site(item, folders).name] = []
            continue
        url = check_url(item)
        site = site_of(url, folders)
        if site is UNKNOWN_SITE:
            raise NotKnown(f"{url} is of no site with a definition", "see `khabar sites`")
        if found.get(site.name) != []:
            found.setdefault(site.name, []).append(url)
    return found


def _known_keys(ledger: Ledger, urls: Iterable[str], settings: Settings) -> list[str]:
    keys = {article_key(url): url for url in urls}
    known = ledger.visits(keys)
    for key, url in keys.items():
        if key not in known:
            raise NotKnown(
                f"no crawl into {settings.output} has met {url}", "khabar scrape reads any address"
            )
    return list(keys)


@contextmanager
def _ledger(settings: Settings, site: str) -> Iterator[Ledger]:
    """The ledger of the output folder, which must be there."""
    if not settings.ledger and not (Path(settings.output) / "ledger.sqlite").exists():
        raise UsageError(f"no ledger in {settings.output}", "give the --output of a crawl")
    ledger = Ledger.open(
        settings.output, site, settings.ledger, settings.limits.ledger_wait_seconds
    )
    try:
        yield ledger
    finally:
        ledger.close()
