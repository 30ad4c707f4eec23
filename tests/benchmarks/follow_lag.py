"""Seconds from the commit of a record to its arrival at a consumer that follows the crawl: printed, never a verdict.

    python -m tests.benchmarks.follow_lag [--articles 5000]

A generated site is crawled over loopback without a delay, while `khabar follow` writes to a pipe that this process reads.
The time of a commit is known to 50 ms: so often this process looks into the ledger.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

from ingest.errors import UsageError
from ingest.storage.site_log import last_numbers
from tests.benchmarks.generated_site import DEFINITION, DOMAIN
from tests.benchmarks.scale import served

ROOT = Path(__file__).parents[2]
LOOK_SECONDS = 0.05


def arrivals(pipe: IO[bytes], arrived: dict[int, float]) -> None:
    """Note when each record arrives."""
    for line in pipe:
        arrived[json.loads(line)["metadata"]["sequence"]] = time.monotonic()


def commits(output: Path, crawl: subprocess.Popen[bytes], committed: dict[int, float]) -> None:
    """Note when each record is in the ledger, until the crawl has ended."""
    last = 0
    while True:
        is_over = crawl.poll() is not None
        now = time.monotonic()
        for number in range(last + 1, last_numbers(output).get("scale", 0) + 1):
            committed[number] = now
            last = number
        if is_over:
            return
        time.sleep(LOOK_SECONDS)


def ledger_is_there(output: Path) -> bool:
    """Whether the crawl has begun to write."""
    try:
        return bool(last_numbers(output))
    except UsageError:
        return False


def main() -> None:
    """Crawl, follow, and print the lags."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.follow_lag")
    parser.add_argument("--articles", type=int, default=5_000)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="khabar-lag-"))
    (folder / "sites").mkdir()
    (folder / "sites" / "scale.toml").write_text(DEFINITION, encoding="utf-8")
    output, environment = folder / "data", dict(os.environ)
    environment["KHABAR_SITES"] = json.dumps([str(folder / "sites")])
    khabar = (sys.executable, "-m", "ingest")
    committed: dict[int, float] = {}
    arrived: dict[int, float] = {}
    with served(options.articles) as server:
        network = ("--delay", "0", "--allow-loopback", "--connect-to", f"{DOMAIN}={server}")
        crawl = subprocess.Popen(
            (*khabar, "crawl", "scale", "--output", str(output), *network),
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not ledger_is_there(output):
            time.sleep(LOOK_SECONDS)
        follow = subprocess.Popen(
            (*khabar, "follow", "--as", "lag", "--output", str(output)),
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
        )
        assert follow.stdout is not None
        reader = threading.Thread(target=arrivals, args=(follow.stdout, arrived))
        reader.start()
        commits(output, crawl, committed)
        deadline = time.monotonic() + 30
        while len(arrived) < len(committed) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        follow.terminate()
        follow.wait()
        reader.join()
    # The consumer starts a second after the first commits.
    begin = min(arrived.values(), default=0.0)
    lags = [arrived[n] - at for n, at in committed.items() if n in arrived and at > begin]
    print(
        f"{len(committed)} records committed, {len(arrived)} arrived, {len(lags)} during the crawl"
    )
    if lags:
        print(f"lag in seconds: median {statistics.median(lags):.2f}, most {max(lags):.2f}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
