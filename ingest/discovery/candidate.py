"""A page that a source announces, before anything of it is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FEED = "feed"
SITEMAP = "sitemap"
NEWS_SITEMAP = "news-sitemap"
LISTING = "listing"
WORDPRESS = "wordpress-api"
LEDGER = "ledger"
"""Announced to an earlier run."""

_LONGEST_DATE = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address with what its source says of it; times are aware. `source` is one of this module's constants.

    Whether it is an article of the site is the caller's business: feeds carry adverts and other hosts' pages.
    """

    url: str
    source: str
    title: str | None = None
    published: datetime | None = None
    modified: datetime | None = None

    @property
    def dated(self) -> datetime | None:
        """When it was last published or changed, as far as its source says."""
        return max(filter(None, (self.published, self.modified)), default=None)


def newest_of(newest: datetime | None, candidates: Iterable[Candidate]) -> datetime | None:
    """The newest time that a source claims, with what it claimed before."""
    return max(
        (moment for moment in (newest, *(item.dated for item in candidates)) if moment),
        default=None,
    )


def read_moment(text: str | None) -> datetime | None:
    """An aware time for a W3C date (https://www.w3.org/TR/NOTE-datetime) or an RFC 2822 one, or None.

    A time without an offset is taken for UTC, a day for its first second: good enough to tell new from old.
    """
    text = (text or "").strip()
    if not text or len(text) > _LONGEST_DATE:
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"^(\d{4}-\d\d)$", r"\1-01", text))
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, IndexError):
            return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):  # such as the year 1 east of Greenwich
        return None
