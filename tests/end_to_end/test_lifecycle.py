"""Crawls over days of a living newsroom: it edits, takes comments, deletes and restores, and the output tells it."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fixtures.newsrooms.model import Comment
from fixtures.newsrooms.newsroom import NOW, Newsroom
from fixtures.newsrooms.server import Request, Server, serve
from ingest.crawl.run import crawl_sites
from ingest.monitoring.report import exit_code
from ingest.monitoring.summary import RunSummary
from ingest.settings import Settings

SITE = "propakistani"
ARTICLES = len(Newsroom.load(SITE).articles())


@dataclass
class Story:
    """A newsroom, its server, and what its crawls came to."""

    newsroom: Newsroom
    server: Server
    output: Path
    asked: list[Request] = field(default_factory=list)
    """By the last crawl."""

    def crawl(self, **wanted: Any) -> RunSummary:
        newsroom = self.newsroom
        settings = Settings.load(
            stale_after_hours=24 * 30,  # this newsroom edits, and publishes nothing new
            output=self.output,
            connect_to={newsroom.site.host: self.server.url},
            allow_loopback=True,
            delay=0,
            workers=1,
        )
        before = len(self.server.requests)
        (report,) = crawl_sites([SITE], settings, now=lambda: newsroom.now, **wanted)
        self.asked = self.server.requests[before:]
        return report

    def records(self) -> list[dict[str, Any]]:
        files = sorted(self.output.rglob("*.jsonl"))
        return [
            json.loads(line)
            for file in files
            for line in file.read_text(encoding="utf-8").splitlines()
        ]


def told(scenario: Callable[[Story], Any], output: Path) -> Any:
    newsroom = Newsroom.load(SITE)
    newsroom.crawl_delay = None
    with serve(newsroom) as server:
        return scenario(Story(newsroom, server, output))


def in_fresh_process(scenario: Callable[[Story], Any], output: Path) -> Any:
    """Twisted's reactor wants a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(told, scenario, output).result()


def a_week(story: Story) -> dict[str, Any]:
    newsroom = story.newsroom
    edited, commented, deleted, quiet, *_ = newsroom.articles()
    seen: dict[str, Any] = {
        "reports": [],
        "slugs": [edited.slug, commented.slug, deleted.slug, quiet.slug],
    }

    def crawl() -> None:
        seen["reports"].append(story.crawl())

    crawl()
    newsroom.advance(minutes=5)
    crawl()
    newsroom.advance(hours=2)
    newsroom.edit(edited.id, headline="A headline that was thought over")
    crawl()
    newsroom.advance(hours=30)
    comment = Comment(
        990001, "Reader of the evening", "I had not known that.", newsroom.now - timedelta(hours=1)
    )
    newsroom.add_comment(commented.id, comment)
    newsroom.delete(deleted.id)
    newsroom.advance(
        days=3, hours=20
    )  # past the seventh day of two articles, and a 304 is no longer believed
    crawl()
    newsroom.advance(hours=1)
    crawl()
    newsroom.restore(deleted.id)
    newsroom.advance(hours=1)
    crawl()
    seen["records"] = story.records()
    return seen


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    seen: dict[str, Any] = in_fresh_process(a_week, tmp_path_factory.mktemp("week"))
    return seen


def history(week: dict[str, Any], slug: str) -> list[tuple[int, str, list[str]]]:
    return [
        (record["version"], record["status"], record["changed"])
        for record in week["records"]
        if slug in record["url"]
    ]


def test_each_crawl_says_what_happened(week: dict[str, Any]) -> None:
    counts = [
        (report.new, report.changed, report.gone, report.failed) for report in week["reports"]
    ]
    assert counts == [
        (ARTICLES, 0, 0, 0),
        (0, 0, 0, 0),
        (0, 1, 0, 0),
        (0, 1, 1, 0),
        (0, 0, 0, 0),
        (0, 1, 0, 0),
    ]
    assert [exit_code([report]) for report in week["reports"]] == [0] * 6


def test_the_output_holds_exactly_the_versions_that_there_were(week: dict[str, Any]) -> None:
    edited, commented, deleted, quiet = week["slugs"]
    assert history(week, edited) == [(1, "published", []), (2, "published", ["headline"])]
    assert history(week, deleted) == [
        (1, "published", []),
        (2, "gone", ["status"]),
        (3, "published", ["status"]),
    ]
    assert history(week, quiet) == [(1, "published", [])]
    assert len(week["records"]) == ARTICLES + 4
    assert history(week, commented) == [(1, "published", []), (2, "published", ["comments"])]
    (last,) = (record for record in week["records"] if record["changed"] == ["comments"])
    assert last["comments"][-1]["text"] == "I had not known that."


def test_the_closing_record_repeats_what_was_known(week: dict[str, Any]) -> None:
    first, gone, back = (record for record in week["records"] if week["slugs"][2] in record["url"])
    same = ("id", "headline", "articleBody", "authors", "datePublished", "contentHash")
    assert (
        [gone[name] for name in same]
        == [first[name] for name in same]
        == [back[name] for name in same]
    )
    assert gone["metadata"]["status"] == 410
    assert (
        gone["metadata"]["dateDownloaded"]
        == (NOW + timedelta(days=5, hours=4, minutes=5)).isoformat()
    )


def an_unchanged_site(story: Story) -> dict[str, Any]:
    reports = [story.crawl()]
    first = story.asked
    files = sorted(story.output.rglob("*.jsonl*"))
    reports.append(story.crawl())
    return {
        "reports": reports,
        "first": [(request.path, sorted(request.headers)) for request in first],
        "second": [(request.path, sorted(request.headers)) for request in story.asked],
        "files": [files, sorted(story.output.rglob("*.jsonl*"))],
    }


def test_an_unchanged_site_is_asked_only_whether_it_changed(tmp_path: Path) -> None:
    seen = in_fresh_process(an_unchanged_site, tmp_path)
    first, second = seen["reports"]
    assert first.new == ARTICLES
    assert (second.new, second.changed, second.failed) == (0, 0, 0)
    assert exit_code([second]) == 0
    assert seen["files"][0] == seen["files"][1]
    unconditional = [
        path
        for path, headers in seen["second"]
        if not {"if-none-match", "if-modified-since"} & set(headers)
        and "modified_after=" not in path
    ]
    assert set(unconditional) <= {"/robots.txt"}
    assert len(seen["second"]) < len(seen["first"])
