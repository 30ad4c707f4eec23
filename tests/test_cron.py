"""The times of cron lines while the clocks of a time zone change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from ingest.cron import cron_trigger
from ingest.schedule import Schedule

_WEEK = timedelta(days=7)
_YEARS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))
_SPAN = timedelta(days=10)
"""Days of a run over one change: the change is in the middle of them."""


EVE = datetime(2026, 3, 27, 12, tzinfo=UTC)


def changes(zone: ZoneInfo) -> tuple[tuple[datetime, timedelta, timedelta], ...]:
    """The weeks of ten years in which the zone's offset changes, with both offsets."""
    found, moment = [], _YEARS[0]
    while moment < _YEARS[1]:
        before, after = (time.astimezone(zone).utcoffset() for time in (moment, moment + _WEEK))
        assert before is not None
        assert after is not None
        if before != after:
            found.append((moment, before, after))
        moment += _WEEK
    return tuple(found)


def changing_zones() -> dict[str, tuple[datetime, ...]]:
    """One zone for each set of changes; hundreds of names share them."""
    by_changes = {changes(ZoneInfo(name)): name for name in sorted(available_timezones())}
    return {name: tuple(at for at, *_ in weeks) for weeks, name in by_changes.items() if weeks}


def runs(line: str, zone: ZoneInfo, start: datetime, jitter: float = 0.0) -> Iterator[datetime]:
    """The times of a schedule by a clock that stands a moment after each of them."""
    trigger = Schedule(cron=line).trigger(zone, jitter)
    last, now = None, start
    while now < start + _SPAN:
        last = trigger.get_next_fire_time(last, now)
        assert last is not None
        assert last.astimezone(UTC) >= now
        now = last.astimezone(UTC) + timedelta(milliseconds=3)
        yield last


def days(start: date, number: int) -> list[date]:
    return [start + timedelta(days=number) for number in range(number)]


@pytest.mark.parametrize(("line", "jitter"), [("0 0 * * *", 0), ("30 2 * * *", 30)])
def test_every_day_of_every_zone_has_its_run_for_ten_years(line: str, jitter: float) -> None:
    zones = changing_zones()
    assert len(zones) > 20
    for name, weeks in zones.items():
        zone = ZoneInfo(name)
        for week in weeks:
            times = list(runs(line, zone, week - timedelta(days=1), jitter))
            assert [time.date() for time in times] == days(times[0].date(), len(times)), name
            assert len(times) >= _SPAN.days, name


def test_a_day_whose_last_hour_does_not_exist_has_its_run_at_its_end() -> None:
    expected = ["28 01:40", "29 01:00", "30 00:40"]  # 23:00 of the 28th is 0:00 of the 29th
    assert instants("40 23 * * *", "America/Scoresbysund", EVE, 3) == expected


def test_a_line_for_every_hour_runs_through_every_change() -> None:
    for name, weeks in changing_zones().items():
        zone = ZoneInfo(name)
        for week in weeks[:2]:
            gaps = [
                later.astimezone(UTC) - earlier.astimezone(UTC)
                for earlier, later in pairwise(runs("*/15 * * * *", zone, week))
            ]
            assert set(gaps) == {timedelta(minutes=15)}, name


def instants(line: str, zone: str, start: datetime, number: int) -> list[str]:
    trigger, times = cron_trigger(line, ZoneInfo(zone)), []
    for _ in range(number):
        following = trigger.get_next_fire_time(start, start)
        assert following is not None
        start = following.astimezone(UTC)
        times.append(f"{start:%d %H:%M}")
    return times


@pytest.mark.parametrize(
    ("line", "zone", "start", "expected"),
    [
        # 02:00 to 03:00 does not exist on the 29th: all of it is the moment of the change.
        ("15,45 2 * * *", "Europe/Paris", (2026, 3, 28, 12), ["29 01:00", "30 00:15", "30 00:45"]),
        # Midnight does not exist on the 6th.
        ("0 0 * * *", "America/Santiago", (2026, 9, 5, 12), ["06 04:00", "07 03:00"]),
        # 02:00 to 03:00 comes twice on the 25th: the first one counts.
        ("30 2 * * *", "Europe/Paris", (2026, 10, 24, 12), ["25 00:30", "26 01:30"]),
        ("*/30 2 * * *", "Europe/Paris", (2026, 10, 24, 12), ["25 00:00", "25 00:30", "26 01:00"]),
        ("30 * * * *", "Europe/Paris", (2026, 10, 25, 0), ["25 00:30", "25 01:30", "25 02:30"]),
        ("30 0-23 * * *", "Europe/Paris", (2026, 10, 25, 0), ["25 00:30", "25 01:30", "25 02:30"]),
        ("30 */2 * * *", "Europe/Paris", (2026, 10, 25, 0), ["25 00:30", "25 03:30"]),
        # Half an hour comes twice.
        (
            "45 * * * *",
            "Australia/Lord_Howe",
            (2026, 4, 4, 14),
            ["04 14:45", "04 15:15", "04 16:15"],
        ),
    ],
)
def test_times_that_do_not_exist_or_come_twice(
    line: str, zone: str, start: tuple[int, ...], expected: list[str]
) -> None:
    assert instants(line, zone, datetime(*start, tzinfo=UTC), len(expected)) == expected  # type: ignore[misc, arg-type]


def test_missed_times_are_passed_over_at_once() -> None:
    trigger = cron_trigger("* * * * *", ZoneInfo("Europe/Paris"))
    now = datetime(2026, 10, 25, 0, 30, 20, tzinfo=UTC)
    following = trigger.get_next_fire_time(now - timedelta(days=400), now)
    assert following is not None
    assert following.astimezone(UTC) == datetime(2026, 10, 25, 0, 31, tzinfo=UTC)


def test_jitter_never_reaches_the_next_time() -> None:
    trigger = cron_trigger("* * * * *", UTC, jitter=600)
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    delays = {(trigger.get_next_fire_time(now, now) or now) - now for _ in range(30)}
    assert len(delays) > 1
    assert timedelta(seconds=60) <= min(delays)
    assert max(delays) <= timedelta(seconds=66)


def test_a_crawl_in_the_second_of_two_equal_hours_makes_the_next_one_due_an_hour_later() -> None:
    hourly, zone = Schedule(cron="0 * * * *"), ZoneInfo("America/New_York")
    second = datetime(2026, 11, 1, 6, 0, 4, tzinfo=UTC)  # 01:00 for the second time
    assert hourly.first_due(second, second + timedelta(seconds=1), zone) == datetime(
        2026, 11, 1, 7, tzinfo=UTC
    )
