"""`khabar verify`, `compact` and `prune`: check an output, and keep it small."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import Terminal
from ingest.cli.options import Output
from ingest.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.settings import Settings
    from ingest.storage.maintenance.findings import Finding
    from ingest.storage.maintenance.verify import Counts

WRONG = 4
"""Exit code if something is wrong."""
VERIFY_EXIT_CODES = (
    "Exit codes: 0 all is as it should be; 2 an argument or setting is wrong; 4 something is "
    "wrong, a line for each."
)

Sites = Annotated[
    list[str] | None,
    typer.Argument(metavar="SITE...", help="Names; without any, all of the output."),
]


def verify(
    context: typer.Context,
    sites: Sites = None,
    *,
    output: Output = None,
    json_lines: Annotated[
        bool, typer.Option("--json", help="One object for each finding, as JSON Lines.")
    ] = False,
) -> None:
    """Check the records and the ledger of an output.

    Lines, records, hashes, numbers, versions, segments, positions, files and places of consumers
    are checked against each other, also during a crawl. Nothing is changed.

    Example: khabar verify dailytimes
    """
    from ingest.settings import Settings
    from ingest.storage.maintenance.verify import Counts

    terminal = context.ensure_object(Terminal)
    settings = Settings.load(output=output)
    counts, number = Counts(), 0
    for finding in _findings(settings, sites or [], counts):
        number += 1
        if json_lines:
            typer.echo(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            terminal.line(str(finding))
    absent = f", {counts.absent:,} pruned or lost before" if counts.absent else ""
    terminal.note(
        f"{counts.records:,} records in {counts.segments:,} segments of {counts.sites:,} sites"
        f"{absent}: {f'{number:,} findings' if number else 'all is as it should be'}"
    )
    if number:
        raise typer.Exit(WRONG)


def _findings(settings: Settings, sites: list[str], counts: Counts) -> Iterator[Finding]:
    from ingest.storage.maintenance.findings import REPAIR, Finding
    from ingest.storage.maintenance.folders import foreign_files
    from ingest.storage.maintenance.state import readable
    from ingest.storage.maintenance.verify import SiteVerification, consumer_findings
    from ingest.storage.site_log import last_numbers

    output = settings.output
    if not output.is_dir():
        raise UsageError(f"no such folder: {output}", "give the --output of a crawl")
    with readable(output, settings.ledger) as url:
        names = chosen_sites(output, settings.ledger, url, sites)
        if not settings.ledger and not (output / "ledger.sqlite").is_file():
            yield Finding("", "ledger.sqlite", "there is no ledger", REPAIR)
        for name in names:
            counts.sites += 1
            yield from SiteVerification(output, name, url, counts).findings()
        yield from consumer_findings(consumer_places(output, sites), last_numbers(output, url))
        if not sites:
            for name in foreign_files(output):
                yield Finding("", name, "no file of Khabar", "move it elsewhere")


def chosen_sites(output: Path, ledger: str, url: str, sites: list[str]) -> list[str]:
    """Return the named sites, or all of the output; raises `UsageError` for an unknown one.

    Args:
        output: the output folder.
        ledger: its URL in the settings: a shared ledger has sites of other outputs.
        url: of the ledger to read.
        sites: the names that were given.
    """
    from ingest.storage.maintenance.folders import sites_in
    from ingest.storage.maintenance.state import sites_of

    known = sorted({*sites_in(output), *([] if ledger else sites_of(output, url))})
    for site in sites:
        if site not in known:
            has = f"it has: {', '.join(known)}" if known else "crawl first"
            raise UsageError(f"no record of {site!r} in {output}", has)
    return list(dict.fromkeys(sites)) or known


def consumer_places(output: Path, sites: list[str]) -> dict[str, dict[str, int]]:
    """Return the places of each consumer, by name and site; of these sites if there are any."""
    from ingest.stream.cursor import cursors

    return {
        cursor.name: {
            site: place
            for site, place in cursor.load().by_site.items()
            if not sites or site in sites
        }
        for cursor in cursors(output)
    }
