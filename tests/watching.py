"""What a process and its children use, as the kernel tells: memory, and ports that they listen on."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

_PROC = Path("/proc")
_LISTENING = "0A"  # of /proc/net/tcp


def family(pid: int) -> set[int]:
    """The process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                children.setdefault(int(parent), []).append(int(entry.name))
    found, waiting = {pid}, [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting += below
    return found


def proportional_bytes(pid: int) -> int:
    """The memory of a process, shared pages by their share (PSS)."""
    with suppress(OSError):
        if match := re.search(
            r"^Pss:\s+(\d+) kB", (_PROC / str(pid) / "smaps_rollup").read_text(), re.MULTILINE
        ):
            return int(match[1]) * 1024
    return 0


def listening(pids: set[int]) -> set[str]:
    """The local addresses, in hexadecimal, of the TCP ports that these processes listen on."""
    inodes = set()
    for pid in pids:
        with suppress(OSError):
            for link in (_PROC / str(pid) / "fd").iterdir():
                with suppress(OSError):
                    inodes.update(re.findall(r"socket:\[(\d+)\]", str(link.readlink())))
    found: set[str] = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            rows = [line.split() for line in (_PROC / "net" / table).read_text().splitlines()[1:]]
            found.update(row[1] for row in rows if row[3] == _LISTENING and row[9] in inodes)
    return found


@dataclass
class Watch:
    """Looks at a process and its children again and again while the block runs."""

    pid: int
    peak_bytes: int = 0
    ports: set[str] = field(default_factory=set)
    looks: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            pids = family(self.pid)
            self.peak_bytes = max(self.peak_bytes, sum(map(proportional_bytes, pids)))
            self.ports |= listening(pids)
            self.looks += 1
