"""A news site of any size, made up as it is asked for: sitemaps, a feed, articles with ETags. Served on loopback.

    python -m tests.benchmarks.generated_site ARTICLES [PAGES.jsonl.gz]

With PAGES, a file of objects with `html`, the articles are those pages in turn instead of made up ones.
The first line that it prints is its address. Articles never change; `/_publish` adds one to sitemap and feed, `/_stats`
tells what was asked since it was asked last.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

DOMAIN = "scale.example"
BASE = f"https://{DOMAIN}"
PER_SITEMAP = 2_000
IN_FEED = 50
FRESH = timedelta(minutes=30)
"""Age of the newest article; all others are too old to be looked at again."""
DEFINITION = f"""domain = "{DOMAIN}"
publisher = "Scale"
time_zone = "UTC"
language = "en"
article_urls = ['^https?://[^/]+/story/[0-9]+/$']

[discover]
sitemaps = ["/sitemap.xml"]
feeds = ["/feed.xml"]
"""
_WORDS = re.findall(
    r"\w+",
    "the of harbour council said that new bridge water market road minister students prices rain would after were "
    "report city train board opened a to in and plan budget school region farmers week workers talks village season",
)


class Site:
    """The articles 0 (the oldest) to `articles` - 1."""

    def __init__(self, articles: int, pages: Sequence[bytes] = ()) -> None:
        self.articles = articles
        self._pages = pages
        self.asked: Counter[str] = Counter()
        self.first_asked = 0.0
        self.sent = 0
        self._begin = datetime.now(UTC)

    def answer(self, path: str, etag: str) -> tuple[int, str, bytes]:
        """Status, ETag and body of the answer to a GET with this If-None-Match."""
        if path == "/_stats":
            told = {"asked": dict(self.asked), "sent": self.sent, "first_asked": self.first_asked}
            self.asked, self.sent, self.first_asked = Counter(), 0, 0.0
            return 200, "", json.dumps(told).encode("ascii")
        if path == "/_publish":
            self.articles += 1
            return 200, "", b""
        self.first_asked = self.first_asked or time.time()
        body = self._body(path)
        tag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"' if body else ""
        status = 404 if not body else 304 if etag == tag else 200
        self.asked[
            f"{path.split('/')[1].split('.', maxsplit=1)[0].rstrip('0123456789-')} {status}"
        ] += 1
        body = body if status == 200 else b""
        self.sent += len(body)
        return status, tag, body

    def _body(self, path: str) -> bytes:
        if path == "/sitemap.xml":
            files = range(0, self.articles, PER_SITEMAP)
            return self._sitemap(
                "sitemapindex", "sitemap", [(f"/sitemap-{n}.xml", self._last(n)) for n in files]
            )
        if path.startswith("/sitemap-"):
            first = int(path.removeprefix("/sitemap-").removesuffix(".xml"))
            numbers = range(first, self._last(first) + 1)
            return self._sitemap("urlset", "url", [(f"/story/{n}/", n) for n in numbers])
        if path == "/feed.xml":
            newest = range(self.articles - 1, max(-1, self.articles - 1 - IN_FEED), -1)
            items = "".join(
                f"<item><title>{title(n)}</title><link>{BASE}/story/{n}/</link>"
                f"<pubDate>{self.published(n):%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
                for n in newest
            )
            return (
                f'<rss version="2.0"><channel><title>Scale</title>{items}</channel></rss>'.encode()
            )
        if path.startswith("/story/"):
            return self._story(int(path.split("/")[2]))
        return b""

    def _last(self, first: int) -> int:
        return min(first + PER_SITEMAP, self.articles) - 1

    def published(self, number: int) -> datetime:
        """Every ten minutes one, up to eight days ago; the newest a while ago."""
        if number == self.articles - 1:
            return self._begin - FRESH
        return self._begin - timedelta(days=8, minutes=10 * (self.articles - number))

    def _sitemap(self, root: str, item: str, places: list[tuple[str, int]]) -> bytes:
        rows = "".join(
            f"<{item}><loc>{BASE}{path}</loc><lastmod>{self.published(n).isoformat(timespec='seconds')}</lastmod></{item}>"
            for path, n in places
        )
        return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{root}>'.encode()

    def _story(self, number: int) -> bytes:
        if self._pages:
            return self._pages[number % len(self._pages)]
        dice = random.Random(number)  # noqa: S311 - a die, no secret
        text = "".join(
            f"<p>{' '.join(dice.choices(_WORDS, k=60)).capitalize()}.</p>" for _ in range(6)
        )
        return (
            f'<!doctype html><html lang="en"><head><title>{title(number)} - Scale</title>'
            f'<link rel="canonical" href="{BASE}/story/{number}/"></head><body><nav><a href="/">Home</a></nav><main>'
            f'<article><h1>{title(number)}</h1><p class="byline">By <a rel="author" href="/by/1">Nadia Rehman</a></p>'
            f'<time datetime="{self.published(number).isoformat(timespec="seconds")}">then</time>{text}</article>'
            f"</main><footer>Scale</footer></body></html>"
        ).encode()


def title(number: int) -> str:
    """The headline of an article."""
    return f"Council opens bridge number {number} after week of talks"


async def _serve(site: Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while request := await reader.readuntil(b"\r\n\r\n"):
            lines = request.decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines[1:])
            }
            status, tag, body = site.answer(lines[0].split()[1], headers.get("if-none-match", ""))
            kind = "text/html" if lines[0].split()[1].endswith("/") else "application/xml"
            head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
            writer.write(
                (head + (f"ETag: {tag}\r\n" if tag else "") + "\r\n").encode("latin-1") + body
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has enough
    finally:
        writer.close()


def _pages(file: str) -> Iterator[bytes]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["html"].encode("utf-8", "replace")


async def _main(articles: int, pages: str) -> None:
    site = Site(articles, list(_pages(pages)) if pages else ())
    server = await asyncio.start_server(lambda *streams: _serve(site, *streams), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))
