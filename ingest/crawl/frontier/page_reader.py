"""Requests one page of a source, parses it and adds its candidates to the frontier."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from scrapy.http import Response

from ingest.crawl.frontier.claims import TRIAL
from ingest.crawl.frontier.frontier import Added, Frontier
from ingest.crawl.frontier.source_log import SourceLog
from ingest.crawl.reader import Reader
from ingest.discovery.candidate import newest_of
from ingest.errors import ForbiddenAddress, InvalidURL, KhabarError
from ingest.plugins import Read, SourcePage
from ingest.settings import Limits

Fetch = Callable[[str, Mapping[str, str]], Awaitable[Response]]
"""Returns the response to a GET of this URL with these headers: status 200, or 304 if they ask for
it.

It raises `KhabarError`.
"""

_FOR_GOOD = frozenset({301, 308})
"""Redirects after which the new address should be asked for (RFC 9110, 15.4.2 and 15.4.9)."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a discovery reads sources with: requests, the parsers, limits."""

    fetch: Fetch
    reader: Reader
    limits: Limits
    replaying: bool = False


class Reading(NamedTuple):
    """One page of a source.

    Attributes:
        url: its address after redirects.
        page: what it contains; None if it has not changed (HTTP 304).
        added: the counts of its candidates.
        newest: the newest time that it states and that is believed.
        response: the answer.
    """

    url: str
    page: SourcePage | None
    added: Added
    newest: datetime | None
    response: Response


class PageReader:
    """Reads pages of sources for the walks of one run."""

    def __init__(self, access: Access, frontier: Frontier, log: SourceLog) -> None:
        self.limits = access.limits
        self.frontier = frontier
        self.log = log
        self._access = access

    async def read(
        self, url: str, source: str, read: Read, headers: Mapping[str, str] | None = None
    ) -> Reading:
        """Request and parse a page, and add its candidates.

        Args:
            url: the page.
            source: the source it belongs to, as the ledger names it.
            read: the parser.
            headers: conditions of the request.

        Raises:
            KhabarError: the page could not be fetched.
        """
        response = await self._fetch(url, headers or {})
        if response.status == 304:
            return Reading(url, None, Added(), None, response)
        page = await self._access.reader.run(read, response)
        added = self.frontier.add(page.candidates, source)
        is_believed = self.frontier.claims.believed(source)
        dated = page.candidates if is_believed else ()
        stated = [item.published for item in page.candidates if item.published is not None]
        newest = newest_of(max(stated, default=None), dated)
        return Reading(response.url, page, added, newest, response)

    def remarks(self, source: str) -> list[str]:
        """Return what the operator should know of a source although nothing failed."""
        moved, claims = self.log.latest(source).moved_to, self.frontier.claims
        remarks = [f"moved for good to {moved}, which the definition should name"] if moved else []
        if not claims.believed(source):
            remarks.append("the changes that it claims are ignored, since its pages did not change")
        elif claims.on_trial(source):
            remarks.append(f"it claims more than {TRIAL} changes, of which {TRIAL} are looked at")
        return remarks

    async def _fetch(self, url: str, headers: Mapping[str, str]) -> Response:
        """Return the answer, from the address to which the source has moved if that is known."""
        known = self.log.known.get(url)
        moved = known.moved_to if known is not None else None
        if moved is not None:
            try:
                response = await self._access.fetch(moved, headers)
            except KhabarError:
                self.log.moved(url, None)  # it may have moved back
            else:
                self.log.moved(url, response.url if _is_for_good(response) else moved)
                return response
        response = await self._access.fetch(url, headers)
        if _is_for_good(response):
            self.log.moved(url, response.url)
        return response


def problem_of(source: str, failure: KhabarError) -> str:
    """Return one line about a page of a source that could not be read, which names the source."""
    if isinstance(failure, InvalidURL | ForbiddenAddress):
        return f"{source}: {failure}"  # the error names the target alone
    return str(failure)


def _is_for_good(response: Response) -> bool:
    """Whether the response came after redirects, all of them permanent."""
    reasons = response.meta.get("redirect_reasons", []) if response.request is not None else []
    return bool(reasons) and all(reason in _FOR_GOOD for reason in reasons)
