"""The state of an address after its last visit, and the time of the next one (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ingest.record import FetchedPage
from ingest.urls import article_key

QUICK_TRIES = 3
"""Failures in a row after which the next run retries at once: most are over by then."""
FAILURES = 12
"""Failures in a row after which an address is parked: about 11 days with `retry_at`."""
REJECTION_PAUSES = (timedelta(hours=6), timedelta(days=1), timedelta(days=3))
"""Pauses between visits of a rejected page, which may have been incomplete; then it is parked."""
GONE_PAUSES = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
"""Pauses between visits of an article that is gone; the last one again while it is announced."""


class State(StrEnum):
    """The result of the last visit of an address."""

    FOUND = "found"
    """Announced by a source, not visited yet."""
    ARTICLE = "article"
    REJECTED = "rejected"
    FAILED = "failed"
    GONE = "gone"
    """An article whose address answers 404 or 410, or leads away from it: see `Absence`."""
    PARKED = "parked"
    """Failed or rejected too often: only `recheck`, `forget` or an announced change resets it."""
    OLDER = "older"
    """An article that is older than the `since` of its run."""


@dataclass(frozen=True, slots=True)
class Visit:
    """The last visit of an address.

    Attributes:
        state: its result.
        last_seen: its time.
        attempts: consecutive visits with this result.
        next_check: the time of the next visit; None if no visit is planned.
        etag: validator for a conditional request (RFC 9110, 13.1).
        last_modified: as `etag`.
        article_id: the article of the page.
        published: its date, by a source or the page.
        last_full: the time of the last visit that was not answered by a 304.
    """

    state: State
    last_seen: datetime
    attempts: int = 0
    next_check: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    article_id: str | None = None
    published: datetime | None = None
    last_full: datetime | None = None

    def due(
        self, now: datetime, modified: datetime | None = None, since: datetime | None = None
    ) -> bool:
        """Whether to fetch the address: it has news, or its next check is due. See `has_news`.

        One that was older than the `since` of its run is looked at in each run, for that of this.
        """
        if self.has_news(modified, since):
            return True
        if self.state is State.OLDER or self.next_check is None:
            return False
        return self.next_check <= now

    def has_news(self, modified: datetime | None = None, since: datetime | None = None) -> bool:
        """Whether a visit is due apart from the planned one.

        That is if the address was never visited, if it was modified since the last visit, or if it
        was older than the `since` of an earlier run and is not older than that of this one.

        Args:
            modified: the time of its last change, by a source.
            since: the lower limit of this run.
        """
        if self.state is State.FOUND:
            return True
        if self.state is State.OLDER:
            return since is None or (self.published is not None and self.published >= since)
        return modified is not None and modified > self.last_seen and self.state is not State.FAILED

    def may_be_back(self, now: datetime, dated: datetime | None) -> bool:
        """Whether to fetch an article that is gone since a source announces it.

        Sources announce many a removed article for months. So an announcement alone counts once,
        and again after the last pause; one with a newer date always counts.

        Args:
            now: the current time.
            dated: its newest date, by the source.
        """
        if self.attempts <= 1 or (dated is not None and dated > self.last_seen):
            return True
        return self.next_check is None and self.last_seen + GONE_PAUSES[-1] <= now


@dataclass(frozen=True, slots=True)
class Address:
    """An address as requested, its key (`urls.article_key`), and the validators of the answer."""

    key: str
    url: str
    etag: str | None = None
    last_modified: str | None = None


def address_of(page: FetchedPage) -> Address:
    """Return the URL of the request for a page, with the validators of the response."""
    url = page.requested_url or page.url
    return Address(
        article_key(url), url, page.headers.get("etag"), page.headers.get("last-modified")
    )


def exact_time(published: str | None) -> datetime | None:
    """Return the time of a date, if it is more than a day."""
    return datetime.fromisoformat(published) if published and "T" in published else None


def next_check(
    published: datetime | None, first_seen: datetime, now: datetime, ages: Sequence[float]
) -> datetime | None:
    """Return the time of the next check of an article: the first of `ages` not reached yet.

    Args:
        published: its publication; None if that is unknown or a day alone.
        first_seen: the time of its first visit, from which its age counts if `published` is
            unknown or in the future.
        now: the current time.
        ages: in seconds.
    """
    born = first_seen if published is None or published > now else published
    moments = (born + timedelta(seconds=age) for age in sorted(ages))
    return next((moment for moment in moments if moment > now), None)


def retry_at(attempts: int, now: datetime) -> datetime | None:
    """Return the time to retry an address after failures in a row, or None to park it.

    The first three retries are immediate. Then the pause is an hour, doubled each time, up to a
    week.
    """
    if attempts <= QUICK_TRIES:
        return now
    if attempts >= FAILURES:
        return None
    return now + min(timedelta(hours=2 ** (attempts - QUICK_TRIES - 1)), timedelta(days=7))


def pause_after(attempts: int, now: datetime, pauses: Sequence[timedelta]) -> datetime | None:
    """Return the time of the next visit after `attempts` equal results; None for no visit."""
    return now + pauses[attempts - 1] if attempts <= len(pauses) else None
