"""`khabar diff`: two versions of an article side by side."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.console import Terminal
from ingest.cli.options import Output
from ingest.errors import UsageError
from ingest.text import one_line, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from ingest.record import Article

_WORDS = re.compile(r"\S+\s*")
_REMOVED = "red strike"
_ADDED = "green"


def diff(
    context: typer.Context,
    article: Annotated[
        str, typer.Argument(metavar="ID|URL", help="An `id` of the output, or a URL.")
    ],
    *,
    output: Output = None,
    before: Annotated[
        int | None,
        typer.Option("--from", metavar="N", help="Earlier version [default: the one before]"),
    ] = None,
    after: Annotated[
        int | None, typer.Option("--to", metavar="N", help="Later version [default: the last]")
    ] = None,
) -> None:
    """Show two versions of an article side by side.

    Example: khabar diff https://dailytimes.com.pk/1402011/ --from 1 --to 3
    """
    from ingest.settings import Settings
    from ingest.storage.output import versions_of

    terminal = context.ensure_object(Terminal)
    articles = versions_of(Settings.load(output=output).output, article)
    versions = {version.version: version for version in articles}
    last = max(versions) if after is None else after
    first = _version_before(last, versions) if before is None else before
    numbers = ", ".join(map(str, versions))
    if first is None:
        raise UsageError(f"{article} has no version before {last}", f"its versions are: {numbers}")
    for number in (first, last):
        if number not in versions:
            raise UsageError(f"{article} has no version {number}", f"its versions are: {numbers}")
    print_diff(versions[first], versions[last], terminal.out)


def _version_before(last: int, versions: dict[int, Article]) -> int | None:
    return max((number for number in versions if number < last), default=None)


def print_diff(before: Article, after: Article, console: Console) -> None:
    """Print each field that differs. Of long texts only the paragraphs that differ."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    console.print(Text(printable(one_line(after.headline or after.url))), soft_wrap=True)
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, expand=True)
    grid.add_column("field", no_wrap=True)
    for article in (before, after):
        grid.add_column(f"version {article.version}, {article.metadata.date_downloaded}", ratio=1)
    for name, old, new in _differences(before, after):
        heading = name
        for pair in _pairs(old, new):
            grid.add_row(heading, *_marked(*pair))
            heading = ""
    console.print(grid if grid.row_count else Text("no field differs"))


def _differences(before: Article, after: Article) -> Iterator[tuple[str, Any, Any]]:
    """Yield JSON name and both values of each field that differs: content, status and dates."""
    old, new = before.to_dict(), after.to_dict()
    for name in dict.fromkeys(["status", *before.content(), "dateModified", "commentCount"]):
        if old[name] != new[name]:
            yield name, old[name], new[name]


def _pairs(old: Any, new: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any value of a record
    """Yield the parts of two values that differ, side by side. A missing part is empty."""
    before, after = _parts(old), _parts(new)
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind != "equal":
            yield from zip_longest(before[start:end], after[new_start:new_end], fillvalue="")


def _parts(value: Any) -> list[str]:  # noqa: ANN401 - any value of a record
    """Return the paragraphs of a text, the items of a list, or the value itself, as strings."""
    if value is None:
        return []
    if isinstance(value, str):
        return [paragraph for paragraph in value.split("\n\n") if paragraph]
    items = value if isinstance(value, list) else [value]
    return [item if isinstance(item, str) else _item(item) for item in items]


def _item(item: Any) -> str:  # noqa: ANN401 - any value of a record
    if isinstance(item, dict) and "text" in item:  # a comment
        return f"{item['author']['name'] or '(no name)'}: {item['text']}"
    if isinstance(item, dict) and "name" in item:
        return str(item["name"])
    return json.dumps(item, ensure_ascii=False)


def _marked(old: str, new: str) -> tuple[Text, Text]:
    """Return the two texts with the words that differ in colour."""
    from rich.text import Text

    left, right = Text(), Text()
    before, after = _words(old), _words(new)
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        left.append("".join(before[start:end]), None if kind == "equal" else _REMOVED)
        right.append("".join(after[new_start:new_end]), None if kind == "equal" else _ADDED)
    return left, right


def _words(text: str) -> list[str]:
    return _WORDS.findall(printable(one_line(text)))
