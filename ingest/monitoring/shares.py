"""Test whether a share of records fell or rose against earlier runs, by a binomial test (pure).

Runs differ in size: one has forty articles, the next has one. So consecutive runs are joined into
batches of at least `BATCH` records, and the shares of batches are compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

BATCH = 5
"""Minimum size of a batch: fewer records cannot tell a broken selector from one odd page."""
_BATCHES = 20
"""Maximum number of earlier batches to compare with."""
_FEWEST_BATCHES = 3
_FEWEST_RECORDS = 20
"""Minimum of earlier batches and records, below which no change is reported."""
_DOUBT = 0.03
"""Shares above 97 % count as 97 %, so that the first odd page is not reported."""
_RARE = 0.002
"""Significance level. A run has about fifty shares, few of which are independent."""
_LEAST_CHANGE = 0.3
"""Threshold: smaller changes of a share are not reported, however significant."""


class Sample(NamedTuple):
    """A number of records with a property.

    Attributes:
        hits: records with it.
        size: all records.
        reported: whether the change was reported of them already, so that they are not the norm.
    """

    hits: int
    size: int
    reported: bool = False

    @property
    def share(self) -> float:
        """The share of hits; 0 without records."""
        return self.hits / self.size if self.size else 0.0

    def plus(self, other: Sample) -> Sample:
        """Return the sum of two samples."""
        return Sample(self.hits + other.hits, self.size + other.size)


@dataclass(frozen=True, slots=True)
class Change:
    """A changed share: the sample that shows it, and the median share before."""

    sample: Sample
    before: float


def fall(now: Sample, earlier: Sequence[Sample]) -> Change | None:
    """Return the change if a share fell significantly.

    A share that varies from run to run (comments, images) has been low before. So the sample is
    compared with the low values of earlier batches, not with their mean.

    Args:
        now: the run to judge.
        earlier: the runs before it, newest first.

    Returns:
        The change; None if the share is as in earlier runs, or too few of them are known.
    """
    for sample, before in _comparisons(now, earlier):
        norm = [one for one in before if not one.reported]
        shares = [batch.share for batch in batches(norm)[:_BATCHES]]
        if len(shares) < _FEWEST_BATCHES or sum(one.size for one in norm) < _FEWEST_RECORDS:
            continue
        usual = median(shares)
        # The lowest eighth of the batches does not count.
        least = min(sorted(shares)[len(shares) // 8], 1 - _DOUBT)
        if usual - sample.share >= _LEAST_CHANGE and tail(sample.hits, sample.size, least) <= _RARE:
            return Change(sample, usual)
    return None


def rise(now: Sample, earlier: Sequence[Sample]) -> Change | None:
    """Return the change if a share rose significantly: the share of the other records fell."""
    change = fall(_misses(now), [_misses(one) for one in earlier])
    return change and Change(_misses(change.sample), 1 - change.before)


def batches(samples: Sequence[Sample]) -> list[Sample]:
    """Join consecutive samples until each has `BATCH` records; a smaller rest is dropped."""
    joined, hits, size = [], 0, 0
    for sample in samples:
        hits += sample.hits
        size += sample.size
        if size >= BATCH:
            joined.append(Sample(hits, size))
            hits = size = 0
    return joined


def tail(hits: int, size: int, chance: float) -> float:
    """Return the probability of at most `hits` among `size` records, each with `chance`."""
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
    """Return the run alone, and a small one joined with those before it, each with earlier runs."""
    alone = [(now, earlier)] if now.size else []
    joined, used = now, 0
    while joined.size < BATCH and used < len(earlier):
        joined = joined.plus(earlier[used])
        used += 1
    return [*alone, (joined, earlier[used:])] if used else alone


def _misses(sample: Sample) -> Sample:
    return sample._replace(hits=sample.size - sample.hits)
