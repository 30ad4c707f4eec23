"""Archives into an output folder: versions, absences, the order of time, and kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ingest.backfill import site_name
from ingest.sites import SiteCatalog
from tests.archive.writing import HTTP, member, record
from tests.cli.test_cli import Run, run  # noqa: F401 - a fixture
from tests.small_paper import HOME, HOST, article

ROOT = Path(__file__).parents[1]


def url_of(number: int) -> str:
    return f"{HOME}/news/{number}/"


def page(number: int, date: str, *more: str, status: int = 200) -> bytes:
    html = article(number).replace("</p>", f"</p>{''.join(f'<p>{text}</p>' for text in more)}", 1)
    head = HTTP.replace(b"200 OK", f"{status} x".encode())
    return member(record(head + html.encode(), url_of(number), date=date))


def write(file: Path, *records: bytes) -> str:
    file.write_bytes(b"".join(records))
    return str(file)


def records_in(output: Path) -> list[dict[str, Any]]:
    files = sorted(output.glob("*/*/*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def versions(output: Path) -> list[tuple[str, int, str, str]]:
    return [
        (line["url"], line["version"], line["status"], line["metadata"]["dateDownloaded"][:10])
        for line in records_in(output)
    ]


EDIT = "The board of the district has since said that the keeper will not start before April."


def test_edits_and_absences_in_an_archive_are_versions_as_in_a_crawl(
    run: Run,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    output = tmp_path / "out"
    file = write(
        tmp_path / "weeks.warc.gz",
        page(1, "2026-11-01T08:00:00Z"),
        page(2, "2026-11-01T08:00:05Z"),
        page(1, "2026-11-08T08:00:00Z"),
        page(1, "2026-11-15T08:00:00Z", EDIT),
        page(2, "2026-11-15T08:00:05Z", status=410),
    )
    code, out, err = run("extract", file, "--output", str(output))
    assert (code, out) == (0, "")
    assert versions(output) == [
        (url_of(1), 1, "published", "2026-11-01"),
        (url_of(2), 1, "published", "2026-11-01"),
        (url_of(1), 2, "published", "2026-11-15"),
        (url_of(2), 2, "gone", "2026-11-15"),
    ]
    lines = records_in(output)
    assert [line["metadata"]["sequence"] for line in lines] == [1, 2, 3, 4]
    assert {line["metadata"]["runId"] for line in lines} == {
        file.stem for file in (output / HOST / "runs").glob("*.json")
    }
    assert f"{HOST}: 1 gone: a closing record was written for each" in err
    assert not list(output.glob(".extract-*"))

    code, _, _ = run("extract", file, "--output", str(output))
    assert code == 0
    assert len(records_in(output)) == 4  # the same archive again is nothing new

    older = write(tmp_path / "older.warc.gz", page(1, "2026-10-01T08:00:00Z", "An old text."))
    run("extract", older, "--output", str(output))
    assert len(records_in(output)) == 4
    summary = max((output / HOST / "runs").glob("*.json")).read_text()
    assert json.loads(summary)["older"] == 1


def test_a_site_without_a_definition_is_named_by_its_host() -> None:
    catalog = SiteCatalog.load()
    assert site_name("https://www.dailytimes.com.pk/1/x/", catalog) == "dailytimes"
    assert site_name("https://www.Paper.example:8080/1", catalog) == "paper.example"
    assert site_name("http://[2001:db8::1]/1", catalog) == "2001-db8-1"
    assert site_name("http://xn--mgb2ddes.example/", catalog) == "xn--mgb2ddes.example"


def test_more_sites_than_are_open_at_a_time(
    run: Run,  # noqa: F811 - the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingest.backfill._OPEN_SITES", 2)
    parts = [
        member(
            record(HTTP + article(number).encode(), f"https://p{number % 3}.example/news/{number}/")
        )
        for number in range(6)
    ]
    output = tmp_path / "out"
    code, _, err = run("extract", write(tmp_path / "a.warc.gz", *parts), "-o", str(output))
    assert code == 0
    assert len(records_in(output)) == 6
    assert all(f"p{number}.example" in err for number in range(3))


def test_a_wrong_call_is_refused(run: Run, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    code, _, err = run("extract", "-", "-o", str(tmp_path), "--format", "csv")
    assert (code, err) == (
        2,
        "khabar: --output stores whole records (leave --format and --fields out)\n",
    )


def test_a_killed_extraction_goes_on_where_it_was_and_doubles_nothing(tmp_path: Path) -> None:
    number = 260
    file = write(
        tmp_path / "many.warc.gz", *(page(each, "2026-11-01T08:00:00Z") for each in range(number))
    )
    output = tmp_path / "out"
    command = [sys.executable, "-m", "ingest", "extract", file, "-o", str(output)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    first = subprocess.Popen(
        command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not list(output.glob(".extract-*.json")):
            assert first.poll() is None
            time.sleep(0.01)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert "goes on at byte" in done.stderr
    lines = records_in(output)
    assert sorted(line["url"] for line in lines) == sorted(map(url_of, range(number)))
    assert [line["metadata"]["sequence"] for line in lines] == list(range(1, number + 1))
    assert not list(output.glob("*/*/*.open"))
