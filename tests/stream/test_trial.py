"""A consumer that follows crawls while both are killed; longer by `python -m tests.trials.consumers --kills N`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_consumer_is_given_every_record_whatever_is_killed() -> None:
    line = (sys.executable, "-m", "tests.trials.consumers", "--kills", "16")
    done = subprocess.run(line, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 problems" in done.stdout
