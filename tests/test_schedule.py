from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from ingest.cron import cron_trigger
from ingest.errors import UsageError
from ingest.schedule import Schedule, parse_duration, parse_interval, parse_since
from ingest.settings import Settings
from ingest.sites import Site

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
"""A Wednesday."""
KARACHI = ZoneInfo("Asia/Karachi")


def at(hour: int, minute: int = 0, day: int = 25) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1s", 1), ("90s", 90), ("15m", 900), ("6h", 21_600), (" 1d ", 86_400), ("52w", 31_449_600)],
)
def test_an_interval_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert parse_interval(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "15", "m", "0m", "-5m", "15 min", "1h30m", "367d", "1.5h", "999999999d"]
)
def test_what_is_no_interval_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"invalid (interval|duration): ") as caught:
        parse_interval(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90m", at(10, 30)),
        ("30s", datetime(2026, 11, 25, 11, 59, 30, tzinfo=UTC)),
        ("12h", at(0)),
        (" 2 D ", at(12, day=23)),
        ("3w", at(12, day=4)),
        ("2026-11-01", at(0, day=1)),
        ("2026-11-01T05:00", at(5, day=1)),
        ("2026-11-01T05:00+05:00", at(0, day=1)),
    ],
)
def test_since_is_a_duration_back_from_now_or_a_time(text: str, moment: datetime) -> None:
    assert parse_since(text, NOON) == moment


@pytest.mark.parametrize("text", ["2 days", "m", "1.5h", "yesterday", "2026-13-01"])
def test_a_duration_has_one_grammar_and_one_error_text(text: str) -> None:
    with pytest.raises(ValueError, match="write 90s, 15m, 6h, 2d or 3w") as duration:
        parse_duration(text)
    with pytest.raises(ValueError, match=re.escape(str(duration.value))):
        parse_interval(text)
    with pytest.raises(ValidationError, match=re.escape(str(duration.value))):
        Schedule(every=text)
    with pytest.raises(ValidationError, match=re.escape(str(duration.value))):
        Settings(schedule={"every": text})
    for name in ("recheck", "stale_after"):
        with pytest.raises(ValidationError, match=re.escape(str(duration.value))):
            Site.model_validate(
                {"name": "news", "domain": "news.example", name: values(name, text)}
            )
    with pytest.raises(UsageError, match=re.escape(str(duration.value))):
        parse_since(text, NOON)


def values(name: str, text: str) -> object:
    return [text] if name == "recheck" else text


def test_a_duration_that_goes_back_too_far_is_one_line() -> None:
    with pytest.raises(UsageError, match="'999999w' goes back beyond the year 1"):
        parse_since("999999w", NOON)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, NOON),  # never crawled
        (at(11, 50), at(12, 5)),  # the rest of the interval
        (at(12), at(12, 15)),  # a moment ago
        (at(11, 45), NOON),  # just run out
        (at(3, 0, day=20), NOON),  # long missed: once, now
        (at(12, 0, day=26), at(12, 15)),  # the clock was set back by a day
    ],
)
def test_an_interval_counts_from_the_start_of_the_last_crawl(
    last: datetime | None, due: datetime
) -> None:
    assert Schedule(every="15m").first_due(last, NOON) == due


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, NOON),
        (at(11, 45), NOON),  # 12:00 is due, and it is 12:00
        (at(11, 35), NOON),  # 11:40 was missed
        (at(9), NOON),  # nine times were missed: once, now
        (at(12), at(12, 20)),  # that of 12:00 has begun
        (datetime(2026, 11, 25, 11, 59, 59, 999_999, tzinfo=UTC), NOON),
        (at(12, 0, day=26), at(12, 20)),
    ],
)
def test_a_cron_line_is_due_at_its_times_and_once_where_it_missed_some(
    last: datetime | None, due: datetime
) -> None:
    assert Schedule(cron="*/20 * * * *").first_due(last, NOON) == due


def test_a_cron_line_is_read_in_its_zone() -> None:
    nightly = Schedule(cron="30 3 * * *")
    assert nightly.first_due(NOON, NOON, KARACHI) == at(22, 30)  # 03:30 at +05:00
    assert nightly.first_due(NOON, NOON) == at(3, 30, day=26)


def test_a_due_time_is_never_in_the_past_and_never_beyond_the_next_interval() -> None:
    hourly = Schedule(every="1h")
    for minutes in range(-3000, 3000, 7):
        due = hourly.first_due(NOON + timedelta(minutes=minutes), NOON)
        assert NOON <= due <= NOON + timedelta(hours=1)


def fires(line: str, number: int, start: datetime = NOON) -> list[str]:
    """The next times of a cron line in UTC."""
    trigger, times = cron_trigger(line, UTC), []
    for _ in range(number):
        due = trigger.get_next_fire_time(None, start)
        assert due is not None
        times.append(f"{due:%a %d %H:%M}")
        start = due + timedelta(seconds=1)
    return times


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0 6 * * 0", ["Sun 29 06:00", "Sun 06 06:00"]),  # 0 is Sunday, as for cron
        ("0 6 * * 7", ["Sun 29 06:00", "Sun 06 06:00"]),
        ("0 6 * * 1-5", ["Thu 26 06:00", "Fri 27 06:00", "Mon 30 06:00"]),
        ("0 6 * * MON-FRI", ["Thu 26 06:00", "Fri 27 06:00", "Mon 30 06:00"]),
        ("0 6 * * fri-sun", ["Fri 27 06:00", "Sat 28 06:00", "Sun 29 06:00", "Fri 04 06:00"]),
        ("0 6 * * */3", ["Sat 28 06:00", "Sun 29 06:00", "Wed 02 06:00"]),
        ("0 6 * * 4/2", ["Thu 26 06:00", "Sat 28 06:00", "Thu 03 06:00"]),
        ("0 6 * * 2,sat", ["Sat 28 06:00", "Tue 01 06:00"]),
        ("0 6 1 * *", ["Tue 01 06:00"]),
        ("0 6 27 * 1", ["Fri 27 06:00", "Mon 30 06:00"]),  # either day is enough, as for cron
        ("*/20 6-13 * * *", ["Wed 25 12:00", "Wed 25 12:20"]),
        ("0 0 29 FEB *", ["Tue 29 00:00"]),
    ],
)
def test_a_cron_line_means_what_cron_means(line: str, expected: list[str]) -> None:
    assert fires(line, len(expected)) == expected


@pytest.mark.parametrize(
    "line",
    [
        *(
            "",
            "* * * *",
            "* * * * * *",
            "61 * * * *",
            "*/0 * * * *",
            "a * * * *",
            "* 24 * * *",
            "* * 32 * *",
        ),
        *(
            "* * * 13 *",
            "* * * * 8",
            "* * * * mo",
            "* * * * 5-2",
            "* * * * */0",
            "* * * * 1--3",
            "0 0 30 2 *",
            "@daily",
        ),
    ],
)
def test_what_is_no_cron_line_is_refused(line: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Schedule(cron=line)
    assert repr(line) in caught.value.errors()[0]["msg"]


def test_either_an_interval_or_a_cron_line() -> None:
    for values in ({}, {"every": "1h", "cron": "0 * * * *"}):
        with pytest.raises(ValidationError, match="either"):
            Schedule.model_validate(values)


def test_a_trigger_goes_on_where_the_first_time_was() -> None:
    trigger = Schedule(every="15m").trigger(jitter=30)
    times = {trigger.get_next_fire_time(NOON, NOON) for _ in range(50)}
    assert all(at(12, 15) <= time <= at(12, 15) + timedelta(seconds=30) for time in times)
    assert len(times) > 1
    short = {
        Schedule(every="10s").trigger(jitter=30).get_next_fire_time(NOON, NOON) for _ in range(50)
    }
    assert all(timedelta(seconds=10) <= time - NOON <= timedelta(seconds=11) for time in short)
    assert Schedule(every="15m").trigger().get_next_fire_time(NOON, NOON) == at(12, 15)


def test_a_schedule_in_words() -> None:
    assert str(Schedule(every="15m")) == "every 15m"
    assert str(Schedule(cron="0 6 * * 1")) == "cron 0 6 * * 1"
