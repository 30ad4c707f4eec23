"""Where records are written: files that grow, files that are replaced, folders; and how a run resumes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.errors import UnwritableOutput, UsageError
from ingest.formats import Format, open_output, record_writer
from ingest.formats.resume import settled_urls, written_urls

RECORD = {"requestedUrl": "https://a.example/News/1?x=ä", "headline": "A", "articleBody": "B"}


def line(url: str, **more: object) -> str:
    return json.dumps({"requestedUrl": url, **more}) + "\n"


def test_a_new_file_grows_with_each_record(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    with open_output(file, record_writer(Format.JSONL)) as output:
        for number in (1, 2):
            output.write(RECORD)
            assert len(file.read_text("utf-8").splitlines()) == number


def test_a_file_is_replaced_at_the_end_and_only_by_a_record(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    file.write_text("precious\n")
    with open_output(file, record_writer(Format.JSONL)):
        pass
    assert file.read_text() == "precious\n"
    with open_output(file, record_writer(Format.JSONL)) as output:
        output.write(RECORD)
        assert file.read_text() == "precious\n"
    assert json.loads(file.read_text("utf-8")) == RECORD
    assert list(tmp_path.iterdir()) == [file]


def test_what_was_written_before_an_interruption_stays(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    file.write_text("old")

    def interrupted() -> None:
        with open_output(file, record_writer(Format.JSON)) as output:
            output.write(RECORD)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert json.loads(file.read_text("utf-8")) == [RECORD]


def test_without_a_record_no_file_is_left(tmp_path: Path) -> None:
    with open_output(tmp_path / "out.jsonl", record_writer(Format.JSONL)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_gets_a_file_with_its_own_name_for_each_url(tmp_path: Path) -> None:
    target = f"{tmp_path}/texts/"
    writer = record_writer(Format.TEXT, fields=("articleBody",))
    others = [
        "https://a.example/News/1?x=a",
        "https://a.example/news/1?x=a",
        "https://b.example/" + "x" * 300,
    ]
    for _ in range(2):  # a second run writes to the same files
        with open_output(target, writer) as output:
            for url in [RECORD["requestedUrl"], *others]:
                output.write(RECORD | {"requestedUrl": url})
    files = sorted((tmp_path / "texts").iterdir())
    assert len(files) == 4
    assert all(file.read_text() == "B\n" and file.suffix == ".txt" for file in files)
    assert files[0].name.startswith("a-example-news-1-x-")
    assert max(len(file.name) for file in files) < 100


@pytest.mark.parametrize("kind", [Format.JSONL, Format.CSV])
def test_a_folder_needs_a_format_of_documents(tmp_path: Path, kind: Format) -> None:
    with pytest.raises(UsageError, match="is a folder"), open_output(tmp_path, record_writer(kind)):
        pass


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    writer = record_writer(Format.TEXT)
    for target in (tmp_path / "file" / "below", f"{tmp_path}/file/below/"):
        with pytest.raises(UnwritableOutput, match="below"), open_output(target, writer):
            pass


def test_an_error_of_the_block_is_none_of_the_file(tmp_path: Path) -> None:
    def failing() -> None:
        with open_output(tmp_path / "out.jsonl", record_writer(Format.JSONL)):
            raise OSError("of something else")

    with pytest.raises(OSError, match="of something else"):
        failing()


@pytest.mark.parametrize("torn", ["", '{"requestedUrl":"https://a.example/3', "\u00e4" * 70_000])
def test_a_torn_line_is_cut_and_its_url_is_due(tmp_path: Path, torn: str) -> None:
    file = tmp_path / "out.jsonl"
    whole = line("https://a.example/1") + line("https://a.example/2")
    file.write_bytes((whole + torn).encode()[: len(whole) + max(0, len(torn.encode()) - 1)])
    assert written_urls(file) == {"https://a.example/1", "https://a.example/2"}
    assert file.read_text("utf-8") == whole


def test_a_file_of_one_torn_line_is_emptied(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    file.write_text('{"requestedUrl": "https://')
    assert written_urls(file) == set()
    assert file.read_bytes() == b""
    assert written_urls(tmp_path / "none.jsonl") == set()


@pytest.mark.parametrize("wrong", ["no json\n", "[1]\n", '{"url": "x"}\n', "\n"])
def test_another_line_without_a_url_is_named(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "out.jsonl"
    file.write_text(line("https://a.example/1") + wrong + line("https://a.example/2"))
    with pytest.raises(UsageError, match=r"out\.jsonl:2 has no requestedUrl"):
        written_urls(file)


def test_only_lasting_rejections_are_settled_and_the_others_leave_the_file(tmp_path: Path) -> None:
    file = tmp_path / "rejected.jsonl"
    lasting = [
        line("https://a.example/list", reason="listing", status=200),
        line("https://a.example/gone", reason="not-found", status=404),
    ]
    passing = [
        line("https://a.example/down", reason="unreachable", status=None),
        line("https://a.example/500", reason="http-500", status=500),
        line("https://a.example/busy", reason="challenge", status=200),
    ]
    file.write_text("".join([*passing, *lasting]))
    assert settled_urls(file) == {"https://a.example/list", "https://a.example/gone"}
    assert file.read_text() == "".join(lasting)
    assert settled_urls(tmp_path / "none.jsonl") == set()
