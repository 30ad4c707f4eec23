"""`khabar scrape`: single URLs, or a saved page, to records."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, TextIO

import typer

from ingest.cli import console
from ingest.cli.options import (
    Agent,
    ConnectTo,
    Level,
    LogJson,
    Loopback,
    Record,
    Replay,
    settings_of,
    start_logs,
)
from ingest.errors import KhabarError, UnwritableOutput, UsageError
from ingest.monitoring.report import EXIT_NOTHING, EXIT_UNHEALTHY
from ingest.record import Article, Rejection
from ingest.settings import Settings
from ingest.text import json_line


def scrape(
    urls: Annotated[
        list[str] | None, typer.Argument(metavar="URL...", help="Articles to fetch.")
    ] = None,
    *,
    html: Annotated[
        str | None,
        typer.Option(
            "--html", metavar="FILE", help="Read this saved page in place of the net; - is stdin."
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="Where the page of --html is from.")
    ] = None,
    site: Annotated[
        str | None,
        typer.Option(
            "--site", metavar="NAME", help="Use this definition; 'none' uses none at all."
        ),
    ] = None,
    pretty: Annotated[bool, typer.Option("--pretty", help="Indented JSON for people.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="In place of stdout.")
    ] = None,
    replay: Replay = None,
    record: Record = None,
    connect_to: ConnectTo = None,
    allow_loopback: Loopback = None,
    user_agent: Agent = None,
    log_json: LogJson = None,
    log_level: Level = None,
) -> None:
    """Print the record of each URL, or of a saved page, for example `khabar scrape https://...`."""
    settings = settings_of(
        connect_to=connect_to,
        allow_loopback=allow_loopback,
        user_agent=user_agent,
        log_json=log_json,
        log_level=log_level,
    )
    start_logs(settings, "error")  # what becomes of each URL is said without a log
    if html is not None:
        if urls or not url:
            raise UsageError(
                "--html takes one saved page",
                "say where it is from with --url, and give no URL beside",
            )
        results: Iterable[Article | Rejection | KhabarError] = [_saved(html, url, site)]
    elif not urls:
        raise UsageError("no URL", "khabar scrape https://...")
    else:
        results = _fetched(urls, settings, site=site, replay=replay or [], record=record)
    with _out(output) as stream:
        good, bad = write(results, stream, pretty=pretty)
    if bad:
        raise typer.Exit(EXIT_UNHEALTHY if good else EXIT_NOTHING)


def _saved(file: str, url: str, site: str | None) -> Article | Rejection:
    from ingest.api import extract
    from ingest.sites import UNKNOWN_SITE

    try:
        body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", "name a saved page") from error
    return extract(body, url, site=UNKNOWN_SITE if site == "none" else site)


def _fetched(
    urls: list[str],
    settings: Settings,
    *,
    site: str | None,
    replay: list[Path],
    record: Path | None,
) -> Iterable[Article | Rejection | KhabarError]:
    from ingest.urls import check_url

    checked = [check_url(url) for url in urls]
    from ingest.crawl.run import fetch_pages  # takes a while, which a wrong URL need not wait for

    return fetch_pages(checked, settings, site=site, replay=replay, record=record)


def write(
    results: Iterable[Article | Rejection | KhabarError], stream: TextIO, *, pretty: bool
) -> tuple[int, int]:
    """Write the records, complain of what is none on standard error; how many of each there were."""
    good = bad = 0
    for result in results:
        if isinstance(result, Article):
            good += 1
            line = json_line(result.to_dict(), indent=2 if pretty else None)
            stream.write(line + "\n")
        else:
            bad += 1
            console.complain(result)
    stream.flush()
    return good, bad


@contextmanager
def _out(file: Path | None) -> Iterator[TextIO]:
    if file is None:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a test's stand-in may lack it
        yield sys.stdout
        return
    # What the file held stays until there is a record to put in its place. A device or a pipe is written to as it is.
    target = file.resolve()
    part = (
        target.with_name(f"{target.name}.part")
        if target.is_file() or not target.exists()
        else target
    )
    try:
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
        if part != target and part.stat().st_size:
            part.replace(target)
    except OSError as error:
        raise UnwritableOutput(
            f"cannot write {file}: {error.strerror}", "choose another --output"
        ) from error
    finally:
        if part != target:
            with suppress(OSError):  # it has its final name, or was never there
                part.unlink()
