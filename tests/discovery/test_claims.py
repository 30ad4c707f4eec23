from datetime import UTC, datetime, timedelta

import pytest

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
