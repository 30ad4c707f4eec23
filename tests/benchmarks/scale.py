"""Memory, requests and start time of large crawls on this machine: printed, never a verdict.

    python -m tests.benchmarks.scale [--articles 20000] [--known 100000]

A generated site is crawled over loopback without a delay, then again: unchanged, with a ledger that knows many more
articles, and after it has published one. RSS is that of the crawl's main process, PSS the sum over it and its workers.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.processing.recrawl import Address, State
from ingest.record import Article, Metadata, Publisher
from ingest.storage.ledger import Ledger
from ingest.storage.rows import Outcome
from ingest.urls import article_key
from tests.benchmarks.generated_site import BASE, DEFINITION, DOMAIN

ROOT = Path(__file__).parents[2]
MIB = 2**20


@dataclass
class Crawl:
    """A run of `khabar crawl scale`, watched from outside."""

    output: Path
    server: str
    options: tuple[str, ...] = ()
    seconds: float = 0.0
    until_first: float = 0.0
    peak_rss: int = 0
    peak_pss: int = 0
    asked: dict[str, Any] = field(default_factory=dict)

    def run(self, every: int = 0) -> None:
        """Run it; with `every`, print a line at each so many records."""
        told(self.server)
        options = (
            "--delay",
            "0",
            "--allow-loopback",
            "--connect-to",
            f"{DOMAIN}={self.server}",
            *self.options,
        )
        line = (
            sys.executable,
            "-m",
            "ingest",
            "crawl",
            "scale",
            "--output",
            str(self.output),
            *options,
        )
        sites = json.dumps([str(self.output.parent / "sites")])
        begin = time.time()
        process = subprocess.Popen(
            line,
            cwd=ROOT,
            env=os.environ | {"KHABAR_SITES": sites},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        counter, mark = Lines(self.output), every
        counter.count()
        before = counter.number
        while process.poll() is None:
            time.sleep(0.05)
            rss, pss = memory(process.pid)
            self.peak_rss, self.peak_pss = max(self.peak_rss, rss), max(self.peak_pss, pss)
            if every and counter.count() - before >= mark:
                rate = mark / (time.time() - begin)
                print(
                    f"{mark:>9} records  RSS {rss / MIB:6.1f}  PSS {pss / MIB:6.1f} MiB  {rate:6.1f}/s",
                    flush=True,
                )
                mark += every
        self.seconds = time.time() - begin
        self.asked = told(self.server)
        self.until_first = self.asked["first_asked"] - begin
        said = process.stderr.read().decode("utf-8", "replace") if process.stderr else ""
        print(f"exit code {process.returncode}, {counter.count() - before} records", flush=True)
        if process.returncode not in (0, 4):
            print(said, flush=True)

    def show(self) -> None:
        """Print what was measured."""
        requests = ", ".join(
            f"{number} {name}" for name, number in sorted(self.asked["asked"].items())
        )
        print(f"  {self.seconds:.1f} s, {self.until_first:.2f} s until the first request")
        print(f"  peak RSS {self.peak_rss / MIB:.1f}, peak PSS {self.peak_pss / MIB:.1f} MiB")
        print(f"  requests: {requests}; bodies {self.asked['sent'] / MIB:.1f} MiB", flush=True)


class Lines:
    """Counts the lines of an output, each once."""

    def __init__(self, output: Path) -> None:
        self.number = 0
        self._output = output
        self._read: dict[str, int] = {}

    def count(self) -> int:
        """How many there are now."""
        for file in self._output.glob("*/*/*.jsonl*"):
            name = file.name.removesuffix(".open")
            try:
                with file.open("rb") as stream:
                    stream.seek(self._read.get(name, 0))
                    data = stream.read()
            except FileNotFoundError:
                continue  # it has just got its final name
            self._read[name] = self._read.get(name, 0) + len(data)
            self.number += data.count(b"\n")
        return self.number


def told(server: str) -> dict[str, Any]:
    """What the server was asked since this was called last."""
    with urllib.request.urlopen(f"{server}/_stats") as answer:  # noqa: S310 - ours, over loopback
        told: dict[str, Any] = json.load(answer)
        return told


def memory(pid: int) -> tuple[int, int]:
    """Bytes: RSS of a process, PSS of it and all below it (Linux's /proc)."""
    return _kib(pid, "status", "VmRSS:"), sum(
        _kib(each, "smaps_rollup", "Pss:") for each in (pid, *_below(pid))
    )


def _below(pid: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        threads = [path for path in Path(f"/proc/{pid}/task").iterdir() if path.name != str(pid)]
        children += [
            child for path in threads for child in (path / "children").read_text("ascii").split()
        ]
    except OSError:
        return
    for child in children:
        yield int(child)
        yield from _below(int(child))


def _kib(pid: int, file: str, name: str) -> int:
    try:
        for line in Path(f"/proc/{pid}/{file}").read_text("ascii").splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # it has just ended
    return 0


@contextmanager
def served(articles: int) -> Iterator[str]:
    """The address of a generated site."""
    line = (sys.executable, "-m", "tests.benchmarks.generated_site", str(articles))
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, encoding="ascii") as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def learn(output: Path, number: int) -> None:
    """Let the ledger know so many articles more, as a crawl in the past would have left them."""
    now = datetime.now(UTC)
    article = Article(
        id="0" * 32,
        content_hash="0" * 64,
        url=BASE,
        requested_url=BASE,
        headline="Bridge opened",
        article_body="The council opened the bridge after a week of talks, and the town walked over it.",
        publisher=Publisher(domain=DOMAIN),
        metadata=Metadata(
            date_downloaded=now.isoformat(timespec="seconds"),
            khabar_version="0",
            trafilatura_version="0",
        ),
    )
    ledger = Ledger.open(output, "scale")
    for start in range(0, number, 1_000):
        ledger.commit(
            [_known(article, place, now) for place in range(start, min(start + 1_000, number))]
        )
    ledger.close()


def _known(article: Article, number: int, now: datetime) -> Outcome:
    url = f"{BASE}/archive/{number}/"
    written = article.model_copy(update={"id": f"{number:032x}", "url": url, "canonical_url": url})
    address, long_ago = (
        Address(article_key(url), url, etag=f'"{number:032x}"'),
        now - timedelta(days=30),
    )
    return Outcome(
        address, State.ARTICLE, now, article_id=written.id, written=written, published=long_ago
    )


def main() -> None:
    """Crawl and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.scale", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--articles", type=int, default=20_000, help="of the site (default: 20000)")
    parser.add_argument(
        "--known",
        type=int,
        default=100_000,
        help="articles in the ledger, in all (default: 100000)",
    )
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="khabar-scale-"))
    (folder / "sites").mkdir()
    (folder / "sites" / "scale.toml").write_text(DEFINITION, encoding="utf-8")
    with served(options.articles) as server:
        print(f"first crawl of {options.articles} articles", flush=True)
        crawl = Crawl(folder / "data", server)
        crawl.run(every=1_000)
        crawl.show()
        for name, output, more in (
            ("empty ledger, one article", folder / "empty", ("--limit", "1")),
            ("unchanged site", folder / "data", ()),
        ):
            print(name, flush=True)
            crawl = Crawl(output, server, more)
            crawl.run()
            crawl.show()
        learn(folder / "data", options.known - options.articles)
        for name, publish in (("known", False), ("known, and one article is new", True)):
            print(f"unchanged site, {options.known} articles {name}", flush=True)
            if publish:
                urllib.request.urlopen(f"{server}/_publish").close()  # noqa: S310 - ours, over loopback
            crawl = Crawl(folder / "data", server)
            crawl.run()
            crawl.show()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
