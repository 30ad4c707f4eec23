"""Whole processes side by side, from their start to their end: `python -m tests.benchmarks.start_up`.

Each pair runs in turns, nine times; the ratio is that of the medians. Run it on a quiet machine, with Khabar installed
and its bytecode written. The saved page is one of the replica newsrooms unless an argument names another file.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from fixtures.newsrooms import Newsroom, View, theme

ROUNDS = 9
URL = "https://dailytimes.com.pk/1402011/karachi-tests-buses-that-kneel/"

Command = Sequence[str]


def seconds(command: Command, page: Path, folder: Path) -> float:
    """Return the wall time of a process that gets the page as its input."""
    with page.open("rb") as stream:
        begin = time.perf_counter()
        subprocess.run(
            command,
            stdin=stream,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            check=False,
        )
        return time.perf_counter() - begin


def compare(name: str, ours: Command, theirs: Command, page: Path, aim: float) -> None:
    """Print the medians of two commands that run in turns, and the ratio."""
    with tempfile.TemporaryDirectory() as empty:
        folder = Path(empty)
        for command in (ours, theirs):  # the first run reads files that the others find in memory
            seconds(command, page, folder)
        pairs = [
            (seconds(ours, page, folder), seconds(theirs, page, folder)) for _ in range(ROUNDS)
        ]
    first, second = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(
        f"{name:42} {first * 1000:6.0f} ms  {second * 1000:6.0f} ms  {first / second:5.2f} (aim {aim})"
    )


def main() -> None:
    """Print a line for each pair."""
    scripts = Path(sys.executable).parent
    khabar, trafilatura = str(scripts / "khabar"), str(scripts / "trafilatura")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "page.html"
        if len(sys.argv) == 1:
            newsroom = Newsroom.load("dailytimes")
            page.write_text(
                theme.article_page(newsroom.articles()[0], View.of(newsroom)), encoding="utf-8"
            )
        page = page.resolve()
        os.environ.pop("PYTHONPATH", None)
        help_text = [khabar, "--help"]
        compare(
            "khabar --help / python -c pass", help_text, [sys.executable, "-c", "pass"], page, 10
        )
        saved = [khabar, "scrape", "--html", str(page), "--url", URL]
        their_saved = [trafilatura, "--json", "--with-metadata"]
        compare("a saved page / trafilatura --json", saved, their_saved, page, 1.2)
        refused = [khabar, "scrape", "http://127.0.0.1/"]
        compare("a refused address / khabar --help", refused, help_text, page, 1.5)


if __name__ == "__main__":
    main()
