"""`khabar archive`: list, show and verify."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from tests.archive.writing import HTTP, member, record
from tests.cli.test_cli import Run, run  # noqa: F401 - a fixture
from tests.small_paper import HOME, article, title

URL = f"{HOME}/news/1/"


def digest(data: bytes) -> str:
    return f"sha1:{base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()}"


def page(number: int, date: str, *, is_right: bool = True) -> bytes:
    body = article(number).encode()
    fields = {
        "WARC-Block-Digest": digest(HTTP + body),
        "WARC-Payload-Digest": digest(body if is_right else b"other"),
    }
    return member(record(HTTP + body, URL, date=date, fields=fields))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    file = tmp_path / "a.warc.gz"
    file.write_bytes(page(1, "2026-11-01T08:00:00Z") + page(2, "2026-11-09T08:00:00Z"))
    return file


def test_list_has_a_line_for_each_record(run: Run, archive: Path) -> None:  # noqa: F811 - the fixture
    code, out, _ = run("archive", "list", str(archive))
    lines = [line.split("\t") for line in out.splitlines()]
    assert code == 0
    assert [line[:4] + line[5:] for line in lines] == [
        [str(archive), "0", "2026-11-01T08:00:00+00:00", "response", URL],
        [
            str(archive),
            str(len(page(1, "2026-11-01T08:00:00Z"))),
            "2026-11-09T08:00:00+00:00",
            "response",
            URL,
        ],
    ]


def test_show_prints_the_last_page_or_that_of_a_time(run: Run, archive: Path) -> None:  # noqa: F811 - as above
    code, out, _ = run("archive", "show", URL, str(archive))
    assert code == 0
    assert out.startswith(title(2))
    code, out, _ = run("archive", "show", URL, str(archive), "--time", "2026-11-05", "--raw")
    assert (code, out) == (0, article(1))
    code, _, err = run("archive", "show", f"{HOME}/none/", str(archive))
    assert (code, err) == (
        2,
        f"khabar: no page {HOME}/none/ in the archives (see `khabar archive list`)\n",
    )


def test_verify_reports_damage_and_digests(run: Run, archive: Path) -> None:  # noqa: F811 - as above
    code, _, err = run("archive", "verify", str(archive))
    assert (code, err) == (0, "2 records; 0 problems\n")
    whole = archive.read_bytes()
    archive.write_bytes(whole + page(3, "2026-11-10T08:00:00Z", is_right=False) + whole[:100])
    code, _, err = run("archive", "verify", str(archive))
    assert code == 4
    first, second, last = err.splitlines()
    assert first == f"khabar: {archive} at byte {len(whole)}: WARC-Payload-Digest does not hold"
    assert ": truncated: " in second
    assert last == "4 records; 2 problems"
    code, out, _ = run("archive", "list", str(archive))
    assert code == 4
    assert out.splitlines()[-1].split("\t")[3] == "truncated"
