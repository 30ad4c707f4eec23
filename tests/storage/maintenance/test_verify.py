"""`khabar verify` finds each thing that may be wrong with an output, and nothing in a right one."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.storage.compression.codecs import Compression
from ingest.storage.engine import Database
from ingest.storage.maintenance import verify as verify_module
from ingest.storage.maintenance.compact import compact as compact_site
from ingest.storage.maintenance.lines import LineCheck
from ingest.storage.maintenance.prune import plan, prune
from ingest.storage.segments import OPEN
from ingest.stream.follow import Follower
from tests.storage.maintenance.commands import Khabar, contents, runner
from tests.stream.outputs import NOW, crawling, write

RELEASES = Path(__file__).parents[3] / "fixtures" / "releases"


@pytest.fixture
def khabar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Khabar:
    return runner(capsys, monkeypatch)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Three segments of one site; the second has a further version of the first article."""
    folder = tmp_path / "data"
    with crawling(folder, "news") as run:
        run.write("a", "b")
    with crawling(folder, "news", NOW + timedelta(days=1)) as run:
        run.write("a", text="The ferry sank.")
        run.write("c")
    write(folder, "news", "d", days=2)
    return folder


def segments(output: Path) -> list[Path]:
    return sorted(output.rglob("*.jsonl"))


def execute(output: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(output / "ledger.sqlite")) as ledger, ledger:
        ledger.execute(statement, values)


def found(khabar: Khabar, output: Path, *words: object) -> list[str]:
    code, lines = khabar("verify", *words, "--output", output)
    assert code == (4 if lines else 0)
    return lines


def test_a_right_output_has_no_findings_and_is_not_changed(khabar: Khabar, output: Path) -> None:
    before = contents(output)
    assert found(khabar, output) == []
    assert contents(output) == before


@pytest.mark.parametrize("release", sorted(RELEASES.glob("[0-9]*")), ids=lambda path: path.name)
def test_outputs_of_earlier_releases_are_verified_and_not_changed(
    khabar: Khabar, release: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(release, tmp_path / "data"))
    assert found(khabar, copy) == []
    assert contents(copy) == contents(release)
    first = segments(copy)[0]
    first.write_bytes(first.read_bytes().splitlines(keepends=True)[1])
    assert len(found(khabar, copy)) > 0


def test_during_a_crawl_only_committed_lines_count(khabar: Khabar, output: Path) -> None:
    with crawling(output, "news", NOW + timedelta(days=3)) as run:
        run.write("e", "f")
        (opened,) = output.rglob(f"*{OPEN}")
        with opened.open("ab") as file:
            file.write(b'{"torn": ')
        assert found(khabar, output) == []


def cut(output: Path) -> None:
    file = segments(output)[0]
    file.write_bytes(file.read_bytes()[:-10])


def not_json(output: Path) -> None:
    file = segments(output)[0]
    file.write_bytes(file.read_bytes().replace(b'"headline":"Ferry b"', b'"headline":"Ferry b\\'))


def not_a_record(output: Path) -> None:
    file = segments(output)[0]
    file.write_bytes(file.read_bytes().replace(b'"headline":"Ferry b"', b'"headlime":"Ferry b"'))


def edited(output: Path) -> None:
    file = segments(output)[0]
    file.write_bytes(file.read_bytes().replace(b"Ferry b", b"Train b"))


def line_removed(output: Path) -> None:
    file = segments(output)[0]
    data = file.read_bytes()
    lines = data.splitlines(keepends=True)
    file.write_bytes(lines[1] + lines[1])


def segment_deleted(output: Path) -> None:
    segments(output)[1].unlink()


def foreign_file(output: Path) -> None:
    (output / "news" / "notes.txt").write_text("mine")


def foreign_segment(output: Path) -> None:
    segments(output)[0].with_name("other.jsonl").write_text("{}\n")


def foreign_folder(output: Path) -> None:
    (output / "exports").mkdir()


def other_position(output: Path) -> None:
    execute(output, "update articles set position = position + 1 where url like '%/b'")


def other_version(output: Path) -> None:
    execute(output, "update articles set version = 1 where url like '%/a'")


def other_hash(output: Path) -> None:
    execute(output, "update articles set content_hash = 'x' where url like '%/b'")


def article_forgotten(output: Path) -> None:
    execute(output, "delete from articles where url like '%/d'")


def article_invented(output: Path) -> None:
    execute(
        output,
        "insert into articles select 'x', site, url, status, content_hash, field_hashes, version,"
        " modified, unexplained, sequence, segment, position, first_seen, last_seen from articles"
        " limit 1",
    )


def segment_forgotten(output: Path) -> None:
    execute(output, "delete from segments where first = 3")


def other_length(output: Path) -> None:
    execute(output, "update segments set length = length - 1 where first = 1")


def other_records(output: Path) -> None:
    execute(output, "update segments set records = 3 where first = 1")


def lost_ledger(output: Path) -> None:
    (output / "ledger.sqlite").unlink()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut, "bytes are whole lines"),
        (not_json, "0000000001.jsonl:2: not JSON"),
        (not_a_record, "0000000001.jsonl:2: not a record: headlime"),
        (edited, "0000000001.jsonl:2: the record was edited"),
        (line_removed, "0000000001.jsonl:1: the record has the number 2, 1 is next"),
        (segment_deleted, "records 3 to 4 are not in the folder"),
        (foreign_file, "news/notes.txt: no file of Khabar"),
        (foreign_segment, "other.jsonl: no segment"),
        (foreign_folder, "exports: no file of Khabar"),
        (other_position, "is not where the ledger has its last version"),
        (other_version, "has version 1, the segments have 2"),
        (other_hash, "has another content hash"),
        (article_forgotten, "is not in it, the segments have version 1"),
        (article_invented, "article x has version 2, the segments have version 0"),
        (segment_forgotten, "records 3 to 4 before it are in no segment"),
        (other_length, "bytes are whole lines"),
        (other_records, "ends with record 2, in the ledger with 3"),
        (lost_ledger, "ledger.sqlite: there is no ledger"),
    ],
)
def test_each_damage_is_found(
    khabar: Khabar, output: Path, damage: Callable[[Path], None], words: str
) -> None:
    damage(output)
    lines = found(khabar, output)
    assert any(words in line for line in lines), lines


def test_an_older_ledger_is_told(khabar: Khabar, output: Path, tmp_path: Path) -> None:
    shutil.copy(output / "ledger.sqlite", tmp_path / "older.sqlite")
    write(output, "news", "xy", days=3)
    shutil.copy(tmp_path / "older.sqlite", output / "ledger.sqlite")
    (line,) = found(khabar, output)
    assert "0000000006.jsonl: not in the ledger (the ledger is older than the folder" in line


def test_an_older_ledger_that_was_copied_during_a_run_is_told(
    khabar: Khabar, output: Path, tmp_path: Path
) -> None:
    with crawling(output, "news", NOW + timedelta(days=3)) as run:
        run.write("x")
        now, older = output / "ledger.sqlite", tmp_path / "older.sqlite"
        with closing(sqlite3.connect(now)) as ledger, closing(sqlite3.connect(older)) as copy:
            ledger.backup(copy)
        run.write("y")
    for file in output.glob("ledger.sqlite*"):
        file.unlink()
    shutil.copy(tmp_path / "older.sqlite", output / "ledger.sqlite")
    (line,) = found(khabar, output)
    assert "0000000006.jsonl:2: the lines from here on are not in the ledger" in line


def test_a_consumer_behind_the_end_is_told(khabar: Khabar, output: Path) -> None:
    with Follower(output, "reader", start="now", once=True):
        pass
    assert found(khabar, output) == []
    shutil.rmtree(output / "news" / "2026-11-22")
    execute(output, "delete from segments where first = 5")
    execute(output, "delete from articles where sequence = 5")
    (line,) = found(khabar, output)
    assert "news: consumer reader: has taken 5 records, the ledger ends at 4" in line


def test_findings_as_json_and_of_one_site(khabar: Khabar, output: Path) -> None:
    edited(output)
    write(output, "ferry", "a")
    assert found(khabar, output, "ferry") == []
    (line,) = found(khabar, output, "news", "--json")
    finding = json.loads(line)
    assert finding["site"] == "news"
    assert finding["where"].endswith("0000000001.jsonl:2")
    code, _ = khabar("verify", "no-such", "--output", output)
    assert code == 2


def test_an_empty_output_is_told_as_such(khabar: Khabar, tmp_path: Path) -> None:
    assert khabar("verify", "--output", tmp_path / "none")[0] == 2


def test_records_of_another_site_are_told(khabar: Khabar, output: Path) -> None:
    write(output, "ferry", "a")
    (other,) = (output / "ferry").rglob("*.jsonl")
    first = segments(output / "news")[0]
    first.write_bytes(other.read_bytes())
    lines = found(khabar, output)
    assert any("the record is one of ferry" in line for line in lines)


def test_articles_written_while_it_reads_are_no_findings(
    khabar: Khabar, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = verify_module.SiteVerification._articles

    def late(self: verify_module.SiteVerification) -> object:
        with crawling(output, "news", NOW + timedelta(days=4)) as run:
            run.write("new")
            run.write("a", text="The ferry was raised.")
        return articles(self)

    monkeypatch.setattr(verify_module.SiteVerification, "_articles", late)
    assert found(khabar, output) == []


@pytest.mark.parametrize("words", [("compact",), ("compact", "--compress", "gzip")], ids=" ".join)
@pytest.mark.parametrize("number", range(1, 9))
def test_segments_that_are_merged_while_it_reads_are_no_findings(
    khabar: Khabar,
    output: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    words: tuple[str, ...],
) -> None:
    for hours in (49, 50):
        with crawling(output, "news", NOW + timedelta(hours=hours)) as run:
            run.write(f"e{hours}")
            run.write("b", text=f"The ferry sank {hours} times.")
    checks = LineCheck.check
    read: list[int] = []

    def check(self: LineCheck, data: bytes, place: int, position: int) -> object:
        read.append(place)
        if place == number:
            compact(output, words)
        return checks(self, data, place, position)

    monkeypatch.setattr(LineCheck, "check", check)
    assert found(khabar, output) == []
    assert read == list(range(1, 10))


def compact(output: Path, words: tuple[str, ...]) -> None:
    database = Database(f"sqlite:///{output / 'ledger.sqlite'}", 1.0)
    before, compression = datetime(2030, 1, 1, tzinfo=UTC), words[-1]
    chosen = Compression.NONE if compression == "compact" else Compression(compression)
    compact_site(database, output, "news", before, chosen)
    database.close()


def test_segments_that_are_pruned_while_it_reads_are_no_findings(
    khabar: Khabar, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = LineCheck.check

    def check(self: LineCheck, data: bytes, place: int, position: int) -> object:
        if place == 2:
            before = datetime(2030, 1, 1, tzinfo=UTC)
            database = Database(f"sqlite:///{output / 'ledger.sqlite'}", 1.0)
            prune(database, output, plan(database, output, "news", before, {}))
            database.close()
        return checks(self, data, place, position)

    monkeypatch.setattr(LineCheck, "check", check)
    assert found(khabar, output) == []
