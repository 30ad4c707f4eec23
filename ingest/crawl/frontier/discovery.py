"""Reads all sources of a site for articles: feeds, sitemaps, listings, the WordPress API, plug-ins.

All sources are read at the same time and their candidates are united: each alone is stale, short or
broken on some real site. Further pages of a source are read while they have something new.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import islice
from urllib.parse import urljoin

from scrapy.http import Response

from ingest import plugins
from ingest.crawl.frontier.file_queue import FileQueue
from ingest.crawl.frontier.file_walk import FileWalk
from ingest.crawl.frontier.frontier import Frontier
from ingest.crawl.frontier.page_reader import Access, PageReader
from ingest.crawl.frontier.page_walk import PageWalk
from ingest.crawl.frontier.source_log import SourceLog, WalkResult
from ingest.crawl.reader import P, T
from ingest.errors import (
    ForbiddenAddress,
    ForbiddenByRobots,
    HostExcluded,
    InvalidURL,
    KhabarError,
)
from ingest.plugins import Read
from ingest.settings import Limits
from ingest.sites import Site

logger = logging.getLogger(__name__)

BUILT_IN_SOURCES = tuple(plugins.BUILT_IN[plugins.SOURCES])
"""Sources that every site has; each does nothing without its keys in `[discover]`."""


class Discovery:
    """One discovery of a site's articles; the context of its sources (`plugins.SourceContext`).

    `errors` has one line for each thing that is wrong with a source.
    """

    def __init__(
        self,
        site: Site,
        frontier: Frontier,
        log: SourceLog,
        access: Access,
        *,
        limit: int | None = None,
    ) -> None:
        self.errors: list[str] = []
        self._site = site
        self._log = log
        self._access = access
        self._limit = limit
        self._pages = PageReader(access, frontier, log)
        self._files: set[str] = set()

    @property
    def site(self) -> Site:
        """The definition of the site."""
        return self._site

    @property
    def limits(self) -> Limits:
        """The operator's limits."""
        return self._access.limits

    async def discover(self) -> None:
        """Fill the frontier from all sources."""
        names = dict.fromkeys((*BUILT_IN_SOURCES, *self._site.plugins.sources))
        await asyncio.gather(*(self._read_source(name) for name in names))

    async def _read_source(self, name: str) -> None:
        """Read one source. A plug-in that raises keeps what it found, and is named."""
        try:
            await plugins.source(name)(self)
        except KhabarError as error:
            self.note(f"source {name!r}: {error}")
        except Exception as error:
            logger.debug("source %s failed", name, exc_info=True)
            self.note(plugins.problem_of(plugins.SOURCES, name, error))

    def absolute(self, urls: Iterable[str]) -> list[str]:
        """Return URLs relative to `https://<domain>/` as absolute ones."""
        return [urljoin(f"https://{self._site.domain}/", url) for url in urls]

    def note(self, problem: str) -> None:
        """Add a line to the errors of the run."""
        self.errors.append(problem)
        logger.warning("%s", problem)

    def remark(self, url: str, kind: str, text: str) -> None:
        """Report what the operator should know of a source that was not read."""
        self._log.waiting(url, kind, text)

    async def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """Return the response to a GET; raises `KhabarError`."""
        return await self._access.fetch(url, headers or {})

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a parser off the event loop, and return its result."""
        return await self._access.reader.run(read, *args, **kwargs)

    def complete_until(self, url: str) -> datetime | None:
        """Return the newest time at an earlier complete walk; None to ask for everything.

        It is None in a replay, which holds the requests of a first walk.
        """
        source = self._log.known.get(url)
        if source is None or self._access.replaying or not self._log.complete(url):
            return None
        return source.newest

    async def follow(self, url: str, kind: str, read: Read) -> None:
        """Walk through a source, and note what is wrong with it."""
        try:
            error = await self.walk(url, kind, read)
        except KhabarError as failure:
            self._failed(url, kind, failure)
        else:
            if error:
                self.note(error)

    def _failed(self, url: str, kind: str, failure: KhabarError) -> None:
        """Note that a source could not be fetched. The run reports an excluded host itself."""
        self._log.failed(url, kind, str(failure))
        self._log.walked(url, kind, WalkResult(error=str(failure)))
        if isinstance(failure, HostExcluded):
            logger.info("%s", failure)
        elif isinstance(failure, InvalidURL | ForbiddenAddress):
            self.note(f"{url}: {failure}")  # the error names the target, not the source
        else:
            self.note(str(failure))

    async def walk(self, url: str, kind: str, read: Read, start: str | None = None) -> str | None:
        """Take the candidates of a source and its further pages: see `plugins.SourceContext`."""
        walk = PageWalk(self._pages, url, kind, read, self._limit)
        await walk.run(start)
        return walk.error

    async def walk_files(
        self, starts: Iterable[str], kind: str, read: Read, *, named_by_site: bool = False
    ) -> None:
        """Take the candidates of files that link to others: see `plugins.SourceContext`."""
        for start in self._starts(starts, kind):
            walk = FileWalk(self._pages, start, kind, read, self._files, self._limit)
            try:
                await walk.run()
            except ForbiddenByRobots as failure:
                if not named_by_site:
                    self._failed(start, kind, failure)
                    continue
                self._log.waiting(start, kind, "robots.txt names it and forbids it")
            except KhabarError as failure:
                self._failed(start, kind, failure)
            for problem in walk.problems:
                self.note(problem)

    def _starts(self, starts: Iterable[str], kind: str) -> list[str]:
        """Return the files to start from; of very many, those that are due most."""
        all_starts, most = list(dict.fromkeys(starts)), self.limits.listing_pages
        if len(all_starts) <= most:
            return all_starts
        queue = FileQueue(self._log.known, self._log.now, full=self._log.full)
        queue.add((start, None) for start in all_starts)
        chosen = list(islice(iter(queue.take, None), most))
        if len(queue):
            left = next(start for start in all_starts if start not in chosen)
            remark = f"it and {len(queue) - 1} others are left to the next run"
            self._log.waiting(left, kind, f"{remark} (limits.listing_pages)")
        return chosen
