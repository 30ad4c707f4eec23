"""What `khabar sites check` and `khabar sites add` show on a terminal."""

from __future__ import annotations

from rich.console import Console

from ingest.show import safe
from ingest.site_check import Verdict

_out = Console(highlight=False)


def verdict(result: Verdict) -> None:
    """A line for each thing that is not as its definition wants it, and the count of all tests."""
    for site, url, problem in result.problems:
        line = f"{site}: {url}: {problem.field}: got {problem.got}, wanted {problem.wanted}"
        _out.print(safe(line), soft_wrap=True)
    counts = [f"{result.held} hold", f"{result.failed} fail"]
    if result.unfetched:
        counts.append(f"{result.unfetched} not fetched")
    if result.absent:
        counts.append(f"{result.absent} not at hand")
    _out.print(f"{result.ran + result.unfetched + result.absent} tests: {', '.join(counts)}")
