from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ingest import logs
from ingest.logs import SITE, JsonLines, LogOptions, PlainLines, set_up
from ingest.record import Article, FetchedPage, Rejection

HOSTILE = "a\x1b[2Jb\u202ec\u2028d\x00e\n2026-11-25T00:00:00Z ERROR - forged\x7f"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    set_up(None)


def raised(message: str) -> Any:
    try:
        int(message)
    except ValueError:
        error = ValueError(message)
        return ValueError, error, error.__traceback__ or sys.exc_info()[2]


def record(
    message: str, *arguments: object, exc_info: Any = None, **extra: object
) -> logging.LogRecord:
    made = logging.LogRecord("ingest.x", logging.WARNING, __file__, 1, message, arguments, exc_info)
    vars(made).update({"created": 1_700_000_000.25, **extra})
    return made


def assert_safe(text: str) -> None:
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "forged" in text


def test_a_plain_line_has_time_level_site_and_message() -> None:
    line = PlainLines().format(record("%d found", 3, site="dailytimes"))
    assert line == "2023-11-14T22:13:20Z WARNING dailytimes 3 found"
    assert PlainLines().format(record("x")) == "2023-11-14T22:13:20Z WARNING - x"


def test_a_json_line_has_the_same_and_the_facts() -> None:
    line = JsonLines().format(
        record("%d found", 3, site="dailytimes", facts={"found": 3, "site": "other"})
    )
    assert json.loads(line) == {
        "time": "2023-11-14T22:13:20.250Z",
        "level": "WARNING",
        "logger": "ingest.x",
        "site": "dailytimes",
        "message": "3 found",
        "found": 3,
    }
    assert json.loads(JsonLines().format(record("x")))["site"] is None


def test_the_site_is_that_of_the_task_or_of_the_spider() -> None:
    class Spider:
        name = "of-the-spider"

    assert " of-the-spider x" in PlainLines().format(record("x", spider=Spider()))
    token = SITE.set("of-the-task")
    try:
        assert " of-the-task x" in PlainLines().format(record("x", spider=Spider()))
    finally:
        SITE.reset(token)


@pytest.mark.parametrize("formatter", [PlainLines(), PlainLines(prefix=False), JsonLines()])
def test_nothing_of_a_page_comes_out_raw_or_as_a_line_of_its_own(
    formatter: logging.Formatter,
) -> None:
    hostile = record(
        "%s", HOSTILE, site=HOSTILE, exc_info=raised(HOSTILE), stack_info=f"Stack:\n{HOSTILE}"
    )
    text = formatter.format(hostile)
    assert_safe(text)
    assert not any(line.startswith("2026") for line in text.split("\n"))


def test_a_traceback_is_indented_lines_or_one_field() -> None:
    faulty = record("broken", exc_info=raised("why"))
    first, *trace = PlainLines().format(faulty).split("\n")
    assert first.endswith("broken")
    assert trace[-1] == "  | ValueError: why"
    assert all(line.startswith("  | ") for line in trace)
    line = JsonLines().format(faulty)
    assert "\n" not in line
    assert json.loads(line)["exception"].splitlines()[-1] == "ValueError: why"


def test_json_is_ascii_and_its_values_are_safe_too() -> None:
    line = JsonLines().format(
        record("سرخی", facts={"reasons": [HOSTILE], HOSTILE: {"x": HOSTILE}, "path": Path("a")})
    )
    assert line.isascii()
    assert "\n" not in line
    values = json.loads(line)
    assert values["message"] == "سرخی"
    assert values["path"] == "a"
    assert_safe(values["reasons"][0])
    assert all(key.isprintable() for key in values)


def test_a_faulty_call_is_still_a_line() -> None:
    assert "%d found" in JsonLines().format(record("%d found", "three"))


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_libraries_warn_and_khabar_speaks_at_its_level(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(LogOptions("info"))
    for name in ("ingest.a", "spiders.b", "scrapy.c", "trafilatura.d", "apscheduler.e"):
        logging.getLogger(name).info("info of %s", name)
        logging.getLogger(name).warning("warning of %s", name)
    said = [line.split(" ", 3)[-1] for line in lines_of(capsys)]
    assert said == [
        "info of ingest.a",
        "warning of ingest.a",
        "info of spiders.b",
        "warning of spiders.b",
        "warning of scrapy.c",
    ]


def test_debug_opens_scrapy_and_what_reads_pages(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(LogOptions("debug"))
    for name in ("ingest", "scrapy.core", "trafilatura"):
        logging.getLogger(name).log(
            logging.DEBUG if name != "trafilatura" else logging.WARNING, name
        )
    assert len(lines_of(capsys)) == 3


def test_the_summary_is_heard_as_json_at_every_level_else_by_level(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for options, heard in (
        (LogOptions("error", json=True), 1),
        (LogOptions("error"), 0),
        (LogOptions("info"), 1),
    ):
        set_up(options)
        logging.getLogger(logs.SUMMARY).info("43 found")
        assert len(lines_of(capsys)) == heard


def test_a_further_call_ends_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    before = list(logging.root.handlers)
    set_up(LogOptions())
    set_up(LogOptions(json=True))
    logging.getLogger("ingest").warning("once")
    assert len(lines_of(capsys)) == 1
    assert logs.is_json()
    set_up(None)
    assert logging.root.handlers == before
    assert logs.current() is None
    assert not logs.is_json()
    assert logging.getLogger("ingest").level == logging.NOTSET


def test_a_terminal_shows_lines_in_colour_without_escapes_of_a_page() -> None:
    screen = io.StringIO()
    set_up(
        LogOptions("info"),
        Console(file=screen, force_terminal=True, width=200, color_system="standard"),
    )
    logging.getLogger("ingest").warning("[bold]%s[/bold]", HOSTILE, extra={"site": "dailytimes"})
    text = screen.getvalue()
    assert "\x1b[2J" not in text
    assert "dailytimes [bold]a" in text
    assert "WARNING" in text
    assert text.count("\n") == 1
    assert "\x1b[" in text  # the level's colour


def talk(page: FetchedPage) -> Article | Rejection:
    """An extraction whose library has something to say."""
    logging.getLogger("lxml").warning("odd page %s", page.url)
    raise MemoryError


PROGRAM = """
import asyncio
from datetime import UTC, datetime
from ingest.logs import LogOptions, set_up
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.processing.workers import Workers
from tests.test_logs import talk

set_up(LogOptions(json=True))
page = FetchedPage(url="https://a.example/\\x1b[2J", body=b"", retrieved_at=datetime.now(UTC))
workers = Workers(talk, Limits(), 1)
asyncio.run(workers.run(page))
workers.close()
"""


def test_a_worker_logs_as_its_program_does() -> None:
    root = Path(__file__).parents[1]
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=120, check=True
    )
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["message"] == "odd page https://a.example/[2J"
