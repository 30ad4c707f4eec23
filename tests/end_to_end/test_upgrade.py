"""Output folders that earlier releases wrote: opened, read and continued by the present code."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.cli.app import main
from ingest.crawl.run import crawl_sites
from ingest.errors import UsageError
from ingest.monitoring.summary import RunSummary
from ingest.settings import Settings
from ingest.storage.read_only import reading_ledger
from ingest.storage.runs import runs_of
from ingest.stream.follow import Follower

FIXTURES = Path(__file__).parents[2] / "fixtures"
RELEASES = sorted(path for path in (FIXTURES / "releases").iterdir() if path.is_dir())
SITE = "propakistani"


@pytest.fixture(params=RELEASES, ids=lambda path: path.name)
def release(request: pytest.FixtureRequest) -> Path:
    """The output folder as the release left it; not to be written to."""
    path: Path = request.param
    return path


@pytest.fixture
def output(release: Path, tmp_path: Path) -> Path:
    """A copy of the output folder."""
    return Path(shutil.copytree(release, tmp_path / "data"))


def khabar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: object
) -> str:
    """Run a command that must succeed and return what it printed."""
    monkeypatch.setattr("sys.argv", ["khabar", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    assert ended.value.code == 0, captured.err
    return captured.out + captured.err


def contents(folder: Path, pattern: str = "*") -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob(pattern)
        if path.is_file()
    }


def records(output: Path) -> list[dict[str, Any]]:
    files = sorted(output.rglob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def summaries(output: Path) -> list[RunSummary]:
    files = sorted((output / SITE / "runs").glob("*.json"))
    return [RunSummary.model_validate_json(file.read_bytes()) for file in files]


def last_run(output: Path) -> datetime:
    return max(summary.finished for summary in summaries(output))


def crawl(output: Path, now: datetime, **options: Any) -> RunSummary:
    settings = Settings.load(output=output, workers=1)
    (summary,) = crawl_sites(
        [SITE], settings, replay=[FIXTURES / "cassettes"], now=lambda: now, **options
    )
    return summary


def test_summaries_are_the_same_in_files_and_ledger(output: Path) -> None:
    with reading_ledger(output) as connection:
        runs = runs_of(connection, SITE)
    assert [run.summary for run in runs] == summaries(output)[::-1]
    assert [summary.new for summary in summaries(output)] == [2, 2]
    assert all(summary.healthy for summary in summaries(output))


def test_status_and_read_change_nothing(
    release: Path,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert SITE in khabar(capsys, monkeypatch, "status", "--output", output, "--json")
    lines = khabar(capsys, monkeypatch, "read", output, "--json").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [one["id"] for one in records(release)]
    assert contents(output) == contents(release)


def test_a_crawl_continues_and_rewrites_nothing(release: Path, output: Path) -> None:
    summary = crawl(output, last_run(release) + timedelta(hours=1), limit=3)
    assert (summary.new, summary.changed, summary.failed) == (3, 0, 0)
    before, after = contents(release, "*.jsonl"), contents(output, "*.jsonl")
    assert {path: after[path] for path in before} == before
    assert len({record["id"] for record in records(output)}) == len(records(output)) == 7
    assert contents(output, "*.json").items() > contents(release, "*.json").items()
    with reading_ledger(output) as connection:
        assert [run.summary for run in runs_of(connection, SITE)] == summaries(output)[::-1]


def test_an_article_of_it_is_forgotten_and_written_as_a_further_version(
    release: Path,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = records(release)[0]
    khabar(capsys, monkeypatch, "forget", first["url"], "--output", output)
    crawl(output, last_run(release) + timedelta(hours=1), limit=1)
    versions = [record for record in records(output) if record["id"] == first["id"]]
    assert [record["version"] for record in versions] == [1, 2]
    text = khabar(capsys, monkeypatch, "diff", first["id"], "--output", output)
    assert first["headline"].split()[0] in text


def test_its_records_are_followed_by_the_numbers_of_their_places(
    release: Path, output: Path
) -> None:
    with pytest.raises(UsageError, match="run a crawl once"), Follower(output, "reader", once=True):
        pass
    crawl(output, last_run(release) + timedelta(hours=1), limit=1)
    with Follower(output, "reader", once=True) as follower:
        lines = list(follower.lines())
    assert [line.sequence for line in lines] == [1, 2, 3, 4, 5]
    given = [line.article() for line in lines]
    assert [article.id for article in given] == [record["id"] for record in records(output)]
    assert [article.metadata.sequence for article in given] == [None] * 4 + [5]
