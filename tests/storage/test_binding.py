"""A ledger in a shared database belongs to one output folder, site by site."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.cli.app import main
from ingest.crawl.run import crawl_sites
from ingest.errors import UsageError
from ingest.settings import Settings
from ingest.storage import binding
from ingest.storage.ledger import Ledger
from ingest.storage.read_only import reading_ledger
from ingest.storage.runs import last_starts, sites_with_runs
from ingest.storage.site_store import SiteStore
from tests.storage.postgresql import server

CASSETTES = Path(__file__).parents[2] / "fixtures" / "cassettes"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("pg")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty shared ledger."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'shared.sqlite'}"
        return
    url = request.getfixturevalue("postgresql")
    yield url
    opened = Ledger(url, "none")
    with opened._database.writing() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    opened.close()


def run(output: Path, ledger: str, site: str = "news") -> None:
    """A run of a site that finds nothing."""
    store = SiteStore(output, site, "20261120T090000Z-aa", lambda: NOW, Settings(ledger=ledger))
    store.close({})


def refused(output: Path, ledger: str, site: str = "news") -> str:
    with pytest.raises(UsageError) as caught:
        run(output, ledger, site)
    return str(caught.value)


def test_a_second_folder_is_refused_in_one_line(ledger: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    run(first, ledger)
    host = socket.gethostname()
    assert refused(second, ledger) == (
        f"the ledger binds news to {host}:{first}, not to {host}:{second} "
        "(use that folder; if this one has all of its records: khabar rebind news)"
    )
    run(first, ledger)
    run(second, ledger, "other")  # another site may be elsewhere
    assert refused(first, ledger, "other")


def test_a_moved_folder_stays_bound(ledger: str, tmp_path: Path) -> None:
    run(tmp_path / "first", ledger)
    (tmp_path / "first").rename(tmp_path / "moved")
    run(tmp_path / "moved", ledger)
    assert f":{tmp_path / 'moved'}," in refused(tmp_path / "first", ledger)


def test_of_a_folder_and_its_copy_one_is_refused(ledger: str, tmp_path: Path) -> None:
    run(tmp_path / "first", ledger)
    shutil.copytree(tmp_path / "first", tmp_path / "copy")
    run(tmp_path / "copy", ledger)
    assert refused(tmp_path / "first", ledger)


def test_a_crash_while_the_token_changes_binds_to_the_same_folder(
    ledger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "first"
    run(output, ledger)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("put", "_write"):
        with monkeypatch.context() as patched:
            patched.setattr(binding, name, crash)
            with pytest.raises(KeyboardInterrupt):
                run(output, ledger)
        run(output, ledger)
    assert refused(tmp_path / "second", ledger)


def test_a_folder_can_be_bound_anew(
    ledger: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    run(first, ledger, "dailytimes")
    assert refused(second, ledger, "dailytimes")
    monkeypatch.setenv("KHABAR_LEDGER", ledger)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["khabar", "rebind", "dailytimes", "--output", str(second)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert (
        f"dailytimes was bound to {socket.gethostname()}:{first}"
        in capsys.readouterr().err.replace("\n", "")
    )
    run(second, ledger, "dailytimes")
    assert refused(first, ledger, "dailytimes")


def test_a_crawl_of_a_second_folder_ends_with_that_line(ledger: str, tmp_path: Path) -> None:
    def crawl(name: str) -> int:
        settings = Settings.load(output=tmp_path / name, ledger=ledger, workers=1)
        (report,) = crawl_sites(["dailytimes"], settings, replay=[CASSETTES], limit=2)
        return report.new

    assert crawl("first") == 2
    with pytest.raises(UsageError, match=r"the ledger binds dailytimes to .*first"):
        crawl("second")
    assert not list((tmp_path / "second").rglob("*.jsonl*"))
    assert crawl("first") == 2  # the next two
    assert set(last_starts(tmp_path / "first", ledger)) == {"dailytimes"}
    with reading_ledger(tmp_path / "first", ledger) as connection:
        assert sites_with_runs(connection) == ["dailytimes"]


def test_a_ledger_in_the_output_folder_needs_no_binding(tmp_path: Path) -> None:
    run(tmp_path / "first", "")
    shutil.copytree(tmp_path / "first", tmp_path / "copy")
    run(tmp_path / "copy", "")
    run(tmp_path / "first", "")
    assert not list(tmp_path.rglob(binding._FILE))
