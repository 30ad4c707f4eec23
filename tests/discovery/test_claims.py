from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ingest.discovery.address import announced_url
from ingest.discovery.candidate import FEED, announced
from ingest.discovery.claims import ClaimReader


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-04T05:06:07Z", datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2025-03-04T10:06:07+05:00", datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2025-03-04 10:06:07+05:00", datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2025-03-04T05:06", datetime(2025, 3, 4, 5, 6, tzinfo=UTC)),
        ("2025-03-04", datetime(2025, 3, 4, tzinfo=UTC)),
        ("2025-03", datetime(2025, 3, 1, tzinfo=UTC)),
        ("Tue, 04 Mar 2025 05:06:07 +0000", datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)),
    ],
)
def test_moments_are_read_in_the_forms_of_feeds_and_sitemaps(
    text: str | None, expected: datetime
) -> None:
    claim = ClaimReader().read(text)
    assert claim is not None
    assert claim.moment == expected
    assert claim.moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text", [None, "", "yesterday", "2025-13-45", "0001-01-01T00:00:00+14:00", "9" * 500]
)
def test_what_is_no_moment_gives_none(text: str | None) -> None:
    assert ClaimReader().read(text) is None


NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
KARACHI = ZoneInfo("Asia/Karachi")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026/11/26 15:07:41", datetime(2026, 11, 26, 10, 7, 41, tzinfo=UTC)),
        ("26-11-2026 15:07", datetime(2026, 11, 26, 10, 7, tzinfo=UTC)),
        ("Thu, 26 Nov 2026 3:07 PM", datetime(2026, 11, 26, 10, 7, tzinfo=UTC)),
        ("Thu, 26 Nov 2026 15:07:41 PKT", datetime(2026, 11, 26, 10, 7, 41, tzinfo=UTC)),
        ("Thu, 26 Nov 2026 15:07:41 +01:00", datetime(2026, 11, 26, 14, 7, 41, tzinfo=UTC)),
        ("Do, 26 Nov 2026 15:07:41 +0100", datetime(2026, 11, 26, 14, 7, 41, tzinfo=UTC)),
        ("2026-11-26T15:07:41", datetime(2026, 11, 26, 10, 7, 41, tzinfo=UTC)),
        ("1764170861", datetime(2025, 11, 26, 15, 27, 41, tzinfo=UTC)),
    ],
)
def test_odd_forms_are_read_in_the_zone_of_the_site(text: str, expected: datetime) -> None:
    claim = ClaimReader(KARACHI, NOW).read(text)
    assert claim is not None
    assert claim.moment == expected
    assert claim.until == expected


@pytest.mark.parametrize("text", ["11/12/2026 09:00", "3-4-2026"])
def test_a_date_that_may_be_read_two_ways_is_none(text: str) -> None:
    assert ClaimReader(None, NOW).read(text) is None


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2026-11-26", datetime(2026, 11, 27, tzinfo=UTC)),
        ("Thu, 26 Nov 2026 00:00:00 +0000", datetime(2026, 11, 27, tzinfo=UTC)),
        ("2026-11", datetime(2026, 12, 2, tzinfo=UTC)),
        ("26 November 2026", datetime(2026, 11, 27, tzinfo=UTC)),
    ],
)
def test_a_day_or_month_may_mean_its_end(text: str, until: datetime) -> None:
    claim = ClaimReader(None, NOW).read(text)
    assert claim is not None
    assert claim.until == until


@pytest.mark.parametrize("text", ["Thu, 01 Jan 1970 00:00:00 +0000", "0", "0026-11-26", 5, b"x"])
def test_a_date_before_the_web_is_none(text: object) -> None:
    assert ClaimReader(None, NOW).read(text) is None


def test_a_change_from_the_future_is_refused_and_a_publication_over_a_day_ahead() -> None:
    claims = ClaimReader(None, NOW)
    soon, late = "2026-11-27T15:00:00Z", "2041-11-16T18:11:00Z"
    assert claims.modified(soon) is None
    assert claims.published(soon) is not None
    assert claims.published(late) is None
    assert claims.modified("2026-11-27T12:00:00Z") is not None


def test_the_latest_time_of_a_candidate_counts_days_to_their_end() -> None:
    claims = ClaimReader(None, NOW)
    day = announced("https://p.example/a", FEED, published=claims.published("2026-11-26"))
    assert day.dated == datetime(2026, 11, 26, tzinfo=UTC)
    assert day.latest == datetime(2026, 11, 27, tzinfo=UTC)
    assert announced("https://p.example/a", FEED).latest is None


@pytest.mark.parametrize(
    "address",
    ["http://f:b/c", "http://p.example:-80/", "//a<b/x", "mailto:a@b.example", "#x", None, ""],
)
def test_what_no_client_can_ask_is_not_announced(address: str | None) -> None:
    assert announced_url("https://p.example/feed", address) is None


def test_a_relative_address_is_joined() -> None:
    assert announced_url("https://p.example/x/feed", "../a?b=1") == "https://p.example/a?b=1"
