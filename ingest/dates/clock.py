"""The time of day and the time zone in a text, without its date."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, time, timedelta, timezone, tzinfo
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


# In this order: English, Germanic; Romance; Slavic; Turkish, Hungarian, Finnish, Baltic, Greek;
# Malay; Arabic script (Urdu, Arabic of Egypt, Algeria and Tunisia, Persian); Indic; Arabic of the
# Levant and Morocco. Two Levantine names have a second word, which `fold` joins to the first.
_MONTHS = """
1: january jan januar janner januari jaenner janvier janv enero ene janeiro gennaio ianuarie gener
    stycznia styczen ledna leden januara января янв январь січня януари јануар ocak oca tammikuuta
    tammikuu jaanuar sausio ιανουαριου ιαν جنوری ینایر جانفی ژانویه जनवरी জানুয়ারি كانونالثاني
2: february feb februar februari fevrier fev febrero febr fevereiro febbraio februarie febrer
    lutego luty unora unor februara февраля фев февраль лютого февруари фебруар subat sub
    helmikuuta helmikuu veebruar vasario φεβρουαριου φεβ فروری فبرایر فیفری فوریه फरवरी
    ফেব্রুয়ারি شباط
3: march mar marz maerz maart mars marts marzo marco martie marc marca marzec brezna brezen марта
    мар март березня mart marcius maaliskuuta maaliskuu kovo μαρτιου μαρ maret mac مارچ مارس मार्च
    মার্চ آذار
4: april apr avril avr abril abr aprile aprilie kwietnia kwiecien dubna duben aprila апреля апр
    апрель квітня април nisan nis aprilis huhtikuuta huhtikuu aprill balandzio απριλιου απρ اپریل
    ابریل افریل اوریل अप्रैल এপ্রিল نيسان
5: may mai mei maj mayo maio maggio mag maig maja kvetna kveten мая май травня maij mayis majus
    toukokuuta toukokuu geguzes μαιου μαι مئی مایو مای मई أيار ماي
6: june jun juni junho juin junio giugno giu iunie juny czerwca czerwiec cervna cerven juna июня
    июн июнь червня юни јун haziran haz junius kesakuuta kesakuu juuni birzelio ιουνιου ιουν جون
    یونیو جوان ژوئن जून জুন حزيران
7: july jul juli julho juillet juil julio luglio lug iulie juliol lipca lipiec cervence cervenec
    jula июля июл июль липня юли јул temmuz tem julius heinakuuta heinakuu juuli liepos ιουλιου
    ιουλ julai جولائی جولایی یولیو جویلیه ژوئیه ژوییه जुलाई জুলাই تموز يوليوز
8: august aug augustus augusti aout aou agosto ago agost sierpnia sierpien srpna srpen augusta
    августа авг август серпня agustos agu augusztus elokuuta elokuu rugpjucio αυγουστου αυγ
    agustus ogos اگست اغسطس اوت अगस्त আগস্ট آب غشت
9: september sep sept septembre septiembre setiembre setembro set settembre sett septembrie
    setembre wrzesnia wrzesien zari zarij septembra сентября сен сент сентябрь вересня септември
    септембар eylul eyl szeptember syyskuuta syyskuu rugsejo σεπτεμβριου σεπ ستمبر سبتمبر سپتامبر
    सितंबर सितम्बर সেপ্টেম্বর أيلول شتنبر
10: october oct oktober okt octobre octubre outubro out ottobre ott octombrie pazdziernika
    pazdziernik rijna rijen oktobra октября окт октябрь жовтня октомври октобар ekim eki lokakuuta
    lokakuu oktoober spalio οκτωβριου οκτ اکتوبر اکتبر अक्टूबर अक्तूबर অক্টোবর تشرينالأول
11: november nov novembre noviembre novembro noiembrie listopadu novembra ноября ноя ноябрь
    листопада ноември новембар kasim kas marraskuuta marraskuu lapkricio νοεμβριου νοε نومبر
    نوفمبر نوامبر नवंबर नवम्बर নভেম্বর تشرينالثاني نونبر
12: december dec dezember dez desember decembre diciembre dic dezembro dicembre decembrie desembre
    grudnia grudzien prosince prosinec decembra декабря дек декабрь грудня декември децембар
    aralik ara joulukuuta joulukuu detsember gruodzio δεκεμβριου δεκ des disember دسمبر دیسمبر
    دسامبر दिसंबर दिसम्बर ডিসেম্বর كانونالأول دجنبر
"""
MONTHS = {
    fold(word): int(number)
    for number, words in re.findall(r"(\d+):([^:]+)(?=\n)", _MONTHS)
    for word in words.split()
}
"""Month number by folded name or abbreviation."""

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
_HALF = r"(?:\s*(?P<half>[ap])\.?\s?m\b)"
# In the order in which they are tried, on folded text.
_CLOCKS = (
    re.compile(  # 20:53, 20:53:07.123, 8:53 PM, 20h53, 20時53分, 오후 8:53
        rf"(?P<later>오후|下午|午後)?\s*{_ALONE}(?P<hour>\d{{1,2}})\s?[:h時点시]\s?(?P<minute>\d{{2}})[分분]?"
        rf"(?::(?P<second>\d{{2}})(?:[.,]\d+)?)?(?!\d){_HALF}?"
    ),
    re.compile(rf"{_ALONE}(?P<hour>\d{{1,2}})(?:\.(?P<minute>\d{{2}}))?{_HALF}"),  # 8.53 pm, 8 pm
    re.compile(  # kl. 20.53
        r"\b(?:kl|klo|ore|alle|um|at|pukul|jam)\.?\s*(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?!\d)"
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
    half = parts.get("half") or ("p" if parts.get("later") else None)
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
