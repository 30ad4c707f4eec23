"""Walks through the files of a sitemap: those that are due, as many as the limit allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ingest.crawl.frontier.file_queue import FileQueue
from ingest.crawl.frontier.page_reader import PageReader, Reading, problem_of
from ingest.crawl.frontier.source_log import WalkResult
from ingest.errors import ForbiddenByRobots, KhabarError
from ingest.plugins import Read


@dataclass
class FileWalk:
    """One walk through the files of a source, such as an index of sitemaps.

    Args:
        pages: reads a page.
        source: the first file, as the ledger names it.
        kind: of the source.
        read: the parser.
        visited: the files that the run has read already; each is read only once.
        wanted: how many new articles are wanted; None for all.

    `problems` has one line for each thing that is wrong with a file.
    """

    pages: PageReader
    source: str
    kind: str
    read: Read
    visited: set[str]
    wanted: int | None = None
    problems: list[str] = field(default_factory=list)
    _queue: FileQueue = field(init=False)
    _read_files: int = 0
    _items: int = 0
    _newest: datetime | None = None
    _ignored: int = 0
    _forbidden: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        log, frontier = self.pages.log, self.pages.frontier
        self._queue = FileQueue(log.known, log.now, frontier.since, full=log.full)

    async def run(self) -> None:
        """Read the first file and those that it names, if they are due.

        Raises:
            KhabarError: the first file could not be fetched.
        """
        file: str | None = self.source
        while file is not None and self._read_files < self.pages.limits.listing_pages:
            if file not in self.visited:
                self.visited.add(file)
                await self._file(file)
            if self.wanted is not None and self.wanted <= 0:
                break
            file = self._queue.take()
        result = WalkResult(
            items=self._items,
            newest=self._newest,
            error=self.problems[0] if self.problems else None,
            remark=self._remark(waiting=len(self._queue) + (file is not None)),
        )
        self.pages.log.walked(self.source, self.kind, result)

    async def _file(self, url: str) -> None:
        log = self.pages.log
        self._read_files += 1
        try:
            reading = await self.pages.read(url, url, self.read, log.conditions(url))
        except KhabarError as failure:
            if url == self.source:
                raise
            log.failed(url, self.kind, str(failure))
            if isinstance(failure, ForbiddenByRobots):  # the site's own doing, and no fault
                self._forbidden.append(url)
            else:
                self.problems.append(problem_of(self.source, failure))
            return
        is_claimed = url in self._queue.claimed
        if reading.page is None:
            log.unmodified(url, self.kind, claimed=is_claimed)
            self._queue.add((link, None) for link in log.latest(url).links)
            return
        log.page(url, self.kind, reading, claimed=is_claimed)
        log.file(url, whole=not (reading.added.left_out or reading.page.error))
        self._queue.add(reading.page.links)
        self._count(url, reading)

    def _count(self, url: str, reading: Reading) -> None:
        self._items += len(reading.added.keys)
        self._newest = max(filter(None, (self._newest, reading.newest)), default=None)
        if reading.page is not None and reading.page.error:
            self.problems.append(f"{url}: {reading.page.error}")
        if self.wanted is not None:
            self.wanted -= reading.added.news
        self._ignored += url != self.source and not self.pages.frontier.claims.believed(url)

    def _remark(self, waiting: int) -> str | None:
        """Return what the operator should know of this walk."""
        remarks = self.pages.remarks(self.source)
        if self._ignored:
            remarks.append(f"the changes that {self._ignored} of its files claim are ignored")
        if self._forbidden:
            count = len(self._forbidden)
            remarks.append(f"robots.txt forbids {count} of its files, such as {self._forbidden[0]}")
        is_satisfied = self.wanted is not None and self.wanted <= 0
        if waiting and not is_satisfied:
            remarks.append(
                f"cut after {self._read_files} files, {waiting} are left to the next run "
                "(limits.listing_pages)"
            )
        return "; ".join(remarks) or None
