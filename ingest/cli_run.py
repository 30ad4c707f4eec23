"""What `crawl` and `recheck` have in common: run the crawls, show them, end with the code that says how it went."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ingest import show
from ingest.crawl.report import exit_code
from ingest.settings import Settings

if TYPE_CHECKING:
    from typing import Unpack

    from ingest.crawl.run import Wanted


def run_crawls(
    names: Iterable[str],
    settings: Settings,
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
    from ingest.crawl.summary import log_end, log_start

    names = list(names)
    quiet = quiet or settings.log_json
    log_start(names)
    with show.Progress(names, quiet=quiet) as progress:
        reports = crawl_sites(
            names, settings, replay=replay or [], record=record, on_progress=progress.update, **wanted
        )
    (log_end if quiet else show.table)(reports)
    if code := exit_code(reports):
        raise typer.Exit(code)
