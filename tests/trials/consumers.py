"""Kills crawls, compactions and a consumer that follows them, at random moments, and counts what it was given.

    python -m tests.trials.consumers --kills 100

Two sites are crawled into one output: a recording, and a newsroom that publishes, edits and deletes between its crawls.
A consumer reads with `khabar follow`, through a pipe or into a file. Between crawls, `khabar compact` merges and
compresses the segments of this day, too. In the end it must have been given every
(site, sequence) of the output, without a gap; what it was given twice is counted. A seed gives the same moments again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fixtures.newsrooms.load import load_site
from fixtures.newsrooms.newsroom import Newsroom
from ingest.cli import outputs
from ingest.storage.compression.files import opened, segment_files
from tests.trials.process import CASSETTE, Run, fork, preload
from tests.trials.scenes import served

KEY = "dailytimes"
ARTICLES = 14
EDITIONS = 4
LONGEST = 1.5
"""Seconds until a kill, at most; a crawl of these sites takes about as long."""

SHORT = 0.15
"""The same for a compaction."""

Place = tuple[str, int]


def _take_all() -> None:
    """Let `khabar compact` take the segments of this day for those of one that has ended."""
    outputs._before = lambda age: datetime(2999, 1, 1, tzinfo=UTC)  # noqa: ARG005 - its name


def newsroom_of(edition: int) -> Newsroom:
    """The newsroom after so many rounds: each publishes one article, edits two and deletes one."""
    newsroom = Newsroom.load(KEY)
    newsroom.crawl_delay = None
    visible, others = newsroom.articles()[:ARTICLES], newsroom.articles()[ARTICLES:]
    for article in others:
        newsroom.delete(article.id)
    for number, article in enumerate(others[:edition]):
        newsroom.advance(days=30)
        newsroom.publish(replace(article, published=newsroom.now, modified=newsroom.now))
        for old in visible[number : number + 2]:
            newsroom.edit(old.id, headline=f"{old.headline}, part {number + 2}")
        newsroom.delete(visible[-1 - number].id)
    return newsroom


def _to_pipe(end: int) -> None:
    os.dup2(end, 1)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)  # that of before knew a file


class Consumer:
    """A process of `khabar follow`, and the whole lines that it has handed over."""

    def __init__(self, output: Path, log: Path, *, once: bool, through_pipe: bool) -> None:
        arguments = ("follow", "--as", "reader", "--output", str(output))
        self._pipe, self._data = -1, b""
        self._log = log
        hook = None
        if through_pipe:
            self._pipe, end = os.pipe()
            os.set_blocking(self._pipe, False)
            hook = partial(_to_pipe, end)
        self.run: Run = fork((*arguments, *(["--once"] if once else [])), log, hook)
        if through_pipe:
            os.close(end)

    def read(self) -> None:
        """Take what is in the pipe."""
        while self._pipe >= 0:
            try:
                data = os.read(self._pipe, 65_536)
            except BlockingIOError:
                return
            if not data:
                return
            self._data += data

    def taken(self) -> list[Place]:
        """The records in whole lines, once the process has ended."""
        self.read()
        if self._pipe >= 0:
            os.close(self._pipe)
        else:
            self._data = self._log.read_bytes()
        lines = self._data.split(b"\n")[:-1]  # a torn line is no record
        records = [json.loads(line) for line in lines if line.startswith(b"{")]
        return [(each["metadata"]["site"], each["metadata"]["sequence"]) for each in records]


class Trial:
    """One output with its crawls and its consumer."""

    def __init__(self, folder: Path, addresses: Sequence[str], rng: random.Random) -> None:
        self.kills: Counter[str] = Counter()
        self.taken: Counter[Place] = Counter()
        self.problems: list[str] = []
        self._folder, self._output, self._rng = folder, folder / "data", rng
        host = load_site(KEY).host
        options = ("--delay", "0", "--allow-loopback", "--connect-to")
        self._editions = [(KEY, *options, f"{host}={address}") for address in addresses]
        self._recording = ("propakistani", "--replay", str(CASSETTE))
        self._number = 0

    def run(self, kills: int) -> None:
        """Crawl and follow with so many kills, then to the end."""
        self._crawl(self._recording)  # a consumer needs a ledger
        consumer = self._follow()
        for edition in range(len(self._editions)):
            until = kills * (edition + 1) // len(self._editions)
            while self.kills.total() < until and not self.problems:
                consumer = self._disturbed(consumer, edition)
            self._crawl(self._editions[edition])
        if compaction := self._compact().end():
            self.problems.append(f"a compaction fails with {compaction}")
        if consumer.run.poll() is None:
            consumer.run.kill(group=False)
        self._collect(consumer)
        last = Consumer(self._output, self._log("last"), once=True, through_pipe=False)
        if last.run.end():
            self.problems.append(f"the last consumer fails: {last.run.log.read_text('utf-8')}")
        self._collect(last)
        self._compare()
        verify = fork(("verify", "--output", str(self._output)), self._log("verify"))
        if verify.end():
            self.problems.append(f"the output is not right: {verify.log.read_text('utf-8')}")

    def _disturbed(self, consumer: Consumer, edition: int) -> Consumer:
        """Start a crawl, kill it or the consumer after a while, and return the consumer."""
        crawl = self._editions[edition] if self._rng.random() < 0.8 else self._recording
        run = self._start(crawl)
        self._pass(self._rng.uniform(0, LONGEST), consumer, run)
        if self._rng.random() < 0.5:
            consumer.run.kill(group=False)
            self.kills["consumer"] += 1
            self._collect(consumer)
            consumer = self._follow()
        if run.poll() is None:
            run.kill(group=True)
            self.kills["crawl"] += 1
        if self._rng.random() < 0.5:
            compaction = self._compact()
            self._pass(self._rng.uniform(0, SHORT), consumer, compaction)
            if compaction.poll() is None:
                compaction.kill(group=True)
                self.kills["compaction"] += 1
            elif compaction.code:
                self.problems.append(f"a compaction fails: {compaction.log.read_text('utf-8')}")
        if consumer.run.poll() is not None:
            self.problems.append(f"the consumer ended: {consumer.run.log.read_text('utf-8')}")
        return consumer

    def _pass(self, seconds: float, consumer: Consumer, run: Run) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and run.poll() is None:
            consumer.read()
            time.sleep(0.005)
        consumer.read()

    def _crawl(self, arguments: Sequence[str]) -> None:
        run = self._start(arguments)
        if run.end():
            self.problems.append(f"a crawl fails: {run.log.read_text('utf-8')}")

    def _start(self, arguments: Sequence[str]) -> Run:
        return fork(("crawl", *arguments, "--output", str(self._output)), self._log("crawl"))

    def _compact(self) -> Run:
        arguments = ("compact", "--compress", "gzip", "--output", str(self._output))
        return fork(arguments, self._log("compact"), _take_all)

    def _follow(self) -> Consumer:
        pipe = self._rng.random() < 0.5
        return Consumer(self._output, self._log("consumer"), once=False, through_pipe=pipe)

    def _collect(self, consumer: Consumer) -> None:
        self.taken.update(consumer.taken())

    def _log(self, name: str) -> Path:
        self._number += 1
        return self._folder / f"{self._number}-{name}.log"

    def _compare(self) -> None:
        output = sorted(_places_in(self._output))
        numbers: dict[str, list[int]] = {}
        for site, number in output:
            numbers.setdefault(site, []).append(number)
        for site, found in numbers.items():
            if found != list(range(1, len(found) + 1)):
                self.problems.append(f"the numbers of {site} have a gap or a double: {found}")
        if missed := sorted(set(output) - set(self.taken)):
            self.problems.append(f"never given: {missed}")
        if unknown := sorted(set(self.taken) - set(output)):
            self.problems.append(f"given, and not in the output: {unknown}")


def _places_in(output: Path) -> Iterator[Place]:
    for file in segment_files(output):
        with opened(file) as lines:
            for line in lines:
                metadata = json.loads(line)["metadata"]
                yield metadata["site"], metadata["sequence"]


@contextmanager
def trial(folder: Path, seed: int) -> Iterator[Trial]:
    """A trial with its servers up."""
    with served([newsroom_of(edition) for edition in range(EDITIONS)]) as addresses:
        yield Trial(folder, addresses, random.Random(seed))  # noqa: S311 - a die, no secret


def main() -> int:
    """Run a trial; 1 if the consumer missed a record."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.trials.consumers", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--kills", type=int, default=100, help="in all (default: 100)")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    options = parser.parse_args()
    preload()
    folder, begin = Path(tempfile.mkdtemp(prefix="khabar-consumers-")), time.monotonic()
    with trial(folder, options.seed) as it:
        it.run(options.kills)
    kills = ", ".join(f"{number} of a {name}" for name, number in sorted(it.kills.items()))
    doubles = sum(times - 1 for times in it.taken.values())
    print(
        f"seed {options.seed}: {it.kills.total()} kills ({kills}), {time.monotonic() - begin:.0f} s"
    )
    print(f"{len(it.taken)} records taken, {doubles} of them again, {len(it.problems)} problems")
    for problem in it.problems:
        print(f"  {problem} (in {folder})")
    if not it.problems:
        shutil.rmtree(folder)
    return bool(it.problems)


if __name__ == "__main__":
    sys.exit(main())
