"""The command `khabar`: arguments in, records on standard output, talk on standard error, an honest exit code."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version as version_of
from itertools import islice
from pathlib import Path
from typing import Annotated, TextIO

import typer
from typer.main import get_command

from ingest import cli_ledger, show
from ingest.cli_options import EPILOG, Agent, ConnectTo, Delay, Loopback, Output, Record, Replay, settings_of
from ingest.cli_sites import sites_app
from ingest.crawl.report import EXIT_NOTHING, EXIT_UNHEALTHY, exit_code
from ingest.errors import KhabarError, UnwritableOutput, UsageError
from ingest.record import Article, Rejection, json_schema
from ingest.settings import Settings

app = typer.Typer(
    name="khabar",
    help="News sites into clean JSON Lines. For example: khabar scrape https://dailytimes.com.pk/1158965/",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.add_typer(sites_app, name="sites")


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer hands an option's value over by position
    if wanted:
        typer.echo(f"khabar {version_of('khabar')}")
        raise typer.Exit


@app.callback()
def khabar(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="And exit.")] = False,
) -> None:
    """News sites into clean, trustworthy JSON Lines."""
    del version  # its callback has done its work


@app.command(epilog=EPILOG)
def scrape(
    urls: Annotated[list[str] | None, typer.Argument(metavar="URL...", help="Articles to fetch.")] = None,
    *,
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="Read this saved page in place of the net; - is stdin.")
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="Where the page of --html is from.")] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="NAME", help="Use this definition; 'none' uses none at all.")
    ] = None,
    pretty: Annotated[bool, typer.Option("--pretty", help="Indented JSON for people.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="In place of stdout.")] = None,
    replay: Replay = None,
    record: Record = None,
    connect_to: ConnectTo = None,
    allow_loopback: Loopback = None,
    user_agent: Agent = None,
) -> None:
    """Print the record of each URL, or of a saved page, for example `khabar scrape https://...`."""
    settings = settings_of(connect_to=connect_to, allow_loopback=allow_loopback, user_agent=user_agent)
    if html is not None:
        if urls or not url:
            raise UsageError("--html takes one saved page", "say where it is from with --url, and give no URL beside")
        results: Iterable[Article | Rejection | KhabarError] = [_saved(html, url, site)]
    elif not urls:
        raise UsageError("no URL", "khabar scrape https://...")
    else:
        results = _fetched(urls, settings, site=site, replay=replay or [], record=record)
    with _out(output) as stream:
        good, bad = _write(results, stream, pretty=pretty)
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
    urls: list[str], settings: Settings, *, site: str | None, replay: list[Path], record: Path | None
) -> Iterable[Article | Rejection | KhabarError]:
    from ingest.crawl.run import fetch_pages
    from ingest.urls import check_url

    checked = [check_url(url) for url in urls]
    return fetch_pages(checked, settings, site=site, replay=replay, record=record)


def _write(results: Iterable[Article | Rejection | KhabarError], stream: TextIO, *, pretty: bool) -> tuple[int, int]:
    good = bad = 0
    for result in results:
        if isinstance(result, Article):
            good += 1
            line = json.dumps(result.to_dict(), ensure_ascii=False, indent=2) if pretty else result.to_json_line()
            stream.write(line + "\n")
        else:
            bad += 1
            show.complain(result)
    stream.flush()
    return good, bad


@contextmanager
def _out(file: Path | None) -> Iterator[TextIO]:
    if file is None:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a test's stand-in may lack it
        yield sys.stdout
        return
    try:
        with file.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
    except OSError as error:
        raise UnwritableOutput(f"cannot write {file}: {error.strerror}", "choose another --output") from error


@app.command(epilog=EPILOG)
def crawl(
    sites: Annotated[list[str], typer.Argument(metavar="SITE...", help="Names of `khabar sites`.")],
    *,
    output: Output = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many articles of each site.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="WHEN", help="Nothing older: 12h, 2d, 3w or 2026-11-01.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Every source to its end and every article anew, whatever is known.")
    ] = False,
    replay: Replay = None,
    record: Record = None,
    connect_to: ConnectTo = None,
    allow_loopback: Loopback = None,
    delay: Delay = None,
    user_agent: Agent = None,
) -> None:
    """Fetch what is new on each site into JSON Lines, for example `khabar crawl propakistani --since 2d`."""
    from ingest.crawl.run import crawl_sites
    from ingest.sites import get_site

    settings = settings_of(
        output=output, connect_to=connect_to, allow_loopback=allow_loopback, delay=delay, user_agent=user_agent
    )
    names = [get_site(name, tuple(settings.sites)).name for name in dict.fromkeys(sites)]
    with show.Progress(names) as progress:
        reports = crawl_sites(
            names,
            settings,
            limit=limit,
            since=parse_since(since) if since else None,
            full=full,
            replay=replay or [],
            record=record,
            on_progress=progress.update,
        )
    show.table(reports)
    if code := exit_code(reports):
        raise typer.Exit(code)


@app.command()
def schema() -> None:
    """Print the JSON Schema that holds for every line of the output."""
    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@app.command()
def read(
    path: Annotated[Path, typer.Argument(help="A JSON Lines file, or an output folder.")] = Path("data"),
    *,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many records.")] = None,
    json_lines: Annotated[bool, typer.Option("--json", help="Whole records as JSON Lines.")] = False,
) -> None:
    """Show the records of an output folder: time, site, byline, headline."""
    from ingest.api import read as read_records

    records = islice(read_records(path), limit)
    if json_lines:
        _write(records, sys.stdout, pretty=False)
    else:
        show.records(records)


cli_ledger.register(app)


def parse_since(text: str, now: datetime | None = None) -> datetime:
    """The moment that `--since` means: a span back from now (`12h`, `2d`, `3w`) or a day or time (ISO 8601, UTC)."""
    hours = {"h": 1, "d": 24, "w": 168}
    if span := re.fullmatch(r"(\d{1,5})([hdw])", text.strip()):
        return (now or datetime.now(UTC)) - timedelta(hours=int(span[1]) * hours[span[2]])
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"--since {text}: no time", "say 12h, 2d, 3w or 2026-11-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def main() -> None:
    """Run the command; what is the user's to mend is one line on standard error."""
    command = get_command(app)
    try:
        code = command.main(standalone_mode=False)
    except KhabarError as error:
        show.error(str(error))
        code = error.exit_code
    except typer.TyperException as error:
        show.error(error.format_message())
        code = 2
    except (KeyboardInterrupt, typer.Abort):
        show.error("interrupted; what was written is whole")
        code = 130
    except BrokenPipeError:  # the reader of our output has enough
        sys.stderr.close()
        code = 0
    sys.exit(code if isinstance(code, int) else 0)
