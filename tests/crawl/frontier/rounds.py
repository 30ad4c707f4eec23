"""Discoveries of an invented site one after the other, each with what the earlier ones learned."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from scrapy.http import Request, Response

from ingest.crawl.frontier.claims import Claims
from ingest.crawl.frontier.discovery import Discovery
from ingest.crawl.frontier.frontier import Frontier
from ingest.crawl.frontier.page_reader import Access
from ingest.crawl.frontier.source_log import SourceLog
from ingest.crawl.http.failure import http_error
from ingest.crawl.reader import Reader
from ingest.discovery.source import Source, SourceVisit
from ingest.processing.recrawl import State, Visit
from ingest.settings import Limits
from ingest.sites import Site
from ingest.urls import article_key
from tests.crawl.frontier.discovering import HOME, NOW, site

Answer = str | int | tuple[str, Mapping[str, str]] | Exception
"""The text of a page, an error status, a text with headers, or what the request raises."""


@dataclass
class Round:
    """What one discovery asked for, and what came of it."""

    sources: list[str]
    articles: list[str]
    fetched: list[tuple[str, str]]
    errors: list[str]
    visits: dict[str, SourceVisit]

    def remark(self, path: str) -> str:
        """The remark of a source, empty without one."""
        return self.visits[f"{HOME}{path}"].remark or ""


@dataclass
class Rounds:
    """A site whose sources are discovered again and again.

    `answer` gives the answer to a path. `edited` are the paths of articles that have changed since
    they were fetched.
    """

    answer: Callable[[str], Answer]
    site: Site
    limits: Limits = field(default_factory=Limits)
    now: datetime = NOW
    known: dict[str, Source] = field(default_factory=dict)
    met: dict[str, Visit] = field(default_factory=dict)
    edited: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    home: str = HOME

    @classmethod
    def of(
        cls, answer: Callable[[str], Answer], limits: Limits | None = None, **discover: object
    ) -> Rounds:
        """Rounds of a site with these sources."""
        return cls(answer, site(**discover), limits or Limits())

    def run(self, hours: float = 1, since: datetime | None = None) -> Round:
        """Let time pass, then make a discovery and fetch all that is due."""
        self.now += timedelta(hours=hours)
        asked: list[str] = []
        claims = Claims(self.known)
        frontier = Frontier(self.site, self._visits, self.now, since, False, claims)
        log = SourceLog(self.known, self.now, 72, since=since is not None)

        async def fetch(url: str, headers: Mapping[str, str]) -> Response:
            return self._response(url, headers, asked)

        reader = Reader()
        discovery = Discovery(self.site, frontier, log, Access(fetch, reader, self.limits))
        asyncio.run(discovery.discover())
        reader.close()
        self.known |= {source.url: source for source in log.learned()}
        due = self._due(frontier)
        for key, _ in due:
            self._fetched(key, claims)
        for found in claims.evidence():
            source = self.known[found.source]
            self.known[found.source] = replace(
                source, denied=found.denied, confirmed=found.confirmed
            )
        visits = {visit.url: visit for visit in log.visits()}
        paths = [path for _, path in due]
        return Round(asked, paths, due, discovery.errors, visits)

    def has(self, path: str) -> bool:
        """Whether an article was fetched."""
        return article_key(self.home + path) in self.met

    def _visits(self, keys: Iterable[str]) -> dict[str, Visit]:
        return {key: self.met[key] for key in keys if key in self.met}

    def _due(self, frontier: Frontier) -> list[tuple[str, str]]:
        pairs = frontier.newest_first()
        return [
            (key, candidate.url.removeprefix(self.home))
            for key, candidate in pairs
            if frontier.due(key)
        ]

    def _fetched(self, key: str, claims: Claims) -> None:
        path = key.removeprefix("news.example")
        if key in self.met:
            claims.settle(key, changed=path in self.edited, now=self.now)
        self.edited.discard(path)
        self.met[key] = Visit(State.ARTICLE, self.now)

    def _response(self, url: str, headers: Mapping[str, str], asked: list[str]) -> Response:
        path = url.removeprefix(self.home)
        asked.append(path)
        target = self.moved.get(path, path)
        answer = self.answer(target)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            raise http_error(url, answer)
        text, given = answer if isinstance(answer, tuple) else (answer, {})
        if headers and headers.get("If-None-Match") == given.get("ETag"):
            return Response(url, status=304, headers=dict(given))
        meta = {"redirect_reasons": [301]} if target != path else {}
        request = Request(f"{self.home}{target}", meta=meta)
        return Response(
            f"{self.home}{target}", body=text.encode(), headers=dict(given), request=request
        )
