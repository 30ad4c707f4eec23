"""Dates as pages write them, read without guessing: what a text states, and no more.

A day stays a day, a naive time needs a zone from elsewhere, a time without a date is none. Common forms are read
here; dateparser (slow: some milliseconds a call) is asked only for human text that is in none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from ingest.dates.clock import MONTHS, ascii_digits, clock_in, fold, zone_in
from ingest.dates.relative import read_human
from ingest.record import Precision
from ingest.settings import Limits
from ingest.text import one_line

EARLIEST_YEAR = 1990
"""No news page is older than the web; a smaller year is another calendar's, or no date at all."""
# Where CLDR's short date puts the month first: the United States and what follows them.
_MONTH_FIRST = re.compile(r"(?:[a-z]{2,3}[-_](?:US|PH|FM|PW|GU)|fil|chr)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stated:
    """What a text states: `when` is naive where the text names no zone, and midnight where it names only a day."""

    when: datetime
    precision: Precision


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A date as it goes into the record.

    `value` is ISO 8601, with offset ("2025-02-05T08:53:00+05:00") or for a day alone ("2025-02-05");
    `zone_source` is "page" where the text states the zone, "given" where the caller's was used, "" for a day.
    `instant` is aware, and None for a day.
    """

    value: str
    precision: Precision
    zone_source: str = ""
    instant: datetime | None = None


def parse_date(
    raw: str,
    *,
    now: datetime,
    zone: ZoneInfo | None,
    languages: tuple[str, ...] = (),
    limits: Limits | None = None,
) -> ParsedDate | None:
    """The date that a text states, or None where it states none that can be true.

    Args:
        raw: The text as on the page; only its first `limits.date_characters` characters count.
        now: Aware; relative texts ("8 hours ago") count from it, and a date beyond it is refused.
        zone: Of times that name none. Without it a naive time keeps only its day: an hour of no zone is no instant.
        languages: BCP 47 tags of the page, likeliest first; a region decides between day and month first ("en-US").
        limits: `date_characters` and `future_hours` count; the defaults of the settings if None.
    """
    stated = read_date(raw, now=now, zone=zone, languages=languages, limits=limits)
    return settle(stated, zone) if stated else None


def settle(stated: Stated, zone: tzinfo | None) -> ParsedDate:
    """What a text states, with the zone that holds for naive times."""
    when, naive = stated.when, stated.when.tzinfo is None
    if stated.precision is Precision.DAY or (naive and zone is None):
        return ParsedDate(when.date().isoformat(), Precision.DAY)
    instant = when.replace(tzinfo=zone) if naive else when
    return ParsedDate(instant.isoformat(), stated.precision, "given" if naive else "page", instant)


def read_date(
    raw: str,
    *,
    now: datetime,
    zone: ZoneInfo | None = None,
    languages: tuple[str, ...] = (),
    limits: Limits | None = None,
) -> Stated | None:
    """The same as `parse_date`, but a naive time stays naive; `zone` only tells what "PST" or "today" mean."""
    limits = limits or Limits()
    text = ascii_digits(one_line(raw[:1000])[: limits.date_characters])
    folded = fold(text)
    local = now.astimezone(zone or now.tzinfo)
    latest = now + timedelta(hours=limits.future_hours)
    for day, rest in _days(folded, languages):
        stated = _at(day, rest, text, zone)
        if _can_be(stated.when, latest):
            return stated
    human = read_human(text, folded, local, languages)
    return Stated(*human) if human and _can_be(human[0], latest) else None


def holds_day(text: str, limits: Limits) -> bool:
    """Whether a text holds a whole date in one of the common forms; cheap, and never asks dateparser."""
    return next(_days(fold(ascii_digits(text[: limits.date_characters])), ()), None) is not None


def _can_be(when: datetime, latest: datetime) -> bool:
    """Whether the time lies between the web's first years and the latest time allowed, in any zone."""
    earliest_reading = when if when.tzinfo else when.replace(tzinfo=timezone(timedelta(hours=14)))
    return EARLIEST_YEAR <= when.year < 9999 and earliest_reading <= latest


_NUMBER = r"(?<![\d:.])(\d{1,2})(?:st|nd|rd|th|er|[.ºª°])?"
_WORD = r"([^\W\d_]{2,14})"
_OF = r"[\s,./-]*(?:(?:of|de|del|d[’']|di|da)\s+)?"
_YEAR = r"(\d{4})(?!\d)"
_DAY_MONTH_YEAR = re.compile(rf"{_NUMBER}{_OF}{_WORD}{_OF}{_YEAR}")
_MONTH_DAY_YEAR = re.compile(rf"{_WORD}\.?[\s-]*{_NUMBER}[\s,./-]+{_YEAR}(?!:)")
_MONTH_DAY_CLOCK_YEAR = re.compile(
    rf"{_WORD}\s+{_NUMBER},?\s+(?=\d{{1,2}}:\d\d)[\d:]+(?:\s*[ap]m)?(?:\s+[a-z+\d]+)?\s+{_YEAR}"
)
_YEAR_MONTH_DAY = re.compile(rf"(?<!\d){_YEAR}[.,]?[\s-]+{_WORD}\.?[\s-]+(\d{{1,2}})(?![\d:])")
_YEAR_FIRST = re.compile(
    r"(?<![\d.])(\d{4})(?:([-/.])(\d{1,2})\2|[년年]\s*(\d{1,2})[월月]\s*)(\d{1,2})(?!\d)"
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:t?(\d\d)(\d\d)(\d\d)?(?=z|[+-]|$)|(?!\d))")
_NUMERIC = re.compile(
    r"(?<![\d./-])(\d{1,2})(?:([/-]|\.\s?)|\s*thang\s*)(\d{1,2})[./,\s-]{1,2}(\d{4}|(?<=\d\d\.\d\d\.)\d\d)(?![\d:])"
)
# Each with the groups of year, month and day.
_WORDED = (
    (_DAY_MONTH_YEAR, (3, 2, 1)),
    (_MONTH_DAY_YEAR, (3, 1, 2)),
    (_MONTH_DAY_CLOCK_YEAR, (3, 1, 2)),
    (_YEAR_MONTH_DAY, (1, 2, 3)),
)


def _days(folded: str, languages: tuple[str, ...]) -> Iterator[tuple[date, str]]:
    """Each day that the text may mean, best first, with the rest of the text, where its clock stands."""
    if found := _COMPACT.match(folded):
        clock = ":".join(part for part in found.groups()[3:] if part)
        yield from _valid(found[1], found[2], found[3], clock)
    for found in _YEAR_FIRST.finditer(folded):
        yield from _valid(found[1], found[3] or found[4], found[5], _without(folded, found))
    for pattern, order in _WORDED:
        for found in pattern.finditer(folded):
            year, month, number = (found[group] for group in order)
            rest = found[0] if pattern is _MONTH_DAY_CLOCK_YEAR else _without(folded, found)
            yield from _valid(year, MONTHS.get(month), number, rest)
    yield from _numeric_days(folded, month_first=any(_MONTH_FIRST.match(tag) for tag in languages))


def _numeric_days(folded: str, *, month_first: bool) -> Iterator[tuple[date, str]]:
    """05/02/2025 both ways round, the likelier first: the other one counts where the first is no day, or to come."""
    for found in _NUMERIC.finditer(folded):
        year = found[4] if len(found[4]) == 4 else f"20{found[4]}"
        ways = [(found[3], found[1]), (found[1], found[3])]
        if month_first and not (found[2] or "").startswith("."):
            ways.reverse()
        for month, number in ways:
            yield from _valid(year, month, number, _without(folded, found))


def _valid(
    year: str, month: str | int | None, number: str, rest: str
) -> Iterator[tuple[date, str]]:
    if month is None:
        return
    try:
        yield date(int(year), int(month), int(number)), rest
    except ValueError:  # no such day
        return


def _without(folded: str, found: re.Match[str]) -> str:
    """The text without the date: its clock comes behind it, or else before it ("8:53 AM | February 05, 2025")."""
    return f"{folded[found.end() :]} | {folded[: found.start()]}"


def _at(day: date, rest: str, text: str, zone: ZoneInfo | None) -> Stated:
    """The day with the clock and the zone that stand beside it."""
    if (clock := clock_in(rest)) is None:
        return Stated(datetime.combine(day, time()), Precision.DAY)
    when = datetime.combine(day, clock.time)
    return Stated(when.replace(tzinfo=zone_in(text, when, zone)), clock.precision)
