"""Crawls over loopback against the replica newsrooms, in processes of their own as Twisted's reactor wants them."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fixtures.newsrooms.newsroom import Newsroom
from fixtures.newsrooms.server import Server, serve
from ingest.crawl.run import crawl_sites
from ingest.monitoring.summary import RunSummary
from ingest.settings import Settings
from tests.warm import Khabar, warm_khabar

ROOT = Path(__file__).parents[2]
CASSETTES = ROOT / "fixtures" / "cassettes"
SITE = "propakistani"


def crawl(server: Server, output: Path, limit: int, record: Path | None = None) -> RunSummary:
    host = server.newsroom.site.host
    settings = Settings.load(
        output=output, connect_to={host: server.url}, allow_loopback=True, delay=0, workers=1
    )
    (report,) = crawl_sites([SITE], settings, limit=limit, record=record)
    return report


def records(output: Path) -> list[dict[str, Any]]:
    files = sorted(output.rglob("*.jsonl"))
    return [
        json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()
    ]


def visit_twice(folder: Path) -> dict[str, Any]:
    """Crawl a newsroom with one page that fails, then again after it has edited another: what came of it."""
    newsroom = Newsroom.load(SITE)
    first, second = newsroom.articles()[:2]
    with serve(newsroom) as server:
        newsroom.fail(f"/{first.published:%Y/%m/%d}/{first.slug}/", 503, 3, retry_after=0)
        reports = [crawl(server, folder / "live", 2, record=folder / "tape.yaml")]
        after_one = records(folder / "live")
        newsroom.advance(days=30)  # past the clock of the first visit
        newsroom.edit(second.id, headline="Another headline than before")
        reports.append(crawl(server, folder / "live", 2))
        headers = [request.headers | {"host": request.host} for request in server.requests]
    return {
        "headlines": [first.headline, second.headline],
        "reports": reports,
        "after_one": after_one,
        "records": records(folder / "live"),
        "headers": headers,
    }


def in_fresh_process(scenario: Callable[[Path], dict[str, Any]], folder: Path) -> dict[str, Any]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(scenario, folder).result()


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("visits")
    return in_fresh_process(visit_twice, folder) | {"folder": folder}


def test_the_site_is_asked_under_its_own_name_by_an_honest_visitor(visits: dict[str, Any]) -> None:
    headers = visits["headers"]
    assert {header["host"] for header in headers} == {"propakistani.pk"}
    assert {header["x-forwarded-proto"] for header in headers} == {"https"}
    assert all(header["user-agent"].startswith("Khabar/") for header in headers)
    assert not any("cookie" in header for header in headers)


def test_a_page_that_fails_is_reported_and_tried_again_by_the_next_run(
    visits: dict[str, Any],
) -> None:
    once, again = visits["reports"]
    assert (once.new, once.failed, once.failures) == (1, 1, {"HTTP 503": 1})
    assert not once.healthy
    assert (again.new, again.changed, again.failed) == (1, 1, 0)


def test_an_edit_is_a_further_version(visits: dict[str, Any]) -> None:
    first, second = visits["headlines"]
    written = [
        (record["headline"], record["version"], record["changed"]) for record in visits["records"]
    ]
    assert written[0] == (second, 1, [])
    assert sorted(written[1:]) == sorted(
        [(first, 1, []), ("Another headline than before", 2, ["headline"])]
    )


def test_what_was_crawled_replays_alike(visits: dict[str, Any], tmp_path: Path) -> None:
    settings = Settings.load(output=tmp_path, workers=1)
    (report,) = crawl_sites([SITE], settings, limit=2, replay=[visits["folder"] / "tape.yaml"])
    assert (report.new, report.failed) == (1, 1)
    replayed = {record["id"]: record["contentHash"] for record in records(tmp_path)}
    assert replayed == {record["id"]: record["contentHash"] for record in visits["after_one"]}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, *command)
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=60
    )


@pytest.fixture(scope="module")
def khabar() -> Iterator[Khabar]:
    with warm_khabar() as command:
        yield command


@pytest.mark.threat("A3", "A4")
def test_loopback_is_refused_without_leave(khabar: Khabar) -> None:
    with serve(Newsroom.load(SITE)) as server:
        port = server.url.rpartition(":")[2]
        urls = [
            f"http://{host}:{port}/a"
            for host in ("127.0.0.1", "localhost", "0x7f.1", "[::1]", "2130706433")
        ]
        done = khabar("scrape", *urls)
        assert server.requests == []
    assert done.returncode == 3
    assert done.stderr.count("is not a public address") == len(urls)
    assert "Traceback" not in done.stderr


@pytest.mark.threat("A1")
@pytest.mark.parametrize(
    ("url", "code", "message"),
    [
        ("http://127.0.0.1:{port}/", 3, "127.0.0.1 is not a public address"),
        ("http://169.254.169.254/latest/meta-data/", 3, "169.254.169.254 is not a public address"),
        ("http://[::ffff:10.0.0.1]/", 3, "is 10.0.0.1, which is not a public address"),
        ("file:///etc/passwd", 2, "not an http(s) URL"),
    ],
)
def test_an_address_inside_is_one_line_and_nothing_is_sent(
    khabar: Khabar, url: str, code: int, message: str
) -> None:
    with serve(Newsroom.load(SITE)) as server:
        done = khabar("scrape", url.format(port=server.url.rpartition(":")[2]))
        assert server.requests == []
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.threat("A4")
def test_scrapy_crawl_is_guarded_as_well() -> None:
    with serve(Newsroom.load(SITE)) as server:
        url = f"http://localhost:{server.url.rpartition(':')[2]}/a"
        done = run("-m", "scrapy", "crawl", "page", "-a", f"url={url}", "-L", "INFO")
        assert server.requests == []
    assert "localhost is 127.0.0.1, which is not a public address" in done.stderr.replace(
        "::1", "127.0.0.1"
    )


def test_scrapy_crawl_works_as_its_users_know_it(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    replay = f"KHABAR_REPLAY={CASSETTES}"
    done = run("-m", "scrapy", "crawl", "dailytimes", "-a", "limit=2", "-O", str(out), "-s", replay)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["metadata"]["site"] for line in lines] == ["dailytimes"] * 2
    assert done.stderr == ""
