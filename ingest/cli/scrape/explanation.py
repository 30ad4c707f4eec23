"""`khabar scrape --explain`: how the record of each page comes about, as text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ingest.cli.scrape.input import read_page, saved_bytes, saved_pages, site_option
from ingest.errors import KhabarError, UnwritableOutput

if TYPE_CHECKING:
    from ingest.cli.scrape.call import ScrapeCall


def explain(call: ScrapeCall) -> int:
    """Print the explanation of each page, with its URL above it if there are several.

    Returns:
        The exit code.
    """
    from ingest.monitoring.report import EXIT_NOTHING, EXIT_UNHEALTHY

    texts: list[str] = []
    problems = len(call.input.problems)
    for problem in call.input.problems:
        call.terminal.error(str(problem))

    def take(name: str, explanation: str | KhabarError) -> None:
        nonlocal problems
        if isinstance(explanation, KhabarError):
            problems += 1
            call.terminal.error(str(explanation))
        else:
            texts.append(f"{name}\n{explanation}" if call.is_batch else explanation)

    _explain_saved(call, take)
    if call.input.urls:
        from ingest.crawl.pages.explain import explain_each

        explain_each(
            call.input.urls,
            call.settings,
            take,
            site=call.site,
            given=call.given,
            replay=call.replay,
            record=call.record,
        )
    if texts:
        _print("\n\n".join(texts) + "\n", call.file)
    if not problems:
        return 0
    return EXIT_UNHEALTHY if texts else EXIT_NOTHING


def _explain_saved(call: ScrapeCall, take: Callable[[str, str | KhabarError], None]) -> None:
    from ingest.api import explain as explain_page

    site = site_option(call.site)
    if call.html is not None:
        take(call.html, explain_page(saved_bytes(call.html), call.url or "", site=site))
        return
    for saved in saved_pages(call.terminal, call.input, call.url):
        try:
            page = read_page(saved, call.url_from, call.settings)
            text = explain_page(page.body, page.url, retrieved_at=page.retrieved_at, site=site)
        except KhabarError as error:
            take(str(saved.file), error)
        else:
            take(str(saved.file), text)


def _print(text: str, file: Path | None) -> None:
    """Write the text to a file, or to standard output."""
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UnwritableOutput(
            f"cannot write {file}: {error.strerror}", "choose another --output"
        ) from error
