"""Crawls of an invented newsroom at its own time, and what is wrong with their output."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ingest.crawl.frontier.claims import DENIALS
from ingest.monitoring.summary import RunSummary
from ingest.settings import Settings
from ingest.sites import Discover, Site
from tests.weeks.paper import HOST, Paper, Story

PAGES = 6
"""`limits.listing_pages`."""
REST = [timedelta(hours=1), timedelta(days=1), *[timedelta(days=8)] * 6, timedelta(days=31)]
"""Pauses between the last crawls, after which everything is known that can be."""
_LAST_CHECK = timedelta(days=7)
"""The last age at which an article is fetched again; a later edit is found only if a source states it."""


def site_of(paper: Paper) -> Site:
    """The definition of the newsroom, with each source that it has."""
    habits = paper.habits
    discover: dict[str, Any] = {
        "sitemaps": ["/map.xml"] if habits.sitemap else [],
        "feeds": ["/feed"] if habits.feed else [],
        "listings": ["/section/"] if habits.listing else [],
    }
    if habits.api:
        discover["wordpress_api"] = "/wp-json/"
    return Site(
        name="paper",
        domain=HOST,
        article_urls=[r"/story/\d+/"],
        discover=Discover.model_validate(discover),
    )


def crawl(site: Site, output: Path, address: str, now: datetime, *, full: bool) -> RunSummary:
    """Crawl the newsroom at this address once, in a process that has Twisted's reactor."""
    from ingest.crawl.run import crawl_sites

    settings = Settings.load(
        output=output,
        connect_to={HOST: address},
        allow_loopback=True,
        delay=0,
        workers=1,
        stale_after_hours=24 * 365,
        limits={"listing_pages": PAGES},
    )
    (summary,) = crawl_sites([site], settings, now=lambda: now, full=full)
    return summary


@dataclass
class Crawls:
    """A served newsroom and an output folder. Leave it as a context, to end the server."""

    paper: Paper
    process: ProcessPoolExecutor
    summaries: list[RunSummary] = field(default_factory=list)

    def __enter__(self) -> Self:
        paper = self.paper
        self.output = Path(tempfile.mkdtemp(prefix="khabar-weeks-"))

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                status, headers, text = paper.answer(self.path)
                body = text.encode()
                if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        shutil.rmtree(self.output, ignore_errors=True)

    def crawl(self, after: timedelta = timedelta(), *, full: bool = False) -> RunSummary:
        """Let time pass, then crawl."""
        self.paper.now += after
        address = f"http://127.0.0.1:{self._server.server_port}"
        call = self.process.submit(
            crawl, site_of(self.paper), self.output, address, self.paper.now, full=full
        )
        self.summaries.append(call.result(120))
        return self.summaries[-1]

    def records(self) -> dict[int, list[dict[str, Any]]]:
        """The records of each article, by its number, in the order of writing."""
        found: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for file in sorted(self.output.rglob("*.jsonl")):
            for line in file.read_text(encoding="utf-8").splitlines():
                record = json.loads(line)
                found[int(record["headline"].split()[1])].append(record)
        return found


def fresh_process() -> ProcessPoolExecutor:
    """A process for crawls."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def problems(crawls: Crawls) -> Iterator[str]:
    """What is wrong with the output of crawls that have come to rest."""
    records = crawls.records()
    for story in crawls.paper.stories:
        yield from _problems_of(story, records.get(story.number, []))
    for summary in crawls.summaries:
        if summary.failed:
            yield f"a crawl failed with {summary.failures}"
        for error in summary.errors:
            yield f"a crawl had the error {error}"


def _problems_of(story: Story, records: list[dict[str, Any]]) -> Iterator[str]:
    name = f"article {story.number} ({story.path}, gone: {story.gone or 'no'})"
    if not records:
        if not story.gone:
            yield f"{name} is missing"
        return
    ids = {record["id"] for record in records}
    if len(ids) > 1:
        yield f"{name} has {len(ids)} ids"
    versions = [record["version"] for record in records]
    if versions != list(range(1, len(versions) + 1)):
        yield f"{name} has the versions {versions}"
    for first, second in pairwise(records):
        same = first["contentHash"] == second["contentHash"]
        if same and first["status"] == second["status"] and first["url"] == second["url"]:
            yield f"{name} has version {second['version']} twice"
    yield from _wrong_content(name, story, records)


def _wrong_content(name: str, story: Story, records: list[dict[str, Any]]) -> Iterator[str]:
    last = records[-1]
    # An article that is taken down after its last check is not asked for again.
    is_late = story.taken_down - story.published > _LAST_CHECK
    if (last["status"] == "gone") != bool(story.gone) and not (story.gone and is_late):
        yield f"{name} has the status {last['status']}"
    texts = [" ".join(record["articleBody"].split()) for record in records]
    for text in texts:
        if text not in story.history:
            yield f"{name} has a text that it never had: {text[:60]!r} ... {text[-60:]!r}"
    if not story.gone and texts[-1] != story.history[-1]:
        yield f"{name} has version {story.history.index(texts[-1])}, and {story.edits} edits"
    if not story.gone and not last["url"].endswith(story.path):
        yield f"{name} has the address {last['url']}"


def too_many(crawls: Crawls) -> Iterator[str]:
    """Whether more was asked for than the number of articles, events and crawls explains.

    Sources: `PAGES` for each source of a site in each crawl, and as many again where a walk is
    taken up. Articles: the first visit, four by age, three after it is gone, one more for each
    edit, move and full crawl; twice that, since a source may state changes that are none.
    """
    paper, runs = crawls.paper, len(crawls.summaries)
    pages = sum(1 for path in paper.asked if path.startswith("/story/"))
    others = len(paper.asked) - pages
    events = sum(story.edits + len(story.slugs) + 3 * bool(story.gone) for story in paper.stories)
    most_pages = 2 * (9 * len(paper.stories) + 4 * events) + 3 * DENIALS
    if pages > most_pages:
        yield f"{pages} requests for {len(paper.stories)} articles, at most {most_pages} are explained"
    most_others = runs * (2 + 4 * 2 * PAGES)
    if others > most_others:
        yield f"{others} requests for sources in {runs} crawls, at most {most_others} are explained"
