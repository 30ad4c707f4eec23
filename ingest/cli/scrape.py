"""`khabar scrape`: the records of single URLs, or of a saved page."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from ingest.cli.console import Terminal
from ingest.cli.options import FetchOptions, Record
from ingest.errors import KhabarError, UnwritableOutput, UsageError

if TYPE_CHECKING:
    from ingest.record import Article, Rejection
    from ingest.settings import Settings


def scrape(
    context: typer.Context,
    urls: Annotated[
        list[str] | None, typer.Argument(metavar="URL...", help="Articles to fetch.")
    ] = None,
    *,
    html: Annotated[
        str | None,
        typer.Option(
            "--html", metavar="FILE", help="Read this saved page in place of a URL; - is stdin."
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="The URL that the page of --html has.")
    ] = None,
    site: Annotated[
        str | None,
        typer.Option(
            "--site", metavar="NAME", help="Use this site's definition; 'none' uses none."
        ),
    ] = None,
    pretty: Annotated[bool, typer.Option("--pretty", help="Indent the JSON.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="In place of standard output."),
    ] = None,
    accept_any: Annotated[
        bool,
        typer.Option("--any", help="Print the record of a page that looks like no article, too."),
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Print how the record of the page of --html comes about, in its place.",
        ),
    ] = False,
    record: Record = None,
    fetch: FetchOptions,
) -> None:
    """Print the record of each URL, or of a saved page.

    Example: khabar scrape https://dailytimes.com.pk/1158965/
    """
    from ingest.monitoring.report import EXIT_NOTHING, EXIT_UNHEALTHY

    terminal = context.ensure_object(Terminal)
    settings = fetch.start(terminal, "error")  # each URL has a result, so the log adds nothing
    if explain:
        with _open_output(output) as stream:
            stream.write(_explained(html, url, urls, site) + "\n")
        return
    if html is not None:
        results = [_extracted(html, url, urls, site, accept_any=accept_any)]
    elif urls:
        results = _fetched(
            urls,
            settings,
            site=site,
            replay=fetch.cassettes,
            record=record,
            accept_any=accept_any,
        )
    else:
        raise UsageError("no URL", "khabar scrape https://...")
    with _open_output(output) as stream:
        good, bad = _write(results, stream, terminal, pretty=pretty)
    if bad:
        raise typer.Exit(EXIT_UNHEALTHY if good else EXIT_NOTHING)


def _explained(file: str | None, url: str | None, urls: list[str] | None, site: str | None) -> str:
    """Return the explanation of a saved page."""
    from ingest.api import explain
    from ingest.sites import UNKNOWN_SITE

    if file is None:
        raise UsageError(
            "--explain reads a saved page",
            "save the page, then khabar scrape --explain --html FILE --url URL",
        )
    body, address = _saved(file, url, urls)
    return explain(body, address, site=UNKNOWN_SITE if site == "none" else site)


def _extracted(
    file: str,
    url: str | None,
    urls: list[str] | None,
    site: str | None,
    *,
    accept_any: bool,
) -> Article | Rejection | KhabarError:
    """Return the result of a saved page."""
    from ingest.api import extract
    from ingest.sites import UNKNOWN_SITE

    body, address = _saved(file, url, urls)
    definition = UNKNOWN_SITE if site == "none" else site
    return extract(body, address, site=definition, accept_any=accept_any)


def _saved(file: str, url: str | None, urls: list[str] | None) -> tuple[bytes, str]:
    """Return the bytes of a saved page and its URL."""
    if urls or not url:
        raise UsageError("--html takes one saved page", "give its URL with --url, and no other URL")
    try:
        body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", "name a saved page") from error
    return body, url


def _fetched(
    urls: list[str],
    settings: Settings,
    *,
    site: str | None,
    replay: list[Path],
    record: Path | None,
    accept_any: bool,
) -> list[Article | Rejection | KhabarError]:
    from ingest.urls import check_url

    valid_urls = [check_url(url) for url in urls]
    from ingest.crawl.run import fetch_pages  # slow to import; an invalid URL needs no wait

    return fetch_pages(
        valid_urls, settings, site=site, replay=replay, record=record, accept_any=accept_any
    )


def _write(
    results: Iterable[Article | Rejection | KhabarError],
    stream: TextIO,
    terminal: Terminal,
    *,
    pretty: bool,
) -> tuple[int, int]:
    """Write the records, and an error for each other result. Return how many there are of both."""
    from ingest.record import Article
    from ingest.text import json_line

    good = bad = 0
    for result in results:
        if isinstance(result, Article):
            good += 1
            stream.write(json_line(result.to_dict(), indent=2 if pretty else None) + "\n")
        else:
            bad += 1
            terminal.complain(result)
    stream.flush()
    return good, bad


@contextmanager
def _open_output(file: Path | None) -> Iterator[TextIO]:
    """Open the file for writing, or standard output if there is none.

    An existing file is replaced only if something was written, and only at the end. A device or a
    pipe is written to directly.
    """
    if file is None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        yield sys.stdout
        return
    target = file.resolve()
    is_regular = target.is_file() or not target.exists()
    part = target.with_name(f"{target.name}.part") if is_regular else target
    try:
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
        if is_regular and part.stat().st_size:
            part.replace(target)
    except OSError as error:
        message = f"cannot write {file}: {error.strerror}"
        raise UnwritableOutput(message, "choose another --output") from error
    finally:
        if is_regular:
            with suppress(OSError):  # it has its final name, or was never created
                part.unlink()
