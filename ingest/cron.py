"""Cron lines and the times that they mean in a time zone, also when its clocks change.

APScheduler's own trigger is not enough for that: it adds jitter to local times, by which the second
of two equal hours becomes the first one, and it may skip a day when the clocks go forward. So it
only finds the next wall-clock time that matches, and the instants are computed here:

- A wall-clock time that the clocks skip means the moment of the change.
- One that occurs twice means the first of both; a line for every hour means both.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

_TICK = timedelta(microseconds=1)
_JITTER_SHARE = 0.1
"""Upper limit of jitter, as a share of the time until the next run."""

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Weekdays by their numbers in cron: both 0 and 7 are Sunday."""
_DAY_RANGE = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?", re.ASCII)


class LocalTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """The instants at which one of several cron expressions matches the clocks of a time zone.

    Args:
        walls: the expressions, as triggers in UTC that stand for any wall clock.
        zone: the time zone.
        hourly: whether the hours that occur twice are meant twice.
        jitter: delay each time at random by at most this many seconds.
    """

    def __init__(
        self, walls: Sequence[CronTrigger], zone: tzinfo, *, hourly: bool, jitter: float
    ) -> None:
        self._walls = walls
        self._zone = zone
        self._folds = (0, 1) if hourly else (0,)
        self._jitter = jitter

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """Return the next time, in the zone; None if there is none.

        It is after both the previous time and now, so that missed times are passed over. Without a
        previous time it may be now.
        """
        after = now - _TICK if previous_fire_time is None else max(previous_fire_time, now)
        due = self._following(after.astimezone(UTC))
        if due is None:
            return None
        if self._jitter:
            next_but_one = self._following(due)
            most = (next_but_one - due).total_seconds() if next_but_one else self._jitter
            delay = random.uniform(0, min(self._jitter, _JITTER_SHARE * most))  # noqa: S311 - no secret
            due += timedelta(seconds=delay)
        return due.astimezone(self._zone)

    def _following(self, after: datetime) -> datetime | None:
        """Return the next instant after another one, both in UTC."""
        wall = after.astimezone(self._zone).replace(tzinfo=None)
        repeated = max(self._offset(wall, 0) - self._offset(wall, 1), timedelta())
        # The second pass over repeated hours begins at an earlier wall-clock time.
        firsts = (self._first(fold, wall - fold * repeated, after) for fold in self._folds)
        return min((instant for instant in firsts if instant is not None), default=None)

    def _first(self, fold: int, wall: datetime, after: datetime) -> datetime | None:
        """Return the first instant after `after` of the times that match from `wall` on.

        With one fold, the instants are in the order of their wall-clock times.
        """
        match = self._match(wall)
        while match is not None:
            instant = self._instant(match, fold)
            if instant > after:
                return instant
            match = self._match(match)
        return None

    def _match(self, wall: datetime) -> datetime | None:
        """Return the next wall-clock time that matches."""
        start = (wall + _TICK).replace(tzinfo=UTC)
        matches = (trigger.get_next_fire_time(None, start) for trigger in self._walls)
        first: datetime | None = min((match for match in matches if match), default=None)
        return None if first is None else first.replace(tzinfo=None)

    def _instant(self, wall: datetime, fold: int) -> datetime:
        """Return the instant in UTC at which the clocks show a time, or jump over it."""
        before, after = self._offset(wall, 0), self._offset(wall, 1)
        if before >= after:
            return (wall - (after if fold else before)).replace(tzinfo=UTC)
        # The clocks jump over it: the change lies between both readings of the time.
        start = (wall - after).replace(tzinfo=UTC)
        seconds = range(int((after - before).total_seconds()) + 1)
        at = bisect_left(seconds, 1, key=lambda second: self._changed(start, second, before))
        return start + timedelta(seconds=at)

    def _changed(self, start: datetime, seconds: int, before: timedelta) -> bool:
        moment = (start + timedelta(seconds=seconds)).astimezone(self._zone)
        return moment.utcoffset() != before

    def _offset(self, wall: datetime, fold: int) -> timedelta:
        offset = wall.replace(tzinfo=self._zone, fold=fold).utcoffset()
        assert offset is not None  # noqa: S101 - a time zone has an offset at any time
        return offset


def cron_trigger(text: str, zone: tzinfo, jitter: float = 0.0) -> LocalTrigger:
    """Return a trigger for a crontab line in a time zone.

    APScheduler's own `from_crontab` differs from cron in two points: it counts weekdays from
    Monday (0 is Sunday in cron), and if both a day of the month and a weekday are set, it
    requires both to match (in cron either is enough).

    Raises:
        ValueError: the text is not a crontab line.
    """
    fields = text.split()
    if len(fields) != 5:
        raise ValueError(
            f"invalid cron line: {text!r}; it has five fields: minute, hour, day, month, weekday"
        )
    minute, hour, day, month, weekday = (field.lower() for field in fields)

    def wall(day: str, weekday: str) -> CronTrigger:
        return CronTrigger(
            minute=minute, hour=hour, day=day, month=month, day_of_week=weekday, timezone=UTC
        )

    try:
        weekday = _weekdays(weekday)
        either = "*" in (day[0], weekday[0])
        walls = [wall(day, weekday)] if either else [wall(day, "*"), wall("*", weekday)]
        return LocalTrigger(walls, zone, hourly=_every_hour(walls[0]), jitter=jitter)
    except ValueError as error:
        raise ValueError(f"invalid cron line: {text!r}: {error}") from None


def _every_hour(wall: CronTrigger) -> bool:
    hour = next(field for field in wall.fields if field.name == "hour")
    hours = [datetime(2001, 1, 1, number, tzinfo=UTC) for number in range(24)]
    return all(hour.get_next_value(moment) == moment.hour for moment in hours)


def _weekdays(field: str) -> str:
    """Return the weekday field of a cron line with names for numbers; `*` is unchanged."""
    if field == "*":
        return field
    numbers: set[int] = set()
    for part in field.split(","):
        numbers.update(_weekday_range(part))
    return ",".join(sorted({_DAYS[number] for number in numbers}))


def _weekday_range(text: str) -> range:
    """Return the weekday numbers of one part of the field: `2`, `mon`, `1-5`, `4/2`, `*/3`."""
    match = _DAY_RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"invalid weekday: {text!r}")
    step = int(match["step"] or 1)
    first, last = _bounds(match)
    if last < first and last == 0:
        last = 7  # `fri-sun`
    if last < first or not step:
        raise ValueError(f"invalid range of weekdays: {text!r}")
    return range(first, last + 1, step)


def _bounds(match: re.Match[str]) -> tuple[int, int]:
    if match["first"] is None:  # `*`
        return 0, 6
    first = _weekday(match["first"])
    if match["last"]:
        return first, _weekday(match["last"])
    return first, 6 if match["step"] else first


def _weekday(text: str) -> int:
    if text in _DAYS:
        return _DAYS.index(text)
    if text.isdigit() and int(text) < len(_DAYS):
        return int(text)
    raise ValueError(f"invalid weekday: {text!r}")
