"""What each stage of a record costs, beside trafilatura alone: CPU time as shares and a ratio, never a verdict.

    python tests/benchmarks/stages.py PAGES.jsonl.gz [--limit N]

A line of PAGES is an object with `url` and `html`. One process, warmed up; pages are taken in turn.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import trafilatura

from ingest.extraction import extract as stages
from ingest.extraction.facts import PageFacts
from ingest.html.page import parse
from ingest.processing.build import normalise
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.sites import UNKNOWN_SITE

_STAGES = (
    "find_times", "find_headline", "find_byline", "find_comments", "find_topics", "find_media",
    "find_rights", "find_body", "find_language", "find_publisher", "find_free", "judge_page",
)  # fmt: skip


def pages(path: str, limit: int | None) -> Iterator[tuple[str, bytes]]:
    """The URL and the bytes of each page of the pack."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if limit and number >= limit:
                return
            page = json.loads(line)
            yield page["url"], page["html"].encode("utf-8")


def timed(name: str, spent: dict[str, float], function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, its CPU time added to `spent[name]`."""

    def run(*args: Any, **kwargs: Any) -> Any:
        begin = time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] += time.process_time() - begin

    return run


def record(url: str, body: bytes, spent: dict[str, float]) -> None:
    """The whole way of one page."""
    fetched = FetchedPage(url=url, body=body, retrieved_at=datetime.now(UTC))
    page = timed("parse", spent, parse)(body, url)
    facts = PageFacts(page, UNKNOWN_SITE, fetched.retrieved_at, Limits())
    extraction = stages.extract_page(facts)
    timed("normalise", spent, normalise)(extraction, fetched, UNKNOWN_SITE)


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages")
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    spent: dict[str, float] = defaultdict(float)
    for name in _STAGES:
        setattr(stages, name, timed(name, spent, getattr(stages, name)))
    alone = 0.0
    for number, (url, body) in enumerate(pages(options.pages, options.limit)):
        if number == 0:
            record(url, body, defaultdict(float))
            spent.clear()
        record(url, body, spent)
        begin = time.process_time()
        trafilatura.bare_extraction(body, url=url, with_metadata=True, include_comments=True)
        alone += time.process_time() - begin
    total = sum(spent.values())
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(
            f"{name:16s} {100 * seconds / total:5.1f} % of the record  {seconds / alone:6.3f} of trafilatura alone"
        )
    print(f"{'whole record':16s} 100.0 %                {total / alone:6.3f} of trafilatura alone")


if __name__ == "__main__":
    main()
