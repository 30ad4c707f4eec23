"""An unhealthy crawl tells the operator's own tools."""

from __future__ import annotations

import json
import shlex
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import UsageError
from ingest.monitoring.report import alarm, send
from ingest.monitoring.summary import Finding, Kind, RunSummary
from ingest.settings import Limits, Settings
from tests.monitoring.summaries import NOW, summary

FINDING = Finding(kind=Kind.SILENT, reason="no source announced an article — کچھ نہیں")
REPORTS = [
    summary("run", site="well", found=3, new=3),
    summary("run", site="news", found=3, new=3, findings=[FINDING]),
    RunSummary.of_error("shut", "another run writes shut", NOW),
]
MESSAGE = alarm(REPORTS, 4, Path("data"), NOW)


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def settings(**values: Any) -> Settings:
    return Settings.load(**values)


def test_the_message_holds_what_is_wrong() -> None:
    assert (MESSAGE["exitCode"], MESSAGE["output"], MESSAGE["time"]) == (
        4,
        "data",
        "2026-11-20T09:00:00+00:00",
    )
    finding = {"kind": "silent", "subject": "", "reason": FINDING.reason}
    assert MESSAGE["sites"] == [
        {"site": "news", "runId": "run", "findings": [finding], "errors": []},
        {"site": "shut", "runId": None, "findings": [], "errors": ["another run writes shut"]},
    ]


def test_nothing_is_set_nothing_is_told() -> None:
    assert list(send(MESSAGE, settings())) == []


def test_the_command_gets_the_message_on_its_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "a file; $(touch no)"
    code = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
    command = shlex.join([sys.executable, "-c", code, str(file)])
    assert list(send(MESSAGE, settings(on_unhealthy=command))) == []
    assert json.loads(file.read_text("utf-8")) == MESSAGE
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (python("import sys; sys.exit('no mail today')"), "exit code 1, no mail today"),
        ("/nothing/here", "No such file or directory"),
        ("mail 'unclosed", "No closing quotation"),
    ],
)
def test_a_command_that_fails_is_a_warning(command: str, problem: str) -> None:
    (warning,) = send(MESSAGE, settings(on_unhealthy=command))
    assert warning.startswith("on_unhealthy ")
    assert warning.endswith(problem)


def test_a_command_that_hangs_is_ended() -> None:
    hanging = settings(
        on_unhealthy=python("input(); import time; time.sleep(600)"),
        limits=Limits(hook_seconds=0.5),
    )
    (warning,) = send(MESSAGE, hanging)
    assert warning.endswith("not done after 0.5 s, ended")


class Hook(HTTPServer):
    """A webhook on loopback that answers with a status; `told` is what was posted."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.told: list[tuple[str, str, bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hooks/secret"


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.path, self.headers["Content-Type"], body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.server.told.append((self.path, "GET", b""))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def hook(status: int = 204) -> Iterator[Hook]:
    server = Hook(status)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_webhook_gets_the_message() -> None:
    with hook() as server:
        assert list(send(MESSAGE, settings(webhook=server.url))) == []
    ((path, kind, body),) = server.told
    assert (path, kind) == ("/hooks/secret", "application/json")
    assert json.loads(body) == MESSAGE


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_webhook_that_refuses_is_a_warning_without_its_secret(status: int) -> None:
    with hook(status) as server:
        assert list(send(MESSAGE, settings(webhook=server.url))) == [
            f"webhook on 127.0.0.1: HTTP {status}"
        ]
    assert len(server.told) == 1  # and no redirect is followed


def test_a_webhook_that_is_not_there_is_a_warning() -> None:
    with hook() as server:
        url = server.url
    (warning,) = send(MESSAGE, settings(webhook=url))
    assert warning.startswith("webhook on 127.0.0.1: ")
    assert "secret" not in warning


@pytest.mark.parametrize("url", ["file:///etc/passwd", "hooks.example/x", "ftp://hooks.example/"])
def test_a_webhook_is_an_http_url(url: str) -> None:
    with pytest.raises(UsageError, match="webhook"):
        settings(webhook=url)
