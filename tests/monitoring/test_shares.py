from __future__ import annotations

import random
from math import comb

import pytest

from ingest.monitoring.shares import Change, Sample, batches, fall, rise, tail

STEADY = [Sample(12, 12)] * 20


@pytest.mark.parametrize(
    ("hits", "size", "chance"),
    [(0, 2, 0.97), (3, 10, 0.5), (9, 10, 0.9), (0, 1, 0.2), (40, 90, 0.6)],
)
def test_the_tail_is_exact(hits: int, size: int, chance: float) -> None:
    exact = sum(comb(size, k) * chance**k * (1 - chance) ** (size - k) for k in range(hits + 1))
    assert tail(hits, size, chance) == pytest.approx(exact, rel=1e-9)


def test_the_tail_holds_at_its_ends_and_for_large_runs() -> None:
    assert tail(5, 5, 0.9) == 1.0
    assert tail(0, 5, 1.0) == 0.0
    assert tail(0, 5, 0.0) == 1.0
    assert tail(20_000, 40_000, 0.97) == pytest.approx(0.0, abs=1e-12)


def test_two_of_two_missing_alarm_and_one_of_one_does_not() -> None:
    assert fall(Sample(0, 2), STEADY) == Change(Sample(0, 2), 1.0)
    assert fall(Sample(0, 1), STEADY) is None


@pytest.mark.parametrize(
    "now", [Sample(12, 12), Sample(11, 12), Sample(4, 5), Sample(7, 10), Sample(0, 0)]
)
def test_what_can_be_an_accident_is_none(now: Sample) -> None:
    assert fall(now, STEADY) is None


def test_a_share_that_varies_is_held_against_its_low_values() -> None:
    comments = [Sample(hits, 10) for hits in (0, 6, 2, 9, 0, 4, 7, 1)]
    assert fall(Sample(0, 40), comments) is None
    halves = [Sample(hits, 10) for hits in (6, 5, 7, 6, 5, 6)]
    assert fall(Sample(1, 40), halves) is not None


def test_little_is_known_at_first() -> None:
    assert fall(Sample(0, 40), [Sample(40, 40)]) is None
    assert fall(Sample(0, 40), [Sample(6, 6)] * 3) is None
    assert fall(Sample(0, 40), [Sample(7, 7)] * 3) is not None


def test_runs_of_one_record_are_seen_together() -> None:
    """A rule breaks on a site that is crawled often: no single run could show it."""
    earlier = [Sample(1, 1)] * 60
    alarms = []
    for _ in range(6):
        now = Sample(0, 1)
        alarms.append(fall(now, earlier) is not None)
        earlier = [now, *earlier]
    assert alarms == [False, False, True, True, True, True]


def test_a_run_without_records_keeps_the_alarm_and_a_good_one_ends_it() -> None:
    earlier = [Sample(0, 5, reported=True), *STEADY]
    assert fall(Sample(0, 0), earlier) == Change(Sample(0, 5, reported=False), 1.0)
    assert fall(Sample(6, 6), earlier) is None


def test_what_was_reported_does_not_become_the_norm() -> None:
    broken = [Sample(0, 12, reported=True)] * 30
    assert fall(Sample(0, 12), [*broken, *STEADY]) is not None
    accepted = [Sample(0, 12)] * 30
    assert fall(Sample(0, 12), [*accepted, *STEADY]) is None


def test_a_rise_is_the_fall_of_the_others() -> None:
    assert rise(Sample(6, 8), [Sample(0, 12)] * 5) == Change(Sample(6, 8), 0.0)
    assert rise(Sample(1, 8), [Sample(0, 12)] * 5) is None


def test_batches_have_records_enough() -> None:
    assert batches([Sample(1, 2), Sample(2, 2), Sample(0, 3), Sample(9, 9), Sample(1, 1)]) == [
        Sample(3, 7),
        Sample(9, 9),
    ]


@pytest.mark.parametrize("chance", [0.05, 0.5, 0.9, 0.97, 1.0])
def test_noise_is_no_alarm(chance: float) -> None:
    """Two thousand runs of a site that does not change, small and large."""
    dice = random.Random(20261120)  # noqa: S311 - the same runs each time
    history: list[Sample] = []
    alarms = 0
    for _ in range(2_000):
        size = dice.choice([0, 1, 1, 2, 3, 5, 8, 13, 40])
        now = Sample(sum(dice.random() < chance for _ in range(size)), size)
        alarms += fall(now, history[:150]) is not None
        history.insert(0, now)
    assert alarms <= 2
