"""How hypothesis searches, and which files come first.

It searches the same examples in every run, unless a longer search is asked for:
`TEST_EXAMPLES=100 python -m pytest tests/test_properties.py` looks at a hundred times as many, other ones each time.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
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


FIRST = (
    "end_to_end/test_crash.py", "test_readme.py", "test_api.py", "end_to_end/test_disk.py", "cli/test_schedule.py",
    "hostile/test_servers.py", "cli/test_cli.py", "end_to_end/test_live_crawl.py", "end_to_end/test_polite_crawl.py",
    "test_properties.py", "monitoring/test_verdict.py", "cli/test_status.py", "processing/test_workers.py",
)  # fmt: skip
"""The files that take long. Workers take whole files in turn: one of these at the end would keep all others waiting."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the files that take long come first."""
    folder = Path(__file__).parent
    ranks = {folder / name: rank for rank, name in enumerate(FIRST)}
    items.sort(key=lambda item: ranks.get(item.path, len(FIRST)))
