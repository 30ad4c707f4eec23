"""`khabar follow` and `khabar consumers`, as the shell has them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.cli.app import main
from ingest.stream.destinations.pipe import write_lines
from tests.stream.outputs import crawling, write

ROOT = Path(__file__).parents[2]


def khabar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: object
) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["khabar", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


def follow(output: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = (sys.executable, "-m", "ingest", "follow", "--output", str(output), "--once", *arguments)
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_the_shell_gets_whole_lines_and_each_once(tmp_path: Path) -> None:
    write(tmp_path, "news", "abc")
    done = follow(tmp_path, "--as", "reader")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["headline"] for line in done.stdout.splitlines()] == [
        "Ferry a",
        "Ferry b",
        "Ferry c",
    ]
    assert follow(tmp_path, "--as", "reader").stdout == ""
    (segment,) = tmp_path.rglob("*.jsonl")
    assert done.stdout.encode() == segment.read_bytes()


def test_lines_that_the_reader_of_a_pipe_left_come_again(tmp_path: Path) -> None:
    write(tmp_path, "news", (f"story-{number}" for number in range(40)))
    line = (sys.executable, "-m", "ingest", "follow", "--output", str(tmp_path), "--as", "reader")
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        os.read(process.stdout.fileno(), 100)  # and it leaves, as `head` does
        process.stdout.close()
        assert process.wait(60) == 0
    assert len(follow(tmp_path, "--as", "reader").stdout.splitlines()) == 40


def test_a_pipe_without_a_reader_is_an_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as stream, pytest.raises(BrokenPipeError):
        write_lines(stream, [b"{}"])


def test_consumers_are_listed_with_their_lag(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "news", "ab")
    follow(tmp_path, "--as", "search")
    with crawling(tmp_path, "ferry") as run:
        run.write("a", "b", "c")
        code, out, _ = khabar(capsys, monkeypatch, "consumers", "--output", tmp_path, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(row["site"], row["place"], row["last"], row["lag"]) for row in rows] == [
        ("ferry", 0, 3, 3),
        ("news", 2, 2, 0),
    ]
    code, out, _ = khabar(capsys, monkeypatch, "consumers", "--output", tmp_path)
    assert code == 0
    assert out.split()[:6] == ["consumer", "site", "place", "last", "lag", "saved"]
    assert "search" in out


def test_a_place_can_be_set_for_all_sites_or_for_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "news", "abc")
    write(tmp_path, "ferry", "ab")
    output = ("--output", tmp_path)
    follow(tmp_path, "--as", "reader")
    assert (
        khabar(
            capsys,
            monkeypatch,
            "consumers",
            "reset",
            "reader",
            "--to",
            "2",
            "--site",
            "news",
            *output,
        )[0]
        == 0
    )
    assert len(follow(tmp_path, "--as", "reader").stdout.splitlines()) == 1
    assert (
        khabar(capsys, monkeypatch, "consumers", "reset", "reader", "--to", "start", *output)[0]
        == 0
    )
    assert len(follow(tmp_path, "--as", "reader").stdout.splitlines()) == 5
    assert khabar(capsys, monkeypatch, "consumers", "remove", "reader", *output)[0] == 0
    code, _, err = khabar(capsys, monkeypatch, "consumers", "remove", "reader", *output)
    assert (code, "no consumer 'reader'" in err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("follow", "--as", "a/b"), "not a name of a consumer"),
        (("follow", "nws", "--as", "x"), "no record of 'nws'"),
        (("follow", "--as", "x", "--from", "yesterday"), "yesterday"),
        (("follow",), "--as"),
        (("consumers", "reset", "nobody", "--to", "start"), "no consumer 'nobody'"),
    ],
)
def test_a_wrong_argument_is_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    problem: str,
) -> None:
    write(tmp_path, "news", "a")
    code, out, err = khabar(capsys, monkeypatch, *arguments, "--output", tmp_path)
    assert (code, out) == (2, "")
    assert problem in err
    assert err.count("\n") == 1
