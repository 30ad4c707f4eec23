"""When an address is due, and when to come again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.processing.recrawl import (
    FAILURES,
    GONE_PAUSES,
    REJECTION_PAUSES,
    State,
    Visit,
    next_check,
    pause_after,
    retry_at,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
HOUR = 3600.0
AGES = (HOUR, 6 * HOUR, 24 * HOUR)


@pytest.mark.parametrize(
    ("seen", "modified", "since", "due"),
    [
        (Visit(State.ARTICLE, NOW), None, None, False),
        (Visit(State.ARTICLE, NOW), NOW - timedelta(hours=1), None, False),
        (Visit(State.ARTICLE, NOW), NOW + timedelta(minutes=1), None, True),
        (Visit(State.REJECTED, NOW), None, None, False),
        (Visit(State.REJECTED, NOW), LATER, None, True),
        (Visit(State.FAILED, NOW, next_check=LATER), None, None, True),
        (Visit(State.FAILED, NOW, next_check=LATER + timedelta(hours=1)), LATER, None, False),
        (Visit(State.PARKED, NOW), None, None, False),
        (Visit(State.PARKED, NOW), LATER, None, True),
        (Visit(State.GONE, NOW), None, None, False),
        (Visit(State.FOUND, NOW, next_check=LATER + timedelta(days=1)), None, None, True),
        (Visit(State.ARTICLE, NOW, next_check=LATER), None, None, True),
        (Visit(State.ARTICLE, NOW, next_check=LATER + timedelta(hours=1)), None, None, False),
        (Visit(State.OLDER, NOW, published=NOW), None, LATER, False),
        (Visit(State.OLDER, NOW, next_check=NOW, published=NOW), None, LATER, False),
        (Visit(State.OLDER, NOW, published=NOW), None, NOW, True),
        (Visit(State.OLDER, NOW, published=NOW), None, None, True),
    ],
)
def test_what_is_due(
    seen: Visit, modified: datetime | None, since: datetime | None, due: bool
) -> None:
    assert seen.due(LATER, modified, since) is due


@pytest.mark.parametrize(
    ("published", "first_seen", "hours"),
    [
        (NOW, NOW, 1),
        (NOW - timedelta(minutes=59), NOW, 1 / 60),
        (NOW - timedelta(hours=1), NOW, 5),
        (NOW - timedelta(hours=23), NOW, 1),
        (NOW - timedelta(hours=24), NOW, None),
        (None, NOW, 1),
        (None, NOW - timedelta(hours=2), 4),
        (NOW + timedelta(hours=5), NOW, 1),
    ],
)
def test_an_article_is_looked_at_again_by_its_age(
    published: datetime | None, first_seen: datetime, hours: float | None
) -> None:
    expected = None if hours is None else NOW + timedelta(hours=hours)
    assert next_check(published, first_seen, NOW, AGES) == expected
    assert next_check(published, first_seen, NOW, ()) is None


def test_failures_are_tried_ever_more_rarely_and_then_parked() -> None:
    pauses = [
        moment - NOW
        for attempts in range(1, FAILURES)
        if (moment := retry_at(attempts, NOW)) is not None
    ]
    assert len(pauses) == FAILURES - 1
    assert pauses[:5] == [timedelta(hours=hours) for hours in (0, 0, 0, 1, 2)]
    assert pauses == sorted(pauses)
    assert pauses[-1] <= timedelta(days=7)
    assert retry_at(FAILURES, NOW) is None


def test_a_rejected_page_is_looked_at_a_few_times() -> None:
    moments = [pause_after(attempts, NOW, REJECTION_PAUSES) for attempts in range(1, 5)]
    assert moments == [
        NOW + timedelta(hours=6),
        NOW + timedelta(days=1),
        NOW + timedelta(days=3),
        None,
    ]


@pytest.mark.parametrize(
    ("visit", "dated", "may_be"),
    [
        (Visit(State.GONE, NOW, 1), None, True),
        (Visit(State.GONE, NOW, 2, next_check=NOW + GONE_PAUSES[1]), None, False),
        (Visit(State.GONE, NOW, 2, next_check=NOW + GONE_PAUSES[1]), NOW - timedelta(1), False),
        (Visit(State.GONE, NOW, 2, next_check=NOW + GONE_PAUSES[1]), LATER, True),
        (Visit(State.GONE, NOW, 4), None, False),
        (Visit(State.GONE, LATER - GONE_PAUSES[-1], 4), None, True),
    ],
)
def test_an_announcement_of_what_is_gone_counts_once(
    visit: Visit, dated: datetime | None, may_be: bool
) -> None:
    assert visit.may_be_back(LATER, dated) is may_be
