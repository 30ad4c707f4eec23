"""What a command loads before it does its work: the time that every call takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HEAVY = {
    "apscheduler",
    "dateparser",
    "feedparser",
    "lxml",
    "pebble",
    "py3langid",
    "rich",
    "scrapy",
    "sqlalchemy",
    "trafilatura",
    "twisted",
    "vcr",
}
"""Packages that take long to load."""

BUDGETS = [
    ("", set()),
    ("--help", set()),
    ("--version", set()),
    ("schema", set()),
    ("crawl --help", set()),
    ("schedule --help", set()),
    ("sites add --help", set()),
    ("crwl", {"rich"}),
    ("crawl", {"rich"}),
    ("crawl dailytimes --limit 0", {"rich"}),
    ("scrape", {"rich"}),
    ("scrape no-url", {"rich"}),
    ("scrape --help", set()),
    ("scrape -i nothing.txt", {"rich"}),
    ("scrape http://127.0.0.1:9/", {"rich", "lxml"}),
    ("scrape https://a.example/ --format markdown --fields url", {"rich"}),
    ("scrape https://a.example/ --resume", {"rich"}),
    (
        "scrape README.md --url https://a.example/",
        {"feedparser", "lxml", "py3langid", "rich", "trafilatura"},
    ),
    ("scrape https://a.example/ --header x", {"rich", "lxml"}),
    ("sites", {"rich", "lxml"}),
    ("crawl no-such-site", {"rich", "lxml"}),
    ("sites check no-such-site", {"rich", "lxml"}),
    ("recheck no-such-site", {"rich", "lxml"}),
    ("diff 0123456789 --output nothing-here", {"rich"}),
    ("status --output nothing-here", {"rich", "sqlalchemy"}),
    ("forget https://dailytimes.com.pk/1/x/ --output nothing-here", {"rich", "lxml", "sqlalchemy"}),
]
"""A call, and the heavy packages that it may load. A wrong call is one that ends at once."""

PROGRAM = """
import sys
from ingest.cli.app import main
sys.argv[0] = "khabar"
try:
    main()
finally:
    print("loaded:", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize(("call", "budget"), BUDGETS, ids=[call or "-" for call, _ in BUDGETS])
def test_a_call_loads_only_what_it_runs(call: str, budget: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *call.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in {0, 2, 3}, done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith("loaded: ")
    assert set(last.split()) & HEAVY <= budget
