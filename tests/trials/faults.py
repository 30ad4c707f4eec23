"""Kills a crawl at each call that makes something durable, one after the other, and holds what comes of it to account.

    python -m tests.trials.faults

The calls are those that sync, rename, cut and remove files, and the ledger's commits. At each, one crawl is killed
after the call, and another before it as if the power failed: what was written and not synced is gone, and so are names
in folders that were not synced. It is done to a first crawl, to one of a site that has edited, and to those that
recover from both.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.trials.audit import early, problems
from tests.trials.power import Power
from tests.trials.process import ROOT, fork, preload
from tests.trials.scenes import Edition, newsroom_scene

ARTICLES = 5
_CALLS = ("fsync", "replace", "rename", "truncate", "ftruncate", "unlink", "rmdir")


@dataclass(frozen=True)
class Fault:
    """Dies at a call: the how manieth, and whether before it, by a power cut, or after it."""

    call: int
    power: bool

    def install(self, output: Path, kept: Path | None = None) -> None:
        """Arm it, in the process that is to die; see `Power` for `kept`."""
        power = Power(output, kept)
        calls = 0

        def before() -> None:
            nonlocal calls
            calls += 1
            if self.power and calls == self.call:
                power.fail()
                os.kill(os.getpid(), signal.SIGKILL)

        def after() -> None:
            if not self.power and calls == self.call:
                os.kill(os.getpid(), signal.SIGKILL)

        for name in _CALLS:
            setattr(os, name, _around(getattr(os, name), before, after, power))
        event.listen(
            Engine, "before_cursor_execute", lambda *told: before() if told[2] == "COMMIT" else None
        )
        event.listen(
            Engine, "after_cursor_execute", lambda *told: after() if told[2] == "COMMIT" else None
        )


def _around(
    call: Callable[..., Any], before: Callable[[], None], after: Callable[[], None], power: Power
) -> Callable[..., Any]:
    @wraps(call)
    def wrapped(*arguments: Any, **more: Any) -> Any:
        before()
        result = call(*arguments, **more)
        power.done(call.__name__, arguments)
        after()
        return result

    return wrapped


def die_everywhere(
    name: str, edition: Edition, start: Path | None, folder: Path, *, keep: int = 0
) -> Iterator[str]:
    """Problems of crawls that die at each of their calls; `start` is the output that they begin with.

    The output of the crawl that dies at call `keep` is left, as it was then, in `folder / "kept"`.
    """
    for call in range(1, 1000):
        ended = 0
        for power in (True, False):
            output = folder / f"{call}-{power}"
            if start is not None:
                shutil.copytree(start, output)
            arguments, fault = (*edition.arguments, "--output", str(output)), Fault(call, power)
            run = fork(arguments, folder / "log", partial(fault.install, output))
            if run.end() not in (0, -signal.SIGKILL):
                yield f"{fault}: exit code {run.code}: {run.log.read_text('utf-8')}"
            ended += run.code == 0
            yield from (f"{fault}: {problem}" for problem in early(output))
            if call == keep and not power:
                shutil.copytree(output, folder / "kept")
            if code := fork(arguments, run.log).end():
                yield f"{fault}: exit code {code} of the next run: {run.log.read_text('utf-8')}"
            yield from (f"{fault}: {problem}" for problem in problems(output, edition.expected))
            shutil.rmtree(output)
        if ended == 2:
            print(f"{name}: {call - 1} calls", flush=True)
            return


def job(*, edited: bool) -> int:
    """Try all on the newsroom as it was, or as it is after its first edits; 1 if something is wrong."""
    preload()
    os.environ["KHABAR_WORKERS"] = "1"  # each is one more fork
    folder, bad, begin = Path(tempfile.mkdtemp(prefix="khabar-faults-")), 0, time.monotonic()
    with newsroom_scene(folder, ARTICLES) as scene:
        edition, start = scene.editions[edited], folder / "whole" if edited else None
        if (
            start is not None
            and fork((*scene.editions[0].arguments, "--output", str(start)), folder / "log").end()
        ):
            raise RuntimeError("the newsroom cannot be crawled")
        name = "crawl of edits" if edited else "first crawl"
        for part, begun, keep in (("", start, 6), (", recovery", folder / "kept", 0)):
            for problem in die_everywhere(f"{name}{part}", edition, begun, folder, keep=keep):
                print(f"  {problem}", flush=True)
                bad += 1
    print(f"{name}: {bad} problems, {time.monotonic() - begin:.0f} s", flush=True)
    shutil.rmtree(folder)
    return 1 if bad else 0


def main() -> int:
    """Try all, in two processes; 1 if something is wrong."""
    if sys.argv[1:]:
        return job(edited=sys.argv[1] == "edited")
    line = (sys.executable, "-m", "tests.trials.faults")
    jobs = [subprocess.Popen((*line, name), cwd=ROOT) for name in ("first", "edited")]
    return max([process.wait() for process in jobs])


if __name__ == "__main__":
    sys.exit(main())
