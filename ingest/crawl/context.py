"""The state that the components of one crawl share: settings, clock, store, results."""

from __future__ import annotations

import logging
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.http import Response

from ingest.crawl.http.headers import answered_at
from ingest.crawl.http.pace import Pace
from ingest.crawl.http.recording import tape_from
from ingest.crawl.reader import Reader
from ingest.crawl.settings import operator_settings, site_catalog
from ingest.crawl.sinks import Sinks
from ingest.errors import KhabarError
from ingest.monitoring.coverage import FieldCounter
from ingest.processing.worker import Extract
from ingest.processing.workers import Extractor, WorkerPools, Workers
from ingest.settings import Settings
from ingest.sites import SiteCatalog
from ingest.storage.segments import RUN_STAMP

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from ingest.archive.writer import ArchiveWriter
    from ingest.crawl.frontier.claims import Claims
    from ingest.crawl.http.cassette import Tape
    from ingest.discovery.source import SourceVisit
    from ingest.monitoring.summary import RunSummary
    from ingest.storage.group_commit import GroupCommit
    from ingest.storage.site_store import SiteStore


logger = logging.getLogger(__name__)

PAGE_DONE = object()
"""Signal: the outcome of a URL is known. Arguments: `url`, `outcome` (Article, Rejection,
KhabarError).

It is sent for an unchanged article, too; the statistics distinguish them.
"""

SOURCE_JUDGED = object()
"""Signal: a response that is not a page (a feed, a listing, robots.txt) was checked.

Arguments: its final `url`, and `challenge`, the sign of a challenge page in its place, or None.
"""


@dataclass
class CrawlContext:
    """The state of one crawl.

    Attributes:
        settings: the operator's settings.
        catalog: all site definitions.
        extract: what a worker does with a page.
        now: the clock, with a time zone.
        tape: the recording to play or to record to, if any.
        run_id: sorts by time; unique to the crawl.
        output: folder of records and ledger, if any.
        started: start of the crawl.
        workers: the processes that parse pages and sources.
        reader: parses sources in them.
        paces: the request rate of each host, by host name. A new host has no delay.
        store: the store of `output` while it is open.
        commits: the pending writes of `store`.
        close: ends the pipeline if Scrapy cannot wait for it.
        robots: returns a robots.txt that was already fetched for its rules.
        fatal: the error that ended the crawl, if one did.
        errors: what is wrong apart from single pages, one line each.
        shut_out: those of `errors` that close a whole host to the crawl.
        unreachable: those of `shut_out` that are of hosts without any answer.
        sources: what was met at each source.
        newest: the newest publication time that was seen.
        interrupted: whether a signal ended the crawl.
        claims: what the sources claim of known articles, and what their pages show.
        answered_at: the newest time that a response states.
        coverage: counts of the fields that were extracted.
        summary: the result of the crawl, once it is over.
        archive: takes the answers of article pages, if the run keeps them.
        sinks: plug-ins that get the committed records, if there is an output.
    """

    settings: Settings
    catalog: SiteCatalog
    extract: Extract
    now: Callable[[], datetime]
    tape: Tape | None
    run_id: str
    output: Path | None
    started: datetime
    workers: Workers
    reader: Reader
    paces: defaultdict[str, Pace] = field(default_factory=lambda: defaultdict(Pace))
    claims: Claims | None = None
    store: SiteStore | None = None
    commits: GroupCommit | None = None
    close: Callable[[], None] | None = None
    robots: Callable[[Request], Awaitable[Response | None]] | None = None
    fatal: KhabarError | None = None
    errors: list[str] = field(default_factory=list)
    shut_out: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    sources: list[SourceVisit] = field(default_factory=list)
    newest: datetime | None = None
    interrupted: bool = False
    answered_at: datetime | None = None
    coverage: FieldCounter = field(default_factory=FieldCounter)
    summary: RunSummary | None = None
    sinks: Sinks | None = None
    archive: ArchiveWriter | None = None
    _noted: set[str] = field(default_factory=set)

    @property
    def replaying(self) -> bool:
        """Whether a recording answers every request."""
        return self.tape is not None and not self.tape.records

    @property
    def newest_time(self) -> datetime:
        """The time of the recording that is replayed, or else of the clock."""
        recorded = self.tape.recorded_at() if self.tape is not None and self.replaying else None
        return recorded or self.now()

    @property
    def recording(self) -> bool:
        """Whether the responses of this crawl are recorded."""
        return self.tape is not None and self.tape.records

    def note_once(self, key: str, problem: str) -> None:
        """Log a problem, and add it to the errors if it is the first one with this key."""
        logger.warning("%s", problem)
        if key not in self._noted:
            self._noted.add(key)
            self.errors.append(problem)

    def close_host(self, problem: str, *, answered: bool = True) -> None:
        """Note that a host must not be contacted for the rest of the run, and why.

        Args:
            problem: one line with the address.
            answered: whether the host answered at all; else its network, or ours, is down.
        """
        self.errors.append(problem)
        self.shut_out.append(problem)
        if not answered:
            self.unreachable.append(problem)


class ContextAddon:
    """Owns the context of a crawler: Scrapy makes one add-on for each crawler, and drops both."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._context: CrawlContext | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the add-on; called by Scrapy."""
        return cls(crawler)

    @property
    def context(self) -> CrawlContext:
        """The state of the crawler, made of its settings on first use."""
        if self._context is None:
            self._context = _new_context(self._crawler)
        return self._context


def context_of(crawler: Crawler) -> CrawlContext:
    """Return the context of a crawler that has started.

    It is made of these settings of the crawler, apart from those of `ingest.crawl.http.recording`:

    KHABAR_SETTINGS  an `ingest.settings.Settings`; None: those of file and environment
    KHABAR_CATALOG   an `ingest.sites.SiteCatalog`; None: loaded from the folders of the settings
    KHABAR_OUTPUT    the folder of records and ledger; None: neither
    KHABAR_WORKERS   the `WorkerPools` that several crawlers share; None: new ones
    KHABAR_CLOCK     a function that returns the time with a time zone; for tests
    KHABAR_EXTRACT   an importable function instead of the extraction; for tests

    Raises:
        KhabarError: the crawler has not started, or runs without Khabar's add-on.
    """
    addon = crawler.get_addon(ContextAddon)
    if addon is None:
        raise KhabarError(
            "this crawler runs without Khabar's add-on",
            'set ADDONS = {"ingest.crawl.addon.KhabarAddon": 500}',
        )
    return addon.context


def _new_context(crawler: Crawler) -> CrawlContext:
    values = crawler.settings
    settings = operator_settings(values)
    catalog = site_catalog(values)
    now: Callable[[], datetime] = values.get("KHABAR_CLOCK") or (lambda: datetime.now(UTC))
    extract: Extract = values.get("KHABAR_EXTRACT") or Extractor(catalog, settings.limits)
    output = values.get("KHABAR_OUTPUT")
    workers = _pools(crawler).pool(extract, settings.limits, settings.workers)
    return CrawlContext(
        settings=settings,
        catalog=catalog,
        extract=extract,
        now=now,
        tape=tape_from(values),
        run_id=f"{now().astimezone(UTC).strftime(RUN_STAMP)}-{secrets.token_hex(2)}",
        output=Path(output) if output else None,
        started=now(),
        workers=workers,
        reader=Reader(workers, settings.limits),
    )


def _pools(crawler: Crawler) -> WorkerPools:
    """Return the pools of the run, or new ones that end with the spider."""
    shared: WorkerPools | None = crawler.settings.get("KHABAR_WORKERS")
    if shared is not None:
        return shared
    pools = WorkerPools()  # started by `scrapy crawl` or a program of the user's
    crawler.signals.connect(pools.close, signals.spider_closed, weak=False)
    return pools


class SiteClock:
    """Keeps the newest time of a response in the context: ages of articles count from it."""

    def __init__(self, context: CrawlContext) -> None:
        self._context = context

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the extension; called by Scrapy."""
        clock = cls(context_of(crawler))
        crawler.signals.connect(clock.response_received, signal=signals.response_received)
        return clock

    def response_received(self, response: Response) -> None:
        """Keep the time of a response if it is the newest."""
        moment = answered_at(response)
        newest = self._context.answered_at
        if moment is not None and (newest is None or moment > newest):
            self._context.answered_at = moment
