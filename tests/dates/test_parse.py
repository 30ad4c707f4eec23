from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import dateparser.date
import pytest

from ingest.dates.parse import ParsedDate, parse_date
from ingest.record import Precision

NOW = datetime(2026, 11, 20, 12, 34, 56, tzinfo=UTC)
KARACHI = ZoneInfo("Asia/Karachi")


def read(
    raw: str, *languages: str, zone: ZoneInfo | None = KARACHI, now: datetime = NOW
) -> str | None:
    parsed = parse_date(raw, now=now, zone=zone, languages=languages)
    return parsed.value if parsed else None


def parsed_of(raw: str, zone: ZoneInfo | None = KARACHI) -> ParsedDate:
    parsed = parse_date(raw, now=NOW, zone=zone)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("2025-02-05T08:53:07+05:00", "2025-02-05T08:53:07+05:00"),
        ("2025-02-05T08:53:07+0500", "2025-02-05T08:53:07+05:00"),
        ("2025-02-05T08:53:07-05", "2025-02-05T08:53:07-05:00"),
        ("2025-02-05 08:53:07+05:00", "2025-02-05T08:53:07+05:00"),
        ("2025-02-05T08:53:07.123Z", "2025-02-05T08:53:07+00:00"),
        ("2025-02-05T08:53:07 GMT", "2025-02-05T08:53:07+00:00"),
        ("20250205T085307Z", "2025-02-05T08:53:07+00:00"),
        ("20250205T085307-0500", "2025-02-05T08:53:07-05:00"),
        ("Wed, 05 Feb 2025 13:04:31 +0000", "2025-02-05T13:04:31+00:00"),
        ("Published On: Wed, 05 Feb 2025 13:04:31 PKT", "2025-02-05T13:04:31+05:00"),
        ("Wed Feb 05 13:04:31 PKT 2025", "2025-02-05T13:04:31+05:00"),
        ("Wed Feb 05 2025 13:04:31 GMT+0500 (PKT)", "2025-02-05T13:04:31+05:00"),
        ("5 July 2025, 8:53 PM ET", "2025-07-05T20:53:00-04:00"),
        ("5 January 2025, 8:53 PM ET", "2025-01-05T20:53:00-05:00"),
        ("5 de febrero de 2025 - 14:30 CET", "2025-02-05T14:30:00+01:00"),
    ],
)
def test_a_stated_zone_is_kept(raw: str, value: str) -> None:
    parsed = parsed_of(raw)
    assert (parsed.value, parsed.zone_source) == (value, "page")
    assert parsed.instant == datetime.fromisoformat(value)


@pytest.mark.parametrize(
    ("raw", "clock"),
    [
        ("2025-02-05 08:53", "08:53:00"),
        ("8:53 AM | February 05, 2025", "08:53:00"),
        ("February 05, 2025 | 8:53 am", "08:53:00"),
        ("February 5th 2025 at 9 p.m.", "21:00:00"),
        ("12:05 AM, 5 Feb 2025", "00:05:00"),
        ("12:05 PM, 5 Feb 2025", "12:05:00"),
        ("05.02.2025, 13:04 Uhr", "13:04:00"),
        ("05.02.25 13.04 Uhr", "13:04:00"),
        ("5. 2. 2025, 13:04 Uhr", "13:04:00"),
        ("5 février 2025 à 13h04", "13:04:00"),
        ("Il 5 febbraio 2025 alle 13.04", "13:04:00"),
        ("2025. február 5. 13:04", "13:04:00"),
        ("2025年2月5日 13時04分", "13:04:00"),
        ("2025년 2월 5일 오후 1:04", "13:04:00"),
        ("بدھ 5 فروری 2025 23:04", "23:04:00"),
        ("5 February 2025 10:00-11:00", "10:00:00"),
        ("20250205 0853", "08:53:00"),
        ("5 februari 2025 om 13.04", "13:04:00"),
        ("5 فبراير 2025 - 1:04 م", "13:04:00"),
        ("5 فبراير 2025 08:53 صباحا", "08:53:00"),
        ("5 فبراير 2025 12:05 ص", "00:05:00"),
        ("5 فبراير 2025 1:04 مساءً", "13:04:00"),
        ("۱۷ بهمن ۱۴۰۳ ۱:۰۴ ب.ظ", "13:04:00"),
    ],
)
def test_a_naive_time_takes_the_given_zone(raw: str, clock: str) -> None:
    parsed = parsed_of(raw)
    assert (parsed.value, parsed.zone_source) == (f"2025-02-05T{clock}+05:00", "given")
    assert parsed.precision is Precision.MINUTE


def test_a_naive_time_of_no_zone_is_a_day() -> None:
    assert parse_date("2025-02-05 08:53:07", now=NOW, zone=None) == ParsedDate(
        "2025-02-05", Precision.DAY
    )


def test_precision_is_what_is_written() -> None:
    written = {
        "2025-02-05T08:53:07Z": "second",
        "2025-02-05T08:53Z": "minute",
        "2025-02-05T08:53:00Z": "second",
        "2025-02-05": "day",
    }
    for raw, precision in written.items():
        assert parsed_of(raw, None).precision == precision


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("Feb 05, 2025", "2025-02-05"),
        ("Wed, 05 Feb 2025", "2025-02-05"),
        ("12-May-2024", "2024-05-12"),
        ("20250205", "2025-02-05"),
        ("2025/2/5", "2025-02-05"),
        ("5. März 2025", "2025-03-05"),
        ("1er août 2025", "2025-08-01"),
        ("10 Ağustos 2025", "2025-08-10"),
        ("17 اگست 2015", "2015-08-17"),
        ("۱۷ اگست ۲۰۱۵", "2015-08-17"),
        ("١٧ أغسطس ٢٠١٥", "2015-08-17"),
        ("5\u00a0Feb\u00a02025", "2025-02-05"),
        ("5 tháng 2, 2025", "2025-02-05"),
        ("5 жовтня 2025", "2025-10-05"),
    ],
)
def test_a_day_stays_a_day(raw: str, day: str) -> None:
    assert parse_date(raw, now=NOW, zone=KARACHI) == ParsedDate(day, Precision.DAY)


@pytest.mark.parametrize(
    ("raw", "languages", "day"),
    [
        ("05/02/2025", (), "2025-02-05"),
        ("05/02/2025", ("en-PK", "en-GB"), "2025-02-05"),
        ("05/02/2025", ("en-US",), "2025-05-02"),
        ("05.02.2025", ("en-US",), "2025-02-05"),
        ("13/02/2025", ("en-US",), "2025-02-13"),
        ("02/13/2025", (), "2025-02-13"),
        ("05/12/2026", (), "2026-05-12"),  # the fifth of December is to come
    ],
)
def test_the_order_of_day_and_month(raw: str, languages: tuple[str, ...], day: str) -> None:
    assert read(raw, *languages) == day


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "",
            "12345",
            "2025",
            "123456789012",
            "8:53 AM",
            "May",
            "May 2025",
            "5 February",
            "Copyright 2025 Some Name",
        ),
        *(
            "2025-02-30",
            "31/31/2025",
            "5 Smarch 2025",
            "10 most read 2024",
            "1,234 views 2024",
            "Release 4.8.12",
            "Page 3 of 2024",
        ),
        *(
            "1 August 1947",
            "0001-01-01T00:00:00Z",
            "9999-12-31",
            "Today's paper",
            "2 weeks ago",
            "3 months ago",
        ),
    ],
)
def test_no_date_is_read_where_none_is(raw: str) -> None:
    assert read(raw) is None


def test_a_date_of_the_future_is_refused_beyond_a_day() -> None:
    assert read("2026-11-21T12:00:00Z") == "2026-11-21T12:00:00+00:00"
    assert read("2026-11-21T13:00:00Z") is None
    assert read("2026-11-21") == "2026-11-21"
    assert read("2026-11-23") is None


@pytest.mark.parametrize(
    ("raw", "languages", "value"),
    [
        ("8 hours ago", (), "2026-11-20T09:34:00+05:00"),
        ("Updated 31 Minutes ago", (), "2026-11-20T17:03:00+05:00"),
        ("an hour ago", (), "2026-11-20T16:34:00+05:00"),
        ("2 hrs 5 min ago", (), "2026-11-20T15:29:00+05:00"),
        ("just now", (), "2026-11-20T17:34:00+05:00"),
        ("vor 3 Stunden", ("de",), "2026-11-20T14:34:00+05:00"),
        ("il y a 5 minutes", ("fr",), "2026-11-20T17:29:00+05:00"),
        ("3 گھنٹے پہلے", ("ur",), "2026-11-20T14:34:00+05:00"),
        ("Today 9:15 am", (), "2026-11-20T09:15:00+05:00"),
        ("gestern, 14:30 Uhr", ("de",), "2026-11-19T14:30:00+05:00"),
        ("hier à 13h04", ("fr",), "2026-11-19T13:04:00+05:00"),
        ("yesterday", (), "2026-11-19"),
        ("3 days ago", (), "2026-11-17"),
        ("hace 2 días", ("es",), "2026-11-18"),
    ],
)
def test_relative_times_count_from_the_download(
    raw: str, languages: tuple[str, ...], value: str
) -> None:
    assert read(raw, *languages) == value


def test_today_is_the_day_of_the_zone() -> None:
    late = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
    assert read("today", now=late) == "2026-11-21"
    assert read("today", now=late, zone=None) == "2026-11-20"


def test_the_words_of_one_language_mean_nothing_in_another() -> None:
    assert read("hier", "fr") == "2026-11-19"
    assert read("hier", "de") is None


def test_a_month_of_two_meanings_goes_by_language() -> None:
    assert read("5 listopada 2024", "hr") == "2024-10-05"
    assert read("5 listopada 2024", "pl") == "2024-11-05"


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("Asia/Karachi", "+05:00"), ("Asia/Manila", "+08:00"), ("America/Los_Angeles", "-08:00")],
)
def test_an_abbreviation_means_the_local_zone(zone: str, offset: str) -> None:
    assert read("5 Feb 2025 08:53 PST", zone=ZoneInfo(zone)) == f"2025-02-05T08:53:00{offset}"


def test_summer_time_of_the_zone_holds() -> None:
    assert read("2025-07-05 08:53", zone=ZoneInfo("Europe/Berlin")) == "2025-07-05T08:53:00+02:00"
    assert read("2025-01-05 08:53", zone=ZoneInfo("Europe/Berlin")) == "2025-01-05T08:53:00+01:00"


def test_dateparser_never_gets_a_long_text(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []

    def get_date_data(_: object, text: str) -> dateparser.date.DateData:
        lengths.append(len(text))
        return dateparser.date.DateData(date_obj=None, period="day", locale=None)

    monkeypatch.setattr(dateparser.date.DateDataParser, "get_date_data", get_date_data)
    assert read("in 2024 " + "word " * 4000, "en") is None
    assert lengths
    assert max(lengths) <= 100


def test_relative_time_is_exact_to_the_minute_at_best() -> None:
    parsed = parsed_of("40 seconds ago", None)
    assert parsed.precision is Precision.MINUTE
    assert parsed.instant is not None
    assert timedelta(0) <= NOW - parsed.instant < timedelta(minutes=2)


@pytest.mark.threat("P8")
def test_a_date_behind_the_first_hundred_characters_is_not_looked_for() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert parse_date("x " * 40 + "5 Oct 2026", now=now, zone=None) is not None
    assert parse_date("x " * 60 + "5 Oct 2026", now=now, zone=None) is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("20260119T055000+0000", "2026-01-19T05:50:00+00:00"),
        ("2026-01-19T0550Z", "2026-01-19T05:50:00+00:00"),
        ("2026-01-19T055030-0500", "2026-01-19T05:50:30-05:00"),
        ("20260119T055000.250+05:30", "2026-01-19T05:50:00+05:30"),
        ("20260119T0550-0800", "2026-01-19T05:50:00-08:00"),
    ],
)
def test_the_zone_of_a_compact_time_is_kept(raw: str, value: str) -> None:
    assert (parsed_of(raw).value, parsed_of(raw).zone_source) == (value, "page")


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("3 مارس/ آذار 2024", "2024-03-03"),
        ("الجمعة 12 يوليو / تموز 2024", "2024-07-12"),
        ("7 كانون الثاني 2024", "2024-01-07"),
        ("٢٨ تشرين الأول ٢٠٢٣", "2023-10-28"),
        ("1 كانون الأول/ديسمبر 2023", "2023-12-01"),
        ("9 غشت 2023", "2023-08-09"),
    ],
)
def test_arabic_months_of_the_levant_and_morocco(raw: str, day: str) -> None:
    assert read(raw, "ar") == day


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("۲۸ اسفند ۱۴۰۴", "2026-03-19"),
        ("یکشنبه 1 فروردین 1400", "2021-03-21"),
        ("30 اسفند 1403", "2025-03-20"),
        ("۱۵ ثور ۱۴۰۳", "2024-05-04"),
        ("1402/07/01", "2023-09-23"),
        ("29-12-1399", "2021-03-19"),
    ],
)
def test_solar_hijri_dates(raw: str, day: str) -> None:
    assert read(raw, "fa") == day


@pytest.mark.parametrize("raw", ["30 اسفند 1404", "32 مهر 1402", "5 May 1404", "12 رمضان 1446"])
def test_days_that_no_calendar_here_has_are_refused(raw: str) -> None:
    assert read(raw, "fa") is None


@pytest.mark.parametrize("raw", ["1738727587", "1738727587123"])
def test_seconds_and_milliseconds_since_1970_are_an_instant(raw: str) -> None:
    assert (parsed_of(raw).value, parsed_of(raw).zone_source) == (
        "2025-02-05T03:53:07+00:00",
        "page",
    )


@pytest.mark.parametrize("raw", ["0300 1234567", "1999999999", "123456789", "17387275871234567"])
def test_other_long_numbers_are_not_a_time(raw: str) -> None:
    assert read(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "3 مارس/ آذار 2024",
            "3 مارس (آذار) 2024",
            "3 مارس - آذار 2024",
            "الأحد 3 آذار (مارس) 2024",
        ),
        *("令和6年3月3日", "民國113年3月3日", "3 มีนาคม 2567", "3 มี.ค. 2567", "03/03/2567"),
        *("3 மார்ச் 2024", "3 మార్చి 2024", "3 માર્ચ 2024", "3 ਮਾਰਚ 2024", "3 ಮಾರ್ಚ್ 2024", "3 במרץ 2024"),
        *(
            "2024 m. kovo 3 d.",
            "ngày 3 tháng 3 năm 2024",
            "/Date(1709467200000)/",
            "1709467200000000",
        ),
        *("03-Mar-24", "3 Mar '24", "3/3/24"),
    ],
)
def test_days_of_other_calendars_and_scripts_are_read(raw: str) -> None:
    assert parsed_of(raw).value[:10] == "2024-03-03"


@pytest.mark.parametrize("raw", ["version 1.2.13", "5 May 12 people", "1/2/24/7", "10:30/5/24"])
def test_two_digits_are_a_year_only_in_a_date(raw: str) -> None:
    assert parse_date(raw, now=NOW, zone=KARACHI) is None
