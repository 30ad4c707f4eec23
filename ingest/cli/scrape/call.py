"""One call of `khabar scrape`: its options, and whether they fit together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.cli.console import Terminal
from ingest.cli.scrape.input import ScrapeInput
from ingest.errors import UsageError
from ingest.formats import Format

if TYPE_CHECKING:
    from ingest.crawl.pages.given import Given
    from ingest.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ScrapeCall:
    """What one call is to do: each attribute is the option of that name.

    `load` gives the settings with the options on top, and starts the log. It is called when they
    are needed, so that a wrong call ends without them.
    """

    terminal: Terminal
    load: Callable[[], Settings]
    input: ScrapeInput
    feeds: list[str]
    sitemaps: list[str]
    limit: int | None
    html: str | None
    url: str | None
    url_from: str
    site: str | None
    accept_any: bool
    headers: list[str]
    cookies: list[str]
    no_robots: bool
    replay: list[Path]
    record: Path | None
    output: str | None
    format: Format
    fields: list[str]
    pretty: bool
    rejected: Path | None
    keep_order: bool
    resume: bool
    explain: bool
    quiet: bool

    @cached_property
    def settings(self) -> Settings:
        """The operator's settings; raises `UsageError`."""
        return self.load()

    @property
    def is_batch(self) -> bool:
        """Whether there may be more than one result."""
        return bool(self.input.is_batch or self.feeds or self.sitemaps)

    @property
    def named(self) -> list[str]:
        """All URLs that the operator names."""
        return [*self.input.urls, *self.feeds, *self.sitemaps]

    @cached_property
    def given(self) -> Given:
        """Headers, cookies and the waiver of robots.txt; raises `UsageError`."""
        from ingest.crawl.pages.given import Given

        return Given.of(self.headers, self.cookies, ignore_robots=self.no_robots)

    @property
    def file(self) -> Path | None:
        """The file of `--output`."""
        return None if self.output is None else Path(self.output)


def check(call: ScrapeCall) -> None:
    """Raise `UsageError` if options contradict each other or there is nothing to read."""
    named = call.named
    if call.html is not None and (call.is_batch or named or call.input.paths or not call.url):
        raise UsageError("--html takes one saved page", "give its URL with --url, and no other URL")
    if call.url and call.html is None and (call.is_batch or len(call.input.paths) != 1):
        raise UsageError("--url is the URL of one saved page", "give that page, and no other")
    if call.html is None and not (named or call.input.paths):
        for problem in call.input.problems:
            call.terminal.error(str(problem))
        remedy = "give one on each line" if call.input.listed else "khabar scrape https://..."
        raise UsageError("no URL", remedy)
    if call.headers or call.cookies:
        call.given.check_hosts(named)
    if call.no_robots and (call.is_batch or len(named) != 1):
        raise UsageError("--no-robots is for one URL", "leave it out, or give one URL alone")
    if call.explain and (call.feeds or call.sitemaps):
        raise UsageError("--explain takes URLs and saved pages", "leave --feed and --sitemap out")
    _check_places(call)
    if call.resume:
        _check_resume(call)


def _check_places(call: ScrapeCall) -> None:
    if call.limit is not None and not (call.feeds or call.sitemaps):
        raise UsageError("--limit is for feeds and sitemaps", "add --feed or --sitemap")
    if call.rejected is not None and call.file is not None and _same(call.rejected, call.file):
        raise UsageError("--rejected and --output are one file", "choose another --rejected")


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _check_resume(call: ScrapeCall) -> None:
    if call.output is None or call.format is not Format.JSONL or call.pretty:
        raise UsageError("--resume continues a file of JSON Lines", "give -o FILE.jsonl")
    if call.fields and "requestedUrl" not in call.fields:
        raise UsageError("--resume knows pages by requestedUrl", "add it to --fields")
    if call.html is not None or call.input.paths:
        raise UsageError("--resume is for URLs", "extract saved pages anew")
