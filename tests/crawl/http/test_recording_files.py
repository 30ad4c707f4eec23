"""Packed recordings: they say what the cassettes say, and play without vcrpy."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from vcr.cassette import Cassette
from vcr.request import Request

from ingest.crawl.http.recording_files import DEMO, PackedRecording, files_of, load, packed
from ingest.errors import InvalidCassette

ROOT = Path(__file__).parents[3]

WITHOUT_VCRPY = """
import sys
sys.modules["vcr"] = sys.modules["yaml"] = None
from ingest.cli.app import main
sys.argv[0] = "khabar"
main()
"""


@pytest.mark.parametrize("key", ["dailytimes", "propakistani"])
def test_the_demo_plays_what_the_cassettes_hold(key: str) -> None:
    """After a change of the newsrooms: python -m fixtures.record."""
    cassette = load(ROOT / "fixtures" / "cassettes" / f"{key}.yaml")
    demo = load(ROOT / "ingest" / "demo" / f"{key}.jsonl.gz")
    assert isinstance(demo, PackedRecording)
    assert [(r.method, r.uri) for r in demo.requests] == [
        (r.method, r.uri) for r in cassette.requests
    ]
    for ours, theirs in zip(demo.responses, cassette.responses, strict=True):
        assert ours["status"]["code"] == theirs["status"]["code"]
        assert ours["headers"] == theirs["headers"]
        assert ours["body"]["string"] == (theirs["body"]["string"] or b"")


def test_a_body_that_is_no_text_is_packed_whole(tmp_path: Path) -> None:
    cassette = Cassette(path=str(tmp_path / "x.yaml"))
    for body in (b"\xff\x00\x1f\x8b", "خبر\n\u2028".encode(), b"", None):
        response = {
            "status": {"code": 200, "message": ""},
            "headers": {"A": ["b"]},
            "body": {"string": body},
        }
        cassette.append(Request("GET", "https://p.example/", None, {}), response)
    file = tmp_path / "x.jsonl.gz"
    file.write_bytes(packed(cassette))
    bodies = [response["body"]["string"] for response in PackedRecording.load(file).responses]
    assert bodies == [b"\xff\x00\x1f\x8b", "خبر\n\u2028".encode(), b"", b""]
    assert packed(cassette) == file.read_bytes()


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b"{}"), gzip.compress(b"[1]"), gzip.compress(b"x")[:-3]],
    ids=["empty", "no gzip", "no line of it", "too short", "cut"],
)
def test_a_damaged_packed_recording_is_named(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl.gz"
    file.write_bytes(content)
    with pytest.raises(InvalidCassette, match=r"x\.jsonl\.gz: not a packed recording"):
        load(file)


def test_demo_is_a_name_unless_there_is_such_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert [file.name for file in files_of(Path(DEMO))] == [
        "dailytimes.jsonl.gz",
        "propakistani.jsonl.gz",
    ]
    (tmp_path / DEMO).write_text("", encoding="utf-8")
    assert list(files_of(Path(DEMO))) == [Path(DEMO)]


def khabar_without_vcrpy(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_VCRPY, *arguments],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_without_vcrpy_the_demo_plays_and_cassettes_name_the_extra(tmp_path: Path) -> None:
    url = "https://dailytimes.com.pk/1402011/karachi-tests-buses-that-kneel/"
    played = khabar_without_vcrpy("scrape", url, "--replay", "demo", folder=tmp_path)
    assert played.returncode == 0, played.stderr
    assert "Karachi tests buses that kneel" in played.stdout

    for option in (["--replay", str(ROOT / "fixtures" / "cassettes")], ["--record", "new.yaml"]):
        refused = khabar_without_vcrpy("scrape", url, *option, folder=tmp_path)
        assert refused.returncode == 2
        assert refused.stderr.splitlines() == [
            "khabar: cassettes need vcrpy, which is not installed (pip install 'khabar[record]')"
        ]
        assert not list(tmp_path.iterdir())
