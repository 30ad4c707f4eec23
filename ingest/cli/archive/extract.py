"""`khabar extract`: the records of archives and saved pages, on all cores, without a network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import Terminal
from ingest.cli.options import Fields, UrlFrom
from ingest.errors import UnknownSite, UsageError
from ingest.formats import Format

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.archive.pages import PageFilter
    from ingest.sites import SiteCatalog


def extract(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="WARC files, folders of them or of saved pages, patterns, or - for stdin.",
            show_default=False,
        ),
    ],
    *,
    site: Annotated[
        str | None,
        typer.Option("--site", metavar="NAME", help="Only pages of this site, or of this host."),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="PATTERN", help="Only pages whose URL has this pattern."),
    ] = None,
    mime: Annotated[
        str | None,
        typer.Option("--mime", metavar="TEXT", help="Only pages with this in the content type."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Only pages archived since then."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="WHEN", help="Only pages archived before then."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="CODE", help="Only records in this language: ur, en."),
    ] = None,
    url_from: UrlFrom = "meta",
    kind: Annotated[Format, typer.Option("--format", help="Form of the results.")] = Format.JSONL,
    fields: Fields = None,
    rejected: Annotated[
        Path | None,
        typer.Option(
            "--rejected",
            metavar="FILE",
            help="Write what gave no record, with reason and offset, as JSON Lines.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Store new and changed records there, as a crawl does, in place of standard output.",
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress bar, closing line and table.")
    ] = False,
) -> None:
    """Print or store the records of WARC archives and saved pages.

    A page counts as fetched at the time that its archive says. With --output, a call that was
    killed goes on where it was.

    Example: khabar extract crawl.warc.gz --url /news/ --since 2026-11-01 --rejected rejected.jsonl
    """
    from ingest.archive.sources import find_sources
    from ingest.formats import record_writer
    from ingest.settings import Settings
    from ingest.sites import SiteCatalog

    terminal = context.ensure_object(Terminal)
    if output is not None and (fields or kind is not Format.JSONL):
        raise UsageError("--output stores whole records", "leave --format and --fields out")
    settings = Settings.load(output=output)
    terminal.start_logs(settings.log_level or "error", json=settings.log_json)
    names = [name.strip() for name in fields.split(",")] if fields else []
    writer = record_writer(kind, fields=names)
    found = find_sources(sources)
    catalog = SiteCatalog.load(settings.sites)
    chosen = _filter(site, url, mime, since, until, catalog)
    from ingest.cli.archive.run import ExtractCall, run  # slow: not for a wrong call

    call = ExtractCall(
        terminal=terminal,
        settings=settings,
        catalog=catalog,
        sources=found,
        chosen=chosen,
        language=language.casefold() if language else None,
        url_from=url_from,
        writer=writer,
        rejected=rejected,
        output=None if output is None else settings.output,
        options=(site, url, mime, since, until, language, url_from),
        quiet=quiet,
    )
    if code := run(call):
        raise typer.Exit(code)


def _filter(
    site: str | None,
    url: str | None,
    mime: str | None,
    since: str | None,
    until: str | None,
    catalog: SiteCatalog,
) -> PageFilter:
    """Return the filter that options mean; raises `UsageError`."""
    from ingest.archive.pages import PageFilter
    from ingest.schedule import parse_since

    return PageFilter(
        url=_pattern(url) if url else None,
        is_wanted=_of_site(site, catalog) if site else None,
        mime=re.compile(re.escape(mime), re.IGNORECASE) if mime else None,
        since=parse_since(since) if since else None,
        until=parse_since(until, option="--until") if until else None,
    )


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        remedy = "write a regular expression, such as /news/"
        raise UsageError(f"--url {text!r}: {error}", remedy) from error


def _of_site(name: str, catalog: SiteCatalog) -> Callable[[str], bool]:
    """Return whether a URL is of a site, or of a host and those below it without a definition.

    Raises:
        UnknownSite: there is no such site, and the name is not that of a host.
    """
    from ingest.urls import host_of

    try:
        definition = catalog.get(name)
    except UnknownSite:
        if "." not in name:
            raise
        host = name.casefold()
        return lambda url: host_of(url) == host or host_of(url).endswith(f".{host}")
    return lambda url: catalog.for_url(url) is definition
