"""The time of day and the time zone in a text, without its date."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from datetime import datetime, time, timedelta, timezone, tzinfo
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ingest.record import Precision

_ARABIC = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "\u200c": None, "\u200d": None, "\u0640": None}
)
# "كانون الثاني" and its like, after the translation.
_LEVANTINE = re.compile(r"(کانون|تشرین) (الاول|الثانی)")


def fold(text: str) -> str:
    """Return the text in lower case without accents and vowel signs, as the tables here have it."""
    if text.isascii():
        return text.lower()
    bare = (
        char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char)[0] != "M"
    )
    folded = unicodedata.normalize("NFC", "".join(bare)).casefold().translate(_ARABIC)
    return _LEVANTINE.sub(r"\1\2", folded)


def ascii_digits(text: str) -> str:
    """Return the text with ASCII digits for all others (Eastern Arabic, Devanagari ...)."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


_WORDS = tomllib.loads(
    resources.files("ingest.dates").joinpath("words.toml").read_text(encoding="utf-8")
)
MONTHS = {
    fold(name): number for number, names in enumerate(_WORDS["months"], 1) for name in names.split()
}
"""Month number by folded name or abbreviation."""

# Each with its full name, which is the last one of its month.
_THAI = {
    short: names.split()[-1]
    for short, names in zip(_WORDS["thai"].split(), _WORDS["months"], strict=True)
}
_THAI_MONTH = re.compile("|".join(re.escape(name) for name in _THAI))
# "令和8年", "民國113年": years of eras, and what their year 0 is.
_ERAS = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911}
_ERA = re.compile(rf"({'|'.join(_ERAS)})\s?(\d{{1,3}}|元)年")


def written_out(text: str) -> str:
    """Return the text with abbreviated Thai months in full, and years of eras as common years."""
    if text.isascii():
        return text
    text = _THAI_MONTH.sub(lambda month: _THAI[month[0]], text)
    return _ERA.sub(lambda era: f"{_ERAS[era[1]] + int(era[2].replace('元', '1'))}年", text)


# Hours ahead of UTC.
_OFFSETS = """
0 UTC GMT WET Z
1 CET MEZ BST WEST WAT
2 CEST MESZ EET SAST CAT
3 EEST MSK TRT EAT
3.5 IRST
4 GST
4.5 AFT
5 PKT
5.5 IST
5.75 NPT
7 ICT WIB
8 SGT HKT MYT WITA AWST PHT
9 JST KST WIT
9.5 ACST
10 AEST
11 AEDT
12 NZST
13 NZDT
-3 BRT ART
-4 AST EDT
-5 EST CDT
-6 CST MDT
-7 MST PDT
-8 PST
"""
_HOURS = {
    name: float(hours)
    for hours, *names in map(str.split, _OFFSETS.strip().splitlines())
    for name in names
}
_REGIONS = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
# Abbreviations that mean another time in these zones.
_LOCAL_MEANING = {
    "PST": ("Asia/Karachi", "Asia/Manila"),
    "IST": ("Europe/Dublin", "Asia/Jerusalem"),
    "BST": ("Asia/Dhaka",),
    "CST": ("Asia/Shanghai", "Asia/Taipei", "America/Havana"),
    "EST": ("Australia/Sydney", "Australia/Melbourne"),
    "AST": ("Asia/Riyadh", "Asia/Baghdad"),
}
ZONE_NAMES = frozenset(_HOURS) | frozenset(_REGIONS)
"""Abbreviations of time zones that news pages write after a time."""


def zone_called(name: str, when: datetime, local: ZoneInfo | None) -> tzinfo | None:
    """Return the offset of a zone's abbreviation at the naive time `when`; None if unknown.

    For an abbreviation with several meanings ("PST" is Pakistan's time too) that of `local` wins.
    """
    if local is not None and local.key in _LOCAL_MEANING.get(name, ()):
        return _fixed(local, when)
    region = _REGIONS.get(name)
    if region:
        return _fixed(ZoneInfo(region), when)
    hours = _HOURS.get(name)
    return None if hours is None else timezone(timedelta(hours=hours))


def _fixed(zone: ZoneInfo, when: datetime) -> tzinfo:
    return timezone(when.replace(tzinfo=zone).utcoffset() or timedelta())


_ALONE = r"(?<![\d:.])"
# "am" and "pm", and their likes in Greek, Arabic, Persian, Urdu, Hindi and Bengali, folded.
_AFTER_NOON = r"μ\.?μ\b|مساء|م\b|ب\.?ظ\b|بعد ?از ?ظهر|شام|رات|अपरहन|শাম"
_BEFORE_NOON = r"π\.?μ\b|صباح|ص\b|ق\.?ظ\b|قبل ?از ?ظهر|صبح"
_HALF = (
    r"(?:\s*(?:(?P<half>[ap])\.?\s?m\b"
    rf"|(?P<after>{_AFTER_NOON})|(?P<before>{_BEFORE_NOON})))"
)
# In the order in which they are tried, on folded text.
_CLOCKS = (
    re.compile(  # 20:53, 20:53:07.123, 8:53 PM, 20h53, 20時53分, 오후 8:53
        rf"(?P<later>오후|下午|午後)?\s*{_ALONE}(?P<hour>\d{{1,2}})\s?[:h時点시]\s?(?P<minute>\d{{2}})[分분]?"
        rf"(?::(?P<second>\d{{2}})(?:[.,]\d+)?)?(?!\d){_HALF}?"
    ),
    re.compile(rf"{_ALONE}(?P<hour>\d{{1,2}})(?:\.(?P<minute>\d{{2}}))?{_HALF}"),  # 8.53 pm, 8 pm
    re.compile(  # kl. 20.53
        r"\b(?:kl|klo|ore|alle|om|um|at|pukul|jam)\.?\s*(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?!\d)"
    ),
    re.compile(  # 20.53 Uhr
        rf"{_ALONE}(?P<hour>\d{{1,2}})\.(?P<minute>\d{{2}})\s*"
        r"(?:uhr|wib|wita|wit|gmt|utc|bst|cet|cest|ist|น)"
    ),
    re.compile(rf"{_ALONE}(?P<hour>\d{{1,2}})\s?(?:h|uhr)\b"),  # 20 Uhr, 20 h
)
# To UTC-10 only: "10:00-11:00" has a second clock, not an offset.
_OFFSET = re.compile(
    r"(?::\d\d(?:[.,]\d+)?\s*\(?(?:UTC|GMT)?|\b(?:UTC|GMT)|^\d{8}[Tt]?\d{4}(?:\d\d)?(?:[.,]\d+)?)"
    r"\s*"
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
    """Return the first time of day in a folded text, or None. "25:00" does not count."""
    for pattern in _CLOCKS:
        for match in pattern.finditer(folded):
            clock = _clock(match.groupdict())
            if clock:
                return clock
    return None


def _clock(parts: dict[str, str | None]) -> Clock | None:
    hour = _hour(parts)
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    precision = Precision.SECOND if parts.get("second") else Precision.MINUTE
    return Clock(time(hour, minute, second), precision)


def _hour(parts: dict[str, str | None]) -> int:
    """Return the hour of the day, with "am", "pm" and their likes applied."""
    hour = int(parts.get("hour") or 0)
    half = parts.get("half")
    if parts.get("later") or parts.get("after"):
        half = "p"
    elif parts.get("before"):
        half = "a"
    if not half or not 1 <= hour <= 12:
        return hour
    return hour % 12 + (12 if half == "p" else 0)


def zone_in(text: str, when: datetime, local: ZoneInfo | None) -> tzinfo | None:
    """Return the offset in the text for its naive time `when`, as a number or a zone's name.

    Args:
        text: in its own case, for "est" is also a French word.
        when: the time of the text.
        local: decides the meaning of an ambiguous name ("PST").
    """
    match = _OFFSET.search(text)
    if match:
        hours, minutes = match["east"] or match["west"], match["minutes"] or 0
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(offset if match["east"] else -offset)
    name = _ZONE_NAME.search(text)
    return zone_called(name[0], when, local) if name else None
