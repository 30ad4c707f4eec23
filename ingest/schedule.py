"""When a site is crawled: an interval or a cron line, as data, and the next time that follows from it (pure)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from ingest.errors import UsageError

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger


_HOURS = {"h": 1, "d": 24, "w": 168}


def parse_since(text: str, now: datetime | None = None) -> datetime:
    """The moment meant: a span back from now (`12h`, `2d`, `3w`) or a day or time (ISO 8601; UTC when naive)."""
    if span := re.fullmatch(r"(\d{1,5})([hdw])", text.strip()):
        return (now or datetime.now(UTC)) - timedelta(hours=int(span[1]) * _HOURS[span[2]])
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"--since {text}: no time", "say 12h, 2d, 3w or 2026-11-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_FORM = re.compile(r"(\d{1,6})\s*([smhdw])")


def parse_duration(text: str) -> timedelta:
    """The span that a text such as `15m` means; raises `ValueError`."""
    match = _FORM.fullmatch(text.strip().casefold())
    if match is None:
        raise ValueError(f"no span of time: {text!r}; write 90s, 15m, 6h, 2d or 3w")
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


_SHORTEST = timedelta(seconds=1)
_LONGEST = timedelta(days=366)
_JITTER_SHARE = 0.1
"""Of an interval: a minute must not become a minute and a half."""
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""By cron's numbers: both 0 and 7 are Sunday."""
_DAY_RANGE = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?", re.ASCII)


def parse_interval(text: str) -> timedelta:
    """The time that `90s`, `15m`, `6h` or `1d` means; raises `ValueError` beyond 1 second to 366 days."""
    span = parse_duration(text)
    if not _SHORTEST <= span <= _LONGEST:
        raise ValueError(f"no interval: {text!r}; from 1s to {_LONGEST.days}d")
    return span


def _interval(text: str) -> str:
    parse_interval(text)
    return text


def _cron(text: str) -> str:
    if cron_trigger(text, UTC).get_next_fire_time(None, datetime.now(UTC)) is None:
        raise ValueError(f"a time that never comes: {text!r}")
    return text


Interval = Annotated[str, AfterValidator(_interval)]
"""A text that `parse_interval` understands."""
Cron = Annotated[str, AfterValidator(_cron)]
"""The five fields of a crontab line (POSIX crontab, with the names, steps and `7` for Sunday that all crons know)."""


class Schedule(BaseModel):
    """`every` so often, counted from the start of one crawl to the start of the next, or at the times of `cron`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Interval | None = None
    cron: Cron | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.every is None) == (self.cron is None):
            raise ValueError("state either `every` or `cron`")
        return self

    def __str__(self) -> str:
        """The schedule in words."""
        return f"every {self.every}" if self.every else f"cron {self.cron}"

    def first_due(
        self, last: datetime | None, now: datetime, zone: ZoneInfo | None = None
    ) -> datetime:
        """When a site is to be crawled next; never before `now`, which means at once.

        What was missed is caught up once: an interval that has run out, one or more times of a cron line that have
        passed since the last crawl, or a site that was never crawled at all. A last crawl that is ahead of the clock
        (which was set back) counts as one of now.

        Args:
            last: when the last crawl began, aware; None where there was none.
            now: the time, aware.
            zone: that of a cron line, the site's; UTC when None.
        """
        if last is None:
            return now
        last = min(last, now)
        if self.every:
            return max(now, last + parse_interval(self.every))
        # From the next second on: a crawl that began at its time must not be taken for one before it.
        following = last.replace(microsecond=0) + timedelta(seconds=1)
        due: datetime | None = self.trigger(zone).get_next_fire_time(None, following)
        return now if due is None else max(now, due.astimezone(now.tzinfo))

    def trigger(self, zone: ZoneInfo | None = None, jitter: float = 0.0) -> BaseTrigger:
        """The same for APScheduler: the times after the first.

        `jitter` delays each by up to so many seconds, by a tenth of an interval at most.
        """
        from apscheduler.triggers.interval import IntervalTrigger  # noqa: PLC0415 - a tenth of a second, seldom needed

        if self.every:
            seconds = int(parse_interval(self.every).total_seconds())
            return IntervalTrigger(
                seconds=seconds, timezone=UTC, jitter=min(jitter, seconds * _JITTER_SHARE) or None
            )
        return cron_trigger(self.cron or "", zone or UTC, jitter)


def cron_trigger(text: str, zone: Any, jitter: float = 0.0) -> BaseTrigger:  # noqa: ANN401 - any tzinfo
    """APScheduler's trigger for a crontab line in that time zone; raises `ValueError`.

    Its own `from_crontab` counts weekdays from Monday, where cron's 0 is Sunday, and wants both a day of the month and
    a weekday to match, where for cron one of them is enough. Here both are as cron has them.
    """
    from apscheduler.triggers.combining import OrTrigger  # noqa: PLC0415 - see above
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - a crawl needs no scheduler

    fields = text.split()
    if len(fields) != 5:
        raise ValueError(
            f"no cron line: {text!r}; it has five fields: minute, hour, day, month, weekday"
        )
    minute, hour, day, month, weekday = (field.lower() for field in fields)

    def trigger(day: str, weekday: str, jitter: float | None = None) -> BaseTrigger:
        return CronTrigger(
            minute=minute,
            hour=hour,
            day=day,
            month=month,
            day_of_week=weekday,
            timezone=zone,
            jitter=jitter,
        )

    try:
        weekday = _weekdays(weekday)
        if "*" in (day[0], weekday[0]):
            return trigger(day, weekday, jitter or None)
        return OrTrigger([trigger(day, "*"), trigger("*", weekday)], jitter=jitter or None)
    except ValueError as error:
        raise ValueError(f"no cron line: {text!r}: {error}") from None


def _weekdays(field: str) -> str:
    """The weekdays of a cron field by their names, as APScheduler knows them; `*` as it is."""
    if field == "*":
        return field
    numbers: set[int] = set()
    for part in field.split(","):
        found = _DAY_RANGE.fullmatch(part)
        if found is None:
            raise ValueError(f"no weekday: {part!r}")
        if found["first"] is None:
            first, last = 0, 6
        else:
            first = _weekday(found["first"])
            last = _weekday(found["last"]) if found["last"] else 6 if found["step"] else first
        if last < first and last == 0:
            last = 7  # `fri-sun`
        step = int(found["step"] or 1)
        if last < first or not step:
            raise ValueError(f"no range of weekdays: {part!r}")
        numbers.update(range(first, last + 1, step))
    return ",".join(sorted({_DAYS[number] for number in numbers}))


def _weekday(text: str) -> int:
    if text in _DAYS:
        return _DAYS.index(text)
    if text.isdigit() and int(text) < len(_DAYS):
        return int(text)
    raise ValueError(f"no weekday: {text!r}")
