"""Follows a sitemap through the files of its index, newest first, until one holds nothing new."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.crawl.frontier.frontier import Added, Frontier
from ingest.crawl.frontier.reading import off_loop
from ingest.crawl.frontier.source_log import SourceLog
from ingest.discovery.candidate import SITEMAP, newest_of
from ingest.discovery.sitemap import read_sitemap
from ingest.settings import Limits

if TYPE_CHECKING:
    from ingest.crawl.frontier.discovery import Fetch

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class SitemapWalk:
    """One look through a site's sitemaps; each file is read once, whoever names it."""

    def __init__(
        self, frontier: Frontier, log: SourceLog, fetch: Fetch, limits: Limits, limit: int | None
    ) -> None:
        self._frontier = frontier
        self._log = log
        self._fetch = fetch
        self._limits = limits
        self._limit = limit
        self._seen: set[str] = set()

    async def follow(self, start: str) -> list[str]:
        """Take the candidates of a sitemap and of those that it names; gives what is wrong with them.

        Raises:
            KhabarError: a file could not be fetched.
        """
        waiting, errors = [start], []
        items, whole = 0, True
        wanted, newest = self._limit, None
        while waiting and len(self._seen) < self._limits.listing_pages:
            url = waiting.pop(0)
            if url in self._seen:
                continue
            self._seen.add(url)
            response = await self._fetch(url, self._log.conditions(url, start))
            if response.status == 304:
                self._log.unmodified(url, SITEMAP)
                before = self._log.known[url]
                if before.items:
                    break  # files are taken newest first: the others hold nothing newer
                waiting = [*before.links, *waiting]
                continue
            page = await off_loop(read_sitemap, response.body, response.url)
            errors += [f"{url}: {page.error}"] if page.error else []
            added = self._frontier.add(page.candidates)
            links = self._newest_first(page.sitemaps)
            again = bool(added.left_out or page.error)
            self._log.page(
                url, SITEMAP, response, items=added.fitting, again=again, links=tuple(links)
            )
            items, newest = items + added.fitting, newest_of(newest, page.candidates)
            wanted = None if wanted is None else wanted - added.news
            if wanted is not None and wanted <= 0:
                whole = not (waiting or links)
                break
            if self._nothing_new(added, start):
                break
            waiting = [*links, *waiting]
        error = errors[0] if errors else None
        self._log.walked(start, SITEMAP, items=items, newest=newest, error=error, whole=whole)
        return errors

    def _nothing_new(self, added: Added, start: str) -> bool:
        return bool(added.fitting) and not added.news and self._log.complete(start)

    def _newest_first(self, sitemaps: Iterable[tuple[str, datetime | None]]) -> list[str]:
        since = self._frontier.since
        # Undated ones in reverse: WordPress numbers its files from the oldest on.
        ordered = list(sitemaps)[::-1]
        ordered.sort(key=lambda item: item[1] or _LONG_AGO, reverse=True)
        return [url for url, modified in ordered if not (since and modified and modified < since)]
