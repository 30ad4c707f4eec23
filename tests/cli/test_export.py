"""`khabar export`, as the shell has it: whole tables, and what a consumer has not taken yet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.storage.selection import Selection, read_lines
from ingest.stream.cursor import Cursor
from ingest.stream.follow import Follower
from tests.cli.test_follow import khabar
from tests.stream.outputs import crawling, write
from tests.tables.samples import in_order, rows_of

KINDS = ["csv", "duckdb", "parquet", "sqlite", "folder"]


class Shell:
    """Runs `khabar export` in a folder with an output `data`."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(self, *arguments: object) -> str:
        code, out, err = self.run(*arguments)
        assert (code, out) == (0, ""), err
        return err

    def run(self, *arguments: object) -> tuple[int, str, str]:
        return khabar(self._capsys, self._monkeypatch, *arguments)


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(capsys, monkeypatch)


@pytest.fixture(params=KINDS)
def arguments(request: pytest.FixtureRequest) -> list[str]:
    """A destination of each kind, with the option that it needs."""
    if request.param in {"parquet", "folder", "duckdb"}:
        pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    if request.param == "duckdb":
        pytest.importorskip("duckdb", reason="the extra duckdb is not installed")
    return ["t/", "--format", "parquet"] if request.param == "folder" else [f"t.{request.param}"]


def output(**values: Any) -> list[dict[str, Any]]:
    """The records of the output."""
    lines = read_lines(Path("data"), Selection(**values))
    return in_order(dict(line.record) for line in lines)


def test_an_output_is_a_table(shell: Shell, arguments: list[str]) -> None:
    write(Path("data"), "news", "abc")
    write(Path("data"), "ferry", "d")
    assert shell("export", *arguments) == f"4 records to {arguments[0]}\n"
    assert rows_of(Path(arguments[0])) == output()
    assert shell("export", *arguments, "--site", "ferry") == f"1 record to {arguments[0]}\n"
    assert rows_of(Path(arguments[0])) == output(sites=("ferry",))


def test_a_consumer_adds_what_is_new(shell: Shell, arguments: list[str]) -> None:
    write(Path("data"), "news", "abc")
    assert shell("export", *arguments, "--as", "x") == f"3 records to {arguments[0]}\n"
    with crawling(Path("data"), "ferry") as run:
        run.write("d")
        assert shell("export", *arguments, "--as", "x") == f"1 record to {arguments[0]}\n"
        run.write("e")
    write(Path("data"), "news", "f", days=40)
    assert shell("export", *arguments, "--as", "x") == f"2 records to {arguments[0]}\n"
    assert rows_of(Path(arguments[0])) == output()
    assert shell("export", *arguments, "--as", "x") == f"0 records to {arguments[0]}\n"
    assert rows_of(Path(arguments[0])) == output()


def test_what_was_written_before_a_crash_is_not_there_twice(
    shell: Shell, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The crash is between the destination's commit and that of the consumer's place."""
    write(Path("data"), "news", "abc")
    shell("export", *arguments, "--as", "x")
    write(Path("data"), "news", "de", days=1)

    def crash(_: Follower) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as crashing:
        crashing.setattr(Follower, "commit", crash)
        assert shell.run("export", *arguments, "--as", "x")[0] == 9
    write(Path("data"), "news", "f", days=2)
    assert Cursor(Path("data"), "x").load().by_site == {"news": 3}
    told = shell("export", *arguments, "--as", "x")
    assert told == f"1 record to {arguments[0]}, 2 were there already\n"
    assert rows_of(Path(arguments[0])) == output()


def test_a_place_is_kept_if_the_table_is_not_written(
    shell: Shell, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path("data"), "news", "abc")
    shell("export", *arguments, "--as", "x")
    write(Path("data"), "news", "de", days=1)

    def crash(*_: object) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as crashing:
        crashing.setattr("ingest.tables.export.Table.flush", crash)
        assert shell.run("export", *arguments, "--as", "x")[0] == 9
    assert len(rows_of(Path(arguments[0]))) == 3
    shell("export", *arguments, "--as", "x")
    assert rows_of(Path(arguments[0])) == output()


def test_a_consumer_that_begins_anew_changes_nothing(shell: Shell, arguments: list[str]) -> None:
    write(Path("data"), "news", "abc")
    shell("export", *arguments, "--as", "x")
    assert shell.run("consumers", "reset", "x", "--to", "start")[0] == 0
    told = shell("export", *arguments, "--as", "x")
    assert told == f"0 records to {arguments[0]}, 3 were there already\n"
    assert rows_of(Path(arguments[0])) == output()


def test_a_consumer_takes_what_is_selected(shell: Shell) -> None:
    write(Path("data"), "news", "ab")
    write(Path("data"), "ferry", "c")
    since = ("--since", "2026-11-21", "--by", "downloaded")
    assert shell("export", "t.csv", "--as", "x", "--site", "news", *since) == "0 records to t.csv\n"
    write(Path("data"), "news", "d", days=2)
    assert shell("export", "t.csv", "--as", "x", "--site", "news", *since) == "1 record to t.csv\n"
    assert [row["headline"] for row in rows_of(Path("t.csv"))] == ["Ferry d"]


def test_a_number_that_an_older_line_lacks_is_its_place(shell: Shell) -> None:
    write(Path("data"), "news", "ab")
    (segment,) = Path("data").rglob("*.jsonl")
    lines = [json.loads(line) for line in segment.read_bytes().splitlines()]
    for line in lines:
        # As long as the text was: the ledger knows its length.
        line["metadata"]["sequence"] = None
        line["headline"] = line["headline"][3:]
    text = "".join(
        json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines
    )
    assert len(text) == segment.stat().st_size
    segment.write_text(text, encoding="utf-8")
    shell("export", "t.csv", "--as", "x")
    numbers = {row["headline"]: row["metadata"]["sequence"] for row in rows_of(Path("t.csv"))}
    assert numbers == {"ry a": 1, "ry b": 2}


def test_a_line_that_is_no_record_is_named(shell: Shell) -> None:
    write(Path("data"), "news", "ab")
    (segment,) = Path("data").rglob("*.jsonl")
    first, second = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(first + b"x" * (len(second) - 1) + b"\n")
    for arguments in (("t.csv",), ("t.csv", "--as", "x")):
        code, _, err = shell.run("export", *arguments)
        assert code == 2
        assert ":2 is not a record" in err
        assert err.count("\n") == 1
    assert not Path("t.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("t.xlsx",), "does not end with a format"),
        (("t/",), "--format parquet"),
        (("t.csv", "nothing"), "no such file or folder: nothing"),
        (("t.csv", "--site", "nws"), "no site 'nws'"),
        (("t.csv", "--as", "a/b"), "not a name of a consumer"),
        (("t.csv", "--as", "x", "--latest"), "the view latest"),
        (("t.csv", "--as", "old"), "khabar consumers reset old --to start"),
    ],
)
def test_a_wrong_argument_is_one_line(
    shell: Shell, arguments: tuple[str, ...], problem: str
) -> None:
    write(Path("data"), "news", "a")
    shell("export", "gone.csv", "--as", "old")
    Path("gone.csv").unlink()
    code, out, err = shell.run("export", *arguments)
    assert (code, out) == (2, "")
    assert problem in err
    assert err.count("\n") == 1
    assert sorted(path.name for path in Path().iterdir()) == ["data"]
