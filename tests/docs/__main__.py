"""Regenerates everything in the documentation that follows from the code: `python -m tests.docs`."""

from __future__ import annotations

import sys

from tests.docs.modules import ROOT
from tests.docs.pages import render


def main() -> None:
    """Write what has changed and name it."""
    for path, text in render().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
