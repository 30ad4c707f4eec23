"""Crawls in processes that can be killed: forked from this one, or started as the command that people type.

A fork needs no second for its imports, so that a kill hits what matters, and many fit into a minute. The program that
forks must have loaded all before (`preload`), and must have no threads.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from scrapy.settings import default_settings

from ingest.crawl import settings as crawl_settings

ROOT = Path(__file__).parents[2]
CASSETTE = ROOT / "fixtures" / "cassettes" / "propakistani.yaml"
PATIENCE = 120.0
"""Seconds that anything may take; nothing needs a tenth of it on a machine that has time."""

_MODULES = (
    "ingest.cli.app", "ingest.crawl.run", "ingest.processing.build", "spiders.site", "ingest.crawl.frontier.sources",
    "ingest.monitoring.report", "multiprocessing.popen_fork", "rich.console", "rich.table", "xml.sax.expatreader",
)  # fmt: skip

Hook = Callable[[], None]
"""Called in the forked process before the crawl."""


def preload() -> None:
    """Load what a crawl loads in its course; starts no thread, no process and no reactor."""
    for name in _MODULES:
        import_module(name)
    for settings in (default_settings, crawl_settings):
        for name, value in vars(settings).items():
            if name.isupper() and isinstance(value, dict):
                for path in [*value, *value.values()]:
                    _load(path)
            elif name.isupper():
                _load(value)
    gc.collect()
    gc.freeze()  # a fork then copies less


def _load(path: object) -> None:
    if isinstance(path, str) and re.fullmatch(r"(scrapy|ingest)(\.\w+){2,}", path):
        import_module(path.rpartition(".")[0])


class Run:
    """A crawl in a process, process group and session of its own; what it says goes to the file `log`."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
        self.log = log
        self.code: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code

    def wait(self, seconds: float = PATIENCE) -> int | None:
        """The exit code, or None if it still runs after so many seconds."""
        deadline = time.monotonic() + seconds
        while self.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        return self.code

    def end(self) -> int:
        """The exit code of a crawl that is to end by itself; raises `TimeoutError`."""
        code = self.wait()
        if code is None:
            self.kill(group=True)
            raise TimeoutError(f"the crawl does not end: {self.log.read_text('utf-8')}")
        return code

    def kill(self, *, group: bool, how: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to the crawl, or to its workers as well, and wait until it is over."""
        (os.killpg if group else os.kill)(self.pid, how)
        self.end()

    def left_behind(self, seconds: float = PATIENCE) -> list[int]:
        """The processes of its session that are still at work after so many seconds."""
        deadline = time.monotonic() + seconds
        while (left := _session(self.pid)) and time.monotonic() < deadline:
            time.sleep(0.005)
        return left


def fork(arguments: Sequence[str], log: Path, hook: Hook | None = None) -> Run:
    """Run `khabar ARGUMENTS` in a fork of this process."""
    if pid := os.fork():
        return Run(pid, log)
    code = 70
    try:
        os.setsid()
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        for stream in (1, 2):
            os.dup2(file, stream)
        _fork_workers()
        if hook is not None:
            hook()
        code = _main(arguments)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def command(arguments: Sequence[str], log: Path) -> Run:
    """Run `khabar ARGUMENTS` as from a shell."""
    line = (sys.executable, "-m", "ingest", *arguments)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")
    }
    with log.open("wb") as file:
        process = subprocess.Popen(
            line, cwd=ROOT, env=environment, stdout=file, stderr=file, start_new_session=True
        )
    process.returncode = 0  # `Run` waits for it
    return Run(process.pid, log)


def _fork_workers() -> None:
    """Let the workers be forks too: they find their tools loaded."""
    # A fork inherits the descriptor by which the crawl's loop hears of signals: until that is taken from a worker, the
    # SIGTERM that ends it would be the crawl's own.
    ours = {signal.SIGTERM, signal.SIGINT}

    def begin() -> None:
        signal.set_wakeup_fd(-1)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ours)

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, ours),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, ours),
        after_in_child=begin,
    )
    get_context = multiprocessing.get_context
    multiprocessing.get_context = lambda *_: get_context("fork")  # type: ignore[assignment]


def _main(arguments: Sequence[str]) -> int:
    from ingest.cli.app import main

    sys.argv = ["khabar", *arguments]
    try:
        main()
    except SystemExit as ended:
        sys.stdout.flush()
        sys.stderr.flush()
        return int(ended.code or 0)
    return 0


def _session(leader: int) -> list[int]:
    """The processes of a session that have not ended, by Linux's /proc (proc_pid_stat(5), fields 3 and 6)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, session = (
                (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[:4]
            )
        except OSError:
            continue  # it has just ended
        if int(session) == leader and state != "Z":
            found.append(int(folder.name))
    return found
