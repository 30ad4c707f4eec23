"""What is crawled in a trial: a recording, or a newsroom that publishes and edits between one crawl and the next."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fixtures.newsrooms.load import load_site
from fixtures.newsrooms.newsroom import Newsroom
from fixtures.newsrooms.server import serve
from tests.trials.audit import Content, content_of
from tests.trials.process import CASSETTE, fork

ARTICLES = 14
EDITIONS = 3


@dataclass(frozen=True)
class Edition:
    """The arguments of a crawl, what its output must hold in the end, and how long it takes when nothing stops it."""

    arguments: tuple[str, ...]
    expected: Content
    seconds: float


@dataclass(frozen=True)
class Scene:
    """Crawls that follow each other into one output folder."""

    name: str
    editions: tuple[Edition, ...]


@contextmanager
def scenes(folder: Path) -> Iterator[list[Scene]]:
    """The scenes, each crawled once without a disturbance to know what is to come of it."""
    with newsroom_scene(folder, ARTICLES) as newsroom:
        yield [
            rehearsed("recording", [("propakistani", "--replay", str(CASSETTE))], folder),
            newsroom,
        ]


@contextmanager
def newsroom_scene(folder: Path, articles: int) -> Iterator[Scene]:
    """A newsroom of so many articles that edits, its servers up."""
    key = "dailytimes"
    host = load_site(key).host
    with newsrooms(key, articles) as addresses:
        options = ("--delay", "0", "--allow-loopback", "--connect-to")
        yield rehearsed("newsroom", [(key, *options, f"{host}={url}") for url in addresses], folder)


def rehearsed(name: str, crawls: Sequence[Sequence[str]], folder: Path) -> Scene:
    """A scene of these crawls."""
    output, editions = folder / name, []
    for crawl in crawls:
        arguments = ("crawl", *crawl)
        begin = time.monotonic()
        run = fork((*arguments, "--output", str(output)), folder / f"{name}.log")
        if run.end() != 0:
            raise RuntimeError(
                f"the rehearsal of {name} fails with {run.code}: {run.log.read_text('utf-8')}"
            )
        editions.append(Edition(arguments, content_of(output), time.monotonic() - begin))
    return Scene(name, tuple(editions))


@contextmanager
def newsrooms(key: str, articles: int) -> Iterator[list[str]]:
    """The addresses of a newsroom as it was, and as it is after each of its edits: a server for each edition."""
    with served([newsroom_of(key, articles, edition) for edition in range(EDITIONS)]) as addresses:
        yield addresses


@contextmanager
def served(newsrooms: Sequence[Newsroom]) -> Iterator[list[str]]:
    """The addresses of newsrooms, each served by a process of its own."""
    servers = [_serve(newsroom) for newsroom in newsrooms]
    try:
        yield [url for _, url in servers]
    finally:
        for pid, _ in servers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _serve(newsroom: Newsroom) -> tuple[int, str]:
    """Fork a server, which needs threads; its process and its address."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            with serve(newsroom) as server:
                os.write(writer, server.url.encode("ascii"))
                os.close(writer)
                signal.pause()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "r", encoding="ascii") as pipe:
        return pid, pipe.read()


def newsroom_of(key: str, articles: int, edition: int) -> Newsroom:
    """A newsroom after so many rounds of edits: in each it publishes one article and changes three."""
    newsroom = Newsroom.load(key)
    newsroom.crawl_delay = None
    visible, others = newsroom.articles()[:articles], newsroom.articles()[articles:]
    for article in others:
        newsroom.delete(article.id)  # a small site is quick to crawl
    for number, article in enumerate(others[:edition]):
        newsroom.advance(days=30)  # past the clock of the crawl, which takes the edits for new then
        newsroom.publish(replace(article, published=newsroom.now, modified=newsroom.now))
        for old in visible[number : number + 3]:  # some are edited twice
            newsroom.edit(old.id, headline=f"{old.headline}, part {number + 2}")
    return newsroom
