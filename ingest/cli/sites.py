"""`khabar sites`: list the definitions. Its subcommands check definitions and draft a new one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from ingest.cli.commands import COMMANDS
from ingest.cli.console import Terminal, print_table, safe
from ingest.cli.options import expand
from ingest.cli.sites_add import add
from ingest.cli.sites_check import check

if TYPE_CHECKING:
    from ingest.sites import Site


def sites_app() -> typer.Typer:
    """Return the commands below `khabar sites`."""
    app = typer.Typer(
        name="sites",
        invoke_without_command=True,
        rich_markup_mode=None,
        epilog=COMMANDS["sites"].exit_codes,
    )
    app.callback()(sites)
    app.command(
        epilog="Exit codes: 0 all tests pass; 2 an argument or setting is wrong; 3 no test could "
        "be run; 4 a test fails."
    )(expand(check))
    app.command(
        epilog="Exit codes: 0 the definition is written; 2 an argument or setting is wrong; 3 no "
        "article could be extracted."
    )(expand(add))
    return app


def sites(context: typer.Context) -> None:
    """List, check or draft site definitions.

    Example: khabar sites
    """
    if context.invoked_subcommand is not None:
        return
    from ingest.settings import Settings
    from ingest.sites import SiteCatalog

    terminal = context.ensure_object(Terminal)
    print_sites(terminal, SiteCatalog.load(Settings.load().sites))


def print_sites(terminal: Terminal, definitions: Iterable[Site]) -> None:
    """Print a table of the sites that have a definition."""
    rows = [
        (
            safe(site.name),
            safe(site.domain),
            safe(site.language),
            safe(", ".join(site.platforms)),
            safe(str(site.schedule or "")),
        )
        for site in sorted(definitions, key=lambda site: site.name)
    ]
    print_table(terminal.out, ("site", "domain", "language", "platforms", "schedule"), rows)
