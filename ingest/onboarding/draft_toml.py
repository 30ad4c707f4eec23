"""A drafted definition as the text of its file: TOML, with remarks on what a person has to look at."""

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
    """The file of a draft that was made on that day. `ingest.sites.load_site` reads it as the draft's values."""
    return "\n".join(_lines(draft, day)) + "\n"


def _lines(draft: Draft, day: date) -> Iterator[str]:
    number = f"{len(draft.articles)} article{'s' * (len(draft.articles) != 1)}"
    yield f"# Drafted on {day} by `khabar sites add {one_line(draft.asked)}` from {number}."
    yield "# Review: what the remarks name, and in each test below whether its page says the same."
    for key in _ORDER:
        if key in draft.reviews:
            yield from _remark(f"Review {key}: {draft.reviews[key]}")
        if key in draft.values:
            yield _entry(key, draft.values[key])
    yield ""
    yield "[discover]"
    for note in (*draft.sources, *draft.notes):
        yield from _remark(note)
    for key, value in draft.values.get("discover", {}).items():
        yield _entry(key, value)
    yield from _tests(draft)


def _tests(draft: Draft) -> Iterator[str]:
    for test in draft.values["tests"]:
        yield ""
        yield "[[tests]]"
        for key, value in test.items():
            yield _entry(key, value)


def _remark(text: str) -> Iterator[str]:
    """A comment, on as many lines as it needs; without the control characters that TOML forbids in one."""
    line = "#"
    for word in one_line(text).split():
        if len(line) + 1 + len(word) > _WIDTH and line != "#":
            yield line
            line = "#"
        line += f" {word}"
    yield line


def _entry(key: str, value: Any) -> str:  # noqa: ANN401 - whatever a definition holds
    line = f"{key} = {_value(value)}"
    if isinstance(value, list) and len(line) > _WIDTH:
        items = "".join(f"  {_value(item)},\n" for item in value)
        return f"{key} = [\n{items}]"
    return line


def _value(value: Any) -> str:  # noqa: ANN401 - whatever a definition holds
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return _string(str(value))


def _string(text: str) -> str:
    """A TOML string: as it stands between apostrophes where it has backslashes, as patterns do, or else as in JSON.

    JSON's escapes are TOML's too (https://toml.io/en/v1.0.0#string); only DEL needs one of its own.
    """
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
