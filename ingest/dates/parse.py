"""Dates as pages write them, parsed without guessing.

A day stays a day, a naive time needs a zone from elsewhere, and a time without a date is not
parsed. Common forms are parsed here. dateparser (slow: some milliseconds a call) gets only human
text in none of these forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from ingest.dates import solar_hijri
from ingest.dates.clock import MONTHS, ascii_digits, clock_in, fold, written_out, zone_in
from ingest.dates.relative import read_human
from ingest.record import Precision
from ingest.settings import Limits
from ingest.text import one_line

EARLIEST_YEAR = 1990
"""No news page is older than the web: a smaller year is of another calendar, or not a date."""
# Languages and regions whose short date in CLDR puts the month first.
_MONTH_FIRST = re.compile(r"(?:[a-z]{2,3}[-_](?:US|PH|FM|PW|GU)|fil|chr)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stated:
    """The date in a text: naive if the text has no zone, midnight if it has only a day."""

    when: datetime
    precision: Precision


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A date in the form of the record.

    `value` is ISO 8601, with offset ("2025-02-05T08:53:00+05:00") or only a day ("2025-02-05").
    `zone_source` is "page" if the text has the zone, "given" if it is the caller's, "" for a day.
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
    """Return the date in a text, or None if it has none that can be true.

    Args:
        raw: The text as on the page; only its first `limits.date_characters` characters count.
        now: Aware; relative texts ("8 hours ago") count from it. A date beyond it is refused.
        zone: Of naive times. Without it only their day is kept: they are not an instant.
        languages: BCP 47 tags of the page, likeliest first. The region of the first decides
            between day and month ("en-US").
        limits: For `date_characters` and `future_hours`; the default settings if None.
    """
    stated = read_date(raw, now=now, zone=zone, languages=languages, limits=limits)
    return settle(stated, zone) if stated else None


def _extended(text: str) -> str:
    """Return the text with colons in a basic time of ISO 8601 behind an extended date."""
    return _BASIC_TIME.sub(
        lambda match: f"{match[1]}{match[2]}:{match[3]}" + (f":{match[4]}" if match[4] else ""),
        text,
    )


def settle(stated: Stated, zone: tzinfo | None) -> ParsedDate:
    """Return the date with `zone` as the zone of a naive time."""
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
    """Return the date in a text as `parse_date` does, but a naive time stays naive.

    `zone` decides only what "PST" and "today" mean.
    """
    limits = limits or Limits()
    text = _extended(ascii_digits(one_line(raw[:1000])[: limits.date_characters]))
    folded = fold(written_out(text))
    local = now.astimezone(zone or now.tzinfo)
    latest = now + timedelta(hours=limits.future_hours)
    epoch = _EPOCH.fullmatch(text)
    if epoch:
        stated = Stated(datetime.fromtimestamp(int(epoch[1]), UTC), Precision.SECOND)
        return stated if _can_be(stated.when, latest) else None
    for day, rest in _days(folded, languages):
        stated = _at(day, rest, text, zone)
        if _can_be(stated.when, latest):
            return stated
    human = read_human(text, folded, local, languages)
    return Stated(*human) if human and _can_be(human[0], latest) else None


def holds_day(text: str, limits: Limits) -> bool:
    """Whether a text has a whole date in a common form; cheap, and never calls dateparser."""
    folded = fold(written_out(ascii_digits(text[: limits.date_characters])))
    return next(_days(folded, ()), None) is not None


def beside_day(text: str, limits: Limits) -> str | None:
    """Return the rest of a text beside its date, folded, or None if it has no whole date."""
    days = _days(fold(ascii_digits(text[: limits.date_characters])), ())
    return next((rest for _, rest in days), None)


def _can_be(when: datetime, latest: datetime) -> bool:
    """Whether the time is after `EARLIEST_YEAR` and, in some zone, not after the latest allowed."""
    earliest_reading = when if when.tzinfo else when.replace(tzinfo=timezone(timedelta(hours=14)))
    return EARLIEST_YEAR <= when.year < 9999 and earliest_reading <= latest


_NUMBER = r"(?<![\d:.])(\d{1,2})(?:st|nd|rd|th|er|[.ºª°])?"
_WORD = r"([^\W\d_]{1,14})"
# "آذار/مارس", "مارس (آذار)": the name of the month in two countries.
_OTHER_NAME = r"(?:\s?[/(-]\s?[^\W\d_]{2,14}\)?)?"
_OF = r"[\s,./-]*(?:(?:of|de|del|d[’']|di|da)\s+)?"
_YEAR = r"(\d{4})(?!\d)"
_DAY_MONTH_YEAR = re.compile(rf"{_NUMBER}{_OF}{_WORD}{_OTHER_NAME}{_OF}{_YEAR}")
_MONTH_DAY_YEAR = re.compile(rf"{_WORD}\.?[\s-]*{_NUMBER}[\s,./-]+{_YEAR}(?!:)")
_MONTH_DAY_CLOCK_YEAR = re.compile(
    rf"{_WORD}\s+{_NUMBER},?\s+(?=\d{{1,2}}:\d\d)[\d:]+(?:\s*[ap]m)?(?:\s+[a-z+\d]+)?\s+{_YEAR}"
)
_YEAR_MONTH_DAY = re.compile(
    rf"(?<!\d){_YEAR}[.,]?(?:\s?(?:m|g)\.)?[\s-]+{_WORD}\.?[\s-]+(\d{{1,2}})(?![\d:])"
)
_YEAR_FIRST = re.compile(
    r"(?<![\d.])(\d{4})(?:([-/.])(\d{1,2})\2|[년年]\s*(\d{1,2})[월月]\s*)(\d{1,2})(?!\d)"
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[t ]?(\d\d)(\d\d)(\d\d)?(?=z|[+-]|[.,]\d|$)|(?!\d))")
# Seconds, milliseconds or microseconds since 1970, also as Microsoft's "/Date(1763640000000)/".
_BASIC_TIME = re.compile(r"(\b\d{4}-\d\d-\d\d[Tt])(\d\d)(\d\d)(\d\d)?(?=[Zz]\b|[+-]\d|$)")
"""2026-06-13T1603Z, as hNews pages of news agencies have it."""
_EPOCH = re.compile(r"(?:/Date\()?(1\d{9})(?:\d{3}){0,2}(?:\.\d+)?(?:\)/)?")
_BUDDHIST = 543  # years that the Thai calendar is ahead
_NUMERIC = re.compile(
    r"(?<![\d./-])(\d{1,2})(?:([/-]|\.\s?)|\s*thang\s*)(\d{1,2})(?:[./,\s-]{1,2}|\s*nam\s*)"
    r"(\d{4}|(?<=\d\d\.\d\d\.)\d\d)(?![\d:])"
)
# Years of two digits: "06-Mar-26", "6 Mar '26"; "3/6/26" only at the start of a text.
_SHORT_WORDED = re.compile(rf"{_NUMBER}[\s-]?{_WORD}(?:-|\s?['’])(\d\d)(?![\d:])")
_SHORT = re.compile(r"(?:[^\W\d_]+:?\s)?(\d{1,2})(/)(\d{1,2})/(\d\d)(?![\d/:])")
# Each with the groups of year, month and day.
_WORDED = (
    (_DAY_MONTH_YEAR, (3, 2, 1)),
    (_MONTH_DAY_YEAR, (3, 1, 2)),
    (_MONTH_DAY_CLOCK_YEAR, (3, 1, 2)),
    (_YEAR_MONTH_DAY, (1, 2, 3)),
    (_SHORT_WORDED, (3, 2, 1)),
)


def _days(folded: str, languages: tuple[str, ...]) -> Iterator[tuple[date, str]]:
    """Yield each day that the text may mean, best first, with the rest of the text."""
    compact = _COMPACT.match(folded)
    if compact:
        clock = ":".join(part for part in compact.groups()[3:] if part)
        yield from _valid(compact[1], compact[2], compact[3], clock)
    for match in _YEAR_FIRST.finditer(folded):
        month, rest = match[3] or match[4], _without(folded, match)
        yield from _valid(match[1], month, match[5], rest)
        if int(match[1]) in solar_hijri.YEARS:
            yield from _valid_hijri(match[1], month, match[5], rest)
    yield from _worded_days(folded)
    month_first = any(_MONTH_FIRST.match(tag) for tag in languages)
    yield from _numeric_days(folded, month_first=month_first)


def _worded_days(folded: str) -> Iterator[tuple[date, str]]:
    """Yield the days with the name of a month."""
    for pattern, order in _WORDED:
        for match in pattern.finditer(folded):
            year, month, number = (match[group] for group in order)
            clock_inside = pattern is _MONTH_DAY_CLOCK_YEAR
            rest = match[0] if clock_inside else _without(folded, match)
            yield from _valid(year, MONTHS.get(month), number, rest)
            yield from _valid_hijri(year, solar_hijri.MONTHS.get(month), number, rest)


def _numeric_days(folded: str, *, month_first: bool) -> Iterator[tuple[date, str]]:
    """Yield 05/02/2025 both ways round, the likelier one first.

    The caller takes the second one if the first is not a day or in the future.
    """
    matches = [*_NUMERIC.finditer(folded), *filter(None, [_SHORT.match(folded)])]
    for match in matches:
        year = match[4] if len(match[4]) == 4 else f"20{match[4]}"
        orders = [(match[3], match[1]), (match[1], match[3])]
        if month_first and not (match[2] or "").startswith("."):
            orders.reverse()
        for month, number in orders:
            yield from _valid(year, month, number, _without(folded, match))
        if int(year) in solar_hijri.YEARS:
            yield from _valid_hijri(year, match[3], match[1], _without(folded, match))


def _valid(
    year: str, month: str | int | None, number: str, rest: str
) -> Iterator[tuple[date, str]]:
    """Yield the day with `rest`, or nothing if there is no such day."""
    if month is None:
        return
    try:
        yield date(_common(year), int(month), int(number)), rest
    except ValueError:
        return


def _common(year: str) -> int:
    """Return a year of two digits, or of the Thai calendar, as a common year."""
    if len(year) == 2:
        return int(year) + 2000
    return int(year) - _BUDDHIST if int(year) > 2500 else int(year)


def _valid_hijri(
    year: str, month: str | int | None, number: str, rest: str
) -> Iterator[tuple[date, str]]:
    """Yield the Gregorian day of a Solar Hijri date with `rest`, as `_valid` does."""
    if month is None:
        return
    try:
        yield solar_hijri.gregorian(int(year), int(month), int(number)), rest
    except (ValueError, OverflowError):
        return


def _without(folded: str, match: re.Match[str]) -> str:
    """Return the text without the date. The part after it is first: it likely has the clock."""
    return f"{folded[match.end() :]} | {folded[: match.start()]}"


def _at(day: date, rest: str, text: str, zone: ZoneInfo | None) -> Stated:
    """Return the day with the clock in `rest` and the zone in `text`."""
    clock = clock_in(rest)
    if clock is None:
        return Stated(datetime.combine(day, time()), Precision.DAY)
    when = datetime.combine(day, clock.time)
    return Stated(when.replace(tzinfo=zone_in(text, when, zone)), clock.precision)
