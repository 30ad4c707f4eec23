"""Addresses, what the last visit of each came to, and when the next one is due (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

QUICK_TRIES = 3
"""Failures after which the very next run tries again: most are over by then."""
FAILURES = 12
"""Failures in a row after which an address is parked: with the pauses of `retry_at` that is some eleven days."""
REJECTION_PAUSES = (timedelta(hours=6), timedelta(days=1), timedelta(days=3))
"""Between visits of a page that is no article: it may have been a half-filled one. After the last it is parked."""
GONE_PAUSES = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
"""Between looks at an article that was taken away, as long as no source announces it again."""


class State(StrEnum):
    """What the last visit of an address came to."""

    FOUND = "found"
    """Announced by a source and never visited."""
    ARTICLE = "article"
    REJECTED = "rejected"
    FAILED = "failed"
    GONE = "gone"
    """An article that was taken away: its address answered 404 or 410."""
    PARKED = "parked"
    """Failed or was rejected so often that only `recheck`, `forget` or a stated change brings it back."""
    OLDER = "older"
    """An article that was older than its run wanted."""


@dataclass(frozen=True, slots=True)
class Visit:
    """The last visit of an address: when, with what outcome, and the validators to ask with (RFC 9110, 13.1).

    `next_check` is when to come again, None for never by itself; `last_full` when the page itself last came, rather
    than a 304; `published` what a source or the page said of its date.
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
        """Whether to fetch the address again: there is news of it, or its time has come."""
        return self.has_news(modified, since) or (
            self.next_check is not None and self.next_check <= now
        )

    def has_news(self, modified: datetime | None = None, since: datetime | None = None) -> bool:
        """Whether it was never visited, was modified after that, or is wanted by this run and was not by the last."""
        if self.state is State.FOUND:
            return True
        if self.state is State.OLDER:
            return since is None or (self.published is not None and self.published >= since)
        return modified is not None and modified > self.last_seen and self.state is not State.FAILED


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it was asked for: its key (`urls.article_key`), itself, and the validators that it came with."""

    key: str
    url: str
    etag: str | None = None
    last_modified: str | None = None


def next_check(
    published: datetime | None, first_seen: datetime, now: datetime, ages: Sequence[float]
) -> datetime | None:
    """When to look at an article again: at the first of these ages (seconds) that it has not reached yet.

    The age counts from its publication; where that is not known to the minute, or lies ahead, from its first sight.
    """
    born = first_seen if published is None or published > now else published
    moments = (born + timedelta(seconds=age) for age in sorted(ages))
    return next((moment for moment in moments if moment > now), None)


def retry_at(attempts: int, now: datetime) -> datetime | None:
    """When to try an address again that has failed so often in a row; None: it is to be parked.

    At once after the first three, then after an hour, doubled each time, at most a week.
    """
    if attempts <= QUICK_TRIES:
        return now
    if attempts >= FAILURES:
        return None
    return now + min(timedelta(hours=2 ** (attempts - QUICK_TRIES - 1)), timedelta(days=7))


def pause_after(attempts: int, now: datetime, pauses: Sequence[timedelta]) -> datetime | None:
    """When to come again after so many visits with the same outcome; None: not by itself."""
    return now + pauses[attempts - 1] if attempts <= len(pauses) else None
