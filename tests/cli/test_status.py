"""`khabar status` and the exit code of `khabar crawl`, against newsrooms that break."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fixtures.newsrooms import Article, Newsroom, Server, View, serve
from ingest.storage.site_lock import is_locked, locked
from tests.warm import Khabar, warm_khabar

ROOT = Path(__file__).parents[2]
CASSETTES = ROOT / "fixtures" / "cassettes"
SITE = "dailytimes"
PATIENCE = 120.0
NOW = datetime(2026, 10, 20, 21, 0, tzinfo=UTC)
"""Some hours after an article, and well before the clock of the machine, which a site's is not believed to pass."""


@pytest.fixture(scope="module")
def khabar() -> Iterator[Khabar]:
    with warm_khabar() as command:
        yield partial(command, COLUMNS="80")


class Desk:
    """A served newsroom and the crawls of it into one folder."""

    def __init__(self, khabar: Khabar, newsroom: Newsroom, server: Server, output: Path) -> None:
        self.khabar = khabar
        self.newsroom = newsroom
        self.output = output
        self._target = f"{newsroom.site.host}={server.url}"

    def crawl(self, *options: str, **environment: str) -> tuple[int, str]:
        """Exit code and what it says."""
        place = [
            "--output",
            str(self.output),
            "--connect-to",
            self._target,
            "--allow-loopback",
            "--delay",
            "0",
        ]
        done = self.khabar("crawl", SITE, *place, *options, KHABAR_WORKERS="1", **environment)
        return done.returncode, done.stderr

    def status(self) -> dict[str, Any]:
        """What `khabar status --json` says; its exit code must agree."""
        done = self.khabar("status", "--json", "--output", self.output)
        found: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (0 if found["healthy"] else 4), done.stderr
        return found

    def findings(self) -> list[tuple[str, str]]:
        return [(finding["kind"], finding["subject"]) for finding in self.status()["findings"]]

    def publish(self, number: int) -> list[Article]:
        """New articles, each an hour after the other, in the newsroom's present."""
        pattern = self.newsroom.articles()[0]
        published = []
        for _ in range(number):
            self.newsroom.advance(hours=1)
            count = max(article.id for article in self.newsroom.articles()) + 1
            article = dataclasses.replace(
                pattern, id=count, slug=f"harvest-report-{count}", headline=f"Harvest report number {count}",
                published=self.newsroom.now - timedelta(minutes=1), modified=None,
            )  # fmt: skip
            published.append(self.newsroom.publish(article))
        return published


OpenDesk = Callable[[Path], AbstractContextManager[Desk]]


@pytest.fixture
def desk(khabar: Khabar) -> OpenDesk:
    @contextmanager
    def opened(output: Path) -> Iterator[Desk]:
        newsroom = Newsroom.load(SITE, now=NOW)
        newsroom.crawl_delay = None
        with serve(newsroom) as server:
            yield Desk(khabar, newsroom, server, output)

    return opened


def test_a_second_crawl_of_an_unchanged_site_is_healthy(desk: OpenDesk, tmp_path: Path) -> None:
    with desk(tmp_path) as site:
        assert site.crawl()[0] == 0
        code, said = site.crawl()
        assert (code, "khabar:" in said) == (0, False), said
        assert site.findings() == []


def test_a_feed_stuck_in_the_past_is_named(desk: OpenDesk, khabar: Khabar, tmp_path: Path) -> None:
    with desk(tmp_path) as site:
        assert site.crawl("--limit", "3")[0] == 0
        site.newsroom.faults.stick_feeds(site.newsroom.now)
        site.newsroom.advance(days=9)
        site.publish(3)
        code, said = site.crawl("--limit", "3")
        assert code == 4
        assert "dailytimes: stale source: https://dailytimes.com.pk/feed/ answers" in said
        assert "the newest item is 9 days old" in said
        assert site.findings() == [("stale-source", "https://dailytimes.com.pk/feed/")]
        shown = khabar("status", "--output", site.output)
        assert (
            shown.returncode,
            "stale source: https://dailytimes.com.pk/feed/" in shown.stdout,
        ) == (4, True)
        site.newsroom.faults.clear()
        assert site.crawl("--limit", "3")[0] == 0
        assert site.findings() == []


def test_a_redesign_that_breaks_a_selector_is_named(desk: OpenDesk, tmp_path: Path) -> None:
    with desk(tmp_path) as site:
        for _ in range(3):
            assert site.crawl("--limit", "8")[0] == 0
        site.newsroom.faults.redesign()
        site.publish(4)
        code, said = site.crawl("--limit", "4")
        assert code == 4
        assert "coverage drop: authors: by its rule in 0 of 4 records, before in 100 %" in said
        assert "rule `select.authors` of the definition no longer matches" in said
        assert site.findings() == [
            ("coverage-drop", "authors:rule"),
            ("coverage-drop", "headline:rule"),
        ]
        site.newsroom.faults.clear()
        site.publish(5)
        assert site.crawl("--limit", "5")[0] == 0


def test_challenge_pages_are_named_and_told(desk: OpenDesk, tmp_path: Path) -> None:
    """The pages turn into challenges: exit code, status, and the operator's own command say so."""
    with desk(tmp_path / "out") as site:
        assert site.crawl("--limit", "3")[0] == 0
        view = View.of(site.newsroom)
        challenges = {view.path(article): "challenge" for article in site.publish(4)}
        site.newsroom.site = dataclasses.replace(site.newsroom.site, oddities=challenges)
        told = tmp_path / "told.json"
        keep = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
        command = shlex.join([sys.executable, "-c", keep, str(told)])
        code, said = site.crawl("--limit", "4", KHABAR_ON_UNHEALTHY=command)
        assert code in {3, 4}
        assert "dailytimes: blocked: 4 of 4 pages refused: 4 challenge pages" in said
        assert ("blocked", "") in site.findings()
        message = json.loads(told.read_text("utf-8"))
        assert (message["exitCode"], [one["site"] for one in message["sites"]]) == (code, [SITE])
        assert message["sites"][0]["findings"][0]["kind"] == "blocked"


def test_a_hook_that_fails_is_a_warning_and_a_healthy_crawl_calls_none(
    desk: OpenDesk, tmp_path: Path
) -> None:
    failing = shlex.join([sys.executable, "-c", "raise SystemExit('no mail')"])
    with desk(tmp_path) as site:
        code, said = site.crawl("--limit", "2", KHABAR_ON_UNHEALTHY=failing)
        assert (code, "on_unhealthy" in said) == (0, False)
        site.newsroom.fail("/", 503, 1_000, retry_after=0)
        code, said = site.crawl("--limit", "2", KHABAR_ON_UNHEALTHY=failing, KHABAR_RETRIES="0")
        assert code in {3, 4}
        assert "WARNING - on_unhealthy" in said
        assert "exit code 1, no mail" in said


@pytest.fixture(scope="module")
def crawled(khabar: Khabar, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawled")
    for _ in range(2):
        done = khabar(
            "crawl", "propakistani", SITE, "--limit", "4", "--replay", CASSETTES, "--output", folder
        )
        assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("columns", ["80", "120"])
def test_the_table_fits_the_terminal(khabar: Khabar, columns: str, crawled: Path) -> None:
    done = khabar("status", "--output", crawled, COLUMNS=columns)
    assert done.returncode == 0
    head, _, *rows = done.stdout.splitlines()
    assert head.split() == ["site", "last", "run", "newest", "new", "failed", "coverage", "verdict"]
    assert [(row.split()[0], row.split()[-1]) for row in rows] == [
        (SITE, "ok"),
        ("propakistani", "ok"),
    ]
    assert max(map(len, done.stdout.splitlines())) <= int(columns)
    assert "…" not in done.stdout


def test_a_site_by_name_or_domain(khabar: Khabar, crawled: Path) -> None:
    for name in ("propakistani", "www.propakistani.pk"):
        done = khabar("status", name, "--json", "--output", crawled)
        assert [json.loads(line)["site"] for line in done.stdout.splitlines()] == ["propakistani"]


@pytest.mark.parametrize("arguments", [["--output", "nothing-here"], ["dawn"], ["no-such-site"]])
def test_what_never_ran_is_one_line(khabar: Khabar, arguments: list[str], crawled: Path) -> None:
    place = [] if "--output" in arguments else ["--output", str(crawled)]
    done = khabar("status", *arguments, *place)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (ROOT / "nothing-here").exists()


def test_a_crawl_under_way_is_shown_and_a_killed_one_did_not_end(
    desk: OpenDesk, khabar: Khabar, tmp_path: Path
) -> None:
    with desk(tmp_path) as site:
        site.newsroom.stall("/feed/", PATIENCE)
        place = [
            "--output",
            str(tmp_path),
            "--connect-to",
            site._target,
            "--allow-loopback",
            "--delay",
            "0",
        ]
        command = [
            sys.executable,
            "-c",
            "from ingest.cli.app import main; main()",
            "crawl",
            SITE,
            *place,
        ]
        crawl = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for_run(khabar, tmp_path, crawl)
            status = site.status()
            assert (status["atWork"], status["healthy"]) == (True, True)
        finally:
            crawl.send_signal(signal.SIGKILL)
            crawl.wait(PATIENCE)
    with desk(tmp_path) as site:
        assert [kind for kind, _ in site.findings()] == ["did-not-end"]
        assert site.crawl("--limit", "2")[0] == 0
        assert site.findings() == []


def wait_for_run(khabar: Khabar, output: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the crawl is in the ledger."""
    for _ in range(600):
        assert process.poll() is None
        if khabar("status", "--output", output).returncode == 0:
            return
        time.sleep(0.05)
    pytest.fail("the crawl did not begin")


def holds(folder: str) -> bool | None:
    return is_locked(Path(folder), "news")


def in_another_process(question: Callable[[str], bool | None], folder: Path) -> bool | None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(question, str(folder)).result(PATIENCE)


def test_a_lock_is_seen_without_being_taken(tmp_path: Path) -> None:
    assert is_locked(tmp_path, "news") is None
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path, "news"):
        assert in_another_process(holds, tmp_path) is True
    assert in_another_process(holds, tmp_path) is False
    with locked(tmp_path, "news"):
        pass


def test_a_damaged_ledger_is_named_with_what_to_do(khabar: Khabar, tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database at all" * 1_000)
    shown = khabar("status", "--output", tmp_path)
    assert shown.returncode == 2
    (line,) = shown.stderr.splitlines()
    assert "ledger.sqlite is damaged (restore a copy, or move it away" in line
