"""A small newspaper on loopback whose pages a test can change, and crawls of it in a process of their own."""

from __future__ import annotations

import json
import multiprocessing
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ingest.crawl.run import crawl_sites
from ingest.monitoring.summary import RunSummary
from ingest.settings import Settings
from ingest.sites import Site

HOST = "tern.example"
HOME = f"https://{HOST}"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

Answer = tuple[int, Mapping[str, str], str]
Page = Callable[[Mapping[str, str]], Answer]
"""The answer to a request with these headers; their names are in lower case."""

_SUBJECTS = ("lock", "mill", "quay", "ropewalk", "tollhouse", "weir", "smithy", "beacon")


def title(number: int) -> str:
    return f"Number {number}: the {_SUBJECTS[number % len(_SUBJECTS)]} has a new keeper"


def sentences(number: int) -> list[str]:
    """Four paragraphs of one article; no sentence of them is in another one's."""
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    return [
        f"The {subject} of district {number} has had no keeper since the flood of {1900 + number}.",
        f"Ines Okafor, aged {30 + number}, takes it over in March with {number + 2} helpers.",
        f"She was chosen by the board of district {number} from {number * 7} who had written.",
        (
            f"Boats paid {number + 3} crowns there until the {subject} was closed, and are to pay "
            f"{number + 4} from the day on which the first of its {number + 1} gates can be opened."
        ),
    ]


def article(
    number: int,
    *,
    head: str = "",
    headline: str = "",
    paragraphs: list[str] | None = None,
    published: datetime = NOW - timedelta(hours=2),
) -> str:
    """Return the page of an article."""
    headline = headline or title(number)
    body = "".join(f"<p>{text}</p>" for text in paragraphs or sentences(number))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{headline}</title>'
        f'<meta property="og:type" content="article"><meta property="article:published_time" '
        f'content="{published.isoformat()}">{head}</head><body><main><article><h1>{headline}</h1>'
        f'<p class="byline">By Ines Okafor</p>{body}</article></main></body></html>'
    )


def ok(html: str) -> Answer:
    return 200, {"Content-Type": "text/html; charset=utf-8"}, html


def moved(to: str, status: int = 301, **headers: str) -> Answer:
    return status, {"Location": to, **headers}, ""


def always(answer: Answer) -> Page:
    return lambda _: answer


def sitemap(*paths: str) -> Answer:
    urls = "".join(f"<url><loc>{HOME}{path}</loc></url>" for path in paths)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return (
        200,
        {"Content-Type": "application/xml"},
        f'{head}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>',
    )


def front_page(*paths: str) -> Answer:
    cards = "".join(
        f'<article><h2><a href="{path}">The beacon of ward {place} is lit again tonight</a></h2>'
        "<p>A short teaser of a story that stands elsewhere.</p></article>"
        for place, path in enumerate(paths)
    )
    return ok(f"<html><head><title>The Tern</title></head><body><main>{cards}</main></body></html>")


@dataclass
class Paper:
    """The pages by path with query, what was asked for, and the output of the crawls.

    A path without a page is answered by a 404. The sitemap has the paths in `announced`.
    """

    output: Path
    url: str = ""
    pages: dict[str, Page] = field(default_factory=dict)
    announced: list[str] = field(default_factory=list)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    now: datetime = NOW
    form: str = r"/[a-z]+/"
    definition: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    def answer(self, path: str, headers: Mapping[str, str]) -> Answer:
        self.asked.append((path, headers))
        if path == "/map.xml":
            return sitemap(*self.announced)
        if path == "/robots.txt" and path not in self.pages:
            return 404, {}, ""
        return self.pages.get(path, always((404, {}, "")))(headers)

    def put(self, path: str, html: str) -> None:
        """Publish a page and announce it."""
        self.pages[path] = always(ok(html))
        if path not in self.announced:
            self.announced.append(path)

    def crawl(self, **wanted: Any) -> RunSummary:
        """Crawl the paper; `asked` is of this crawl afterwards."""
        self.asked.clear()
        site = Site.model_validate(
            {
                "name": "tern",
                "domain": HOST,
                "article_urls": [self.form],
                "discover": {"sitemaps": ["/map.xml"]},
                **self.definition,
            }
        )
        values: dict[str, Any] = {
            "output": self.output,
            "connect_to": {HOST: self.url},
            "allow_loopback": True,
            "delay": 0,
            "workers": 1,
            "retries": 0,
        }
        settings = Settings.load(**(values | self.settings))
        (summary,) = crawl_sites([site], settings, now=lambda: self.now, **wanted)
        return summary

    def requests(self, part: str) -> list[str]:
        return [path for path, _ in self.asked if part in path]

    def records(self) -> list[dict[str, Any]]:
        return [
            json.loads(line)
            for file in sorted(self.output.rglob("*.jsonl"))
            for line in file.read_text(encoding="utf-8").splitlines()
        ]


@contextmanager
def _served(paper: Paper) -> Iterator[Paper]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.casefold(): value for name, value in self.headers.items()}
            status, fields, text = paper.answer(self.path, headers)
            body = b"" if status == 304 else text.encode()
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name.replace("_", "-"), value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    paper.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield paper
    finally:
        server.shutdown()
        server.server_close()


def _told(scenarios: Mapping[str, Callable[[Paper], Any]], output: Path) -> dict[str, Any]:
    results = {}
    for name, scenario in scenarios.items():
        with _served(Paper(output / name)) as paper:
            results[name] = scenario(paper)
    return results


def in_fresh_process(
    scenarios: Mapping[str, Callable[[Paper], Any]], output: Path
) -> dict[str, Any]:
    """Return what each scenario returns, by name. Twisted's reactor wants a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_told, scenarios, output).result()
