"""Durations, intervals and schedules: parse them and compute when a site is due next (pure)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from ingest.errors import UsageError

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger


_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_DURATION = re.compile(r"(\d{1,6})\s*([smhdw])", re.ASCII)
_SHORTEST = timedelta(seconds=1)
_LONGEST = timedelta(days=366)

_JITTER_SHARE = 0.1
"""Upper limit of jitter, as a share of the interval: 1 min must not become 1.5 min."""


def parse_duration(text: str) -> timedelta:
    """Return the duration that a text such as `15m` means: a number and a unit, s, m, h, d or w.

    Raises:
        ValueError: the text is not a duration.
    """
    match = _DURATION.fullmatch(text.strip().casefold())
    if match is None:
        raise ValueError(f"invalid duration: {text!r}; write 90s, 15m, 6h, 2d or 3w")
    return int(match[1]) * _UNITS[match[2]]


def parse_interval(text: str) -> timedelta:
    """Return the duration between two crawls that a text such as `15m` means.

    Raises:
        ValueError: the text is not a duration, or not one from 1 second to 366 days.
    """
    interval = parse_duration(text)
    if not _SHORTEST <= interval <= _LONGEST:
        raise ValueError(f"invalid interval: {text!r}; it must be from 1s to {_LONGEST.days}d")
    return interval


def parse_since(text: str, now: datetime | None = None, option: str = "--since") -> datetime:
    """Return the aware time that an option such as `--since` means.

    Args:
        text: a duration before now, as `parse_duration` takes it, or a day or time in ISO 8601.
            A time without an offset is in UTC.
        now: the current time, aware; the default is the system's clock.
        option: the name of the option, for errors.

    Raises:
        UsageError: the text is neither, or the duration goes back beyond the year 1.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return _before(text, now or datetime.now(UTC), option)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _before(text: str, now: datetime, option: str) -> datetime:
    remedy = "or a day or time such as 2026-11-01"
    try:
        return now - parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}", remedy) from None
    except OverflowError:
        raise UsageError(f"{option}: {text!r} goes back beyond the year 1", remedy) from None


def _interval(text: str) -> str:
    parse_interval(text)
    return text


def _cron(text: str) -> str:
    from ingest.cron import cron_trigger  # noqa: PLC0415 - imports APScheduler, which takes 0.1 s

    if cron_trigger(text, UTC).get_next_fire_time(None, datetime.now(UTC)) is None:
        raise ValueError(f"invalid cron line: {text!r}; no day matches it")
    return text


Interval = Annotated[str, AfterValidator(_interval)]
"""A text that `parse_interval` accepts."""
Cron = Annotated[str, AfterValidator(_cron)]
"""The five fields of a crontab line: POSIX crontab, and the names, steps and `7` of other crons."""


class Schedule(BaseModel):
    """When a site is crawled: at an interval (start to start) or at the times of a cron line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Interval | None = None
    cron: Cron | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.every is None) == (self.cron is None):
            raise ValueError("set either `every` or `cron`")
        return self

    def __str__(self) -> str:
        return f"every {self.every}" if self.every else f"cron {self.cron}"

    def first_due(
        self, last: datetime | None, now: datetime, zone: ZoneInfo | None = None
    ) -> datetime:
        """Return when a site is crawled next: `now` if it is due, never earlier.

        Missed times are caught up once: if an interval has passed, if one or more times of a
        cron line have passed since the last crawl, or if the site was never crawled. A last crawl
        that is ahead of the clock, which was set back, counts as one of now.

        Args:
            last: the start of the last crawl, aware; None if there was none.
            now: the current time, aware.
            zone: the time zone of a cron line, the site's; UTC if None.
        """
        if last is None:
            return now
        last = min(last, now)
        if self.every:
            return max(now, last + parse_interval(self.every))
        # From the next second on: a crawl that began at its time must not be due then again.
        following = last.replace(microsecond=0) + timedelta(seconds=1)
        due: datetime | None = self.trigger(zone).get_next_fire_time(None, following)
        return now if due is None else max(now, due.astimezone(now.tzinfo))

    def trigger(self, zone: ZoneInfo | None = None, jitter: float = 0.0) -> BaseTrigger:
        """Return an APScheduler trigger for the times after the first.

        Args:
            zone: the time zone of a cron line; UTC if None.
            jitter: delay each time at random by at most this many seconds, and by at most a tenth
                of the time until the next one.
        """
        # Importing APScheduler takes 0.1 s, and most commands do not need it.
        from apscheduler.triggers.interval import IntervalTrigger  # noqa: PLC0415 - slow

        from ingest.cron import cron_trigger  # noqa: PLC0415 - as above

        if self.every:
            seconds = int(parse_interval(self.every).total_seconds())
            jitter = min(jitter, seconds * _JITTER_SHARE)
            return IntervalTrigger(seconds=seconds, timezone=UTC, jitter=jitter or None)
        return cron_trigger(self.cron or "", zone or UTC, jitter)
