"""The words of `words.toml`, as patterns."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

_LONGEST_HEADING = 120
"""The most characters of a heading. A longer text is a sentence of an article."""


@cache
def read_words() -> dict[str, re.Pattern[str]]:
    """Return the patterns of `words.toml` by their keys."""
    words = tomllib.loads(
        resources.files("ingest.extraction.page_type")
        .joinpath("words.toml")
        .read_text(encoding="utf-8")
    )
    return {
        kind: re.compile("|".join(f"(?:{pattern})" for pattern in each), re.IGNORECASE)
        for kind, each in words.items()
    }


def first(kind: str, texts: Sequence[str]) -> str | None:
    """Return the first text that is short enough for a heading and has words of the kind."""
    words = read_words()[kind]
    return next(
        (text for text in texts if len(text) <= _LONGEST_HEADING and words.search(text)), None
    )
