"""Time and size of a ledger by its number of articles: printed, never a verdict.

    python -m tests.benchmarks.ledger [--rows 10000 100000 1000000]

At each size: a commit of ten pages (with its sync to the disk), a look-up by id, the names of a page, and the start of
a run, which opens the ledger and reads what is due. Medians in milliseconds. Addresses are some 90 characters long, as
in news; a tenth of the articles has a canonical address of its own.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.processing.identity import Name
from ingest.processing.recrawl import Address, State
from ingest.record import Article, Metadata, Publisher
from ingest.storage.ledger import Ledger
from ingest.storage.rows import Outcome
from ingest.storage.segments import Position
from ingest.urls import article_key, id_of_key

_NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_BATCH = 1_000
_TIMES = 25


def url_of(number: int) -> str:
    """Return the address of an article."""
    return (
        f"https://www.news.example/2026/11/{number}/council-opens-the-bridge-after-a-week-of-talks/"
    )


def outcome(number: int) -> Outcome:
    """Return the visit of an article, as a crawl commits it."""
    url = url_of(number)
    key = article_key(url)
    ident = id_of_key(key)
    article = Article(
        id=ident,
        content_hash=ident * 2,
        url=url,
        requested_url=url,
        headline=f"Bridge {number}",
        article_body="The town walked over it.",
        publisher=Publisher(domain="news.example"),
        metadata=Metadata(
            date_downloaded=_NOW.isoformat(), khabar_version="0", trafilatura_version="0"
        ),
    )
    segment = f"news/2026-11-20/20261120T090000.000000Z-ab12-{number // 10_000 * 10_000:010}.jsonl"
    names = (Name(f"news.example/c/{number}", ident, claimed=True),) if number % 10 == 0 else ()
    return Outcome(
        Address(key, url, etag=f'"{number:032x}"'),
        State.ARTICLE,
        _NOW,
        next_check=_NOW + timedelta(hours=1) if number % 100 == 0 else None,
        article_id=ident,
        written=article,
        position=Position(segment, 4_000, 1),
        published=_NOW,
        names=names,
    )


def grow(ledger: Ledger, start: int, end: int) -> None:
    """Add articles to a ledger."""
    for first in range(start, end, _BATCH):
        ledger.commit([outcome(number) for number in range(first, min(first + _BATCH, end))])


def median(call: Callable[[], object]) -> float:
    """Return the median time of a call in milliseconds."""
    times = []
    for _ in range(_TIMES):
        begin = time.perf_counter()
        call()
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def measure(output: Path, rows: int) -> None:
    """Print the figures of a ledger with so many articles."""
    dice = random.Random(rows)  # noqa: S311 - no secret
    ledger = Ledger.open(output, "news")
    known = [outcome(dice.randrange(rows)) for _ in range(_TIMES * 10)]
    later = [replace(each, at=_NOW + timedelta(hours=2)) for each in known]
    batches = iter([later[start : start + 10] for start in range(0, len(later), 10)])
    keys = iter(known)
    commit = median(lambda: ledger.commit(next(batches)))
    look_up = median(lambda: ledger.known(next(keys).article_id or ""))
    names = median(lambda: ledger.names([next(keys).address.key, "news.example/c/7"]))
    ledger.close()

    def start() -> None:
        opened = Ledger.open(output, "news")
        opened.last_sequence()
        next(opened.due(_NOW - timedelta(days=1)), None)
        opened.close()

    size = sum(file.stat().st_size for file in output.glob("ledger.sqlite"))
    print(
        f"{rows:>10}{size / 2**20:>10.0f}{size / rows:>10.0f}"
        f"{commit:>10.2f}{look_up:>10.2f}{names:>10.2f}{median(start):>10.2f}",
        flush=True,
    )


def main() -> None:
    """Measure a ledger while it grows."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ledger")
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    options = parser.parse_args()
    output = Path(tempfile.mkdtemp(prefix="khabar-ledger-"))
    print(
        f"{'articles':>10}{'MiB':>10}{'bytes':>10}{'commit':>10}{'by id':>10}{'names':>10}{'start':>10}"
    )
    before = 0
    for rows in sorted(options.rows):
        ledger = Ledger.open(output, "news")
        grow(ledger, before, rows)
        ledger.close()
        measure(output, rows)
        before = rows
    shutil.rmtree(output)


if __name__ == "__main__":
    main()
