"""What `crawl` and `recheck` have in common: run the crawls, show them, end with the code that says how it went."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ingest.cli import console
from ingest.monitoring.site_report import exit_code
from ingest.settings import Settings

if TYPE_CHECKING:
    from typing import Unpack

    from ingest.crawl.run import Wanted

logger = logging.getLogger(__name__)


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
    from ingest.monitoring.notify import alarm, send
    from ingest.monitoring.run_log import log_end, log_start

    names = list(names)
    quiet = quiet or settings.log_json
    log_start(names)
    with console.Progress(names, quiet=quiet) as progress:
        reports = crawl_sites(
            names,
            settings,
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
