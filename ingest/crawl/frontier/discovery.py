"""Reads all sources of a site for articles: feeds, sitemaps, listings, the WordPress API, plug-ins.

All sources are read at the same time and their candidates are united: each alone is stale, short or
broken on some real site. Further pages of a source are read while they have something new.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

from scrapy.http import Response

from ingest import plugins
from ingest.crawl.frontier.frontier import Added, Frontier
from ingest.crawl.frontier.source_log import SourceLog
from ingest.crawl.reader import P, Reader, T
from ingest.discovery.candidate import newest_of
from ingest.errors import ForbiddenAddress, HostExcluded, InvalidURL, KhabarError
from ingest.plugins import Read, SourcePage
from ingest.settings import Limits
from ingest.sites import Site

logger = logging.getLogger(__name__)

Fetch = Callable[[str, Mapping[str, str]], Awaitable[Response]]
"""Returns the response to a GET of this URL with these headers: status 200, or 304 if they ask for
it.

It raises `KhabarError`.
"""

BUILT_IN_SOURCES = tuple(plugins.BUILT_IN[plugins.SOURCES])
"""Sources that every site has; each does nothing without its keys in `[discover]`."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Access:
    """What a discovery reads sources with: requests, the thread of parsers, limits."""

    fetch: Fetch
    reader: Reader
    limits: Limits
    replaying: bool = False


@dataclass
class _Walk:
    """The state of one walk through the pages of a source.

    Attributes:
        wanted: how many new articles are still wanted; None for all.
        pages: how many pages were read.
        items: how many articles the pages announced.
        newest: the newest time on the pages.
        error: the first thing that is wrong with a page.
        whole: whether the walk reached the end of the source, or what is known of it.
    """

    wanted: int | None
    pages: int = 0
    items: int = 0
    newest: datetime | None = None
    error: str | None = None
    whole: bool = True

    def add(self, url: str, page: SourcePage, added: Added) -> None:
        """Count a page."""
        self.pages += 1
        self.items += added.fitting
        self.newest = newest_of(self.newest, page.candidates)
        if page.error and self.error is None:
            self.error = f"{url}: {page.error}"
        if self.wanted is not None:
            self.wanted -= added.news

    @property
    def satisfied(self) -> bool:
        """Whether as many new articles were found as are wanted."""
        return self.wanted is not None and self.wanted <= 0


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
        self._frontier = frontier
        self._log = log
        self._access = access
        self._limit = limit

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
        self._log.walked(url, kind, items=0, newest=None, error=str(failure), whole=False)
        if isinstance(failure, HostExcluded):
            logger.info("%s", failure)
        elif isinstance(failure, InvalidURL | ForbiddenAddress):
            self.note(f"{url}: {failure}")  # the error names the target, not the source
        else:
            self.note(str(failure))

    async def walk(self, url: str, kind: str, read: Read, start: str | None = None) -> str | None:
        """Take the candidates of a source and its further pages: see `plugins.SourceContext`."""
        walk = _Walk(self._limit)
        following: str | None = start or url
        visited: set[str] = set()
        while following and following not in visited and walk.pages < self.limits.listing_pages:
            visited.add(following)
            first = walk.pages == 0
            headers = self._log.conditions(url, url) if first else {}
            response = await self._access.fetch(following, headers)
            if response.status == 304:
                self._log.unmodified(url, kind)
                break
            page = await self._access.reader.run(read, response)
            added = self._frontier.add(page.candidates)
            if first:
                self._log_page(url, kind, response, page, added)
            walk.add(following, page, added)
            following = self._next(url, page, added)
            if following and walk.satisfied:
                walk.whole = False
                break
        self._end(url, kind, walk)
        return walk.error

    def _next(self, url: str, page: SourcePage, added: Added) -> str | None:
        """Return the next page, if this one is not already known from an earlier complete walk."""
        return page.next_url if added.news or not self._log.complete(url) else None

    def _log_page(
        self,
        url: str,
        kind: str,
        response: Response,
        page: SourcePage,
        added: Added,
        links: tuple[str, ...] = (),
    ) -> None:
        again = bool(added.left_out or page.error)
        self._log.page(url, kind, response, items=added.fitting, again=again, links=links)

    def _end(self, url: str, kind: str, walk: _Walk) -> None:
        self._log.walked(
            url, kind, items=walk.items, newest=walk.newest, error=walk.error, whole=walk.whole
        )

    async def walk_files(self, starts: Iterable[str], kind: str, read: Read) -> None:
        """Take the candidates of files that link to others, such as sitemaps, newest first."""
        visited: set[str] = set()
        for start in dict.fromkeys(starts):
            try:
                problems = await self._walk_file(start, kind, read, visited)
            except KhabarError as failure:
                self._failed(start, kind, failure)
                continue
            for problem in problems:
                self.note(problem)

    async def _walk_file(self, start: str, kind: str, read: Read, visited: set[str]) -> list[str]:
        """Take the candidates of a file and of its links; return what is wrong with them.

        `visited` are the files that were read before: each is read only once.
        """
        walk = _Walk(self._limit)
        problems: list[str] = []
        waiting = [start]
        while waiting and len(visited) < self.limits.listing_pages:
            url = waiting.pop(0)
            if url in visited:
                continue
            visited.add(url)
            response = await self._access.fetch(url, self._log.conditions(url, start))
            if response.status == 304:
                self._log.unmodified(url, kind)
                before = self._log.known[url]
                if before.items:
                    break  # files are read newest first: the others have nothing newer
                waiting = [*before.links, *waiting]
                continue
            page = await self._access.reader.run(read, response)
            problems += [f"{url}: {page.error}"] if page.error else []
            added, links = self._add_file(url, kind, response, page, walk)
            if walk.satisfied:
                walk.whole = not (waiting or links)
                break
            if added.fitting and not added.news and self._log.complete(start):
                break
            waiting = [*links, *waiting]
        self._end(start, kind, walk)
        return problems

    def _add_file(
        self, url: str, kind: str, response: Response, page: SourcePage, walk: _Walk
    ) -> tuple[Added, list[str]]:
        """Take the candidates of one file; return their counts, and the file's links."""
        added = self._frontier.add(page.candidates)
        links = self._newest_first(page.links)
        self._log_page(url, kind, response, page, added, tuple(links))
        walk.add(url, page, added)
        return added, links

    def _newest_first(self, links: Iterable[tuple[str, datetime | None]]) -> list[str]:
        since = self._frontier.since
        # Undated ones in reverse: WordPress numbers its files from the oldest on.
        ordered = list(links)[::-1]
        ordered.sort(key=lambda item: item[1] or _LONG_AGO, reverse=True)
        return [url for url, modified in ordered if not (since and modified and modified < since)]
