"""A site whose definition asks for it gets its comments completed by WordPress's API, over loopback."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Response

from fixtures.newsrooms import Article, Newsroom, expected_record, serve
from ingest.api import read
from ingest.crawl.comments import CommentAccess
from ingest.crawl.reader import Reader
from ingest.crawl.run import crawl_sites
from ingest.crawl.wordpress_comments import WordPressComments
from ingest.record import FetchedPage
from ingest.settings import Limits, Settings
from ingest.sites import Site
from tests.comparing import comments
from tests.end_to_end.test_live_crawl import in_fresh_process

DEFINITION = """domain = "propakistani.pk"
platforms = ["wordpress"]
time_zone = "Asia/Karachi"
[discover]
feeds = ["/feed/"]
wordpress_comments = true
"""
LIMIT = 10


def crawl(folder: Path) -> dict[str, Any]:
    newsroom = Newsroom.load("propakistani")
    (folder / "sites").mkdir()
    (folder / "sites" / "propakistani.toml").write_text(DEFINITION)
    if (folder / "closed").exists():
        newsroom.fail("/wp-json/wp/v2/comments", 403, 10_000)
        newsroom.fail("/?rest_route", 403, 10_000)
    with serve(newsroom) as server:
        settings = Settings.load(
            output=folder / "out",
            sites=[folder / "sites"],
            connect_to={"propakistani.pk": server.url},
            allow_loopback=True,
            delay=0,
            retries=0,
            workers=1,
        )
        crawl_sites(["propakistani"], settings, limit=LIMIT)
        asked = [request.path for request in server.requests]
    return {"asked": asked, "records": [article.to_dict() for article in read(folder / "out")]}


def commented() -> list[tuple[Article, dict[str, Any]]]:
    newsroom = Newsroom.load("propakistani")
    newest = sorted(newsroom.articles(), key=lambda article: article.published, reverse=True)[
        :LIMIT
    ]
    pairs = [(article, expected_record(newsroom, article)) for article in newest]
    return [(article, record) for article, record in pairs if record["comments"]]


def test_answers_are_no_more_than_a_page_may_be() -> None:
    comment = {"id": 1, "author_name": "A", "content": {"rendered": "Some words."}}
    asked = []

    async def fetch(url: str) -> Response:
        asked.append(url)
        return Response(url, body=json.dumps([comment] * 100).encode())

    body = b'<html><body class="postid-7"><p>Text</p></body></html>'
    page = FetchedPage(
        url="https://paper.example/a", body=body, retrieved_at=datetime(2026, 11, 20, tzinfo=UTC)
    )
    site, reader = Site(name="paper", domain="paper.example"), Reader()
    limits = Limits(page_bytes=20_000)
    access = CommentAccess(site, limits, fetch, reader)
    answers = asyncio.run(WordPressComments().fetch(page, access))
    reader.close()
    assert len(asked) == len(answers) == 3  # of some 7.5 kB


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_comments_are_completed_where_the_api_is_open_and_kept_where_not(
    closed: bool, tmp_path: Path
) -> None:
    if closed:
        (tmp_path / "closed").touch()
    came = in_fresh_process(crawl, tmp_path)
    assert any("wp/v2/comments" in path for path in came["asked"])
    records = {record["url"]: record for record in came["records"]}
    pairs = commented()
    assert pairs
    for _, expected in pairs:
        record = records[expected["url"]]
        assert [comment["id"] for comment in record["comments"]] == [
            comment["id"] for comment in expected["comments"]
        ]
        assert [(c["author"]["name"], c["text"].split()) for c in record["comments"]] == [
            (c["author"]["name"], c["text"].split()) for c in expected["comments"]
        ]
        source = record["metadata"]["provenance"]["comments"]
        assert ("wordpress-api" in source) is not closed
        if closed:
            assert comments(record["comments"]) == comments(expected["comments"])
