"""Scrapes a list of URLs of many loopback hosts, kills the run again and again, resumes it, and holds it to its promises.

    python -m tests.trials.scrape_many --hosts 50 --pages 20 --kills 20

Every URL must have an outcome at the end: a record, or a line in the file of rejections. None may be fetched again after
its line was written, and no host may be asked faster than the delay. A run is killed (SIGKILL, with its workers) once a
random number of further lines is written. The hosts are 127.0.0.2 and the following addresses, which are this machine
on Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0
"""Seconds that one run may take."""
EARLY = 0.4
"""Seconds by which the server may note a request late, and so see the gap after it shortened."""

SLOW = 20.0
"""Seconds after which `/slow...` answers."""

PAUSE = 0.02
"""Seconds that an article takes."""

_PARAGRAPH = (
    "The council of ward {number} met on Monday and decided to repair the road to the school. "
    "Work begins in spring, and the buses will take the longer way along the canal until then."
)


def article(host: str, number: int) -> str:
    """A page that is an article, with a text of its own."""
    story = "".join(
        f"<p>{_PARAGRAPH.format(number=f'{host} {number} {part}')}</p>" for part in range(4)
    )
    return (
        f"<html><head><title>Road {number} of {host}</title>"
        f"<meta property='article:published_time' content='2026-05-08T14:00:00+01:00'></head><body>"
        f"<article><h1>Ward {number} of {host} repairs its road</h1>"
        f"<p class='byline'>By Ada Fenn</p>{story}</article></body></html>"
    )


@dataclass
class Visits:
    """What the hosts were asked for: host, path and time of each request, and its headers in `headers`.

    `answers` are other answers than usual, by path: status, headers and body. `over` ends slow answers.
    """

    asked: list[tuple[str, str, float]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str], str]] = field(default_factory=dict)
    over: Event = field(default_factory=Event)
    together: int = 0
    _now: int = 0
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Count how many requests are answered at the same time, at most, in `together`."""
        with self._lock:
            self._now += 1
            self.together = max(self.together, self._now)
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1

    def pages(self, since: int = 0) -> list[str]:
        """The pages that were asked for, as `host/path`."""
        return [f"{host}{path}" for host, path, _ in self.asked[since:] if path != "/robots.txt"]

    def hasty(self, since: int, delay: float) -> list[str]:
        """The hosts that were asked for pages faster than with this delay, since that request.

        A request that arrives late shortens the gap after it, but neither the two around it together nor the whole
        time of many requests.
        """
        times: defaultdict[str, list[float]] = defaultdict(list)
        for host, path, moment in self.asked[since:]:
            if path != "/robots.txt":
                times[host].append(moment)
        hasty = []
        for host, moments in times.items():
            gaps = [later - earlier for earlier, later in pairwise(moments)]
            whole = moments[-1] - moments[0] >= len(gaps) * delay - EARLY
            pairs = all(sum(pair) >= 2 * delay - EARLY for pair in pairwise(gaps))
            if not (whole and pairs):
                hasty.append(f"{host}: {' '.join(f'{gap:.2f}' for gap in gaps)}")
        return hasty


def _usual(host: str, path: str) -> tuple[int, dict[str, str], str]:
    kind, _, number = path.strip("/").partition("-")
    if kind == "story":
        return 200, {}, article(host, int(number))
    return 500 if kind == "broken" else 404, {}, "<html><body><p>Nothing.</p></body></html>"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        host = urlsplit(f"//{self.headers['Host']}").hostname or ""
        visits = server.visits
        visits.asked.append((host, self.path, time.monotonic()))
        visits.headers.append({name.lower(): value for name, value in self.headers.items()})
        path = urlsplit(self.path).path  # a proxy is asked for whole URLs
        if path.startswith("/slow"):
            visits.over.wait(SLOW)
        if path.startswith("/story"):
            with visits.answering():
                visits.over.wait(PAUSE)
        status, headers, text = visits.answers.get(path) or _usual(host, path)
        body = text.encode()
        self.send_response(status)
        for name, value in ({"Content-Type": "text/html; charset=utf-8"} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("0.0.0.0", 0), _Handler)
        self.visits = Visits()

    def handle_error(self, *_: object) -> None:
        """A killed client is no error."""


@contextmanager
def served() -> Iterator[tuple[int, Visits]]:
    """All loopback hosts on one port: the port, and what they are asked for."""
    server = _Server()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, server.visits
    finally:
        server.visits.over.set()
        server.shutdown()
        server.server_close()


def addresses(port: int, hosts: int, pages: int) -> list[str]:
    """The URLs, host after host; of the pages of each host the last is gone, and the one before fails."""
    urls = []
    for host in range(hosts):
        for page in range(pages):
            name = {pages - 1: "gone", pages - 2: "broken"}.get(page, "story")
            urls.append(f"http://127.0.0.{host + 2}:{port}/{name}-{page}")
    return urls


class Trial:
    """Runs `khabar scrape -i` in a folder until everything is written, with kills in between."""

    def __init__(self, folder: Path, urls: list[str], visits: Visits, delay: float) -> None:
        self.problems: list[str] = []
        self.runs = 0
        self.kills = 0
        self._output = folder / "out.jsonl"
        self._rejected = folder / "rejected.jsonl"
        self._log = folder / "log"
        self._urls = urls
        self._visits = visits
        self._delay = delay
        (folder / "urls.txt").write_text("\n".join([*urls, urls[0]]) + "\n", encoding="utf-8")
        self._command = [
            *(sys.executable, "-m", "ingest", "scrape", "-i", str(folder / "urls.txt")),
            *("-o", str(self._output), "--rejected", str(self._rejected), "--resume"),
            *("--allow-loopback", f"--delay={delay}", "--concurrency=32"),
        ]

    def run(self, kills: int, seed: int) -> str:
        """Kill so many runs, let the last one end, check what came of it; return its last line."""
        rng = random.Random(seed)  # noqa: S311 - a die, no secret
        while self.kills < kills:
            left = len(self._urls) - len(self._written()) - len(self._settled())
            self.kills += self._round(rng.randint(0, max(1, left // (kills - self.kills))))
        self._round(None)
        self._check_all()
        return self._log.read_text("utf-8").strip().splitlines()[-1]

    def _round(self, lines: int | None) -> bool:
        """Whether a run was killed after so many lines; None lets it end."""
        written, before = self._written() | self._settled(), len(self._visits.asked)
        self.runs += 1
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                self._command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        wanted = None if lines is None else len(written) + lines
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            if wanted is not None and len(self._written()) + len(self._settled()) >= wanted:
                break
            time.sleep(0.01)
        killed = process.poll() is None
        if killed:
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        if lines is None and killed:
            self.problems.append(f"run {self.runs} does not end")
        if not killed and code != 4:
            self.problems.append(
                f"run {self.runs}: exit code {code}: {self._log.read_text('utf-8')}"
            )
        self._check_round(written, before)
        return killed

    def _check_round(self, written: set[str], before: int) -> None:
        again = {_place(url) for url in written}
        for page in self._visits.pages(before):
            if page in again:
                self.problems.append(f"run {self.runs}: {page} was fetched although it was written")
        for host in self._visits.hasty(before, self._delay):
            self.problems.append(f"run {self.runs}: seconds between requests to {host}")

    def _check_all(self) -> None:
        records = [line["requestedUrl"] for line in _lines(self._output)]
        rejected = [line["requestedUrl"] for line in _lines(self._rejected)]
        if sorted(records + rejected) != sorted(self._urls):
            self.problems.append(f"{len(records)} records and {len(rejected)} rejections")
        if any("story" not in url for url in records) or any("story" in url for url in rejected):
            self.problems.append("a story was rejected, or another page has a record")

    def _written(self) -> set[str]:
        return {line["requestedUrl"] for line in _lines(self._output)}

    def _settled(self) -> set[str]:
        """The rejections that would be the same again."""
        return {line["requestedUrl"] for line in _lines(self._rejected) if line["status"] == 404}


def _place(url: str) -> str:
    """A page as the server names it, without the port."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}"


def _lines(file: Path) -> list[dict[str, Any]]:
    """The whole lines of a file."""
    if not file.exists():
        return []
    whole, _, _ = file.read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines()]


def trial(folder: Path, *, hosts: int, pages: int, kills: int, delay: float, seed: int) -> Trial:
    """Run a trial in a folder, and print what came of it."""
    with served() as (port, visits):
        result = Trial(folder, addresses(port, hosts, pages), visits, delay)
        begin = time.monotonic()
        last = result.run(kills, seed)
        took = time.monotonic() - begin
        print(
            f"seed {seed}: {hosts * pages} URLs, {result.kills} kills in {result.runs} runs, {took:.0f} s"
        )
        print(f"  {len(visits.pages())} pages were asked for; the last run: {last}")
    for problem in result.problems:
        print(f"  {problem}")
    return result


def main() -> int:
    """Run the trial; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.trials.scrape_many", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--hosts", type=int, default=50, help="(default: 50)")
    parser.add_argument("--pages", type=int, default=20, help="pages of a host (default: 20)")
    parser.add_argument("--kills", type=int, default=20, help="(default: 20)")
    parser.add_argument("--delay", type=float, default=0.5, help="seconds (default: 0.5)")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6, help="(by chance)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="khabar-scrape-") as folder:
        result = trial(
            Path(folder),
            hosts=options.hosts,
            pages=options.pages,
            kills=options.kills,
            delay=options.delay,
            seed=options.seed,
        )
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
