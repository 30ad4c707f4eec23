"""`khabar compact`: fewer and smaller files, and the same lines, numbers and places."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.api import read
from ingest.processing.recrawl import Address, State, Visit
from ingest.storage.compression.codecs import Compression, open_file
from ingest.storage.compression.files import read_line, segment_files
from ingest.storage.engine import Database
from ingest.storage.ledger import Ledger
from ingest.storage.maintenance import compact as compact_module
from ingest.storage.maintenance.compact import compact
from ingest.storage.output import versions_of
from ingest.storage.site_lock import locked
from ingest.storage.site_log import SiteLog
from ingest.storage.site_store import SiteStore
from ingest.stream.follow import Follower
from ingest.urls import article_key
from tests.storage.maintenance.commands import Khabar, contents, runner
from tests.stream.outputs import NOW, article, crawling, write

ROOT = Path(__file__).parents[3]
FORMATS = [each.value for each in Compression]


@pytest.fixture
def khabar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Khabar:
    return runner(capsys, monkeypatch)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Five runs on two days of a site, one of them with an edit, and another site."""
    folder = tmp_path / "data"
    for hour, names in enumerate(("ab", "c", "de")):
        with crawling(folder, "news", NOW + timedelta(hours=hour)) as run:
            run.write(*names)
    with crawling(folder, "news", NOW + timedelta(days=1)) as run:
        run.write("a", text="The ferry sank.")
    with crawling(folder, "news", NOW + timedelta(days=1, hours=1)) as run:
        run.write("f")
    write(folder, "ferry", "ab")
    return folder


def plain(output: Path) -> bytes:
    parts = []
    for file in segment_files(output):
        with open_file(file) as stream:
            parts.append(stream.read())
    return b"".join(parts)


def names(output: Path) -> list[str]:
    return [file.relative_to(output).as_posix() for file in segment_files(output)]


def rows(output: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(output / "ledger.sqlite")) as ledger:
        return ledger.execute(query).fetchall()


def is_right(khabar: Khabar, output: Path) -> bool:
    code, lines = khabar("verify", "--output", output)
    assert lines == []
    return code == 0


@pytest.mark.parametrize("compression", FORMATS)
def test_the_segments_of_a_day_become_one_with_the_same_bytes(
    khabar: Khabar, output: Path, compression: str
) -> None:
    before, listed = plain(output), names(output)
    code, lines = khabar("compact", "--output", output, "--compress", compression)
    assert (code, len(lines)) == (0, 2)
    assert plain(output) == before
    suffix = Compression(compression).suffix
    assert names(output) == [
        f"{listed[0]}{suffix}", f"{listed[1]}{suffix}", f"{listed[4]}{suffix}"
    ]  # fmt: skip
    assert rows(output, "select first, records from segments where site = 'news' order by 1") == [
        (1, 5),
        (6, 2),
    ]
    assert is_right(khabar, output)
    khabar("compact", "--output", output, "--compress", compression)
    assert plain(output) == before


@pytest.mark.parametrize("compression", FORMATS)
def test_all_readers_read_what_was_compacted(
    khabar: Khabar, output: Path, compression: str
) -> None:
    with Follower(output, "reader", once=True) as follower:
        given = [next(lines).data for lines in [follower.lines()] for _ in range(4)]
        follower.commit()
    articles = list(read(output))
    khabar("compact", "--output", output, "--compress", compression)
    with Follower(output, "reader", once=True) as follower:
        given += [line.data for line in follower.lines()]
    records = [json.loads(data) for data in given]
    numbers = [(each["metadata"]["site"], each["metadata"]["sequence"]) for each in records]
    assert numbers == [("ferry", 1), ("ferry", 2), *(("news", number) for number in range(1, 8))]
    assert list(read(output)) == articles
    wanted = article("news", "a").id
    assert [version.version for version in versions_of(output, wanted)] == [1, 2]
    assert len(khabar("read", output, "--json")[1]) == len(articles)


@pytest.mark.parametrize("compression", FORMATS)
def test_a_crawl_finds_last_versions_and_goes_on(
    khabar: Khabar, output: Path, compression: str
) -> None:
    khabar("compact", "--output", output, "--compress", compression)
    at = NOW + timedelta(days=2)
    store = SiteStore(output, "news", f"{at:%Y%m%dT%H%M%S.%fZ}-ab12", lambda: at)
    for name in "ade":  # of the first part and of later ones
        last = article("news", name)
        address = Address(article_key(last.url), last.url)
        store.gone(address, Visit(State.ARTICLE, at, article_id=last.id), 404)
    store.close({})
    numbers = [line.sequence for line in SiteLog(output, "news").after(0)]
    assert numbers == list(range(1, 11))
    assert is_right(khabar, output)


@pytest.mark.parametrize("compression", Compression)
def test_outputs_of_earlier_releases_are_compacted(
    khabar: Khabar, tmp_path: Path, compression: Compression
) -> None:
    for release in sorted((ROOT / "fixtures" / "releases").glob("[0-9]*")):
        copy = Path(shutil.copytree(release, tmp_path / release.name))
        before = plain(copy)
        database = Database(f"sqlite:///{copy / 'ledger.sqlite'}", 1.0)
        database.prepare()
        compact(database, copy, "propakistani", datetime(2030, 1, 1, tzinfo=UTC), compression)
        database.close()
        assert len(segment_files(copy)) == 1
        assert plain(copy) == before
        assert is_right(khabar, copy)
        for record in read(copy):
            known = Ledger.open(copy, "propakistani").known(record.id)
            assert known is not None
            line = read_line(copy, known.segment or "", known.position or 0)
            assert line == record_line(before, record.id)


def record_line(data: bytes, ident: str) -> str:
    (line,) = [line for line in data.decode().splitlines(keepends=True) if f'"{ident}"' in line]
    return line


def test_only_days_that_ended_are_compacted(khabar: Khabar, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    for minute in range(2):
        with crawling(tmp_path, "news", now + timedelta(minutes=minute)) as run:
            run.write(str(minute))
    before = contents(tmp_path / "news")
    assert khabar("compact", "--output", tmp_path, "--older-than", "0d")[1] == [
        "news: nothing to do"
    ]
    assert contents(tmp_path / "news") == before


def test_a_segment_is_not_larger_than_a_crawl_makes_them(
    khabar: Khabar, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact_module, "MAX_RECORDS", 3)
    khabar("compact", "news", "--output", output)
    sizes = "select records from segments where site = 'news' order by first"
    assert rows(output, sizes) == [(3,), (2,), (2,)]
    assert is_right(khabar, output)


def test_a_site_that_is_crawled_is_left_out(khabar: Khabar, output: Path) -> None:
    with locked(output, "news"):
        code, lines = khabar("compact", "--output", output)
    assert code == 5
    assert [line.partition(":")[0] for line in lines] == ["ferry"]
    assert len(names(output / "news")) == 5


def test_a_reader_with_an_old_list_of_segments_goes_on(khabar: Khabar, output: Path) -> None:
    lines = SiteLog(output, "news").after(0)
    taken = [next(lines).sequence for _ in range(3)]
    khabar("compact", "--output", output, "--compress", "gzip")
    assert taken + [line.sequence for line in lines] == list(range(1, 8))


def test_a_segment_that_is_not_whole_is_left_alone(khabar: Khabar, output: Path) -> None:
    file = segment_files(output / "news")[1]
    file.write_bytes(file.read_bytes()[:-1])
    before = contents(output / "news")
    code, _ = khabar("compact", "news", "--output", output)
    assert code == 2
    after = contents(output / "news")
    assert {name: after[name] for name in before} == before


def test_segments_of_another_format_are_left_alone(khabar: Khabar, output: Path) -> None:
    khabar("compact", "--output", output, "--compress", "gzip")
    before = contents(output / "news")
    for compression in ("none", "zstd"):
        assert (
            "news: nothing to do"
            in khabar("compact", "--output", output, "--compress", compression)[1]
        )
        assert contents(output / "news") == before


def test_without_the_package_the_error_names_the_extra(
    khabar: Khabar, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    khabar("compact", "--output", output, "--compress", "zstd")

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("ingest.storage.compression.codecs.import_module", missing)
    for words in (("compact", "--compress", "zstd"), ("verify",)):
        assert khabar(*words, "--output", output)[0] == 2
    assert khabar("read", output)[0] == 2
    assert khabar("compact", "--compress", "lz4", "--output", output)[0] == 2


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_damaged_file_is_a_finding(khabar: Khabar, output: Path, compression: str) -> None:
    khabar("compact", "--output", output, "--compress", compression)
    file = segment_files(output / "news")[0]
    data = file.read_bytes()
    for damaged in (data[:-20], data[:40] + b"damaged" + data[47:]):
        file.write_bytes(damaged)
        code, lines = khabar("verify", "--output", output)
        assert code == 4
        assert any(
            (file.name in line and "cannot read" in line) or "damaged" in line for line in lines
        )
