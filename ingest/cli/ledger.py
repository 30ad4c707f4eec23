"""The commands on what earlier crawls know: `recheck`, `forget`, `diff`."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

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
from ingest.errors import ArticleNotFound, UsageError
from ingest.monitoring.report import exit_code
from ingest.record import Article
from ingest.settings import Settings
from ingest.sites import UNKNOWN_SITE, Site, SiteCatalog
from ingest.storage.ledger import Ledger
from ingest.storage.segments import locked
from ingest.text import one_line, printable
from ingest.urls import article_key, check_url

if TYPE_CHECKING:
    from typing import Unpack

    from ingest.crawl.run import Wanted


logger = logging.getLogger(__name__)


def run_crawls(
    sites: Iterable[Site],
    settings: Settings,
    catalog: SiteCatalog,
    *,
    quiet: bool = False,
    replay: list[Path] | None = None,
    record: Path | None = None,
    **wanted: Unpack[Wanted],
) -> None:
    """Crawl these sites; raises `typer.Exit` where the code is not 0.

    `quiet`: log records in the place of live counts and the closing table; so it is too where those are JSON Lines.
    """
    from ingest.crawl.run import crawl_sites
    from ingest.monitoring.report import alarm, log_end, log_start, send

    sites = list(sites)
    names = [site.name for site in sites]
    quiet = quiet or settings.log_json
    log_start(names)
    with console.Progress(names, quiet=quiet) as progress:
        reports = crawl_sites(
            sites,
            settings,
            catalog=catalog,
            replay=replay or [],
            record=record,
            on_progress=progress.update,
            **wanted,
        )
    (log_end if quiet else console.table)(reports)
    if code := exit_code(reports):
        for problem in send(alarm(reports, code, settings.output, datetime.now(UTC)), settings):
            logger.warning("%s", problem)
        raise typer.Exit(code)


_WORDS = re.compile(r"\S+\s*")
_GONE, _CAME = "red strike", "green"
Row = tuple[Text, Text]


def print_diff(before: Article, after: Article, console: Console | None = None) -> None:
    """Print each field that differs, and of long texts the paragraphs that do."""
    console = console or Console(highlight=False)
    console.print(Text(printable(one_line(after.headline or after.url))), soft_wrap=True)
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, expand=True)
    grid.add_column("field", no_wrap=True)
    for article in (before, after):
        grid.add_column(f"version {article.version}, {article.metadata.date_downloaded}", ratio=1)
    rows = 0
    for name, old, new in _differences(before, after):
        for number, row in enumerate(_rows(old, new)):
            grid.add_row("" if number else name, *row)
            rows += 1
    console.print(grid if rows else Text("no field differs"))


def _differences(before: Article, after: Article) -> Iterator[tuple[str, Any, Any]]:
    """The fields of the content, the status and the stated times that differ, by their JSON names."""
    old, new = before.to_dict(), after.to_dict()
    names = ["status", *before.content(), "dateModified", "commentCount"]
    return ((name, old[name], new[name]) for name in dict.fromkeys(names) if old[name] != new[name])


def _rows(old: Any, new: Any) -> Iterator[Row]:  # noqa: ANN401 - any value of a record
    before, after = _parts(old), _parts(new)
    for kind, start, end, to_start, to_end in SequenceMatcher(
        a=before, b=after, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            continue
        gone, came = before[start:end], after[to_start:to_end]
        for index in range(max(len(gone), len(came))):
            yield _pair(
                gone[index] if index < len(gone) else "", came[index] if index < len(came) else ""
            )


def _parts(value: Any) -> list[str]:  # noqa: ANN401 - any value of a record
    """A text's paragraphs, a list's items, or the value itself, as lines."""
    if value is None:
        return []
    if isinstance(value, str):
        return [line for line in value.split("\n\n") if line]
    items = value if isinstance(value, list) else [value]
    return [item if isinstance(item, str) else _item(item) for item in items]


def _item(item: Any) -> str:  # noqa: ANN401 - any value of a record
    if isinstance(item, dict) and "text" in item:  # a comment
        return f"{item['author']['name'] or '(no name)'}: {item['text']}"
    if isinstance(item, dict) and "name" in item:
        return str(item["name"])
    return json.dumps(item, ensure_ascii=False)


def _pair(old: str, new: str) -> Row:
    """The two texts with the words that differ in colour."""
    left, right = Text(), Text()
    before, after = _WORDS.findall(_line(old)), _WORDS.findall(_line(new))
    for kind, start, end, to_start, to_end in SequenceMatcher(
        a=before, b=after, autojunk=False
    ).get_opcodes():
        left.append("".join(before[start:end]), None if kind == "equal" else _GONE)
        right.append("".join(after[to_start:to_end]), None if kind == "equal" else _CAME)
    return left, right


def _line(text: str) -> str:
    return printable(one_line(text))


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
    catalog = SiteCatalog.load(settings.sites)
    for site, urls in _by_site(what, catalog).items():
        with _ledger(settings, site) as ledger:
            only[site] = _known_keys(ledger, urls, settings) if urls else ledger.keys()
        if not only[site]:
            raise ArticleNotFound(f"no crawl has met an article of {site}", f"khabar crawl {site}")
    sites = [catalog.get(name) for name in only]
    run_crawls(sites, settings, catalog, quiet=quiet, replay=replay, record=record, only=only)


def forget(
    urls: Annotated[
        list[str], typer.Argument(metavar="URL...", help="Addresses that a crawl has met.")
    ],
    *,
    output: Output = None,
) -> None:
    """Let the next crawl take these addresses as if it had never seen them, and write them as a further version."""
    settings = settings_of(output=output)
    for site, asked in _by_site(urls, SiteCatalog.load(settings.sites)).items():
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
    print_diff(versions[earlier], versions[last])


def _by_site(what: Iterable[str], catalog: SiteCatalog) -> dict[str, list[str]]:
    """The addresses by site; a site that is named itself has none, which means all of them."""
    found: dict[str, list[str]] = {}
    for item in what:
        if "/" not in item:
            found[catalog.get(item).name] = []
            continue
        url = check_url(item)
        site = catalog.for_url(url)
        if site is UNKNOWN_SITE:
            raise ArticleNotFound(f"{url} is of no site with a definition", "see `khabar sites`")
        if found.get(site.name) != []:
            found.setdefault(site.name, []).append(url)
    return found


def _known_keys(ledger: Ledger, urls: Iterable[str], settings: Settings) -> list[str]:
    keys = {article_key(url): url for url in urls}
    known = ledger.visits(keys)
    for key, url in keys.items():
        if key not in known:
            raise ArticleNotFound(
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
