"""What the program says while it works, on standard error: for eyes on a terminal, as plain lines, or as JSON Lines.

A library that Khabar is part of sets up its logging itself; only the command `khabar` calls `set_up`. Whatever a page
can put into a message, an exception or a name comes out printable and cannot look like a line of its own.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.text import one_line, printable

if TYPE_CHECKING:
    from rich.console import Console

SITE: ContextVar[str] = ContextVar("khabar_site", default="")
"""The site whose crawl is at work: the records of its tasks bear its name."""

SUMMARY = "ingest.monitoring.summary"
"""The logger of what crawls came to; as JSON it is heard at every level: it takes the closing table's place."""

_OWN = ("ingest", "spiders")
_QUIET = {
    "apscheduler": logging.ERROR,  # the scheduler says itself which run it leaves out
    **dict.fromkeys(
        ("courlan", "htmldate", "justext", "trafilatura"), logging.CRITICAL
    ),  # pages are told of once
}
"""The least that these libraries say, but for `debug`; all others warn."""


@dataclass(frozen=True, slots=True)
class LogOptions:
    """`level` is a name of `logging`'s in small letters; it holds for Khabar, libraries warn. `debug` opens Scrapy."""

    level: str = "warning"
    json: bool = False

    @property
    def number(self) -> int:
        """The level as `logging` has it."""
        return logging.getLevelNamesMapping()[self.level.upper()]


_options: LogOptions | None = None
_handler: logging.Handler | None = None


def current() -> LogOptions | None:
    """What was set up in this process; None: nothing."""
    return _options


def speaks_json() -> bool:
    """Whether standard error is JSON Lines."""
    return _options is not None and _options.json


def set_up(options: LogOptions | None, console: Console | None = None) -> None:
    """Log to standard error as the options say; None, or a further call, ends what an earlier call set up.

    A `console` of rich's that is a terminal shows the lines in colour, above what it shows live.
    """
    global _handler, _options  # noqa: PLW0603 - logging is one for the whole process
    if _handler is not None:
        logging.root.removeHandler(_handler)
    _handler, _options = None, options
    debug = options is not None and options.level == "debug"
    for name in (*_OWN, SUMMARY, "scrapy", *_QUIET):
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.captureWarnings(options is not None and not sys.warnoptions)
    if options is None:
        return
    for name in _OWN:
        logging.getLogger(name).setLevel(options.number)
    if options.json:
        logging.getLogger(SUMMARY).setLevel(min(options.number, logging.INFO))
    if debug:
        logging.getLogger("scrapy").setLevel(logging.DEBUG)
    else:
        for name, level in _QUIET.items():
            logging.getLogger(name).setLevel(level)
    _handler = _new_handler(options, console)
    logging.root.addHandler(_handler)


def _new_handler(options: LogOptions, console: Console | None) -> logging.Handler:
    if options.json or console is None or not console.is_terminal:
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines() if options.json else PlainLines())
        return handler
    from rich.highlighter import NullHighlighter  # noqa: PLC0415 - a worker process needs none of it
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
    """`time level site message`: the time in UTC, `-` where no site is meant; a traceback's lines follow, indented.

    `prefix=False` leaves time and level out, for a handler that shows them itself.
    """

    def __init__(self, *, prefix: bool = True) -> None:
        super().__init__()
        self._prefix = prefix

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        head = f"{_time(record, 'seconds')} {record.levelname} " if self._prefix else ""
        lines = [f"{head}{_site(record) or '-'} {_message(record)}"]
        lines += [f"  | {line}" for line in _trace(record)]
        return "\n".join(lines)


class JsonLines(logging.Formatter):
    """An object a line: `time`, `level`, `logger`, `site` (or null), `message`, then the record's `facts`.

    `facts` is a mapping of JSON types, given as `extra={"facts": ...}`; `exception` is a traceback as one text. What is
    not ASCII is escaped: the line is the same in every encoding, and no reader takes U+2028 for a line's end.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
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
    """Named by the record, by its task, or by the spider that Scrapy puts into its records."""
    name = (
        getattr(record, "site", None)
        or SITE.get()
        or getattr(getattr(record, "spider", None), "name", "")
    )
    return _line(str(name))


def _message(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except Exception:  # noqa: BLE001 - a library's faulty call must not end in a traceback on standard error
        text = f"{record.msg} {record.args!r}"
    return _line(text)


def _trace(record: logging.LogRecord) -> list[str]:
    """The lines of the record's traceback and stack."""
    texts = []
    if record.exc_info and record.exc_info[0] is not None:
        texts.append(logging.Formatter().formatException(record.exc_info))
    if record.stack_info:
        texts.append(record.stack_info)
    return [printable(line) for text in texts for line in text.expandtabs(4).splitlines()]


def _line(text: str) -> str:
    return printable(one_line(text))


def _printable(value: object) -> object:
    """The value with all of its texts printable, newlines aside."""
    if isinstance(value, str):
        return "\n".join(printable(line) for line in value.split("\n"))
    if isinstance(value, Mapping):
        return {_line(str(key)): _printable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return value
