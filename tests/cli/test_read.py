"""`khabar read`, as the shell has it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.test_follow import khabar
from tests.stream.outputs import write


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "data", "news", "abc")
    write(tmp_path / "data", "ferry", "d", days=1)
    return tmp_path / "data"


def test_records_are_written_as_they_are(
    output: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (segment,) = (output / "news").rglob("*.jsonl")
    for arguments in (["--json"], ["--format", "jsonl"]):
        code, out, _ = khabar(capsys, monkeypatch, "read", "--site", "news", *arguments)
        assert (code, out) == (0, segment.read_text("utf-8"))
    assert khabar(capsys, monkeypatch, "read", "-o", "x.jsonl", "--site", "news")[0] == 0
    assert Path("x.jsonl").read_bytes() == segment.read_bytes()


def test_without_a_format_there_are_lines_for_people(
    output: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = khabar(capsys, monkeypatch, "read", output, "--limit", 2)
    assert code == 0
    assert out == "no date ferry Ferry d (no byline)\nno date news Ferry a (no byline)\n"


@pytest.mark.usefixtures("output")
def test_fields_and_formats(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out, _ = khabar(capsys, monkeypatch, "read", "--fields", "headline,metadata.sequence")
    assert [json.loads(line) for line in out.splitlines()][:2] == [
        {"headline": "Ferry d", "metadata.sequence": 1},
        {"headline": "Ferry a", "metadata.sequence": 1},
    ]
    assert khabar(capsys, monkeypatch, "read", "-o", "x.csv")[0] == 0
    with Path("x.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["headline"] for row in csv.DictReader(stream)] == [
            "Ferry d", "Ferry a", "Ferry b", "Ferry c",
        ]  # fmt: skip
    _, out, _ = khabar(capsys, monkeypatch, "read", "--format", "markdown", "--limit", 1)
    assert out.startswith("# Ferry d\n")
    _, out, _ = khabar(capsys, monkeypatch, "read", "--format", "text", "--limit", 1)
    assert out.startswith("Ferry d\n")
    since = ("--since", "2026-11-21", "--by", "downloaded")
    _, out, _ = khabar(capsys, monkeypatch, "read", "--fields", "headline", *since)
    assert out == '{"headline":"Ferry d"}\n'
    _, out, _ = khabar(capsys, monkeypatch, "read", "--json", "--until", "2026-11-21")
    assert out == ""
    _, out, _ = khabar(capsys, monkeypatch, "read", "--json", "--where", "language=ur")
    assert out == ""
    _, out, _ = khabar(capsys, monkeypatch, "read", "--json", "--latest")
    assert len(out.splitlines()) == 4


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--site", "nws"), "no site 'nws'"),
        (("--since", "soon"), "--since"),
        (("--until", "soon"), "--until"),
        (("--by", "written"), "published or downloaded"),
        (("--where", "headline=x"), "language=ur"),
        (("--fields", "headlin"), "did you mean headline?"),
        (("--format", "pdf"), "pdf"),
        (("-o", "x.pdf"), "--format"),
        (("--format", "html", "--fields", "url"), "takes no fields"),
    ],
)
def test_a_wrong_argument_is_one_line(
    output: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    problem: str,
) -> None:
    code, out, err = khabar(capsys, monkeypatch, "read", output, *arguments)
    assert (code, out) == (2, "")
    assert problem in err
    assert err.count("\n") == 1
