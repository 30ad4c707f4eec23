"""Whether an article is gone if its address leads elsewhere: to the front page, a section, a notice.

Many sites redirect a removed article in place of a 404. A site under maintenance redirects all of
its articles, and then none of them is gone. So another article of the site is requested first.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from scrapy.exceptions import DropItem

from ingest.crawl.context import CrawlContext
from ingest.crawl.spider import KhabarSpider
from ingest.crawl.stats import Tally
from ingest.errors import KhabarError, Unreachable
from ingest.processing.changes import Decision
from ingest.processing.identity import Identity
from ingest.processing.recrawl import QUICK_TRIES, Address, State, Visit
from ingest.record import FetchedPage, Reason, Rejection
from ingest.storage.site_store import SiteStore
from ingest.url_shape import article_points
from ingest.urls import article_key

logger = logging.getLogger(__name__)

_WITNESSES = 5
"""Articles that are tried until one answers. The first ones may be gone as well."""
_TRUSTED = 5
"""Articles that are closed after one witness, before the next: an outage may begin in a run."""
_DOUBTED = 20
"""Articles that are not closed after witnesses failed, before the next ones are requested."""
_ALONE = QUICK_TRIES + 3
"""Visits in a row after which the only article of a site is gone: the last pauses are hours."""
_ELSEWHERE = frozenset({Reason.LISTING, Reason.NO_TEXT, Reason.EMPTY})
"""What the target of such a redirect is. A login or a consent page does not remove an article."""
_PERMANENT = frozenset({"301", "308"})


def leads_away(page: FetchedPage, rejection: Rejection) -> str | None:
    """Return how a known article's address does not lead to it any more, or None if it may.

    That is a page that says so itself, or a redirect to a page that is no article.
    """
    asked = page.requested_url or page.url
    if article_key(asked) == article_key(page.url):
        is_missing = rejection.reason is Reason.NOT_FOUND
        return f"a missing page: {rejection.detail}" if is_missing else None
    if rejection.reason is Reason.NOT_FOUND or rejection.reason in _ELSEWHERE:
        return f"redirects to {page.url}"
    return None


class AbsentArticle(DropItem):
    """The address of a known article leads elsewhere."""


class _Lost(NamedTuple):
    """An article whose address leads elsewhere: where to, the address, and its last visit."""

    page: FetchedPage
    address: Address
    visit: Visit


class Absences:
    """Closes the articles that are gone, for one run.

    Args:
        context: of the run; its store is open.
        tally: counts the outcome of each address.
        spider: requests other articles.
    """

    def __init__(self, context: CrawlContext, tally: Tally, spider: KhabarSpider) -> None:
        self._context = context
        self._tally = tally
        self._spider = spider
        # What the last witnesses showed, and for how many more articles that counts.
        self._is_up = False
        self._left = 0
        self._away: set[str] = set()
        """Keys of addresses that lead elsewhere."""

    def answered(self) -> None:
        """Note that an article of the site was read at its own address."""
        self._is_up, self._left = True, _TRUSTED

    async def rejected(self, page: FetchedPage, address: Address, away: str) -> None:
        """Close the article of an address that leads to a page which is none; see `leads_away`.

        Raises:
            AbsentArticle: the address was that of an article, so that the page is accounted for.
        """
        if (visit := self._own_visit(address)) is not None:
            await self._close(_Lost(page, address, visit), away)
            raise AbsentArticle(away)

    async def left(self, page: FetchedPage, address: Address, identity: Identity) -> None:
        """Close the article whose own address redirects to this one.

        Raises:
            AbsentArticle: the page must not be kept.
        """
        if (visit := self._own_visit(address)) is None:
            return
        lost = _Lost(page, address, visit)
        if identity.is_successor:
            cause = f"continues as {identity.article.id}, {page.url}"
            await self._close(lost, cause, is_sure=True)
            return
        await self._close(lost, f"redirects to {page.url}")
        site = self._spider.site
        if article_points(page.url) < 2 or not (site is None or site.is_article_url(page.url)):
            raise AbsentArticle(f"redirects to {page.url}, which is no article")

    def _own_visit(self, address: Address) -> Visit | None:
        """Return the last visit of an address, if a known article is at home there."""
        store = self._context.store
        visit = store.visits([address.key]).get(address.key) if store is not None else None
        if store is None or visit is None or visit.article_id is None:
            return None
        home = store.address(visit.article_id)
        return visit if home is not None and article_key(home) == address.key else None

    async def _close(self, lost: _Lost, cause: str, *, is_sure: bool = False) -> None:
        """Write the closing record of an article; raises `AbsentArticle` if it may not be gone."""
        address = lost.address
        try:
            if not is_sure and not await self._confirmed(lost):
                raise Unreachable(f"{address.url}: {cause}, and no other article answers")
            decision = self._gone(lost, cause)
        except KhabarError as error:
            await self._fail(address, error)
            raise AbsentArticle(error.message) from error
        await self._durable()
        if decision is None:
            self._tally.unchanged()
            return
        self._tally.gone(address.url, decision)
        if self._context.sinks is not None:
            await self._context.sinks.write(decision.article.to_dict())

    def _gone(self, lost: _Lost, cause: str) -> Decision | None:
        page, address, visit = lost
        status = page.redirects[0] if page.redirects else ""
        code = int(status) if status.isdecimal() else page.status or 200
        return _store(self._context).gone(address, visit, code, cause, page.archive)

    async def _fail(self, address: Address, error: KhabarError) -> None:
        if self._context.store is not None:
            self._context.store.fail(address, error.message)
        await self._durable()
        self._tally.failed(address.url, error)

    async def _durable(self) -> None:
        if self._context.commits is not None:
            await self._context.commits.durable()

    async def _confirmed(self, lost: _Lost) -> bool:
        """Whether the site serves other articles while this one's address leads elsewhere.

        If the site has no other article, a permanent redirect is believed at once, and anything
        else if it stays for hours.
        """
        if lost.visit.state is State.GONE:
            return True
        self._away.add(lost.address.key)
        if self._left:
            self._left -= 1
            return self._is_up
        read = _store(self._context).last_read(_WITNESSES * 4)
        others = [url for url in read if article_key(url) != lost.address.key]
        here = [url for url in others if article_key(url) not in self._away]
        for url in here[:_WITNESSES]:
            if await self._answers(url):
                self.answered()
                return True
        if others:
            self._is_up, self._left = False, _DOUBTED - 1
            return False
        redirects = lost.page.redirects
        is_permanent = bool(redirects) and _PERMANENT.issuperset(redirects)
        return is_permanent or lost.visit.attempts >= _ALONE

    async def _answers(self, url: str) -> bool:
        """Whether the address of an article still answers itself."""
        try:
            response = await self._spider.fetch(url)
        except KhabarError as error:
            logger.info("no witness: %s", error)
            return False
        return article_key(response.url) == article_key(url)


def _store(context: CrawlContext) -> SiteStore:
    """Return the store; raises `KhabarError` if the run has ended meanwhile."""
    if context.store is None:
        raise KhabarError("the run has ended")
    return context.store
