"""The versions of an article in an output folder, and the summary files of its runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from ingest.errors import ArticleNotFound, UsageError
from ingest.monitoring.summary import RunSummary
from ingest.record import Article
from ingest.storage.compression.files import opened, segment_files
from ingest.storage.segments import writable
from ingest.urls import article_id, article_key


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
    versions = _with_id(output, start)
    if not versions and "/" in wanted and (ident := _id_at(output, wanted)):
        start, versions = ident, _with_id(output, ident)
    if not versions or len(start) < 8:
        remedy = "give an `id` of the output, or the article's address"
        raise ArticleNotFound(f"no article {wanted!r} in {output}", remedy)
    if len({article.id for article in versions}) > 1:
        raise ArticleNotFound(
            f"several articles begin with {wanted!r}", "give more digits of the id"
        )
    return sorted(versions, key=lambda article: article.version)


def _with_id(output: Path, start: str) -> list[Article]:
    """Return the records whose id starts with `start`."""
    records = _with_text(output, f'"id":"{start}')
    return [article for article in records if article.id.startswith(start)]


def _id_at(output: Path, url: str) -> str | None:
    """Return the id of an article with a version at this address; it may be that of another one."""
    key = article_key(url)
    ids = (
        article.id
        for article in _with_text(output, key.partition("?")[0])
        if article_key(article.url) == key
    )
    return next(ids, None)


def _with_text(output: Path, text: str) -> Iterator[Article]:
    """Return the records whose line contains the text, a cheap test before it is parsed."""
    part = text.encode()
    files = [output]
    if output.is_dir():
        files = segment_files(output, opened=True)
    for file in files:
        with opened(file) as lines:
            for number, line in enumerate(lines, 1):
                complete = line.endswith(b"\n")  # the last line of an open segment may not be
                if part not in line or not complete:
                    continue
                try:
                    yield Article.model_validate_json(line)
                except ValidationError as error:
                    raise UsageError(
                        f"{file}:{number} is not a record", "see `khabar schema`"
                    ) from error
