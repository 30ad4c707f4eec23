"""A page that a source announces, before anything of it is fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.discovery.claims import Claim

FEED = "feed"
SITEMAP = "sitemap"
NEWS_SITEMAP = "news-sitemap"
LISTING = "listing"
WORDPRESS = "wordpress-api"
LEDGER = "ledger"
"""Announced to an earlier run."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address with the metadata of its source. All times are aware.

    It need not be an article of the site: feeds also contain adverts and pages of other hosts.

    Attributes:
        url: an absolute address.
        source: one of this module's constants.
        title: the headline.
        published: the publication.
        modified: the last change, never in the future.
        until: the latest time that `published` and `modified` may mean, if they name only a day
            or a month.
    """

    url: str
    source: str
    title: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    until: datetime | None = None

    @property
    def dated(self) -> datetime | None:
        """When it was last published or changed, according to its source."""
        return max(filter(None, (self.published, self.modified)), default=None)

    @property
    def latest(self) -> datetime | None:
        """The latest time at which it may have been published or changed, None if unknown."""
        return max(filter(None, (self.dated, self.until)), default=None)


def announced(
    url: str,
    source: str,
    *,
    title: str | None = None,
    published: Claim | None = None,
    modified: Claim | None = None,
) -> Candidate:
    """Return the candidate with the times of these claims."""
    return Candidate(
        url=url,
        source=source,
        title=title or None,
        published=published.moment if published else None,
        modified=modified.moment if modified else None,
        until=max((claim.until for claim in (published, modified) if claim), default=None),
    )


def newest_of(newest: datetime | None, candidates: Iterable[Candidate]) -> datetime | None:
    """Return the newest of an earlier time and the times of the candidates."""
    moments = [candidate.dated for candidate in candidates]
    return max((moment for moment in (newest, *moments) if moment), default=None)
