"""Destinations: what they take, what they refuse, and that a batch that was not taken comes again."""

from __future__ import annotations

import json
import shlex
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import UsageError
from ingest.stream import delivery
from ingest.stream.delivery import deliver_all
from ingest.stream.destinations.command import Command
from ingest.stream.destinations.destination import (
    Destination,
    NotDelivered,
    open_destination,
)
from ingest.stream.destinations.webhook import Webhook
from ingest.stream.follow import Follower, Taken
from tests.stream.outputs import write


class Memory:
    """Takes batches, unless it is told to fail."""

    batch = 2

    def __init__(self, *failures: NotDelivered) -> None:
        self.taken: list[list[int]] = []
        self._failures = list(failures)

    def deliver(self, records: Sequence[Taken]) -> None:
        if self._failures:
            raise self._failures.pop(0)
        self.taken.append([record.sequence for record in records])

    def close(self) -> None:
        pass


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("ingest.stream.delivery.sleep", slept.append)
    return slept


def deliver(output: Path, destination: Destination, name: str = "reader") -> None:
    with Follower(output, name) as follower:
        deliver_all(follower, destination, once=True)


def records(numbers: Sequence[int] = (1, 2), site: str = "news") -> list[Taken]:
    return [Taken(site, number, json.dumps({"id": f"a{number}"}).encode()) for number in numbers]


def test_batches_are_taken_in_order_and_each_once(tmp_path: Path) -> None:
    write(tmp_path, "news", "abcde")
    memory = Memory()
    deliver(tmp_path, memory)
    assert memory.taken == [[1, 2], [3, 4], [5]]
    deliver(tmp_path, memory)
    assert len(memory.taken) == 3


def test_a_batch_that_fails_is_tried_again_with_longer_pauses(
    tmp_path: Path, pauses: list[float]
) -> None:
    write(tmp_path, "news", "abc")
    memory = Memory(NotDelivered("down"), NotDelivered("down"), NotDelivered("", wait_seconds=30))
    deliver(tmp_path, memory)
    assert memory.taken == [[1, 2], [3]]
    assert pauses == [1, 2, 30]


def test_a_batch_that_fails_for_good_keeps_its_place(tmp_path: Path, pauses: list[float]) -> None:
    write(tmp_path, "news", "abc")
    with pytest.raises(NotDelivered, match="refused"):
        deliver(tmp_path, Memory(NotDelivered("refused", is_final=True)))
    assert pauses == []
    failing = Memory(*[NotDelivered("down")] * delivery.ATTEMPTS)
    with pytest.raises(NotDelivered, match="down"):
        deliver(tmp_path, failing)
    assert len(pauses) == delivery.ATTEMPTS - 1
    memory = Memory()
    deliver(tmp_path, memory)
    assert memory.taken == [[1, 2], [3]]


def test_a_command_gets_the_lines_on_its_standard_input(tmp_path: Path) -> None:
    target = tmp_path / "lines with a space"
    code = f"import sys; open({str(target)!r}, 'ab').write(sys.stdin.buffer.read())"
    Command(shlex.join([sys.executable, "-c", code])).deliver(records())
    assert target.read_bytes() == b'{"id": "a1"}\n{"id": "a2"}\n'


def test_a_command_that_fails_has_taken_nothing() -> None:
    with pytest.raises(NotDelivered, match="exit code 3") as caught:
        Command(shlex.join([sys.executable, "-c", "raise SystemExit(3)"])).deliver(records())
    assert not caught.value.is_final
    with pytest.raises(NotDelivered, match="cannot run /nowhere/loader") as caught:
        Command("/nowhere/loader").deliver(records())
    assert caught.value.is_final


@pytest.mark.parametrize("line", ["", "load 'x"])
def test_a_line_that_is_no_command_is_refused(line: str) -> None:
    with pytest.raises(UsageError):
        Command(line)


class Hook(BaseHTTPRequestHandler):
    """Answers with the next of `answers`, then with 204."""

    answers: list[tuple[int, dict[str, str]]]
    bodies: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, headers = self.answers.pop(0) if self.answers else (204, {})
        self.bodies.append((self.headers["Idempotency-Key"], body))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def hook(*answers: tuple[int, dict[str, str]]) -> Iterator[tuple[str, type[Hook]]]:
    handler = type("Here", (Hook,), {"answers": list(answers), "bodies": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/in?token=secret", handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_webhook_gets_json_lines(tmp_path: Path, pauses: list[float]) -> None:
    write(tmp_path, "news", "abc")
    with hook((503, {"Retry-After": "7"}), (429, {})) as (address, handler):
        deliver(tmp_path, Webhook(address))
    (_, refused), (_, again), (key, body) = handler.bodies
    assert refused == again == body
    assert key == "news-1-news-3"
    assert [json.loads(line)["metadata"]["sequence"] for line in body.splitlines()] == [1, 2, 3]
    assert pauses == [7, 2]


@pytest.mark.threat("O9")
@pytest.mark.parametrize("status", [400, 401, 404, 410, 302])
def test_a_webhook_that_refuses_is_not_asked_again(status: int) -> None:
    answer = (status, {"Location": "/elsewhere"})
    with hook(answer) as (address, handler):
        with pytest.raises(NotDelivered, match=f"HTTP {status}") as caught:
            Webhook(address).deliver(records())
        assert caught.value.is_final
        assert "secret" not in str(caught.value)
        assert len(handler.bodies) == 1


def test_a_webhook_that_is_down_is_asked_again() -> None:
    with hook() as (address, _):
        pass
    with pytest.raises(NotDelivered, match="refused") as caught:
        Webhook(address).deliver(records())
    assert not caught.value.is_final


def test_objects_are_named_by_their_first_record_and_replaced_if_given_again(
    tmp_path: Path,
) -> None:
    pytest.importorskip("fsspec")
    write(tmp_path / "data", "news", "ab")
    write(tmp_path / "data", "ferry", "a")
    folder = tmp_path / "bucket"
    destination = open_destination(f"file://{folder}/khabar")
    with Follower(tmp_path / "data", "cloud", once=True) as follower:
        destination.deliver(list(follower.lines()))  # and it is killed before its place is saved
    write(tmp_path / "data", "news", "c", days=1)
    deliver(tmp_path / "data", destination, "cloud")
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.jsonl"))
    assert names == ["khabar/ferry/0000000001.jsonl", "khabar/news/0000000001.jsonl"]
    lines = (folder / "khabar/news/0000000001.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["metadata"]["sequence"] for line in lines] == [1, 2, 3]


def test_an_object_store_that_fails_is_asked_again(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    (tmp_path / "file").write_text("no folder", encoding="ascii")
    with pytest.raises(NotDelivered, match="Error") as caught:
        open_destination(f"file://{tmp_path}/file/x").deliver(records())
    assert not caught.value.is_final


@pytest.mark.parametrize(
    "address",
    ["", "data/", "ftp://a.example/x", "kafka://broker", "kafka:///topic", "kafka://b/a/b",
     "https://user:secret@a.example/"],
)  # fmt: skip
def test_an_address_that_is_no_destination_is_refused(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_destination(address)
    assert "secret" not in str(caught.value)
