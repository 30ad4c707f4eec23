"""Segments: whole, or cut back to what the ledger vouches for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.errors import OutputLocked, UnwritableOutput
from ingest.storage.compression.files import read_line
from ingest.storage.segments import Position, SegmentWriter, in_order, recover
from ingest.storage.site_lock import locked

DAY = date(2026, 11, 20)
FOLDER = "news/2026-11-20"


def writer(
    output: Path, run_id: str = "run", *, max_records: int = 100, max_bytes: int = 2**20
) -> SegmentWriter:
    return SegmentWriter(output, "news", DAY, run_id, max_records=max_records, max_bytes=max_bytes)


def write(segment: SegmentWriter, *lines: str) -> None:
    for line in lines:
        before = segment.position
        segment.append([line], before.first + before.records)
        segment.committed()


def names(output: Path) -> list[str]:
    return sorted(path.name for path in (output / FOLDER).iterdir())


def test_nothing_is_created_before_the_first_record(tmp_path: Path) -> None:
    assert writer(tmp_path).close() is None
    assert list(tmp_path.iterdir()) == []


def test_a_segment_is_open_until_it_is_whole(tmp_path: Path) -> None:
    segment = writer(tmp_path)
    (start,) = segment.append(['{"a":"ا"}'], 1)
    segment.committed()
    assert start == Position(f"{FOLDER}/run-0000000001.jsonl", 0, 0)
    position = segment.position
    assert position == Position(f"{FOLDER}/run-0000000001.jsonl", 11, 1)
    assert names(tmp_path) == ["run-0000000001.jsonl.open"]
    assert segment.close() == position
    assert names(tmp_path) == ["run-0000000001.jsonl"]
    assert (tmp_path / FOLDER / "run-0000000001.jsonl").read_text(encoding="utf-8") == '{"a":"ا"}\n'


def test_a_full_segment_is_followed_by_the_next(tmp_path: Path) -> None:
    segment = writer(tmp_path, max_records=2)
    write(segment, "1", "2")
    assert segment.full
    segment.close()
    write(segment, "3")
    segment.close()
    assert names(tmp_path) == ["run-0000000001.jsonl", "run-0000000003.jsonl"]
    assert writer(tmp_path, "other", max_bytes=1).full is False


def test_bytes_fill_a_segment_too(tmp_path: Path) -> None:
    segment = writer(tmp_path, max_bytes=10)
    write(segment, "123456789")
    assert segment.full
    segment.close()


def test_what_was_not_committed_is_cut_off(tmp_path: Path) -> None:
    segment = writer(tmp_path)
    write(segment, "kept")
    segment.append(["the ledger failed here, and this line is longer than the next"], 2)
    write(segment, "next")
    segment.append(["and here"], 3)
    segment.close()
    assert (tmp_path / FOLDER / "run-0000000001.jsonl").read_text(
        encoding="utf-8"
    ) == "kept\nnext\n"


def test_a_segment_without_a_committed_record_is_removed(tmp_path: Path) -> None:
    segment = writer(tmp_path)
    segment.append(["never committed"], 1)
    segment.close()
    assert names(tmp_path) == []


def leave_open(output: Path, run_id: str, content: str) -> None:
    (output / FOLDER).mkdir(parents=True, exist_ok=True)
    (output / FOLDER / f"{run_id}-0001.jsonl.open").write_text(content, encoding="utf-8")


def test_recovery_cuts_torn_and_uncommitted_lines(tmp_path: Path) -> None:
    leave_open(tmp_path, "killed", 'one\ntwo\n{"torn": ')
    path = f"{FOLDER}/killed-0001.jsonl"
    finished = recover(tmp_path, "news", {path: Position(path, 4, 1)})
    assert finished == [Position(path, 4, 1)]
    assert names(tmp_path) == ["killed-0001.jsonl"]
    assert (tmp_path / path).read_text(encoding="utf-8") == "one\n"


def test_recovery_removes_what_the_ledger_does_not_know(tmp_path: Path) -> None:
    leave_open(tmp_path, "killed", "never committed\n")
    recover(tmp_path, "news", {})
    assert names(tmp_path) == []


def test_recovery_leaves_whole_segments_and_other_sites_alone(tmp_path: Path) -> None:
    write(segment := writer(tmp_path), "whole")
    segment.close()
    other = tmp_path / "other" / "2026-11-20"
    other.mkdir(parents=True)
    (other / "run-0000000001.jsonl.open").write_text("theirs\n", encoding="utf-8")
    assert recover(tmp_path, "news", {}) == []
    assert names(tmp_path) == ["run-0000000001.jsonl"]
    assert (other / "run-0000000001.jsonl.open").exists()


def test_one_run_writes_a_site_at_a_time(tmp_path: Path) -> None:
    with locked(tmp_path, "news"):
        with (
            pytest.raises(OutputLocked, match="another run writes news") as caught,
            locked(tmp_path, "news"),
        ):
            pass
        assert caught.value.exit_code == 5
        with locked(tmp_path, "other"):
            pass
    with locked(tmp_path, "news"):
        pass


def test_an_output_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(UnwritableOutput, match="cannot write"), locked(tmp_path / "file", "news"):
        pass
    with pytest.raises(UnwritableOutput, match="cannot write"):
        writer(tmp_path / "file").append(["x"], 1)


def test_a_full_disk_loses_no_earlier_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = writer(tmp_path)
    write(segment, "first")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(UnwritableOutput, match="No space left"):
            segment.append(["second"], 2)
    segment.close()
    assert (tmp_path / FOLDER / "run-0000000001.jsonl").read_text(encoding="utf-8") == "first\n"


def test_several_lines_are_one_write_and_each_has_its_beginning(tmp_path: Path) -> None:
    segment = writer(tmp_path)
    write(segment, "one")
    starts = segment.append(["two", "three"], 2)
    segment.committed()
    path = f"{FOLDER}/run-0000000001.jsonl"
    assert starts == [Position(path, 4, 1), Position(path, 8, 2)]
    assert [read_line(tmp_path, path, start.length) for start in starts] == ["two\n", "three\n"]
    segment.close()
    assert read_line(tmp_path, path, 8) == "three\n"
    assert read_line(tmp_path, "news/2026-11-20/other-0001.jsonl", 0) is None


def test_a_segment_that_got_its_name_and_not_the_ledgers_note_is_whole(tmp_path: Path) -> None:
    segment = writer(tmp_path)
    write(segment, "one")
    position = segment.close()
    assert position is not None
    missing = Position(f"{FOLDER}/missing-0001.jsonl", 4, 1)
    assert recover(tmp_path, "news", {position.path: position, missing.path: missing}) == [position]


def test_the_names_of_new_folders_are_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("ingest.storage.segments.sync_folder", synced.append)
    segment = writer(tmp_path)
    write(segment, "one")
    assert synced == [tmp_path, tmp_path / "news", tmp_path / FOLDER]
    segment.close()


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (None, (DAY, "20261120T090000.000000Z-ab")),
        (
            "news/2026-11-20/20261120T080000.000000Z-ff-0003.jsonl",
            (DAY, "20261120T090000.000000Z-ab"),
        ),
        (
            "news/2026-11-20/20261120T090000.000000Z-ff-0001.jsonl",
            (DAY, "20261120T090000.000001Z-ab"),
        ),
        (
            "news/2026-11-21/20261121T091500.250000Z-ff-0001.jsonl",
            (date(2026, 11, 21), "20261121T091500.250001Z-ab"),
        ),
    ],
)
def test_names_sort_in_the_order_of_writing_even_if_the_clock_was_set_back(
    last: str | None, expected: tuple[date, str]
) -> None:
    assert in_order(DAY, "20261120T090000.000000Z-ab", last) == expected
