"""Dates of the Solar Hijri calendar, the civil calendar of Iran and Afghanistan."""

from __future__ import annotations

from datetime import date, timedelta

from ingest.dates.clock import fold

YEARS = range(1369, 1410)
"""Years that a number alone identifies as Solar Hijri: March 1990 to March 2031. The lunar years of
that time begin with 1410."""

# In Iran; in Afghanistan (Dari).
_MONTHS = """
فروردین حمل
اردیبهشت ثور
خرداد جوزا
تیر سرطان
مرداد امرداد اسد
شهریور سنبله
مهر میزان
آبان عقرب
آذر قوس
دی جدی
بهمن دلو
اسفند حوت
"""
MONTHS = {
    fold(word): number
    for number, line in enumerate(_MONTHS.strip().splitlines(), 1)
    for word in line.split()
}
"""Month number by folded name."""

_EPOCH = date(2025, 3, 21)  # 1 Farvardin 1404
_CYCLE_OFFSET = 11  # 1374 and 1407 are the last years of their cycles
_EPOCH_DAY = 512_805  # its number as `_day_number` counts


def gregorian(year: int, month: int, day: int) -> date:
    """Return the Gregorian date of a Solar Hijri date.

    Leap years follow the arithmetic 33-year cycle, which agrees with the astronomical calendar
    from 1343 to 1472.

    Raises:
        ValueError: there is no such day.
    """
    first = _day_number(year, month, 1)
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    if not (1 <= month <= 12 and 1 <= day <= _day_number(*following, 1) - first):
        raise ValueError(f"no such Solar Hijri day: {year}-{month}-{day}")
    return _EPOCH + timedelta(days=first + day - 1 - _EPOCH_DAY)


def _day_number(year: int, month: int, day: int) -> int:
    """Return the number of the day in a count of days with an arbitrary beginning."""
    cycles, rest = divmod(year + _CYCLE_OFFSET, 33)
    leap_days = cycles * 8 + (rest + 3) // 4
    months = (month - 1) * 31 if month < 8 else (month - 1) * 30 + 6
    return year * 365 + leap_days + months + day
