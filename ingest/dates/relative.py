"""Dates in words: "8 hours ago", "yesterday 14:30", and others through dateparser."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ingest.dates.clock import clock_in
from ingest.record import Precision

if TYPE_CHECKING:
    from dateparser.date import DateData

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_AGO = re.compile(
    r"\b(?:(?:an?|one)\s+|(?P<count>\d{1,4})\s*)"
    r"(?P<unit>sec(?:ond)?s?|min(?:ute)?s?|hours?|hrs?|days?|[smhd])"
    r"(?:(?:,| and)?\s*(?P<more>\d{1,2})\s*(?P<part>min(?:ute)?s?|hours?|hrs?|m|h))?\s+ago\b"
)
_NOW = re.compile(r"\W*(?:\w+\W+)?just now\W*$")

# "Today" and "yesterday" by language: "hier" means "here" in German.
_DAYS = {
    "en": ("today", "yesterday"),
    "de": ("heute", "gestern"),
    "fr": ("aujourd.hui", "hier"),
    "es": ("hoy", "ayer"),
    "pt": ("hoje", "ontem"),
    "it": ("oggi", "ieri"),
    "nl": ("vandaag", "gisteren"),
    "sv": ("i ?dag", "i ?gar"),
    "da": ("i ?dag", "i ?gar"),
    "nb": ("i ?dag", "i ?gar"),
    "no": ("i ?dag", "i ?gar"),
    "fi": ("tanaan", "eilen"),
    "pl": ("dzis(?:iaj)?", "wczoraj"),
    "cs": ("dnes", "vcera"),
    "tr": ("bugun", "dun"),
    "ru": ("сегодня", "вчера"),
    "uk": ("сьогодні", "вчора"),
    "id": ("hari ini", "kemarin"),
    "hi": ("आज", ""),  # "कल" is yesterday and tomorrow
    "ur": ("آج", ""),
}
# Words of relative texts. dateparser is not called for a text without one of them or a year.
_RELATIVE = re.compile(
    r"\b(?:vor|il y a|hace|fa|atras|geleden|sedan|siden|sitten|temu|pred|назад|тому|lalu|once|ha)\b"
    r"|قبل|پہلے|منذ|پیش|पहल|আগে|前|전|truoc"
)
_ABSOLUTE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_BY_SCRIPT = (
    (re.compile(r"[\u0600-\u06ff]"), ("ur", "ar", "fa")),
    (re.compile(r"[\u0400-\u04ff]"), ("ru", "uk", "bg")),
    (re.compile(r"[\u0900-\u097f]"), ("hi",)),
    (re.compile(r"[\u0980-\u09ff]"), ("bn",)),
    (re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]"), ("zh", "ja")),
    (re.compile(r"[\uac00-\ud7af]"), ("ko",)),
    (re.compile(r"[\u0e00-\u0e7f]"), ("th",)),
)


def read_human(
    text: str, folded: str, now: datetime, languages: tuple[str, ...]
) -> tuple[datetime, Precision] | None:
    """Return the time in a text of words with its precision, or None.

    Minutes and hours count from `now` and are exact to the minute at best. Days, "today" and
    "yesterday" are days of `now`'s zone. Weeks, months and years are not a day and give None.
    An aware result has the zone of the text.
    """
    tags = tuple(
        dict.fromkeys(tag.replace("_", "-").partition("-")[0].lower() for tag in languages)
    )
    return (
        _ago(folded, now)
        or _named_day(folded, now, tags)
        or _ask_dateparser(text, folded, now, tags)
    )


def _ago(folded: str, now: datetime) -> tuple[datetime, Precision] | None:
    if _NOW.match(folded):
        return _minute(now)
    match = _AGO.search(folded)
    if not match:
        return None
    unit = _UNITS[match["unit"][0]]
    moment = now - unit * int(match["count"] or 1)
    if match["part"]:
        moment -= _UNITS[match["part"][0]] * int(match["more"])
    return _day(moment) if unit >= timedelta(days=1) else _minute(moment)


def _minute(moment: datetime) -> tuple[datetime, Precision]:
    return moment.replace(second=0, microsecond=0), Precision.MINUTE


def _day(moment: datetime) -> tuple[datetime, Precision]:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None), Precision.DAY


def _named_day(
    folded: str, now: datetime, tags: tuple[str, ...]
) -> tuple[datetime, Precision] | None:
    """Return the day of a word with at most a clock after it: "Updated: gestern, 14:30 Uhr"."""
    for tag in dict.fromkeys((*tags, "en")):
        for back, word in enumerate(_DAYS.get(tag, ())):
            match = _match_day(word, folded) if word else None
            if match:
                return _day_and_clock(now - timedelta(days=back), match["rest"])
    return None


def _match_day(word: str, folded: str) -> re.Match[str] | None:
    return re.match(rf"(?:[^\W\d_]+:?\s+){{0,2}}{word}\b(?![’'])\W*(?P<rest>.*)", folded)


def _day_and_clock(moment: datetime, rest: str) -> tuple[datetime, Precision] | None:
    midnight, precision = _day(moment)
    clock = clock_in(rest)
    if clock:
        return datetime.combine(midnight, clock.time), clock.precision
    return None if rest else (midnight, precision)


def _ask_dateparser(
    text: str, folded: str, now: datetime, tags: tuple[str, ...]
) -> tuple[datetime, Precision] | None:
    relative = bool(_RELATIVE.search(folded))
    if not relative and not (_ABSOLUTE.search(folded) and _LETTERS.search(folded)):
        return None
    data = _dateparser(text, now, _supported(text, tags), relative=relative)
    when = data.date_obj
    if when is None or data.period not in {"day", "time"}:
        return None
    if not relative:
        return _minute(when) if data.period == "time" else _day(when)
    gap = now.replace(tzinfo=None) - when.replace(tzinfo=None)
    if gap % timedelta(days=1) == timedelta():
        return _day(when)
    return _minute(when.replace(tzinfo=now.tzinfo))


def _supported(text: str, tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return up to three languages for dateparser: the page's if supported, then the script's."""
    from dateparser.data import language_order  # noqa: PLC0415 - 0.3 s that most runs never need

    by_script = next((names for letters, names in _BY_SCRIPT if letters.search(text)), ("en",))
    supported = [tag for tag in tags if tag in language_order][:2]
    return tuple(dict.fromkeys((*supported, *by_script)))[:3]


def _dateparser(
    text: str, now: datetime, languages: tuple[str, ...], *, relative: bool
) -> DateData:
    from dateparser.date import DateDataParser  # noqa: PLC0415 - 0.3 s that most runs never need

    settings = {
        "RELATIVE_BASE": now.replace(tzinfo=None),
        "REQUIRE_PARTS": [] if relative else ["day", "month", "year"],
        "PARSERS": ["relative-time"] if relative else ["absolute-time"],
        "RETURN_TIME_AS_PERIOD": True,
        "PREFER_DATES_FROM": "past",
        "DATE_ORDER": "DMY",
    }
    return DateDataParser(languages=list(languages), settings=settings).get_date_data(text)
