"""Logging to standard error: coloured lines on a terminal, plain lines in a file, or JSON Lines.

Only the command `khabar` and its worker processes call `set_up`; a program that uses Khabar as a
library configures `logging` itself. Text of a page in a message, an exception or a name is made
printable, and cannot start a line. Passwords and tokens in addresses are masked.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.console import Console

LogLevel = Literal["debug", "info", "warning", "error"]
"""Names of `logging`'s levels in lower case."""

SITE: ContextVar[str] = ContextVar("khabar_site", default="")
"""The site that the current task crawls; its log records carry the name."""

SUMMARY = "ingest.monitoring.summary"
"""Logger of the results of crawls.

As JSON Lines it logs at every level, because it replaces the closing table.
"""

_OWN = ("ingest", "spiders")
_LIBRARY_LEVELS = {
    "apscheduler": logging.ERROR,  # the scheduler itself logs which crawl it skips
    # A page that these cannot parse becomes a `Rejection`, which is logged.
    **dict.fromkeys(("courlan", "htmldate", "justext", "trafilatura"), logging.CRITICAL),
}
"""Minimum levels of these libraries unless the level is `debug`. Other libraries log warnings."""


@dataclass(frozen=True, slots=True)
class LogOptions:
    """Options of `set_up`.

    Attributes:
        level: minimum level of Khabar's own loggers. Libraries log warnings; `debug` also shows
            Scrapy's debug records.
        json: JSON Lines in place of text.
    """

    level: LogLevel = "warning"
    json: bool = False

    @property
    def number(self) -> int:
        """The level as a number of `logging`."""
        return logging.getLevelNamesMapping()[self.level.upper()]


class KhabarHandler(logging.Handler):
    """The handler that `set_up` adds to the root logger. It passes records on to `target`."""

    def __init__(self, options: LogOptions, target: logging.Handler) -> None:
        super().__init__()
        self.options = options
        self._target = target

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record."""
        self._target.handle(record)


def current() -> LogOptions | None:
    """Return the options of the last `set_up` in this process, or None."""
    handler = _installed()
    return handler.options if handler is not None else None


def is_json() -> bool:
    """Whether standard error is JSON Lines."""
    options = current()
    return options is not None and options.json


def set_up(options: LogOptions | None, console: Console | None = None) -> None:
    """Log to standard error, replacing what an earlier call set up.

    The state of this module is the handler on the root logger; `current` reads it from there.

    Args:
        options: None removes the handler and resets the levels.
        console: if it is a terminal, coloured lines are printed through it, above its progress
            bars.
    """
    handler = _installed()
    if handler is not None:
        logging.root.removeHandler(handler)
    for name in (*_OWN, SUMMARY, "scrapy", *_LIBRARY_LEVELS):
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.captureWarnings(options is not None and not sys.warnoptions)
    if options is None:
        return
    _set_levels(options)
    logging.root.addHandler(KhabarHandler(options, _target(options, console)))


def _installed() -> KhabarHandler | None:
    for handler in logging.root.handlers:
        if isinstance(handler, KhabarHandler):
            return handler
    return None


def _set_levels(options: LogOptions) -> None:
    for name in _OWN:
        logging.getLogger(name).setLevel(options.number)
    if options.json:
        logging.getLogger(SUMMARY).setLevel(min(options.number, logging.INFO))
    if options.level == "debug":
        logging.getLogger("scrapy").setLevel(logging.DEBUG)
        return
    for name, level in _LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(level)


def _target(options: LogOptions, console: Console | None) -> logging.Handler:
    if options.json or console is None or not console.is_terminal:
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines() if options.json else PlainLines())
        return handler
    from rich.highlighter import NullHighlighter  # noqa: PLC0415 - only a terminal needs it
    from rich.logging import RichHandler  # noqa: PLC0415 - only a terminal needs it
    from rich.text import Text  # noqa: PLC0415

    handler = RichHandler(
        console=console,
        show_path=False,
        markup=False,
        keywords=[],
        highlighter=NullHighlighter(),
        omit_repeated_times=False,
        log_time_format=lambda moment: Text(f"{moment.astimezone(UTC):%H:%M:%SZ}"),
    )
    handler.setFormatter(PlainLines(prefix=False))
    return handler


class PlainLines(logging.Formatter):
    """Format records as `time level site message`. A traceback follows as indented lines.

    The time is in UTC; the site is `-` if there is none. With `prefix=False` time and level are
    left out, for a handler that prints them itself.
    """

    def __init__(self, *, prefix: bool = True) -> None:
        super().__init__()
        self._prefix = prefix

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        head = f"{_time(record, 'seconds')} {record.levelname} " if self._prefix else ""
        lines = [f"{head}{_site(record) or '-'} {_message(record)}"]
        lines += [f"  | {line}" for line in _trace(record)]
        return "\n".join(lines)


class JsonLines(logging.Formatter):
    """Format records as JSON objects, one a line.

    The keys are `time`, `level`, `logger`, `site` (or null), `message`, then those of `facts`.

    `facts` is a mapping of JSON types, given as `extra={"facts": ...}`. `exception` is a traceback
    as one string. Non-ASCII characters are escaped, so that a line is the same in every encoding
    and U+2028 ends no line.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        values: dict[str, object] = {
            "time": _time(record, "milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "site": _site(record) or None,
            "message": _message(record),
        }
        facts = getattr(record, "facts", None)
        if isinstance(facts, Mapping):
            values |= {str(name): value for name, value in facts.items() if name not in values}
        if trace := _trace(record):
            values["exception"] = "\n".join(trace)
        return json.dumps(_printable(values), default=str)


def _time(record: logging.LogRecord, precision: str) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def _site(record: logging.LogRecord) -> str:
    """Return the site of the record, of its task, or of the spider that Scrapy adds to it."""
    spider = getattr(record, "spider", None)
    name = getattr(record, "site", None) or SITE.get() or getattr(spider, "name", "")
    return _line(str(name))


def _message(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except Exception:  # noqa: BLE001 - a library's wrong arguments must not print a traceback
        text = f"{record.msg} {record.args!r}"
    return _line(text)


def _trace(record: logging.LogRecord) -> list[str]:
    """Return the lines of the record's traceback and stack."""
    from ingest.redaction.text import masked  # noqa: PLC0415 - slow, and most calls log nothing
    from ingest.text import printable  # noqa: PLC0415 - as above

    texts = []
    if record.exc_info and record.exc_info[0] is not None:
        texts.append(logging.Formatter().formatException(record.exc_info))
    if record.stack_info:
        texts.append(record.stack_info)
    return [printable(line) for text in texts for line in masked(text.expandtabs(4)).splitlines()]


def _line(text: str) -> str:
    from ingest.redaction.text import masked  # noqa: PLC0415 - as above
    from ingest.text import one_line, printable  # noqa: PLC0415 - as above

    return printable(masked(one_line(text)))


def _printable(value: object) -> object:
    """Return the value with all of its strings printable, except for newlines."""
    from ingest.redaction.text import masked  # noqa: PLC0415 - as above
    from ingest.text import printable  # noqa: PLC0415 - as above

    if isinstance(value, str):
        return "\n".join(printable(line) for line in masked(value).split("\n"))
    if isinstance(value, Mapping):
        return {_line(str(key)): _printable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return value
