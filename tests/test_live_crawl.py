"""Crawls over loopback against the replica newsrooms, in processes of their own as Twisted's reactor wants them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from fixtures.newsrooms.newsroom import Newsroom
from fixtures.newsrooms.server import Server, serve

ROOT = Path(__file__).parent.parent
CASSETTES = ROOT / "fixtures" / "cassettes"
KHABAR = "from ingest.cli import main; main()"


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, *command)
    return subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own


def crawl(server: Server, output: Path, *more: str) -> subprocess.CompletedProcess[str]:
    host = server.newsroom.site.host
    flags = ["--output", str(output), "--connect-to", f"{host}={server.url}", "--allow-loopback", "--delay", "0"]
    return run("-c", KHABAR, "crawl", "propakistani", *flags, *more)


def records(output: Path) -> list[dict[str, Any]]:
    files = sorted(output.rglob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def test_what_is_crawled_is_recorded_and_replays_alike(tmp_path: Path) -> None:
    tape = tmp_path / "tape.yaml"
    with serve(Newsroom.load("propakistani")) as server:
        live = crawl(server, tmp_path / "live", "--limit", "4", "--record", str(tape))
        assert live.returncode == 0, live.stderr
        assert {request.host for request in server.requests} == {"propakistani.pk"}
        agents = {request.headers["user-agent"] for request in server.requests}
        assert all(agent.startswith("Khabar/") for agent in agents)
        assert all(request.headers["x-forwarded-proto"] == "https" for request in server.requests)
    replayed = run(
        "-c",
        KHABAR,
        "crawl",
        "propakistani",
        "--output",
        str(tmp_path / "again"),
        "--limit",
        "4",
        "--replay",
        str(tape),
    )
    assert replayed.returncode == 0, replayed.stderr
    first, second = (
        {record["id"]: record["contentHash"] for record in records(tmp_path / name)} for name in ("live", "again")
    )
    assert first == second
    assert len(first) == 4


def test_edits_become_versions_and_what_failed_is_tried_again(tmp_path: Path) -> None:
    newsroom = Newsroom.load("propakistani")
    first, second = newsroom.articles()[:2]
    with serve(newsroom) as server:
        newsroom.fail(f"/{first.published:%Y/%m/%d}/{first.slug}/", 503, 3, retry_after=0)
        done = crawl(server, tmp_path, "--limit", "2")
        assert done.returncode == 4, done.stderr
        assert "propakistani: 1 failed: HTTP 503" in done.stderr
        newsroom.advance(days=30)  # past the clock of the first visit
        newsroom.edit(second.id, headline="Another headline than before")
        done = crawl(server, tmp_path, "--limit", "2")
        assert done.returncode == 0, done.stderr
    written = [(record["headline"], record["version"], record["changed"]) for record in records(tmp_path)]
    assert sorted(written, key=lambda record: record[1]) == [
        (second.headline, 1, []),
        (first.headline, 1, []),
        ("Another headline than before", 2, ["headline"]),
    ]


def test_loopback_is_refused_without_leave() -> None:
    with serve(Newsroom.load("propakistani")) as server:
        port = server.url.rpartition(":")[2]
        urls = [f"http://{host}:{port}/a" for host in ("127.0.0.1", "localhost", "0x7f.1", "[::1]", "2130706433")]
        done = run("-c", KHABAR, "scrape", *urls)
        assert server.requests == []
    assert done.returncode == 3
    assert done.stderr.count("is not a public address") == len(urls)
    assert "Traceback" not in done.stderr


def test_scrapy_crawl_works_as_its_users_know_it(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = run(
        "-m", "scrapy", "crawl", "dailytimes", "-a", "limit=2", "-O", str(out), "-s", f"KHABAR_REPLAY={CASSETTES}",
        cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["metadata"]["site"] for line in lines] == ["dailytimes"] * 2
    assert done.stderr == ""
