"""The summary of each run as a file of its own, `OUTPUT/<site>/runs/<run id>.json`, to be shipped by any tool."""

from __future__ import annotations

import os
from pathlib import Path

from ingest.monitoring.summary import RunSummary
from ingest.storage.segments import writable


def write_summary(output: Path, summary: RunSummary, keep: int) -> Path:
    """Write the summary of a run, whole or not at all, and remove the oldest but `keep`; raises `UnwritableOutput`."""
    folder = output / summary.site / "runs"
    file = folder / f"{summary.run_id}.json"
    with writable(output):
        folder.mkdir(parents=True, exist_ok=True)
        waiting = (
            folder / f".{file.name}.tmp"
        )  # no tool takes a name with a dot for a finished file
        with waiting.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(summary.to_json() + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        waiting.replace(file)
        for old in sorted(folder.glob("*.json"))[:-keep]:  # names sort by time
            old.unlink(missing_ok=True)
        for left in folder.glob(".*.json.tmp"):  # of runs that were killed
            if left.name < waiting.name:
                left.unlink(missing_ok=True)
    return file
