"""`khabar verify --repair` makes the ledger again: numbers and versions go on, and no line changes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.crawl.run import crawl_sites
from ingest.processing.recrawl import Address, State, Visit
from ingest.settings import Settings
from ingest.storage.maintenance import repair as repair_module
from ingest.storage.segments import OPEN
from ingest.storage.site_lock import locked
from ingest.storage.site_log import SiteLog
from ingest.storage.site_store import SiteStore
from ingest.stream.cursor import Cursor
from ingest.urls import article_key
from tests.storage.maintenance import test_verify
from tests.storage.maintenance.commands import Khabar, contents, runner
from tests.stream.outputs import NOW, article, crawling, write

ROOT = Path(__file__).parents[3]


@pytest.fixture
def khabar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Khabar:
    return runner(capsys, monkeypatch)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Three segments: new articles, an edit and one that is gone."""
    folder = tmp_path / "data"
    with crawling(folder, "news") as run:
        run.write("a", "b")
    with crawling(folder, "news", NOW + timedelta(days=1)) as run:
        run.write("a", text="The ferry sank.")
        run.write("c")
    at = NOW + timedelta(days=2)
    store = SiteStore(folder, "news", f"{at:%Y%m%dT%H%M%S.%fZ}-ab12", lambda: at)
    last = article("news", "c")
    address = Address(article_key(last.url), last.url)
    store.gone(address, Visit(State.ARTICLE, at, article_id=last.id), 404)
    store.close({})
    return folder


def rows(output: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(output / "ledger.sqlite")) as ledger:
        return ledger.execute(query).fetchall()


ARTICLES = (
    "select id, site, url, status, content_hash, field_hashes, version, modified, unexplained,"
    " sequence, segment, position, first_seen from articles order by id"
)
SEGMENTS = "select path, site, length, records, first, closed from segments order by path"
NAMES = "select * from aliases order by key, article_id"
ADDRESSES = "select key, site, url, article_id, state from urls order by key"
ALL = [
    "select * from articles order by id",
    SEGMENTS,
    NAMES,
    "select * from urls order by key",
    "select * from gaps",
]


def ledger(output: Path) -> list[list[tuple[Any, ...]]]:
    return [rows(output, query) for query in ALL]


def numbers(output: Path) -> list[int]:
    return [line.sequence for line in SiteLog(output, "news").after(0)]


def lose_ledger(output: Path) -> None:
    for file in output.glob("ledger.sqlite*"):
        file.unlink()


def repair(khabar: Khabar, output: Path) -> None:
    lines = contents(output / "news")
    assert khabar("verify", "--repair", "--output", output) == (0, [])
    assert contents(output / "news") == lines
    after = ledger(output)
    khabar("verify", "--repair", "--output", output)
    assert ledger(output) == after


def test_a_lost_ledger_is_made_again(khabar: Khabar, output: Path) -> None:
    before = [rows(output, query) for query in (ARTICLES, SEGMENTS, ADDRESSES)]
    lose_ledger(output)
    repair(khabar, output)
    assert [rows(output, query) for query in (ARTICLES, SEGMENTS, ADDRESSES)] == before
    with crawling(output, "news", NOW + timedelta(days=4)) as run:
        run.write("a", text="The ferry sank.")  # the same as before
        run.write("a", text="The ferry was raised.")
        run.write("c", "d")
    assert numbers(output) == [1, 2, 3, 4, 5, 6, 7, 8]
    versions = "select version from articles order by url"
    assert rows(output, versions) == [(3,), (1,), (3,), (1,)]
    assert khabar("verify", "--output", output) == (0, [])


def test_a_crawl_goes_on_after_its_ledger_was_lost(khabar: Khabar, tmp_path: Path) -> None:
    settings = Settings.load(output=tmp_path, workers=1)
    replay = [ROOT / "fixtures" / "cassettes"]
    (first,) = crawl_sites(["propakistani"], settings, replay=replay)
    before = [rows(tmp_path, query) for query in (ARTICLES, SEGMENTS, NAMES)]
    assert all(before)
    lose_ledger(tmp_path)
    assert khabar("verify", "--repair", "--output", tmp_path) == (0, [])
    after = [rows(tmp_path, query) for query in (ARTICLES, SEGMENTS, NAMES)]
    assert [row[:-1] for row in after[0]] == [row[:-1] for row in before[0]]
    assert after[1:] == before[1:]
    (again,) = crawl_sites(["propakistani"], settings, replay=replay)
    assert (again.new, again.changed) == (0, 0)
    assert first.new > 0


def test_an_older_ledger_is_brought_up_to_the_folder(
    khabar: Khabar, output: Path, tmp_path: Path
) -> None:
    older = Path(shutil.copy(output / "ledger.sqlite", tmp_path / "older.sqlite"))
    with crawling(output, "news", NOW + timedelta(days=3)) as run:
        run.write("b", text="The ferry sank.")
        run.write("d", "e")
    now = [rows(output, query) for query in (ARTICLES, SEGMENTS, ADDRESSES)]
    lose_ledger(output)
    shutil.copy(older, output / "ledger.sqlite")
    assert khabar("verify", "--output", output)[0] == 4
    repair(khabar, output)
    assert [rows(output, query) for query in (ARTICLES, SEGMENTS, ADDRESSES)] == now


def test_records_of_an_open_segment_are_taken_in(khabar: Khabar, output: Path) -> None:
    with crawling(output, "news", NOW + timedelta(days=3)) as run:
        run.write("d", "e")
        (opened,) = output.rglob(f"*{OPEN}")
        shutil.copy(opened, output / "kept")
    final = opened.with_name(opened.name.removesuffix(OPEN))
    final.unlink()
    opened.write_bytes((output / "kept").read_bytes() + b'{"torn": ')
    (output / "kept").unlink()
    lose_ledger(output)
    assert khabar("verify", "--repair", "--output", output) == (0, [])
    assert numbers(output) == list(range(1, 8))
    assert not opened.exists()


def test_a_deleted_segment_is_noted_as_lost_and_may_come_back(khabar: Khabar, output: Path) -> None:
    before = ledger(output)
    second = sorted(output.rglob("*.jsonl"))[1]
    kept = second.read_bytes()
    second.unlink()
    assert khabar("verify", "--output", output)[0] == 4
    repair(khabar, output)
    assert rows(output, "select first, last, cause from gaps") == [(3, 4, "lost")]
    assert numbers(output) == [1, 2, 5]
    second.write_bytes(kept)
    repair(khabar, output)
    assert ledger(output) == before


def test_numbers_that_a_consumer_has_taken_are_not_given_again(
    khabar: Khabar, output: Path
) -> None:
    Cursor(output, "reader").save({"news": 5})
    sorted(output.rglob("*.jsonl"))[2].unlink()
    lose_ledger(output)
    repair(khabar, output)
    with crawling(output, "news", NOW + timedelta(days=4)) as run:
        run.write("d")
    assert numbers(output) == [1, 2, 3, 4, 6]


def test_a_crawl_that_went_on_with_an_older_ledger_doubled_numbers(
    khabar: Khabar, output: Path, tmp_path: Path
) -> None:
    older = Path(shutil.copy(output / "ledger.sqlite", tmp_path / "older.sqlite"))
    write(output, "news", "xyz", days=3)
    lose_ledger(output)
    shutil.copy(older, output / "ledger.sqlite")
    write(output, "news", "x", days=4)
    lines = contents(output / "news")
    code, told = khabar("verify", "--repair", "--output", output)
    assert code == 4
    assert all("which has its number 6 elsewhere" in line for line in told)
    assert contents(output / "news") == lines
    write(output, "news", "w", days=5)
    assert numbers(output) == [1, 2, 3, 4, 5, 6, 9]


@pytest.mark.parametrize(
    "damage",
    [
        test_verify.other_position,
        test_verify.other_version,
        test_verify.other_hash,
        test_verify.article_invented,
        test_verify.segment_forgotten,
        test_verify.other_length,
        test_verify.other_records,
        test_verify.lost_ledger,
    ],
)
def test_each_damage_of_the_ledger_is_repaired(
    khabar: Khabar, output: Path, damage: Callable[[Path], None]
) -> None:
    before = [rows(output, query) for query in (ARTICLES, SEGMENTS)]
    damage(output)
    assert khabar("verify", "--output", output)[0] == 4
    repair(khabar, output)
    after = [rows(output, query) for query in (ARTICLES, SEGMENTS)]
    assert [[row for row in table if row[0] != "x"] for table in after] == before


def test_what_was_forgotten_stays_so(khabar: Khabar, output: Path) -> None:
    test_verify.execute(output, "update articles set content_hash = '', field_hashes = ''")
    before = ledger(output)
    repair(khabar, output)
    assert ledger(output) == before


def test_a_repair_that_fails_changes_nothing(
    khabar: Khabar, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_verify.other_position(output)
    test_verify.segment_forgotten(output)
    before = ledger(output)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(repair_module, "_parts", fail)  # after rows of segments were written
        khabar("verify", "--repair", "--output", output)
    assert ledger(output) == before
    repair(khabar, output)


def test_outputs_of_earlier_releases_are_repaired(khabar: Khabar, tmp_path: Path) -> None:
    for release in sorted((ROOT / "fixtures" / "releases").glob("[0-9]*")):
        copy = Path(shutil.copytree(release, tmp_path / release.name))
        khabar("verify", "--repair", "--output", copy)
        before = [rows(copy, query) for query in (ARTICLES, SEGMENTS)]
        assert khabar("verify", "--output", copy) == (0, [])
        lose_ledger(copy)
        assert khabar("verify", "--repair", "--output", copy) == (0, [])
        assert rows(copy, SEGMENTS) == before[1]


def test_pruned_numbers_stay_pruned(khabar: Khabar, output: Path) -> None:
    khabar("prune", "--older-than", "1s", "--output", output)
    assert rows(output, "select first, last, cause from gaps") == [(1, 4, "pruned")]
    before = ledger(output)
    repair(khabar, output)
    assert ledger(output) == before


def test_a_site_that_is_crawled_is_not_repaired(khabar: Khabar, output: Path) -> None:
    with locked(output, "news"):
        assert khabar("verify", "--repair", "--output", output)[0] == 5
