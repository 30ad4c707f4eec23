"""Whether a share of some records fell or rose against earlier runs, by an exact binomial test (pure).

Runs differ in size: one reads forty articles, the next one. So consecutive runs are joined into batches of at least
`BATCH` records, and it is the shares of batches that are compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

BATCH = 5
"""Records of a batch, at least: the fewest that tell a broken selector from one odd page."""
_BATCHES = 20
"""Batches that are looked back upon."""
_FEWEST_BATCHES = 3
_FEWEST_RECORDS = 20
"""What must be known of a share before a change of it means anything."""
_DOUBT = 0.03
"""Nothing is surer than 97 %: a first odd page, after whatever many that were not, is no alarm."""
_RARE = 0.002
"""A sample so unlikely, or less, is no accident. There are some fifty shares a run, few of them independent."""
_LEAST_CHANGE = 0.3
"""A smaller change of a share is nobody's alarm, however sure it is."""


class Sample(NamedTuple):
    """So many of so many records; `reported` where this very change was reported of them, so that they are no norm."""

    hits: int
    size: int
    reported: bool = False

    @property
    def share(self) -> float:
        """Of the hits."""
        return self.hits / self.size if self.size else 0.0

    def plus(self, other: Sample) -> Sample:
        """Both together."""
        return Sample(self.hits + other.hits, self.size + other.size)


@dataclass(frozen=True, slots=True)
class Change:
    """A share that is no longer what it was: the sample that shows it, and the median share before."""

    sample: Sample
    before: float


def fall(now: Sample, earlier: Sequence[Sample]) -> Change | None:
    """Whether a share fell.

    Args:
        now: the run in question.
        earlier: those before it, newest first.

    Returns:
        The change, or None where the share is within what earlier runs showed, or too little is known. Shares that vary
        from run to run (comments, images) have shown low values before, and those are what the sample is held against.
    """
    for sample, before in _comparisons(now, earlier):
        norm = [one for one in before if not one.reported]
        shares = [batch.share for batch in batches(norm)[:_BATCHES]]
        if len(shares) < _FEWEST_BATCHES or sum(one.size for one in norm) < _FEWEST_RECORDS:
            continue
        usual = median(shares)
        least = min(
            sorted(shares)[len(shares) // 8], 1 - _DOUBT
        )  # one odd batch of eight does not count
        if usual - sample.share >= _LEAST_CHANGE and tail(sample.hits, sample.size, least) <= _RARE:
            return Change(sample, usual)
    return None


def rise(now: Sample, earlier: Sequence[Sample]) -> Change | None:
    """Whether a share rose: the same, seen from the records that do not hit."""
    change = fall(_misses(now), [_misses(one) for one in earlier])
    return change and Change(_misses(change.sample), 1 - change.before)


def batches(samples: Sequence[Sample]) -> list[Sample]:
    """Consecutive samples joined until each has `BATCH` records; a rest that has fewer is left out."""
    found, waiting = [], Sample(0, 0)
    for sample in samples:
        waiting = waiting.plus(sample)
        if waiting.size >= BATCH:
            found.append(waiting)
            waiting = Sample(0, 0)
    return found


def tail(hits: int, size: int, chance: float) -> float:
    """The probability of at most so many hits among `size` independent records that each hit with this chance."""
    if hits >= size or chance <= 0:
        return 1.0
    if chance >= 1:
        return 0.0
    certain, doubt = math.log(chance), math.log1p(-chance)
    return math.fsum(
        math.exp(
            math.lgamma(size + 1)
            - math.lgamma(k + 1)
            - math.lgamma(size - k + 1)
            + k * certain
            + (size - k) * doubt
        )
        for k in range(hits + 1)
    )


def _comparisons(now: Sample, earlier: Sequence[Sample]) -> list[tuple[Sample, Sequence[Sample]]]:
    """The run by itself, and where it is small together with the runs before it, each beside what came earlier."""
    found = [(now, earlier)] if now.size else []
    joined, used = now, 0
    while joined.size < BATCH and used < len(earlier):
        joined = joined.plus(earlier[used])
        used += 1
    return [*found, (joined, earlier[used:])] if used else found


def _misses(sample: Sample) -> Sample:
    return sample._replace(hits=sample.size - sample.hits)
