"""The time of day and the time zone in a text, without its date."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ingest.dates.words import ZONE_NAMES, zone_called
from ingest.record import Precision

_ALONE = r"(?<![\d:.])"
_HALF = r"(?:\s*(?P<half>[ap])\.?\s?m\b)"
# In the order in which they are tried, on folded text.
_CLOCKS = (
    re.compile(  # 20:53, 20:53:07.123, 8:53 PM, 20h53, 20時53分, 오후 8:53
        rf"(?P<later>오후|下午|午後)?\s*{_ALONE}(?P<hour>\d{{1,2}})\s?[:h時点시]\s?(?P<minute>\d{{2}})[分분]?"
        rf"(?::(?P<second>\d{{2}})(?:[.,]\d+)?)?(?!\d){_HALF}?"
    ),
    re.compile(rf"{_ALONE}(?P<hour>\d{{1,2}})(?:\.(?P<minute>\d{{2}}))?{_HALF}"),  # 8.53 pm, 8 pm
    re.compile(
        r"\b(?:kl|klo|ore|alle|um|at|pukul|jam)\.?\s*(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?!\d)"
    ),  # kl. 20.53
    re.compile(
        rf"{_ALONE}(?P<hour>\d{{1,2}})\.(?P<minute>\d{{2}})\s*(?:uhr|wib|wita|wit|gmt|utc|bst|cet|cest|ist|น)"
    ),
    re.compile(rf"{_ALONE}(?P<hour>\d{{1,2}})\s?(?:h|uhr)\b"),  # 20 Uhr, 20 h
)
# To UTC-10 only: in "10:00-11:00" stands a second clock, not an offset.
_OFFSET = re.compile(
    r"(?::\d\d(?:[.,]\d+)?\s*\(?(?:UTC|GMT)?|\b(?:UTC|GMT))\s*"
    r"(?:\+(?P<east>1[0-4]|0?\d)|[−-](?P<west>10|0?\d))(?::?(?P<minutes>\d\d))?(?![\d:])"
)
_ZONE_NAME = re.compile(
    rf"(?<![A-Za-z])(?:{'|'.join(sorted(ZONE_NAMES, key=len, reverse=True))})(?![A-Za-z+-])"
)


class Clock(NamedTuple):
    """A time of day and how exactly it is written."""

    time: time
    precision: Precision


def clock_in(folded: str) -> Clock | None:
    """The first time of day in a folded text, or None; a day and a half ("25:00") is none."""
    for pattern in _CLOCKS:
        for found in pattern.finditer(folded):
            if clock := _clock(found.groupdict()):
                return clock
    return None


def _clock(parts: dict[str, str | None]) -> Clock | None:
    hour, minute, second = (int(parts.get(key) or 0) for key in ("hour", "minute", "second"))
    half = parts.get("half") or ("p" if parts.get("later") else None)
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return Clock(
        time(hour, minute, second), Precision.SECOND if parts.get("second") else Precision.MINUTE
    )


def zone_in(text: str, when: datetime, local: ZoneInfo | None) -> tzinfo | None:
    """The offset that the text states for its naive time `when`, as a number or by a zone's name.

    `text` has its own upper case, for "est" is also a French word. `local` decides what "PST" means.
    """
    if found := _OFFSET.search(text):
        offset = timedelta(
            hours=int(found["east"] or found["west"]), minutes=int(found["minutes"] or 0)
        )
        return timezone(offset if found["east"] else -offset)
    named = _ZONE_NAME.search(text)
    return zone_called(named[0], when, local) if named else None
