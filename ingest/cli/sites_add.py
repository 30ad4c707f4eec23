"""`khabar sites add`: explore a site and draft its definition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest import logs
from ingest.cli.console import Terminal, print_table, safe
from ingest.cli.options import FetchOptions, Record
from ingest.errors import UnwritableOutput, UsageError
from ingest.redaction.text import masked

if TYPE_CHECKING:
    from ingest.onboarding.draft import Draft
    from ingest.sites import SiteCatalog


def add(
    context: typer.Context,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The site's front page, a feed or an article.")
    ],
    *,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Name of the site [default: by its domain]"),
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
        int, typer.Option("--tries", metavar="N", min=1, help="Number of articles to fetch.")
    ] = 5,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing definition.")] = False,
    record: Record = None,
    fetch: FetchOptions,
) -> None:
    """Draft the definition of a new site.

    Example: khabar sites add https://example.org/
    """
    from ingest.crawl.explore import explore_site
    from ingest.onboarding.draft import draft_in_worker, free_name
    from ingest.sites import SiteCatalog

    terminal = context.ensure_object(Terminal)
    settings = fetch.start(terminal, "error")
    # The folder that the definition will be written to may not exist yet.
    catalog = SiteCatalog.load(path for path in settings.sites if path.is_dir())
    _check_new(url, name, catalog, force=force)
    with _live_status(terminal) as show:
        findings = explore_site(
            url,
            settings,
            catalog=catalog,
            tries=tries,
            replay=fetch.cassettes,
            record=record,
            on_step=show,
        )
        name = name or free_name(findings.domain, catalog)
        draft = draft_in_worker(findings, name, settings.limits)
    folder = to or next(iter(settings.sites), Path("sites"))
    file = _write(draft, folder, force=force)
    print_draft(terminal, draft, file)
    _print_next_steps(terminal, draft.name, folder, in_settings=folder in settings.sites)


def _check_new(url: str, name: str | None, catalog: SiteCatalog, *, force: bool) -> None:
    """Raise `UsageError` if the name is not valid, or a definition of the site or name exists."""
    from ingest.sites import NAME
    from ingest.urls import check_url, host_of

    if name is not None and not NAME.fullmatch(name):
        raise UsageError(f"--name {name}: not a valid name", "use letters, digits and hyphens")
    host = host_of(check_url(url))
    same_host = next((site.name for site in catalog if host in site.hosts), None)
    if same_host and not force:
        remedy = f"khabar sites check {same_host}, or --force for a new one"
        raise UsageError(f"{host} has the definition {same_host!r}", remedy)
    same_name = next((site for site in catalog if site.name == name), None)
    if same_name and same_name.name != same_host:
        raise UsageError(f"--name {name}: used by {same_name.domain}", "choose another --name")


@contextmanager
def _live_status(terminal: Terminal) -> Iterator[Callable[[str], None]]:
    """Show on a terminal what is being done; yields what updates the text."""
    if logs.is_json() or not terminal.err.is_terminal:
        yield lambda _: None
        return
    with terminal.err.status("exploring") as status:
        yield lambda text: status.update(safe(masked(text)))


def _write(draft: Draft, folder: Path, *, force: bool) -> Path:
    """Write the definition and return its file."""
    from ingest.onboarding.draft_toml import definition_text

    file = folder / f"{draft.name}.toml"
    text = definition_text(draft, datetime.now(UTC).date())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("w" if force else "x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        remedy = "choose --name or --to, or replace it with --force"
        raise UsageError(f"{file} already exists", remedy) from None
    except OSError as error:
        message = f"cannot write {file}: {error.strerror}"
        raise UnwritableOutput(message, "choose another --to") from error
    return file


def print_draft(terminal: Terminal, draft: Draft, file: Path) -> None:
    """Print which fields the fetched articles have, then sources, problems and what to review."""
    from ingest.onboarding.field_counts import count_fields

    title = safe(str(draft.values.get("publisher") or draft.name))
    terminal.out.print(f"[bold]{title}[/]: {safe(str(file))}", soft_wrap=True)
    number = f"of {len(draft.articles)}"
    rows = [
        (row.field, str(row.articles), safe(row.detail)) for row in count_fields(draft.articles)
    ]
    print_table(terminal.out, ("field", number, "detail"), rows, numeric=[number])
    for source in draft.sources:
        terminal.line(source)
    for rejection in draft.rejections:
        terminal.line(f"not an article: {rejection.requested_url}: {rejection.reason}")
    for note in draft.notes:
        terminal.line(f"note: {note}")
    for key, text in draft.reviews.items():
        terminal.line(f"review {key}: {text}")


def _print_next_steps(terminal: Terminal, name: str, folder: Path, *, in_settings: bool) -> None:
    if not in_settings:
        terminal.line(f'next: name the folder in khabar.toml: sites = ["{folder}"]')
    commands = f"khabar sites check {name} && khabar crawl {name} --limit 5"
    terminal.line(f"next: review the file, then run: {commands}")
