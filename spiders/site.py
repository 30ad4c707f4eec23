"""The spider of the sites that have a definition: `scrapy crawl dailytimes -a limit=20 -O out.jsonl`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scrapy import Request

from ingest.crawl.frontier.discovery import Discovery
from ingest.crawl.frontier.frontier import Frontier
from ingest.crawl.frontier.source_log import SourceLog
from ingest.crawl.spider import KhabarSpider
from ingest.crawl.wordpress_comments import comment_answers
from ingest.errors import UsageError
from ingest.record import FetchedPage
from ingest.settings import Settings
from ingest.sites import Site, get_site, load_sites


class SiteSpider(KhabarSpider):
    """Finds the articles of one site and fetches those that are new or due again.

    Args:
        site: the name of a definition; the subclass of a site has it already.
        limit: at most so many articles are fetched.
        since: nothing older: `12h`, `2d`, `3w`, or a day or time (ISO 8601, UTC).
        full: read every source to its end and every article anew, whatever is known of them.
        only: the keys of known addresses; these are read anew, and no source is asked. Needs an output folder.
        more: what Scrapy gives to every spider.
    """

    def __init__(
        self,
        site: str | None = None,
        limit: str | int | None = None,
        since: str | datetime | None = None,
        *,
        full: str | bool = False,
        only: Collection[str] | None = None,
        **more: Any,  # noqa: ANN401 - as in Scrapy's Spider
    ) -> None:
        super().__init__(name=site, **more)
        self.limit = None if limit is None else _number(limit)
        self.since = _moment(since)
        self.only = only
        self.full = only is not None or str(full).casefold() in {"true", "1", "yes"}
        self.page_site = self.name

    async def start(self) -> AsyncIterator[Request]:
        """Look through the site's sources, then ask for its articles, newest first."""
        context = self.context
        site = get_site(self.name, tuple(context.settings.sites))
        self.hosts = frozenset(host.removeprefix("www.") for host in site.hosts)
        visits = context.store.visits if context.store is not None else lambda _: {}
        frontier = Frontier(site, visits, context.now(), self.since, self.full)
        if self.only is None:
            await self._discover(site, frontier)
        elif context.store is not None:
            frontier.add_due(context.store.addresses(self.only))
        for request in self._requests(frontier):
            yield request

    async def _discover(self, site: Site, frontier: Frontier) -> None:
        """Fill the frontier: what the sources announce, and what earlier runs left to do."""
        context, store = self.context, self.context.store
        limits = context.settings.limits
        log = SourceLog(
            store.sources() if store is not None else {},
            context.now(),
            limits.believe_304_hours,
            full=self.full,
            since=self.since is not None,
        )
        discovery = Discovery(
            site, frontier, log, self.fetch, limits, limit=self.limit, replaying=context.replaying
        )
        await discovery.run()
        context.errors.extend(discovery.errors)
        context.sources.extend(log.visits())
        self.tally.saw(frontier.newest())
        if store is not None:
            store.announce(frontier.unheard_of(), log.learned())
            frontier.add_due(store.due())

    async def completed(self, page: FetchedPage) -> FetchedPage:
        """The page with the comments that WordPress tells, where the definition asks for them."""
        settings = self.context.settings
        site = get_site(self.name, tuple(settings.sites))
        if not site.discover.wordpress_comments:
            return page
        return replace(
            page, comment_answers=await comment_answers(page, site, self.fetch, settings.limits)
        )

    def _requests(self, frontier: Frontier) -> Iterator[Request]:
        left = self.limit
        for key, candidate in frontier.newest_first():
            if left == 0:
                return
            self.tally.found()
            if frontier.due(key):
                left = None if left is None else left - 1
                yield self.page_request(candidate.url, frontier.visit(key))
            else:
                self.tally.unchanged()


def _number(limit: str | int) -> int:
    try:
        number = int(limit)
    except ValueError:
        number = 0
    if number < 1:
        raise UsageError(f"limit={limit}: no number of articles", "give 1 or more")
    return number


def _moment(since: str | datetime | None) -> datetime | None:
    if since is None:
        return None
    if isinstance(since, datetime):
        return since if since.tzinfo else since.replace(tzinfo=UTC)
    from ingest.schedule import parse_since  # noqa: PLC0415 - only here does a spider need the command line's modules

    return parse_since(since)


# A subclass for each definition: `scrapy list` names it, `scrapy crawl` runs it.
for _name in load_sites(tuple(Settings.load().sites)):
    _class_name = f"{_name.title().replace('-', '').replace('.', '')}Spider"
    globals()[_class_name] = type(
        _class_name, (SiteSpider,), {"name": _name, "__module__": __name__}
    )
