"""The commands below `khabar sites`: list the definitions, hold them to their tests, draft a new one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Self

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from ingest import logs
from ingest.cli import console
from ingest.cli.console import safe, standard_error
from ingest.cli.options import (
    Agent,
    ConnectTo,
    Delay,
    Level,
    LogJson,
    Loopback,
    Record,
    Replay,
    settings_of,
    start_logs,
)
from ingest.errors import UnwritableOutput, UsageError
from ingest.monitoring.coverage import coverage
from ingest.monitoring.report import EXIT_NOTHING, EXIT_UNHEALTHY
from ingest.onboarding.check import Outcome, Verdict
from ingest.record import Article
from ingest.settings import Settings
from ingest.sites import NAME, Site, SiteCatalog, SiteTest
from ingest.urls import check_url, host_of

if TYPE_CHECKING:
    from ingest.onboarding.draft import Draft


_out = Console(highlight=False)
_err = standard_error()


def print_verdict(result: Verdict) -> None:
    """A line for each thing that is not as its definition wants it, and the count of all tests."""
    for site, url, problem in result.problems:
        line = f"{site}: {url}: {problem.field}: got {problem.got}, wanted {problem.wanted}"
        _out.print(safe(line), soft_wrap=True)
    counts = [f"{result.held} hold", f"{result.failed} fail"]
    if result.unfetched:
        counts.append(f"{result.unfetched} not fetched")
    if result.absent:
        counts.append(f"{result.absent} not at hand")
    _out.print(f"tests: {', '.join(counts)}")


class Looking:
    """Says on a terminal what `khabar sites add` is doing; silent elsewhere."""

    def __init__(self) -> None:
        self._status = _err.status("looking around")

    def __enter__(self) -> Self:
        if _err.is_terminal and not logs.is_json():
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._status.stop()

    def update(self, text: str) -> None:
        """Show what is done next."""
        self._status.update(safe(text))


def print_draft(result: Draft, file: Path) -> None:
    """What was found of a site, and how many of the articles tried give each field."""
    _out.print(
        f"[bold]{safe(str(result.values.get('publisher') or result.name))}[/]: {safe(str(file))}",
        soft_wrap=True,
    )
    _out.print(_coverage(result.articles))
    for source in result.sources:
        _out.print(safe(source), soft_wrap=True)
    for rejection in result.rejections:
        _out.print(
            safe(f"not an article: {rejection.requested_url}: {rejection.reason}"), soft_wrap=True
        )
    for note in result.notes:
        _out.print(safe(f"note: {note}"), soft_wrap=True)
    for key, text in result.reviews.items():
        _out.print(safe(f"review {key}: {text}"), soft_wrap=True)


def print_next_steps(result: Draft, folder: Path, *, listed: bool) -> None:
    """What to do with a definition that was written; `listed`: the settings name its folder."""
    if not listed:
        _out.print(
            safe(f'next: name the folder in khabar.toml: sites = ["{folder}"]'), soft_wrap=True
        )
    name = result.name
    text = f"next: look through the file, then: khabar sites check {name} && khabar crawl {name} --limit 5"
    _out.print(safe(text), soft_wrap=True)


def _coverage(articles: Sequence[Article]) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("field")
    grid.add_column(f"of {len(articles)}", justify="right")
    grid.add_column("")
    for row in coverage(articles):
        grid.add_row(row.field, str(row.found), safe(row.detail))
    return grid


sites_app = typer.Typer(
    help="List the sites that have a definition; check definitions, or draft a new one.",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@sites_app.callback()
def sites(context: typer.Context) -> None:
    """List the sites that have a definition; check definitions, or draft a new one."""
    if context.invoked_subcommand is None:
        console.sites(SiteCatalog.load(settings_of().sites))


@sites_app.command(epilog="Exit codes: 0 all tests hold; 3 none could be run; 4 something fails.")
def check(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="SITE...", help="Names; all when none is given.")
    ] = None,
    *,
    saved: Annotated[
        Path | None,
        typer.Option("--saved", metavar="DIR", help="Take the pages saved below this folder."),
    ] = None,
    replay: Replay = None,
    record: Record = None,
    connect_to: ConnectTo = None,
    allow_loopback: Loopback = None,
    delay: Delay = None,
    user_agent: Agent = None,
    log_json: LogJson = None,
    log_level: Level = None,
) -> None:
    """Hold definitions to their own tests, for example `khabar sites check dailytimes`."""
    settings = settings_of(
        connect_to=connect_to,
        allow_loopback=allow_loopback,
        delay=delay,
        user_agent=user_agent,
        log_json=log_json,
        log_level=log_level,
    )
    start_logs(settings, "error")
    if saved is not None and (replay or record):
        raise UsageError("--saved takes its pages from a folder", "leave out --replay and --record")
    catalog = SiteCatalog.load(settings.sites)
    chosen = [catalog.get(name) for name in names] if names else list(catalog)
    if saved is not None:
        results = _from_folder(saved, chosen, settings)
    else:
        results = _from_net(chosen, settings, replay or [], record)
    verdict = Verdict()
    for site, test, outcome in results:
        verdict.add(site.name, test, outcome)
    print_verdict(verdict)
    if verdict.problems or not verdict.ran:
        raise typer.Exit(EXIT_UNHEALTHY if verdict.ran else EXIT_NOTHING)


@sites_app.command(
    epilog="Exit codes: 0 the definition is written; 2 the call is wrong; 3 no article came of the URL."
)
def add(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The site's front page, a feed or an article.")
    ],
    *,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="In place of one made of the domain."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="DIR",
            help="Folder of the definition [default: the first of `sites`, or sites]",
        ),
    ] = None,
    tries: Annotated[
        int, typer.Option("--tries", metavar="N", min=1, help="Articles to fetch.")
    ] = 5,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a definition that is there.")
    ] = False,
    replay: Replay = None,
    record: Record = None,
    connect_to: ConnectTo = None,
    allow_loopback: Loopback = None,
    delay: Delay = None,
    user_agent: Agent = None,
    log_json: LogJson = None,
    log_level: Level = None,
) -> None:
    """Draft the definition of a new site, for example `khabar sites add https://example.org/`."""
    from ingest.crawl.run import explore_site
    from ingest.onboarding.draft import draft_site, free_name

    settings = settings_of(
        connect_to=connect_to,
        allow_loopback=allow_loopback,
        delay=delay,
        user_agent=user_agent,
        log_json=log_json,
        log_level=log_level,
    )
    start_logs(settings, "error")
    # The first folder may not exist yet.
    known = SiteCatalog.load(path for path in settings.sites if path.is_dir())
    _check_new(url, name, known, force=force)
    with Looking() as looking:
        found = explore_site(
            url,
            settings,
            catalog=known,
            tries=tries,
            replay=replay or [],
            record=record,
            on_step=looking.update,
        )
        draft = draft_site(found, name or free_name(found.domain, known), settings.limits)
    folder = to or next(iter(settings.sites), Path("sites"))
    file = _write(draft, folder, force=force)
    print_draft(draft, file)
    print_next_steps(draft, folder, listed=folder in settings.sites)


def _check_new(url: str, name: str | None, known: SiteCatalog, *, force: bool) -> None:
    """Refuse what would stand in the way of a definition that is there; raises `UsageError`."""
    if name is not None and not NAME.fullmatch(name):
        raise UsageError(f"--name {name}: no name of a definition", "use letters, digits, hyphens")
    host = host_of(check_url(url))
    same = next((site.name for site in known if host in site.hosts), None)
    if same and not force:
        raise UsageError(
            f"{host} has the definition {same!r}",
            f"khabar sites check {same}, or --force for a new one",
        )
    taken = next((site for site in known if site.name == name), None)
    if taken and taken.name != same:
        raise UsageError(f"--name {name}: taken by {taken.domain}", "choose another --name")


def _write(draft: Draft, folder: Path, *, force: bool) -> Path:
    from ingest.onboarding.draft_toml import definition_text

    file = folder / f"{draft.name}.toml"
    text = definition_text(draft, datetime.now(UTC).date())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("w" if force else "x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        raise UsageError(
            f"{file} is there already", "choose --name or --to, or write over it with --force"
        ) from None
    except OSError as error:
        raise UnwritableOutput(
            f"cannot write {file}: {error.strerror}", "choose another --to"
        ) from error
    return file


def _from_folder(
    folder: Path, sites: Sequence[Site], settings: Settings
) -> Iterator[tuple[Site, SiteTest, Outcome]]:
    from ingest.onboarding.check import saved_pages
    from ingest.processing.build import article_for

    pages = saved_pages(
        folder, [test.url for site in sites for test in site.tests], settings.limits
    )
    for site in sites:
        for test in site.tests:
            page = pages.get(test.url)
            yield site, test, None if page is None else article_for(page, site, settings.limits)


def _from_net(
    sites: Sequence[Site], settings: Settings, replay: list[Path], record: Path | None
) -> Iterator[tuple[Site, SiteTest, Outcome]]:
    from ingest.crawl.run import fetch_by_site

    tested = [site for site in sites if site.tests]
    requests = [(site, [test.url for test in site.tests]) for site in tested]
    results = fetch_by_site(requests, settings, replay=replay, record=record) if requests else []
    for site, outcomes in zip(tested, results, strict=True):
        for test, outcome in zip(site.tests, outcomes, strict=True):
            yield site, test, outcome
