"""The word lists of `words.toml`, read at first use."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from itertools import chain

from ingest.extraction.vocabulary import LEAD, NOT_AUTHORS


@cache
def _lists() -> Mapping[str, str | list[str]]:
    file = resources.files("ingest.extraction.byline").joinpath("words.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def other_credit() -> re.Pattern[str]:
    """Return the pattern of what begins a credit for somebody who did not write the text."""
    added = "|".join(_lists()["other_credits"])
    return re.compile(rf"(?:{NOT_AUTHORS.pattern})|(?:{added})\b", re.IGNORECASE)


@cache
def lead() -> re.Pattern[str]:
    """Return the pattern of what precedes the names: "By", "Written by", "Autor:" ..."""
    added = "|".join(re.escape(label) for label in sorted(_lists()["leads"], reverse=True))
    return re.compile(rf"(?:{added})(?:\s*[:：،／]\s*|\s+)|(?:{LEAD.pattern})", re.IGNORECASE)


@cache
def line_start() -> re.Pattern[str]:
    """Return the pattern of a line's beginning that is a label before names: "Автор: А. Имя"."""
    labels = _alternatives("labels", "leads")
    return re.compile(
        rf"\s*(?:(?:{labels})(?:\s*[:：／]|\s[–-]\s)|(?:{_alternatives('line_leads')})\s)\s*\S",
        re.IGNORECASE,
    )


def _alternatives(*keys: str) -> str:
    return "|".join(re.escape(word) for word in sorted({*chain(*map(words, keys))}, reverse=True))


@cache
def words(key: str) -> frozenset[str]:
    """Return a list of `words.toml`, case-folded.

    A list is a string of words separated by blanks, or a TOML list of phrases.
    """
    value = _lists()[key]
    entries = value.split() if isinstance(value, str) else value
    return frozenset(entry.casefold() for entry in entries)
