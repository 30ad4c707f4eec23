"""Kills `compact`, `prune` and `verify --repair` at each call that makes something durable, and looks at what is left.

    python -m tests.trials.upkeep

At each call the command is killed after it, and before it by a power cut (`faults`). Then, as it was left, the output is
read by a consumer and verified. After that a crawl writes to it, or not, and the command is run again.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

from ingest.errors import KhabarError
from ingest.storage.compression.files import path_of
from ingest.storage.maintenance.state import SiteLedger
from ingest.storage.maintenance.verify import Counts, SiteVerification
from ingest.storage.site_log import SiteLog
from ingest.stream.cursor import Cursor
from ingest.stream.follow import Follower
from tests.stream.outputs import NOW, crawling
from tests.trials.faults import Fault
from tests.trials.process import fork

SITE = "news"
TAKEN = 9
"""What the consumer has taken before."""

_WORK = "ingest.storage.maintenance"
_PARTS = ("compact", "prune", "repair")

Lines = list[tuple[int, bytes]]
Job = tuple[str, tuple[str, ...], Callable[[Path], None]]


def whole(output: Path) -> None:
    """Runs on two days; the consumer has taken a part of the first one."""
    for hours, names in ((0, "ab"), (1, "c"), (2, "def"), (24, "g"), (25, "hi"), (48, "j")):
        with crawling(output, SITE, NOW + timedelta(hours=hours)) as run:
            run.write(*names)
            run.write("a", text=f"The ferry sailed {hours} times.")
    Cursor(output, "reader").save({SITE: TAKEN})


def compacted(output: Path) -> None:
    """The same with compressed files."""
    whole(output)
    if fork(
        ("compact", "--compress", "zstd", "--output", str(output)), output.parent / "log"
    ).end():
        raise RuntimeError("it cannot be compacted")


def older_ledger(output: Path) -> None:
    """The same with a ledger of the first day, and an open segment."""
    whole(output)
    with closing(sqlite3.connect(output / "ledger.sqlite")) as ledger, ledger:
        for table in ("segments", "articles"):
            column = "first" if table == "segments" else "sequence"
            ledger.execute(f"delete from {table} where {column} > 5")  # noqa: S608 - ours
    last = max(output.rglob("*.jsonl"))
    last.rename(last.with_name(f"{last.name}.open"))


JOBS: tuple[Job, ...] = (
    ("compact", ("compact",), whole),
    ("compact to zstd", ("compact", "--compress", "zstd"), whole),
    ("prune", ("prune", "--older-than", "1d"), whole),
    ("prune compressed segments", ("prune", "--older-than", "1d"), compacted),
    ("repair", ("verify", "--repair"), older_ledger),
)


def lines_of(output: Path) -> Lines:
    """All records that a reader gets."""
    return [(line.sequence, line.data) for line in SiteLog(output, SITE).after(0)]


def problems(output: Path, expected: Lines) -> Iterator[str]:
    """What is wrong with an output; records may be missing if the ledger says that they were pruned."""
    try:
        yield from _problems(output, expected)
    except KhabarError as error:
        yield str(error)


def _problems(output: Path, expected: Lines) -> Iterator[str]:
    for finding in SiteVerification(output, SITE, "", Counts()).findings():
        yield str(finding)
    gaps = SiteLedger(output, SITE, "").state().gaps
    pruned = {number for gap in gaps for number in range(gap.first, gap.last + 1)}
    if any(number > TAKEN for number in pruned):
        yield "records were pruned that the consumer has not taken"
    if lines_of(output) != [line for line in expected if line[0] not in pruned]:
        yield "a reader gets other records"
    with Follower(output, "reader", once=True) as follower:
        given = [(line.sequence, line.data) for line in follower.lines()]
    if given != [line for line in expected if line[0] > TAKEN]:
        yield "the consumer gets other records"


def leftovers(output: Path) -> Iterator[str]:
    """Files and notes that should have been removed."""
    yield from (f"{name} is noted" for name in SiteLedger(output, SITE, "").state().removals)
    known = {segment.path for segment in SiteLedger(output, SITE, "").state().segments}
    for file in output.rglob("2*.jsonl*"):
        if path_of(output, file) not in known:
            yield f"{file} is left"


def die_everywhere(job: Job, folder: Path) -> Iterator[str]:
    """Problems of a command that dies at each of its calls."""
    name, words, begin = job
    start = folder / "start"
    begin(start)
    with_all = folder / "whole"
    whole(with_all)
    expected, kept = lines_of(with_all), folder / "kept"
    for call in range(1, 1000):
        ended = 0
        for power in (True, False):
            kept.mkdir()
            output = Path(shutil.copytree(start, folder / f"{call}-{power}"))
            fault, arguments = Fault(call, power), (*words, "--output", str(output))
            run = fork(arguments, folder / "log", partial(fault.install, output, kept))
            if run.end() not in (0, -signal.SIGKILL):
                yield f"{fault}: exit code {run.code}: {run.log.read_text('utf-8')}"
            ended += run.code == 0
            if begin is not older_ledger:
                yield from (f"{fault}: {problem}" for problem in problems(output, expected))
            yield from (f"{fault}: then {each}" for each in go_on(output, call, job, expected))
            shutil.rmtree(output)
            shutil.rmtree(kept)
        if ended == 2:
            print(f"{name}: {call - 1} calls", flush=True)
            return


def go_on(output: Path, call: int, job: Job, expected: Lines) -> Iterator[str]:
    """What is wrong after the next crawl, in every second case, and after the command was run again."""
    _, words, begin = job
    if call % 2 and begin is not older_ledger:
        with crawling(output, SITE, NOW + timedelta(days=5)) as run:
            run.write("new")
        yield from leftovers(output)
        expected = [*expected, lines_of(output)[-1]]
        if expected[-1][0] != expected[-2][0] + 1:
            yield f"a crawl gives the number {expected[-1][0]}"
    again = fork((*words, "--output", str(output)), output.parent / "log")
    if code := again.end():
        yield f"exit code {code}: {again.log.read_text('utf-8')}"
    yield from leftovers(output)
    yield from (f"{file} is left" for file in output.rglob(".*.tmp"))
    yield from problems(output, expected)


def main() -> int:
    """Try all, or the jobs that are named; 1 if something is wrong."""
    for module in ("ingest.cli.app", "ingest.cli.outputs", *(f"{_WORK}.{each}" for each in _PARTS)):
        import_module(module)  # a fork then has it
    logging.disable(logging.WARNING)  # each reader tells what was pruned
    bad = 0
    os.environ.pop("KHABAR_COMPRESS", None)
    for job in JOBS:
        if sys.argv[1:] and job[0] not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory(prefix="khabar-upkeep-") as folder:
            for problem in die_everywhere(job, Path(folder)):
                print(f"  {job[0]}: {problem}", flush=True)
                bad += 1
    print(f"{bad} problems", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
