"""Walks through the pages of a feed, listing or API, as long as they have something new."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ingest.crawl.frontier.page_reader import PageReader, Reading, problem_of
from ingest.crawl.frontier.source_log import WalkResult
from ingest.errors import ForbiddenByRobots, HTTPStatusError, KhabarError
from ingest.plugins import Read

_NO_SUCH_PAGE = frozenset({400, 404, 410})
"""Statuses of a page after the last one. WordPress answers 400: `rest_post_invalid_page_number`."""


@dataclass
class PageWalk:
    """One walk through the pages of a source.

    Args:
        pages: reads a page.
        source: the source, as the ledger names it.
        kind: of the source.
        read: the parser.
        wanted: how many new articles are wanted; None for all.

    `error` is the first thing that is wrong with a page, in one line.
    """

    pages: PageReader
    source: str
    kind: str
    read: Read
    wanted: int | None = None
    error: str | None = None
    _items: int = 0
    _newest: datetime | None = None
    _keys: set[str] = field(default_factory=set)
    _visited: set[str] = field(default_factory=set)
    _remarks: list[str] = field(default_factory=list)
    _resume: list[str] = field(default_factory=list)
    _is_whole: bool = True

    async def run(self, start: str | None = None) -> None:
        """Read the pages from `start` on, then those at which earlier walks were cut.

        A source that was once read to its end is read until a page has nothing new. If the limit
        or a failure ends such a walk before, the ledger keeps the page, and the next run goes on
        there.

        Raises:
            KhabarError: the first page could not be fetched.
        """
        log = self.pages.log
        was_complete, left = log.complete(self.source), log.latest(self.source).resume
        read = await self._walk(start or self.source, 0 if was_complete else None, is_first=True)
        for url in left:
            # Newer articles have moved older ones down by as many pages as have them.
            await self._walk(url, read)
        result = WalkResult(
            items=self._items,
            newest=self._newest,
            error=self.error,
            complete=self._is_whole,
            resume=tuple(self._resume),
            remark="; ".join([*self.pages.remarks(self.source), *self._remarks]) or None,
        )
        log.walked(self.source, self.kind, result)

    async def _walk(self, url: str, patience: int | None, *, is_first: bool = False) -> int:
        """Read pages from `url` on, and return how many there were.

        Args:
            url: the first page.
            patience: pages without anything new that do not end the walk; None for any number.
            is_first: whether it is the first page of the source.
        """
        # Of this walk alone: what an earlier one left may have moved to pages that were read since.
        self._visited, self._keys = set(), set()
        following: str | None = url
        pages = quiet = 0
        while following and following not in self._visited:
            if pages >= self.pages.limits.listing_pages:
                self._cut(following, patience, f"cut after {pages} pages")
                break
            reading = await self._page(following, patience, is_first=is_first and not pages)
            if reading is None or reading.page is None:
                break
            pages += 1
            following = reading.page.next_url
            quiet = 0 if reading.added.news else quiet + 1
            if patience is not None and quiet > patience:
                break
            if following and self.wanted is not None and self.wanted <= 0:
                self._is_whole = False
                break
        return pages

    async def _page(self, url: str, patience: int | None, *, is_first: bool) -> Reading | None:
        """Read one page, and count it; return None at the end of the list."""
        log = self.pages.log
        headers = log.conditions(self.source) if is_first and log.complete(self.source) else {}
        self._visited.add(url)
        try:
            reading = await self.pages.read(url, self.source, self.read, headers)
        except KhabarError as failure:
            if is_first:
                raise
            if isinstance(failure, HTTPStatusError) and failure.status in _NO_SUCH_PAGE:
                return None
            if isinstance(failure, ForbiddenByRobots):
                self._remarks.append(f"robots.txt forbids {url} and what follows")
                return None
            self.error = self.error or problem_of(self.source, failure)
            self._cut(url, patience, None)
            return None
        if reading.page is None:
            log.unmodified(self.source, self.kind)
            return reading
        if is_first:
            log.page(self.source, self.kind, reading)
        elif sign := self._end_sign(reading):
            self._remarks.append(f"{url} {sign}")
            return None
        self._count(url, reading)
        return reading

    def _end_sign(self, reading: Reading) -> str | None:
        """Return why a further page is the end of the list, if it is."""
        page, keys = reading.page, reading.added.keys
        if page is not None and not page.candidates and not page.error:
            return "shows no article, so the list ends there"
        return "repeats the pages before it" if keys and keys <= self._keys else None

    def _cut(self, url: str, patience: int | None, remark: str | None) -> None:
        """Note that the walk ends at a page before it has come to its end."""
        if patience is None:
            self._is_whole = self._is_whole and remark is not None
            older = "older pages are not read"
        else:
            self._resume.append(url)
            older = f"the next run goes on at {url}"
        if remark is not None:
            self._remarks.append(f"{remark}, {older} (limits.listing_pages)")

    def _count(self, url: str, reading: Reading) -> None:
        self._keys |= reading.added.keys
        self._items += len(reading.added.keys)
        self._newest = max(filter(None, (self._newest, reading.newest)), default=None)
        if reading.page is not None and reading.page.error and self.error is None:
            self.error = f"{url}: {reading.page.error}"
        if self.wanted is not None:
            self.wanted -= reading.added.news
