"""`khabar sites`: list the definitions. Its subcommands check definitions and draft a new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import typer

from ingest.cli.commands import COMMANDS
from ingest.cli.console import Terminal, print_table, safe
from ingest.cli.defaults import has_defaults
from ingest.cli.options import expand
from ingest.cli.sites_add import add
from ingest.cli.sites_check import check


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
    terminal = context.ensure_object(Terminal)
    rows = shipped_rows() if has_defaults(os.environ, Path()) else all_rows()
    cells = [tuple(map(safe, row)) for row in sorted(rows)]
    print_table(terminal.out, ("site", "domain", "language", "platforms", "schedule"), cells)


_Row = tuple[str, str, str, str, str]


def shipped_rows() -> Iterator[_Row]:
    """Yield the rows of the shipped definitions, which tests check, without their models."""
    import tomllib
    from importlib import resources

    for file in resources.files("spiders").joinpath("sites").iterdir():
        if file.name.endswith(".toml"):
            site = tomllib.loads(file.read_text("utf-8"))
            schedule = " ".join(map(" ".join, site.get("schedule", {}).items()))
            name, platforms = file.name.removesuffix(".toml"), ", ".join(site.get("platforms", ()))
            yield name, site["domain"], site.get("language", ""), platforms, schedule


def all_rows() -> Iterator[_Row]:
    """Yield the rows of all definitions; raises `UsageError` for wrong settings."""
    from ingest.settings import Settings
    from ingest.sites import SiteCatalog

    for site in SiteCatalog.load(Settings.load().sites):
        platforms, schedule = ", ".join(site.platforms), str(site.schedule or "")
        yield site.name, site.domain, site.language or "", platforms, schedule
