"""Outputs whose ledger is a PostgreSQL database, which has sites of other outputs, too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from ingest.processing.recrawl import Address
from ingest.settings import Settings
from ingest.storage.compression.files import segment_files
from ingest.storage.site_log import SiteLog
from ingest.storage.site_store import SiteStore
from ingest.urls import article_key
from tests.storage.maintenance.commands import Khabar, runner
from tests.storage.postgresql import server
from tests.stream.outputs import NOW, article


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("postgresql")) as url:
        yield url


@pytest.fixture
def khabar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, ledger: str
) -> Khabar:
    monkeypatch.setenv("KHABAR_LEDGER", ledger)
    return runner(capsys, monkeypatch)


def write(output: Path, site: str, ledger: str, hours: int, *names: str) -> None:
    at = NOW + timedelta(hours=hours)
    settings = Settings(ledger=ledger)
    store = SiteStore(output, site, f"{at:%Y%m%dT%H%M%S.%fZ}-ab12", lambda: at, settings)
    for name in names:
        kept = article(site, name, f"The ferry sailed {hours} times.", at)
        store.keep(kept, Address(article_key(kept.url), kept.url))
    store.close({})


def test_the_commands_work_on_the_sites_of_one_output(
    khabar: Khabar, ledger: str, tmp_path: Path
) -> None:
    output, other = tmp_path / "data", tmp_path / "other"
    write(other, "ferry", ledger, 0, "a")
    write(output, "news", ledger, 0, "a", "b")
    write(output, "news", ledger, 1, "b", "c")
    write(output, "news", ledger, 30, "d")

    def numbers() -> list[int]:
        return [line.sequence for line in SiteLog(output, "news", ledger).after(0)]

    assert khabar("verify", "--output", output) == (0, [])
    code, lines = khabar("compact", "--output", output, "--compress", "gzip")
    assert (code, [line.partition(",")[0] for line in lines]) == (0, ["news: 3 segments to 2"])
    assert numbers() == [1, 2, 3, 4, 5]
    assert khabar("verify", "--output", output) == (0, [])
    code, lines = khabar("prune", "--output", output, "--older-than", "1d")
    assert lines[0].startswith("news: removed 4 records (1-4) in 1 segments")
    assert numbers() == [5]
    assert khabar("verify", "--output", output) == (0, [])
    engine = create_engine(ledger)
    with engine.begin() as connection:
        for table in ("articles", "segments"):
            connection.execute(text(f"delete from {table} where site = 'news'"))  # noqa: S608 - ours
    engine.dispose()
    assert khabar("verify", "--output", output)[0] == 4
    assert khabar("verify", "--output", output, "--repair") == (0, [])
    assert khabar("verify", "--output", other) == (0, [])
    write(output, "news", ledger, 60, "d")
    assert numbers() == [5, 6]
    assert len(segment_files(output)) == 2


def test_a_copy_of_the_folder_is_refused(khabar: Khabar, ledger: str, tmp_path: Path) -> None:
    output, copy = tmp_path / "data", tmp_path / "copy"
    write(output, "press", ledger, 0, "a")
    write(output, "press", ledger, 1, "b")
    shutil.copytree(output, copy)
    write(output, "press", ledger, 2, "c")
    for words in (("compact",), ("prune", "--older-than", "1d"), ("verify", "--repair")):
        assert khabar(*words, "--output", copy)[0] == 2
    assert khabar("verify", "--output", output) == (0, [])
    assert len(segment_files(copy)) == 2
