"""How fast an output is read: `python -m tests.benchmarks.reading [RECORDS]`.

It writes 200,000 records by default, some 0.7 GB, to a temporary folder, and reads them with `cat`, with JSON parsers
and with `khabar read`. A rate is records in a second of wall time; memory is the peak of the process.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
URL = "https://dailytimes.com.pk/1402011/karachi-tests-buses-that-kneel/"
A_SEGMENT = 10_000
PARSE = "import sys, {0}\nfor file in sys.argv[1:]:\n for line in open(file, 'rb'): {0}.loads(line)"
KHABAR = [sys.executable, "-m", "ingest"]


def write(folder: Path, records: int) -> list[Path]:
    """Write records of one real page, each with an id of its own."""
    # In a process of its own: a measured process begins with the memory of this one.
    scrape = [*KHABAR, "scrape", URL, "--replay", "fixtures/cassettes"]
    done = subprocess.run(scrape, cwd=ROOT, capture_output=True, text=True, check=True)
    text = done.stdout.rstrip("\n")
    ident = json.loads(text)["id"]
    files = []
    for first in range(1, records + 1, A_SEGMENT):
        file = folder / "dailytimes" / "2026-11-20" / f"run-{first:010}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8") as stream:
            for number in range(first, min(first + A_SEGMENT, records + 1)):
                stream.write(text.replace(ident, f"{number:032x}") + "\n")
        files.append(file)
    return files


def measure(name: str, command: list[str], records: int) -> None:
    """Run a command and print its rate and its peak of memory."""
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begin
    if process.returncode:
        raise SystemExit(f"{name} ended with {process.returncode}")
    print(
        f"{name:40} {records / seconds:10,.0f}/s  {seconds:6.2f} s  {usage.ru_maxrss / 1024:5.0f} MiB"
    )


def main() -> None:
    """Print a line for each reader."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as name:
        files = [str(file) for file in write(Path(name), records)]
        megabytes = sum(Path(file).stat().st_size for file in files) / 1e6
        print(f"{records:,} records in {len(files)} files, {megabytes:,.0f} MB")
        measure("cat", ["cat", *files], records)
        for parser in ("json", "orjson"):
            if importlib.util.find_spec(parser):
                measure(
                    f"{parser}.loads", [sys.executable, "-c", PARSE.format(parser), *files], records
                )
            else:
                print(f"{parser} is not installed")
        for arguments in (
            ["--json"],
            ["--json", "--latest"],
            ["--json", "--where", "language=en"],
            ["--fields", "url,headline"],
            ["--format", "csv"],
            ["--json", "--limit", "5"],
        ):
            number = 5 if "--limit" in arguments else records
            measure(
                f"khabar read {' '.join(arguments)}", [*KHABAR, "read", name, *arguments], number
            )


if __name__ == "__main__":
    main()
