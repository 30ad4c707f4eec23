"""Write a drafted definition as TOML, with comments on what a person has to check (pure)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from ingest.onboarding.draft import Draft
from ingest.text import one_line

_ORDER = (
    "domain",
    "aliases",
    "publisher",
    "platforms",
    "time_zone",
    "language",
    "article_urls",
    "not_article_urls",
)
_WIDTH = 120


def definition_text(draft: Draft, day: date) -> str:
    """Return the text of the definition's file.

    `ingest.sites.load_site` reads the same values from it.

    Args:
        draft: the draft.
        day: when it was made.
    """
    return "\n".join(_lines(draft, day)) + "\n"


def _lines(draft: Draft, day: date) -> Iterator[str]:
    number = f"{len(draft.articles)} article{'s' * (len(draft.articles) != 1)}"
    yield f"# Drafted on {day} by `khabar sites add {one_line(draft.start_url)}` from {number}."
    yield "# Check what the comments name, and whether the page of each test has its values."
    for key in _ORDER:
        if key in draft.reviews:
            yield from _comment(f"Review {key}: {draft.reviews[key]}")
        if key in draft.values:
            yield _entry(key, draft.values[key])
    yield ""
    yield "[discover]"
    for note in (*draft.sources, *draft.notes):
        yield from _comment(note)
    for key, value in draft.values.get("discover", {}).items():
        yield _entry(key, value)
    yield from _tests(draft)


def _tests(draft: Draft) -> Iterator[str]:
    for test in draft.values["tests"]:
        yield ""
        yield "[[tests]]"
        for key, value in test.items():
            yield _entry(key, value)


def _comment(text: str) -> Iterator[str]:
    """Yield the lines of a comment, without the control characters that TOML forbids there."""
    line = "#"
    for word in one_line(text).split():
        if len(line) + 1 + len(word) > _WIDTH and line != "#":
            yield line
            line = "#"
        line += f" {word}"
    yield line


def _entry(key: str, value: Any) -> str:  # noqa: ANN401 - any value of a definition
    line = f"{key} = {_value(value)}"
    if isinstance(value, list) and len(line) > _WIDTH:
        items = "".join(f"  {_value(item)},\n" for item in value)
        return f"{key} = [\n{items}]"
    return line


def _value(value: Any) -> str:  # noqa: ANN401 - any value of a definition
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return _string(str(value))


def _string(text: str) -> str:
    """Return a TOML string: a literal one if the text has backslashes, or else one as in JSON.

    JSON's escapes are TOML's too (https://toml.io/en/v1.0.0#string); only DEL has to be added.
    """
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
