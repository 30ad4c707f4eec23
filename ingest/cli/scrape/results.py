"""The results of `khabar scrape`: records to the output, rejections, progress, the closing line."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ingest import logs
from ingest.cli.console import Terminal
from ingest.errors import HTTPStatusError, KhabarError, UnwritableOutput

if TYPE_CHECKING:
    from ingest.formats import Output
    from ingest.record import Article, Rejection

    Outcome = Article | Rejection | KhabarError

logger = logging.getLogger(logs.SUMMARY)

_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


class ScrapeResults:
    """Takes the outcome of each URL or file, in any order.

    Attributes:
        total: number of URLs and files that will have an outcome.
        records: number of records.
        rejected: pages that are not articles, by reason.
        failed: pages that could not be fetched or read, by the kind of error.

    Args:
        output: takes the records.
        terminal: where problems are printed, unless `rejections` takes them.
        rejections: takes what gave no record, if given.
        order: if given, the URLs and files whose outcomes are kept back to write them in this
            order.
    """

    def __init__(
        self,
        output: Output,
        terminal: Terminal,
        rejections: RejectionFile | None = None,
        order: Iterable[str] | None = None,
    ) -> None:
        self.total = 0
        self.records = 0
        self.rejected: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self._output = output
        self._terminal = terminal
        self._rejections = rejections
        self._order = None if order is None else list(order)
        self._ordered = set(self._order or ())
        self._next = 0
        self._waiting: dict[str, Outcome] = {}
        self._listeners: list[Callable[[ScrapeResults], None]] = []

    @property
    def problems(self) -> int:
        """Number of URLs and files without a record."""
        return self.rejected.total() + self.failed.total()

    def listen(self, listener: Callable[[ScrapeResults], None]) -> None:
        """Call this function after each outcome."""
        self._listeners.append(listener)

    def found(self, url: str) -> None:
        """Note a further URL that will have an outcome."""
        self.total += 1
        if self._order is not None:
            self._order.append(url)
            self._ordered.add(url)

    def take(self, name: str, outcome: Outcome) -> None:
        """Count an outcome, and write it once it is its turn."""
        self._count(outcome)
        if self._order is None or name not in self._ordered:
            self._write(name, outcome)
        else:
            self._waiting[name] = outcome
            while self._next < len(self._order) and self._order[self._next] in self._waiting:
                following = self._order[self._next]
                self._write(following, self._waiting.pop(following))
                self._next += 1
        self.tell()

    def tell(self) -> None:
        """Call the listeners."""
        for listener in self._listeners:
            listener(self)

    def finish(self) -> None:
        """Write what is still kept back."""
        while self._waiting:
            name = next(iter(self._waiting))
            self._write(name, self._waiting.pop(name))

    def _count(self, outcome: Outcome) -> None:
        from ingest.record import Article

        if isinstance(outcome, Article):
            self.records += 1
        elif isinstance(outcome, KhabarError):
            self.failed[kind_of(outcome)] += 1
        else:
            self.rejected[outcome.reason.value] += 1

    def _write(self, name: str, outcome: Outcome) -> None:
        from ingest.record import Article

        if isinstance(outcome, Article):
            self._output.write(outcome.to_dict())
        elif self._rejections is not None:
            self._rejections.write(name, outcome)
        else:
            self._terminal.complain(outcome)


def kind_of(error: KhabarError) -> str:
    """Return the class of an error, such as `forbidden-by-robots`, or its status: `http-503`."""
    if isinstance(error, HTTPStatusError):
        return f"http-{error.status}"
    return _WORD.sub(
        "-", type(error).__name__.replace("HTTP", "Http").replace("URL", "Url")
    ).lower()


class RejectionFile:
    """A file of JSON Lines, one for each URL without a record."""

    def __init__(self, stream: TextIO, path: Path) -> None:
        self._stream = stream
        self._path = path

    def write(self, name: str, outcome: Rejection | KhabarError, **more: object) -> None:
        """Write one line, with the same keys whatever the reason is, and with more values."""
        if isinstance(outcome, KhabarError):
            values: dict[str, Any] = {
                "url": name,
                "requestedUrl": name,
                "reason": kind_of(outcome),
                "detail": str(outcome),
                "status": getattr(outcome, "status", None),
                "site": None,
            }
        else:
            values = {**outcome.model_dump(mode="json", by_alias=True), "requestedUrl": name}
        try:
            self._stream.write(json.dumps({**values, **more}, ensure_ascii=False) + "\n")
            self._stream.flush()
        except OSError as error:
            raise _unwritable(self._path, error) from error


@contextmanager
def open_rejections(path: Path | None, *, append: bool) -> Iterator[RejectionFile | None]:
    """Open a file of rejections; raises `UnwritableOutput`."""
    if path is None:
        yield None
        return
    try:
        stream = path.open("a" if append else "w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise _unwritable(path, error) from error
    with stream:
        yield RejectionFile(stream, path)


def _unwritable(path: Path, error: OSError) -> UnwritableOutput:
    return UnwritableOutput(f"cannot write {path}: {error.strerror}", "choose another --rejected")


@contextmanager
def progress_bar(terminal: Terminal, results: ScrapeResults) -> Iterator[None]:
    """Show a bar with the counts of the results on standard error while the block runs."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    bar = Progress(*columns, TimeElapsedColumn(), console=terminal.err, transient=True)
    task = bar.add_task("", total=results.total)

    def update(results: ScrapeResults) -> None:
        parts = [f"{results.records} records", f"{results.problems} without one"]
        done = results.records + results.problems
        bar.update(
            task, completed=done, total=max(done, results.total), description=", ".join(parts)
        )

    results.listen(update)
    with bar:
        yield


def closing_line(results: ScrapeResults, remarks: Iterable[str]) -> str:
    """Return the counts in one line, with the reasons of what gave no record."""
    parts = [f"{results.records} records of {results.total} pages"]
    if results.rejected:
        parts.append(f"{results.rejected.total()} not articles ({reasons(results.rejected)})")
    if results.failed:
        parts.append(f"{results.failed.total()} failed ({reasons(results.failed)})")
    left = results.total - results.records - results.problems
    if left > 0:
        parts.append(f"{left} not done")
    return "; ".join([*parts, *remarks])


def print_closing(terminal: Terminal, results: ScrapeResults, line: str) -> None:
    """Print the closing line on standard error, as a log record with `--log-json`."""
    if logs.is_json():
        facts = {
            "event": "end",
            "records": results.records,
            "rejected": dict(results.rejected),
            "failed": dict(results.failed),
        }
        logger.info("%s", line, extra={"facts": facts})
    else:
        terminal.note(line)


def reasons(counts: Counter[str]) -> str:
    """Return the counts in words, the largest first."""
    return ", ".join(f"{number} {reason}" for reason, number in counts.most_common())
