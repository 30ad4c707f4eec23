"""The versions of an article in an output folder, and the summary files of its runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from ingest.errors import ArticleNotFound, UsageError
from ingest.monitoring.summary import RunSummary
from ingest.record import Article
from ingest.storage.segments import OPEN, writable
from ingest.urls import article_id


def write_summary(output: Path, summary: RunSummary, keep: int) -> Path:
    """Write the summary of a run to `OUTPUT/<site>/runs/<run id>.json`, atomically.

    Args:
        output: the output folder.
        summary: of a run with an id.
        keep: the number of the site's summaries to keep; older ones are removed.

    Returns:
        The file.

    Raises:
        UnwritableOutput: the folder cannot be written.
    """
    folder = output / summary.site / "runs"
    file = folder / f"{summary.run_id}.json"
    with writable(output):
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{file.name}.tmp"  # hidden, so that no tool reads it
        with temporary.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(summary.to_json() + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
        for old in sorted(folder.glob("*.json"))[:-keep]:  # names sort by time
            old.unlink(missing_ok=True)
        for abandoned in folder.glob(".*.json.tmp"):  # of killed runs
            if abandoned.name < temporary.name:
                abandoned.unlink(missing_ok=True)
    return file


def versions_of(output: Path, wanted: str) -> list[Article]:
    """Return all versions of an article, oldest first.

    Args:
        output: the output folder, or one file of it.
        wanted: the article's id, the beginning of it (8 digits or more), or its address.

    Raises:
        UsageError: there is no such output, or a line of it is not a record.
        ArticleNotFound: no line has that id, or lines of several articles begin with it.
    """
    if not output.exists():
        raise UsageError(f"no such file or folder: {output}", "give the output of `khabar crawl`")
    start = article_id(wanted) if "/" in wanted else wanted.casefold()
    versions = [article for article in _with_id(output, start) if article.id.startswith(start)]
    if not versions or len(start) < 8:
        remedy = "give an `id` of the output, or the article's address"
        raise ArticleNotFound(f"no article {wanted!r} in {output}", remedy)
    if len({article.id for article in versions}) > 1:
        raise ArticleNotFound(
            f"several articles begin with {wanted!r}", "give more digits of the id"
        )
    return sorted(versions, key=lambda article: article.version)


def _with_id(output: Path, start: str) -> Iterator[Article]:
    """Return the records whose id starts with `start`; others may be among them."""
    key = f'"id":"{start}'.encode()  # a cheap test before a line is parsed
    files = [output]
    if output.is_dir():
        files = sorted([*output.rglob("*.jsonl"), *output.rglob(f"*.jsonl{OPEN}")])
    for file in files:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                complete = line.endswith(b"\n")  # the last line of an open segment may not be
                if key not in line or not complete:
                    continue
                try:
                    yield Article.model_validate_json(line)
                except ValidationError as error:
                    raise UsageError(
                        f"{file}:{number} is not a record", "see `khabar schema`"
                    ) from error
