"""Two versions of an article side by side on a terminal, what changed in colour."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingest.record import Article
from ingest.text import one_line, printable

_WORDS = re.compile(r"\S+\s*")
_GONE, _CAME = "red strike", "green"
Row = tuple[Text, Text]


def diff(before: Article, after: Article, console: Console | None = None) -> None:
    """Print each field that differs, and of long texts the paragraphs that do."""
    console = console or Console(highlight=False)
    console.print(Text(printable(one_line(after.headline or after.url))), soft_wrap=True)
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, expand=True)
    grid.add_column("field", no_wrap=True)
    for article in (before, after):
        grid.add_column(f"version {article.version}, {article.metadata.date_downloaded}", ratio=1)
    rows = 0
    for name, old, new in _differences(before, after):
        for number, row in enumerate(_rows(old, new)):
            grid.add_row("" if number else name, *row)
            rows += 1
    console.print(grid if rows else Text("no field differs"))


def _differences(before: Article, after: Article) -> Iterator[tuple[str, Any, Any]]:
    """The fields of the content, the status and the stated times that differ, by their JSON names."""
    old, new = before.to_dict(), after.to_dict()
    names = ["status", *before.content(), "dateModified", "commentCount"]
    return ((name, old[name], new[name]) for name in dict.fromkeys(names) if old[name] != new[name])


def _rows(old: Any, new: Any) -> Iterator[Row]:  # noqa: ANN401 - any value of a record
    before, after = _parts(old), _parts(new)
    for kind, start, end, to_start, to_end in SequenceMatcher(
        a=before, b=after, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            continue
        gone, came = before[start:end], after[to_start:to_end]
        for index in range(max(len(gone), len(came))):
            yield _pair(
                gone[index] if index < len(gone) else "", came[index] if index < len(came) else ""
            )


def _parts(value: Any) -> list[str]:  # noqa: ANN401 - any value of a record
    """A text's paragraphs, a list's items, or the value itself, as lines."""
    if value is None:
        return []
    if isinstance(value, str):
        return [line for line in value.split("\n\n") if line]
    items = value if isinstance(value, list) else [value]
    return [item if isinstance(item, str) else _item(item) for item in items]


def _item(item: Any) -> str:  # noqa: ANN401 - any value of a record
    if isinstance(item, dict) and "text" in item:  # a comment
        return f"{item['author']['name'] or '(no name)'}: {item['text']}"
    if isinstance(item, dict) and "name" in item:
        return str(item["name"])
    return json.dumps(item, ensure_ascii=False)


def _pair(old: str, new: str) -> Row:
    """The two texts with the words that differ in colour."""
    left, right = Text(), Text()
    before, after = _WORDS.findall(_line(old)), _WORDS.findall(_line(new))
    for kind, start, end, to_start, to_end in SequenceMatcher(
        a=before, b=after, autojunk=False
    ).get_opcodes():
        left.append("".join(before[start:end]), None if kind == "equal" else _GONE)
        right.append("".join(after[to_start:to_end]), None if kind == "equal" else _CAME)
    return left, right


def _line(text: str) -> str:
    return printable(one_line(text))
