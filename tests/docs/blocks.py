"""The code blocks of the documentation, and what a comment above a block says about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import pages

_BLOCK = re.compile(r"(?:^<!-- ([^\n]+) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

NOT_RUN = {
    "crawl": "makes an environment of its own; .ci/run runs the command below it",
    "tests": "runs these tests",
    "install": "makes an environment of its own",
    "live": "needs the internet",
    "another terminal": "needs a server that runs beside it",
    "benchmark": "needs pages that are not in this repository, or takes minutes",
    "checks": "runs all checks, or takes minutes",
}
"""Marks of blocks that are not run, with the reason."""


@dataclass(frozen=True)
class Block:
    """A code block of a page; `mark` is the comment directly above it."""

    page: Path
    mark: str
    language: str
    code: str

    @property
    def file(self) -> str:
        """The path of the file that the block shows; empty if it shows none."""
        return self.mark.removeprefix("file: ") if self.mark.startswith("file: ") else ""

    @property
    def is_run(self) -> bool:
        """Whether the block is run as it is printed."""
        return self.language in {"sh", "python"} and not self.mark

    def __str__(self) -> str:
        """The page and the block's first line."""
        return f"{self.page.stem}: {self.code.strip().splitlines()[0][:50]}"


def blocks_of(page: Path) -> list[Block]:
    """Return the code blocks of a page in their order."""
    text = page.read_text(encoding="utf-8")
    return [Block(page, mark, language, code) for mark, language, code in _BLOCK.findall(text)]


def all_blocks() -> list[Block]:
    """Return the code blocks of all pages."""
    return [block for page in pages() for block in blocks_of(page)]
