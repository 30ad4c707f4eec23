"""What the parts of one crawl share: the operator's settings, the clock, the run's name, the store."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self
from weakref import WeakKeyDictionary

from scrapy import signals
from scrapy.http import Response

from ingest.crawl.http.handler import tape_of
from ingest.crawl.settings import site_catalog
from ingest.errors import KhabarError
from ingest.monitoring.coverage import FieldCounter
from ingest.processing.worker import Extract
from ingest.processing.workers import Extractor
from ingest.settings import Settings
from ingest.sites import SiteCatalog
from ingest.storage.segments import RUN_STAMP

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from ingest.discovery.source import SourceVisit
    from ingest.monitoring.summary import RunSummary
    from ingest.storage.site_store import GroupCommit, SiteStore


_LONGEST_AGE = 10 * 365 * 86_400
"""Seconds; what says more is no age."""


class SiteClock:
    """Keeps the newest time of an answer in the crawl's context: ages of articles count from it, also in a replay."""

    def __init__(self, context: CrawlContext) -> None:
        self._context = context

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        clock = cls(context_of(crawler))
        crawler.signals.connect(clock.response_received, signal=signals.response_received)
        return clock

    def response_received(self, response: Response) -> None:
        """Take the time of an answer."""
        moment = answered_at(response)
        if moment is not None and (
            self._context.answered_at is None or moment > self._context.answered_at
        ):
            self._context.answered_at = moment


def answered_at(response: Response) -> datetime | None:
    """When an answer left the server or cache: its `Date` and, from a cache, its `Age` (RFC 9111, 4.2.3)."""
    try:
        moment = parsedate_to_datetime((response.headers.get("Date") or b"").decode("latin-1"))
    except ValueError:
        return None
    age = (response.headers.get("Age") or b"").decode("latin-1").strip()
    seconds = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment + timedelta(seconds=seconds if seconds < _LONGEST_AGE else 0)


PAGE_DONE = object()
"""The signal that an address is dealt with: `url` and `outcome`, an Article, a Rejection or a KhabarError.

An article that is as it was is sent too; the statistics tell them apart.
"""

SOURCE_JUDGED = object()
"""The signal that what was fetched beside pages (a feed, a listing, robots.txt) was looked at: its final `url`, and
`challenge`, what tells that a challenge page stood in its place, or None."""


@dataclass
class CrawlContext:
    """The state of one crawler. `fatal` is the error that ended it, where one did; `interrupted` that a person did.

    `errors` say what is wrong beside single pages; those of them that close a whole host to us are `shut_out` too.
    `answered_at` is the newest time that an answer gives, `summary` what the run came to when it is over. `close` ends
    the pipeline where Scrapy cannot wait for it, `robots` gives a robots.txt that was read for its rules.
    """

    settings: Settings
    catalog: SiteCatalog
    extract: Extract
    now: Callable[[], datetime]
    replaying: bool
    run_id: str
    output: Path | None
    started: datetime
    store: SiteStore | None = None
    commits: GroupCommit | None = None
    close: Callable[[], None] | None = None
    robots: Callable[[Request], Awaitable[Response | None]] | None = None
    fatal: KhabarError | None = None
    errors: list[str] = field(default_factory=list)
    shut_out: list[str] = field(default_factory=list)
    sources: list[SourceVisit] = field(default_factory=list)
    newest: datetime | None = None
    interrupted: bool = False
    answered_at: datetime | None = None
    coverage: FieldCounter = field(default_factory=FieldCounter)
    summary: RunSummary | None = None

    def close_host(self, problem: str) -> None:
        """Note that a host is closed to us for the rest of the run, and why."""
        self.errors.append(problem)
        self.shut_out.append(problem)


_contexts: WeakKeyDictionary[Crawler, CrawlContext] = WeakKeyDictionary()


def context_of(crawler: Crawler) -> CrawlContext:
    """The context of this crawler, made of its settings at the first call.

    KHABAR_SETTINGS  an `ingest.settings.Settings`; None: those of file and environment
    KHABAR_CATALOG   an `ingest.sites.SiteCatalog`; None: loaded from the folders of the settings
    KHABAR_OUTPUT    the folder of records and ledger; None: neither
    KHABAR_CLOCK     a function that gives the time, aware; for tests
    KHABAR_EXTRACT   a function in the place of the extraction, importable by name; for tests
    """
    if crawler not in _contexts:
        _contexts[crawler] = _make(crawler)
    return _contexts[crawler]


def _make(crawler: Crawler) -> CrawlContext:
    values = crawler.settings
    settings: Settings = values.get("KHABAR_SETTINGS") or Settings.load()
    now: Callable[[], datetime] = values.get("KHABAR_CLOCK") or (lambda: datetime.now(UTC))
    catalog = site_catalog(values)
    extract: Extract = values.get("KHABAR_EXTRACT") or Extractor(catalog, settings.limits)
    output = values.get("KHABAR_OUTPUT")
    tape = tape_of(crawler)
    return CrawlContext(
        settings=settings,
        catalog=catalog,
        extract=extract,
        now=now,
        replaying=tape is not None and not tape.records,
        run_id=f"{now().astimezone(UTC).strftime(RUN_STAMP)}-{secrets.token_hex(2)}",  # sorts by time; ours alone
        output=Path(output) if output else None,
        started=now(),
    )
