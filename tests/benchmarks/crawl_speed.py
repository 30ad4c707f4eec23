"""`khabar crawl` beside the plain ways to crawl the same pages: wall time and CPU a page, printed, never a verdict.

    python -m tests.benchmarks.crawl_speed [--articles 1000] [--rounds 3] [--pages PAGES.jsonl.gz] [--only NAME ...]

A site on loopback serves made up pages, or those of a file (objects with `html`). Each system fetches every page once,
without a delay, 16 at a time, in a process of its own; the systems take turns, and the median of the rounds is shown.
`scrapy` fetches and writes no text, `scrapy + trafilatura` extracts in the callback, as tutorials do, `trafilatura`
fetches in the threads of `fetch_url` and extracts one after the other, `news-please` is `NewsPlease.from_urls`.
CPU is that of the process, of its workers, and of the server. Linux only: it reads `/proc`.
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
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.generated_site import DEFINITION, DOMAIN

ROOT = Path(__file__).parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")
CONCURRENCY = 16


@dataclass(frozen=True)
class Cost:
    """Seconds of one crawl: wall time, and CPU of the process, of its children and of the server."""

    wall: float
    parent: float
    workers: float
    server: float


def scrapy(base: str, number: int, *, extract: bool) -> None:
    """Crawl with Scrapy's own settings; runs in a process of its own."""
    from scrapy import Request, Spider
    from scrapy.crawler import CrawlerProcess
    from scrapy.http import Response, TextResponse

    class Stories(Spider):
        name = "stories"

        async def start(self) -> Any:
            for place in range(number):
                yield Request(f"{base}/story/{place}/")

        def parse(self, response: Response) -> Any:
            assert isinstance(response, TextResponse)
            if not extract:
                yield {"url": response.url, "bytes": len(response.body)}
                return
            from trafilatura import bare_extraction

            found = bare_extraction(
                response.text, url=response.url, with_metadata=True, include_comments=True
            )
            yield {"url": response.url, "text": getattr(found, "text", None)}

    process = CrawlerProcess(
        {
            "LOG_LEVEL": "ERROR",
            "FEEDS": {"items.jsonl": {"format": "jsonlines", "overwrite": True}},
            "CONCURRENT_REQUESTS": CONCURRENCY,
            "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
            "DOWNLOAD_DELAY": 0,
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(Stories)
    process.start()


def trafilatura(base: str, number: int) -> None:
    """Fetch in threads and extract in the main one; runs in a process of its own."""
    from concurrent.futures import ThreadPoolExecutor

    from trafilatura import bare_extraction, fetch_url

    addresses = [f"{base}/story/{place}/" for place in range(number)]
    with ThreadPoolExecutor(CONCURRENCY) as threads, Path("items.jsonl").open("w") as out:
        for url, html in zip(addresses, threads.map(fetch_url, addresses), strict=True):
            found = bare_extraction(html, url=url, with_metadata=True, include_comments=True)
            print(json.dumps({"url": url, "text": getattr(found, "text", None)}), file=out)


def news_please(base: str, number: int) -> None:
    """`NewsPlease.from_urls`; runs in a process of its own, if it is installed."""
    from newsplease import NewsPlease

    addresses = [f"{base}/story/{place}/" for place in range(number)]
    found = NewsPlease.from_urls(addresses)
    with Path("items.jsonl").open("w") as out:
        for url, article in found.items():
            print(json.dumps({"url": url, "text": getattr(article, "maintext", None)}), file=out)


SYSTEMS = ("scrapy", "scrapy + trafilatura", "khabar", "trafilatura", "news-please")


def command(name: str, base: str, number: int, folder: Path) -> tuple[str, ...]:
    """Return the command that crawls all pages of a site with a system."""
    if name == "khabar":
        options = ("--delay", "0", "--allow-loopback", "--connect-to", f"{DOMAIN}={base}")
        output = ("--output", str(folder / "data"))
        return (sys.executable, "-m", "ingest", "crawl", "scale", *output, *options)
    return (sys.executable, "-m", "tests.benchmarks.crawl_speed", "--run", name, base, str(number))


def measured(line: Sequence[str], folder: Path, server: int) -> Cost:
    """Run a command in a folder and return what it cost; raises if it fails."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "KHABAR_SITES": json.dumps([str(folder.parent / "sites")]),
        "NO_PROXY": "*",
    }
    served, begin = seconds(server), time.monotonic()
    with (folder / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(
            line, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=errors
        )
        parent, children = 0.0, dict[int, float]()
        while process.poll() is None:
            time.sleep(0.05)
            parent = max(parent, seconds(process.pid))
            for child in below(process.pid):
                children[child] = max(children.get(child, 0), seconds(child))
    wall = time.monotonic() - begin
    if process.returncode:
        raise SystemExit(f"{line}: {(folder / 'errors.txt').read_text('utf-8', 'replace')}")
    return Cost(wall, parent, sum(children.values()), seconds(server) - served)


def seconds(process: int) -> float:
    """Return the CPU time of a process; 0 if it has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def below(process: int) -> list[int]:
    """Return all processes that a process and its children have started."""
    found: list[int] = []
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = [int(child) for child in thread.read_text("ascii").split()]
        except OSError:
            continue
        found += [other for child in children for other in (child, *below(child))]
    return found


def items(folder: Path) -> int:
    """Return how many lines a crawl has written."""
    files = [*folder.glob("items.jsonl"), *folder.glob("data/*/*/*.jsonl")]
    return sum(file.read_bytes().count(b"\n") for file in files)


def compare(names: Sequence[str], number: int, rounds: int, pages: str) -> None:
    """Crawl with each system in turn and print the medians."""
    folder = Path(tempfile.mkdtemp(prefix="khabar-speed-"))
    (folder / "sites").mkdir()
    (folder / "sites" / "scale.toml").write_text(DEFINITION, encoding="utf-8")
    site = (sys.executable, "-m", "tests.benchmarks.generated_site", str(number))
    costs: dict[str, list[Cost]] = {name: [] for name in names}
    lines: dict[str, int] = {}
    with subprocess.Popen(
        (*site, *([pages] if pages else [])), cwd=ROOT, stdout=subprocess.PIPE, encoding="ascii"
    ) as server:
        assert server.stdout is not None
        try:
            base = server.stdout.readline().strip()
            for turn in range(rounds):
                for name in names:
                    here = folder / f"{turn}-{name.replace(' ', '')}"
                    here.mkdir()
                    costs[name].append(
                        measured(command(name, base, number, here), here, server.pid)
                    )
                    lines[name] = items(here)
        finally:
            server.terminate()
    shutil.rmtree(folder)
    show(costs, lines, number)


def show(costs: dict[str, list[Cost]], lines: dict[str, int], number: int) -> None:
    """Print a row for each system: medians, and the ratio to Scrapy with trafilatura."""
    medians = {name: median(all_of) for name, all_of in costs.items()}
    beside = medians.get("scrapy + trafilatura")
    cores = len(os.sched_getaffinity(0))
    print(f"{number} pages, {cores} cores; CPU in ms a page")
    print(
        f"{'':22}{'lines':>7}{'wall s':>8}{'pages/s':>9}{'parent':>8}{'workers':>9}{'server':>8}",
        end="",
    )
    print(f"{'cores busy':>12}{'wall ratio':>12}")
    for name, cost in medians.items():
        each = 1000 / number
        busy = (cost.parent + cost.workers + cost.server) / (cost.wall * cores)
        ratio = f"{cost.wall / beside.wall:.2f}" if beside else ""
        print(
            f"{name:22}{lines[name]:>7}{cost.wall:>8.1f}{number / cost.wall:>9.1f}{cost.parent * each:>8.1f}"
            f"{cost.workers * each:>9.1f}{cost.server * each:>8.1f}{busy:>12.0%}{ratio:>12}"
        )


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(
        *(
            statistics.median(getattr(cost, name) for cost in costs)
            for name in ("wall", "parent", "workers", "server")
        )
    )


def main() -> None:
    """Compare, or run one system."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.crawl_speed")
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", default="", help="a file of pages, objects with `html`")
    parser.add_argument("--only", nargs="+", choices=SYSTEMS, default=list(SYSTEMS[:3]))
    parser.add_argument("--run", nargs=3, metavar=("NAME", "ADDRESS", "NUMBER"))
    options = parser.parse_args()
    if not options.run:
        pages = str(Path(options.pages).resolve()) if options.pages else ""
        compare(options.only, options.articles, options.rounds, pages)
        return
    name, base, number = options.run[0], options.run[1], int(options.run[2])
    if name == "trafilatura":
        trafilatura(base, number)
    elif name == "news-please":
        news_please(base, number)
    else:
        scrapy(base, number, extract=name != "scrapy")


if __name__ == "__main__":
    main()
