"""The lock of a site's output: one run at a time writes it.

It is the file `<site>/.lock`. The operating system releases it when the process ends, so a killed
run leaves no stale lock.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.errors import OutputLocked
from ingest.storage.segments import make_folder, writable

if sys.platform != "win32":
    import fcntl


@contextmanager
def locked(output: Path, site: str) -> Iterator[None]:
    """Hold the lock of an output folder and site.

    Raises `OutputLocked` if another run has the lock.
    """
    with writable(output):
        make_folder(output / site)
        lock = FileLock(output / site / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise OutputLocked(
                f"another run writes {site} to {output}", "wait for it, or choose another --output"
            ) from None
    try:
        yield
    finally:
        lock.release()


def is_locked(output: Path, site: str) -> bool | None:
    """Whether a run holds the lock of a site now; None if that cannot be determined.

    The test takes a shared lock for an instant, and a run that starts in that instant would be
    refused. So call this only if the ledger has an unfinished run.
    """
    if sys.platform == "win32":
        return None
    try:
        with (output / site / ".lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no such file (the run is on another machine), or no permission
        return None
    return False
