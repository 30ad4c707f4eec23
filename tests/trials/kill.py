"""Kills crawls at random moments, starts them again, and holds what comes of it to what an undisturbed crawl gives.

    python -m tests.trials.kill --kills 500 --jobs 2

Every moment of a run is as likely as any other: start-up, discovery, fetching, writing, the end, and the recovery from
an earlier kill. One run in ten is started as the command, with its imports; the others are forks. In half of the kills
only the crawl itself dies, and its workers must follow it; one in ten is a SIGTERM. A seed gives the same scenes and
moments again; what a crawl has come to at that moment depends on the machine.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from ingest.storage.segments import OPEN
from tests.trials.audit import early, problems, runs, stage, whole_files
from tests.trials.process import ROOT, Run, command, fork, preload
from tests.trials.scenes import Edition, Scene, scenes

COLD = 0.1
"""Share of the runs that are started as the command."""
IMPORTS = 1.5
"""Seconds that this takes about."""
GENTLY = 0.1
"""Share of the runs that get SIGTERM: they may end in good order, but must leave nothing open then."""
TERMINATED = 143


class Trials:
    """Kills of crawls; `stages` counts where they hit, `problems` says what went wrong."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.stages: Counter[str] = Counter()
        self.problems: list[str] = []
        self.outputs = 0
        self._seed = seed
        self._folder = folder

    def run(self, kills: int) -> None:
        """Kill so many crawls, or until something goes wrong."""
        with scenes(self._folder) as all_scenes:
            while self.stages.total() < kills and not self.problems:
                self.outputs += 1
                rng = random.Random(f"{self._seed}/{self.outputs}")  # noqa: S311 - a die, no secret
                self._trial(rng.choice(all_scenes), rng)

    def _trial(self, scene: Scene, rng: random.Random) -> None:
        """All editions of a scene into one folder, each killed a few times, then crawled to its end."""
        output = self._folder / f"{scene.name}-{self.outputs}"
        for edition in scene.editions:
            for _ in range(rng.randint(1, 4)):
                if self.problems or not self._killed(edition, output, rng):
                    break
            if not self.problems:
                run, _ = self._start(edition, output, rng)
                self._ended(run)
                self.problems += problems(output, edition.expected)
            if self.problems:
                return
        shutil.rmtree(output)

    def _killed(self, edition: Edition, output: Path, rng: random.Random) -> bool:
        """Whether a crawl was killed at a moment of its usual time, before it was over."""
        before, whole = runs(output), whole_files(output)
        run, imports = self._start(edition, output, rng)
        moment, group = rng.uniform(0, edition.seconds + imports), rng.random() < 0.5
        gently = rng.random() < GENTLY
        if run.wait(moment) is None:
            run.kill(group=group and not gently, how=signal.SIGTERM if gently else signal.SIGKILL)
        if run.code == TERMINATED:
            self.stages[f"{'later' if before else 'first'} run, ended by SIGTERM"] += 1
            self.problems += [f"{file}: left open by SIGTERM" for file in output.rglob(f"*{OPEN}")]
        elif run.code in (-signal.SIGKILL, -signal.SIGTERM):
            self.stages[f"{'later' if before else 'first'} run, {stage(output, before)}"] += 1
        else:
            self._ended(run)
        self.problems += [f"process {pid} lives on" for pid in run.left_behind()]
        self.problems += [
            f"{file} has changed" for file, data in whole.items() if file.read_bytes() != data
        ]
        self.problems += early(output)
        return run.code != 0

    def _ended(self, run: Run) -> None:
        if code := run.end():
            self.problems.append(f"exit code {code}: {run.log.read_text('utf-8')}")

    def _start(self, edition: Edition, output: Path, rng: random.Random) -> tuple[Run, float]:
        """A run, and the seconds that it takes beside those of its edition."""
        arguments, log = (*edition.arguments, "--output", str(output)), output.with_suffix(".log")
        return (
            (command(arguments, log), IMPORTS)
            if rng.random() < COLD
            else (fork(arguments, log), 0.0)
        )


def job(kills: int, seed: int) -> int:
    """Run trials in this process, and print what came of them; 1 if one failed."""
    preload()
    begin = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="khabar-kill-"))
    trials = Trials(seed, folder)
    trials.run(kills)
    took = time.monotonic() - begin
    print(
        f"seed {seed}: {trials.stages.total()} kills, {trials.outputs} outputs, {took:.0f} s",
        flush=True,
    )
    for name, times in sorted(trials.stages.items()):
        print(f"  {times:5} {name}", flush=True)
    for problem in trials.problems:
        print(f"  output {trials.outputs} of seed {seed} in {folder}: {problem}", flush=True)
    if trials.problems:
        return 1
    shutil.rmtree(folder)
    return 0


def main() -> int:
    """Run the trials, in several processes if asked to; 1 if one of them fails."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.trials.kill", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--kills", type=int, default=100, help="kills in all (default: 100)")
    parser.add_argument(
        "--seed",
        type=int,
        default=time.time_ns() % 10**6,
        help="(default: by chance; it is printed)",
    )
    parser.add_argument("--jobs", type=int, default=1, help="trials at a time (default: 1)")
    options = parser.parse_args()
    if options.jobs == 1:
        return job(options.kills, options.seed)
    line = (
        sys.executable,
        "-m",
        "tests.trials.kill",
        "--kills",
        str(-(-options.kills // options.jobs)),
    )
    jobs = [
        subprocess.Popen((*line, "--seed", str(options.seed + number)), cwd=ROOT)
        for number in range(options.jobs)
    ]
    return max([process.wait() for process in jobs])


if __name__ == "__main__":
    sys.exit(main())
