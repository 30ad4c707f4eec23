"""`khabar extract`: records of archives and saved pages, filters, rejections, exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingest.api import extract
from tests.archive.writing import HTTP, member, record
from tests.cli.test_cli import Run, run  # noqa: F401 - a fixture
from tests.small_paper import HOME, article

PNG = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG"


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def url_of(number: int) -> str:
    return f"{HOME}/news/{number}/"


def news(number: int, date: str = "2026-11-20T08:00:00Z") -> bytes:
    return record(HTTP + article(number).encode(), url_of(number), date=date)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three articles, of which one is in a damaged member, a picture and a page that is gone."""
    damaged = bytearray(member(news(2)))
    damaged[len(damaged) // 2] ^= 0xFF
    parts = [
        member(record(b"GET / HTTP/1.1\r\n\r\n", url_of(1), kind="request")),
        member(news(1)),
        bytes(damaged),
        member(record(PNG, f"{HOME}/logo.png")),
        member(record(b"HTTP/1.1 404 Not Found\r\n\r\n<p>gone", url_of(9))),
        member(news(3, "2026-11-21T08:00:00Z")),
    ]
    file = tmp_path / "paper.warc.gz"
    file.write_bytes(b"".join(parts))
    return file


def test_records_in_the_order_of_the_archive_with_its_time_as_the_clock(
    run: Run,  # noqa: F811 - the fixture
    archive: Path,
) -> None:
    code, out, err = run("extract", str(archive))
    records = lines_of(out)
    assert code == 4
    assert [line["url"] for line in records] == [url_of(1), url_of(3)]
    downloaded = [line["metadata"]["dateDownloaded"] for line in records]
    assert downloaded == ["2026-11-20T08:00:00+00:00", "2026-11-21T08:00:00+00:00"]
    offset = len(
        member(record(b"GET / HTTP/1.1\r\n\r\n", url_of(1), kind="request")) + member(news(1))
    )
    first, last = err.splitlines()
    assert first.startswith(f"khabar: {archive} at byte {offset}: broken-gzip: ")
    assert last == (
        "2 records of 5 pages; 2 not articles (1 not-html, 1 not-found); "
        "1 without a page (1 broken-gzip); 1 records of other types"
    )


def test_a_record_is_what_the_page_alone_gives(run: Run, archive: Path) -> None:  # noqa: F811 - as above
    _, out, _ = run("extract", str(archive))
    first = lines_of(out)[0]
    alone = extract(article(1).encode(), url_of(1)).to_dict()  # type: ignore[union-attr]
    for line in (first, alone):
        line["metadata"] = None
    assert first == alone


def test_rejections_have_reason_and_offset(run: Run, archive: Path, tmp_path: Path) -> None:  # noqa: F811 - as above
    file = tmp_path / "rejected.jsonl"
    code, _, err = run("extract", str(archive), "--rejected", str(file))
    assert code == 4
    assert len(err.splitlines()) == 1
    lines = lines_of(file.read_text())
    assert [line["reason"] for line in lines] == ["broken-gzip", "not-html", "not-found"]
    assert [line["url"] for line in lines] == [None, f"{HOME}/logo.png", url_of(9)]
    assert all(line["archive"]["file"] == str(archive) for line in lines)
    data = archive.read_bytes()
    assert all(data[line["archive"]["offset"] :].startswith(b"\x1f\x8b") for line in lines)


@pytest.mark.parametrize(
    ("options", "numbers", "remark"),
    [
        (["--url", "/news/[23]/"], [3], "3 pages left out by filters"),
        (["--since", "2026-11-21"], [3], ""),
        (["--until", "2026-11-21"], [1], ""),
        (["--mime", "HTML"], [1, 3], "1 pages left out by filters"),
        (["--site", "tern.example"], [1, 3], ""),
        (["--site", "example"], None, ""),
        (["--site", "other.example"], [], ""),
        (["--language", "en"], [1, 3], ""),
        (["--language", "ur"], [], "2 in other languages"),
    ],
)
def test_filters(
    run: Run,  # noqa: F811 - the fixture
    archive: Path,
    options: list[str],
    numbers: list[int] | None,
    remark: str,
) -> None:
    code, out, err = run("extract", str(archive), *options)
    if numbers is None:
        assert code == 2
        assert "no site 'example'" in err
        return
    assert [line["url"] for line in lines_of(out)] == [url_of(number) for number in numbers]
    assert remark in err
    assert code == (4 if numbers else 3)


def test_a_folder_of_archives_and_saved_pages_and_a_pattern(run: Run, tmp_path: Path) -> None:  # noqa: F811 - as above
    folder = tmp_path / "mixed"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.warc").write_bytes(news(1))
    (folder / "b.warc.gz").write_bytes(member(news(2)))
    (folder / "c.html").write_text(f"<!-- saved from url=(0020){url_of(3)} -->{article(3)}")
    (folder / "note.txt").write_text("x")
    code, out, err = run("extract", str(folder), "--fields", "url", "--format", "csv")
    assert code == 0
    assert sorted(out.split()) == sorted(["url", url_of(1), url_of(2), url_of(3)])
    assert err == "3 records of 3 pages; 1 files were not read\n"
    code, out, _ = run("extract", str(folder / "*" / "*.warc"), "--quiet")
    assert [line["url"] for line in lines_of(out)] == [url_of(1)]


def test_standard_input(
    run: Run,  # noqa: F811 - the fixture
    archive: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(archive.read_bytes())))
    code, out, err = run("extract", "-")
    assert code == 4
    assert len(lines_of(out)) == 2
    assert "khabar: - at byte " in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.warc"], "no such file or folder: nothing.warc"),
        (["-", "--url", "("], "--url '(': "),
        (["-", "--until", "yesterday"], "--until: invalid duration"),
        (["-", "--fields", "headlin"], "did you mean headline?"),
    ],
)
def test_a_wrong_call_is_one_line(run: Run, arguments: list[str], message: str) -> None:  # noqa: F811 - the fixture
    code, out, err = run("extract", *arguments)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert message in err


def test_a_folder_without_anything_to_read(run: Run, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    code, _, err = run("extract", str(tmp_path))
    assert (code, err) == (
        2,
        "khabar: no archive and no saved page (name *.warc, *.warc.gz or *.html files)\n",
    )


def test_scrapy_is_not_loaded(archive: Path) -> None:
    program = (
        "import sys; from ingest.cli.app import main\n"
        "if __name__ == '__main__':\n"
        "    try: main()\n"
        "    finally: print(*{'scrapy', 'twisted'} & set(sys.modules), file=sys.stderr)\n"
    )
    script = archive.with_name("program.py")
    script.write_text(program)
    done = subprocess.run(
        [sys.executable, str(script), "extract", str(archive), "--quiet"],
        capture_output=True, text=True, check=False, timeout=120,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""},
    )  # fmt: skip
    assert len(lines_of(done.stdout)) == 2
    assert done.stderr.splitlines()[-1] == ""
