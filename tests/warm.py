"""The command in a process that has loaded all it needs: a call takes no second for its imports, as a new process does.

What it says and its exit code are those of `khabar` in a shell. Tests whose subject is the process itself, its signals,
its limits or its start, start one of their own.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

ROOT = Path(__file__).parents[1]
PATIENCE = 80.0
"""Seconds that a call may take: far less than an address that never answers would, three times 30."""

Done = CompletedProcess[str]
Khabar = Callable[..., Done]
"""Takes the arguments of the command, and as keywords what is to be in its environment."""


@contextmanager
def warm_khabar() -> Iterator[Khabar]:
    """The command, which runs in the repository's folder; its process ends with the context."""
    # A process of its own: Twisted's reactor, which a crawl of a server starts, stays as long as its process.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:

        def khabar(*arguments: str | Path, **environment: str) -> Done:
            call = process.submit(_call, list(map(str, arguments)), os.environ | environment)
            return call.result(PATIENCE)

        yield khabar


def _call(arguments: list[str], environment: Mapping[str, str]) -> Done:
    from ingest.cli.app import main

    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["khabar", *arguments]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    code: object = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    texts = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]
    assert isinstance(code, int)
    return CompletedProcess(["khabar", *arguments], code, *texts)
