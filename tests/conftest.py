"""How hypothesis searches: the same examples in every run, unless a longer search is asked for.

`TEST_EXAMPLES=100 python -m pytest tests/test_properties.py` looks at a hundred times as many, other ones each time.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("TEST_EXAMPLES", "1"))
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile(
    "khabar",
    derandomize=TIMES == 1,
    database=None,
    deadline=None,
    suppress_health_check=SLOW,
)
settings.load_profile("khabar")


def examples(number: int) -> settings:
    """So many examples for a property, or a multiple of that."""
    return settings(max_examples=number * TIMES)
