"""`khabar demo`: crawl the newsrooms whose recordings Khabar ships with, and show some records."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from ingest.cli.console import Terminal

_SITES = ("propakistani", "dailytimes")
_FEW = 5


def demo(
    context: typer.Context,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of records and ledger.")
    ] = Path("khabar-demo"),
) -> None:
    """Crawl two recorded newsrooms, without network, and show records.

    Example: khabar demo
    """
    from ingest.api import read as read_records
    from ingest.cli.crawl import run_crawls
    from ingest.cli.read import summary_line
    from ingest.crawl.http.recording_files import DEMO
    from ingest.settings import Settings
    from ingest.sites import SiteCatalog

    terminal = context.ensure_object(Terminal)
    # What an operator has set for real crawls has no part in it, such as a database or a webhook.
    own = {"ledger": "", "sites": [], "sinks": [], "webhook": "", "on_unhealthy": ""}
    settings = Settings.load(output=output, **own)
    terminal.start_logs("warning", json=settings.log_json)
    catalog = SiteCatalog.load()
    run_crawls(
        terminal,
        map(catalog.get, _SITES),
        settings,
        catalog,
        quiet=False,
        replay=[Path(DEMO)],
        record=None,
    )
    for article in islice(read_records(output), _FEW):
        terminal.line(summary_line(article))
    terminal.note(f"All records: khabar read {output}. A page of yours: khabar scrape URL")
