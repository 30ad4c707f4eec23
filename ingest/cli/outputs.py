"""`khabar verify`, `compact` and `prune`: check an output, and keep it small."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import Terminal
from ingest.cli.options import Output
from ingest.errors import OutputLocked, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.settings import Settings
    from ingest.storage.engine import Database
    from ingest.storage.maintenance.findings import Finding
    from ingest.storage.maintenance.verify import Counts
    from ingest.storage.site_log import Segment

WRONG = 4
"""Exit code if something is wrong."""

Sites = Annotated[
    list[str] | None,
    typer.Argument(metavar="SITE...", help="Names; without any, all of the output."),
]


def verify(
    context: typer.Context,
    sites: Sites = None,
    *,
    output: Output = None,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Before, make the ledger again from the segments."),
    ] = False,
    json_lines: Annotated[
        bool, typer.Option("--json", help="One object for each finding, as JSON Lines.")
    ] = False,
) -> None:
    """Check the records and the ledger of an output.

    Lines, records, hashes, numbers, versions, segments, positions, files and places of consumers
    are checked against each other, also during a crawl. Nothing is changed.

    --repair changes the ledger only, and no line. After a lost or older ledger the next crawl then
    goes on with the numbers and versions.

    Example: khabar verify dailytimes
    """
    from ingest.settings import Settings

    terminal = context.ensure_object(Terminal)
    settings = Settings.load(output=output)
    _check_folder(settings)
    from ingest.storage.maintenance.verify import Counts

    counts, number = Counts(), 0
    if repair:
        _repair(terminal, settings, sites or [])
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


def _check_folder(settings: Settings) -> None:
    if not settings.output.is_dir():
        raise UsageError(f"no such folder: {settings.output}", "give the --output of a crawl")


def _repair(terminal: Terminal, settings: Settings, sites: list[str]) -> None:
    """Repair the ledger, and say on standard error what was done."""
    from ingest.storage.maintenance.repair import repair

    output = settings.output
    for site, database in _each_locked(settings, sites, create=True):
        places = consumer_places(output, [site]).values()
        taken = max((by_site.get(site, 0) for by_site in places), default=0)
        done = repair(database, output, site, taken, datetime.now(UTC))
        for line in done.lines or ["nothing to repair"]:
            terminal.note(f"{site}: {line}")


def _findings(settings: Settings, sites: list[str], counts: Counts) -> Iterator[Finding]:
    from ingest.storage.maintenance.findings import REPAIR, Finding
    from ingest.storage.maintenance.folders import foreign_files
    from ingest.storage.maintenance.state import readable
    from ingest.storage.maintenance.verify import SiteVerification, consumer_findings
    from ingest.storage.site_log import last_numbers

    output = settings.output
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


def compact(
    context: typer.Context,
    sites: Sites = None,
    *,
    output: Output = None,
    older_than: Annotated[
        str,
        typer.Option("--older-than", metavar="AGE", help="Only days that ended so long ago."),
    ] = "1d",
    compress: Annotated[
        str | None,
        typer.Option(
            "--compress", metavar="FORMAT", help="none, gzip or zstd [default: the setting]"
        ),
    ] = None,
) -> None:
    """Merge and compress the segments of past days.

    The segments of a day become one, or as few as its size allows. Lines, numbers and places of
    consumers stay.

    Example: khabar compact --compress zstd
    """
    from ingest.settings import Settings
    from ingest.storage.compression.codecs import Compression, check_installed
    from ingest.storage.maintenance.compact import compact as compact_site

    terminal = context.ensure_object(Terminal)
    settings = Settings.load(output=output, compress=compress)
    compression = Compression(settings.compress)
    check_installed(compression)
    before = _before(older_than)
    for site, database in _each_locked(settings, sites or []):
        done = compact_site(database, settings.output, site, before, compression)
        terminal.line(
            f"{site}: {done.segments_before:,} segments to {done.segments_after:,}, "
            f"{done.bytes_before:,} bytes to {done.bytes_after:,}"
            if done.segments_before
            else f"{site}: nothing to do"
        )


def prune(
    context: typer.Context,
    sites: Sites = None,
    *,
    older_than: Annotated[
        str,
        typer.Option(
            "--older-than", metavar="AGE", help="Age of records to remove, such as 180d or 26w."
        ),
    ],
    output: Output = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
) -> None:
    """Remove segments whose records are all old.

    What a consumer has not taken stays, and what has the last version of an article that is to be
    visited again. The numbers of the records are not given again.

    Example: khabar prune --older-than 180d --dry-run
    """
    from ingest.settings import Settings
    from ingest.storage.maintenance.prune import plan
    from ingest.storage.maintenance.prune import prune as prune_site

    terminal = context.ensure_object(Terminal)
    settings = Settings.load(output=output)
    before = _before(older_than)
    for site, database in _each_locked(settings, sites or []):
        places = consumer_places(settings.output, [site])
        decided = plan(database, settings.output, site, before, places)
        if not dry_run:
            prune_site(database, settings.output, decided)
        verb = "would remove" if dry_run else "removed"
        terminal.line(f"{site}: {verb} {_amount(decided.remove)}")
        for reason, kept in decided.keep.items():
            terminal.line(f"{site}: kept {_amount(kept)}: {reason}")


def _amount(segments: Sequence[Segment]) -> str:
    records = sum(segment.records for segment in segments)
    size = sum(segment.length for segment in segments)
    ranges: list[tuple[int, int]] = []
    for segment in segments:
        if ranges and ranges[-1][1] + 1 == segment.first:
            ranges[-1] = (ranges[-1][0], segment.last)
        else:
            ranges.append((segment.first, segment.last))
    numbers = ", ".join(f"{first}-{last}" for first, last in ranges)
    which = f" ({numbers})" if numbers else ""
    return f"{records:,} records{which} in {len(segments):,} segments, {size:,} bytes of lines"


def _before(age: str) -> datetime:
    """Return the time that was so long ago; raises `UsageError`."""
    from ingest.schedule import parse_duration

    try:
        return datetime.now(UTC) - parse_duration(age)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"--older-than: {error}") from None


def _each_locked(
    settings: Settings, sites: list[str], *, create: bool = False
) -> Iterator[tuple[str, Database]]:
    """Yield each site with the ledger, while its lock is held.

    Raises:
        OutputLocked: at the end, if crawls held the locks of sites, which were left out.
        UsageError: a shared ledger binds a site to another folder.
    """
    from ingest.storage.binding import bind
    from ingest.storage.site_lock import locked

    held = []
    with _ledger(settings, create=create) as database:
        for site in chosen_sites(settings.output, settings.ledger, settings.ledger, sites):
            try:
                with locked(settings.output, site):
                    if settings.ledger:  # its rows are of one folder only
                        bind(database, settings.output, site)
                    yield site, database
            except OutputLocked:
                held.append(site)
    if held:
        names = ", ".join(held)
        raise OutputLocked(f"a crawl is at work, left out: {names}", "run it again after that")


@contextmanager
def _ledger(settings: Settings, *, create: bool) -> Iterator[Database]:
    from ingest.storage.engine import Database

    _check_folder(settings)
    file = settings.output / "ledger.sqlite"
    if not create and not settings.ledger and not file.is_file():
        raise UsageError(f"no ledger in {settings.output}", "give the --output of a crawl")
    url = settings.ledger or f"sqlite:///{file}"
    database = Database(url, settings.limits.ledger_wait_seconds)
    try:
        database.prepare()
        yield database
    finally:
        database.close()


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
