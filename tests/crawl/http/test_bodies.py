"""Decompression and refreshes: as in Scrapy, but for what would hold up the process of the crawl."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Callable
from typing import Any

import pytest
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy.utils.test import get_crawler

from ingest.crawl.context import context_of
from ingest.crawl.http.bodies import Decompression, MetaRefresh
from ingest.crawl.http.failure import is_too_large
from ingest.crawl.settings import scrapy_settings
from ingest.settings import Settings

URL = "https://news.example/a/"
TEXT = b"<html><body><p>The ferry sailed from the old harbour at noon.</p></body></html>"
LARGE = os.urandom(150_000)  # so that it stays large when it is packed


class Reading:
    """Runs parsers here, and counts them."""

    def __init__(self) -> None:
        self.calls = 0

    async def run(self, read: Callable[..., Any], *args: Any) -> Any:
        self.calls += 1
        return read(*args)


def unpacked(body: bytes, *codings: str, **limits: int) -> tuple[Response, int]:
    """The response with its body decompressed, and how many parsers had to run for that."""
    settings = scrapy_settings(Settings.load(limits=limits), reactor=False)
    crawler = get_crawler(settings_dict=settings)
    reading: Any = Reading()
    context_of(crawler).reader = reading
    middleware = Decompression.from_crawler(crawler)
    assert isinstance(middleware, Decompression)
    headers: dict[str, Any] = {"Content-Encoding": list(codings), "Content-Type": "text/html"}
    given = Response(URL, body=body, headers=headers)
    result = asyncio.run(middleware.process_response(Request(URL), given))
    assert isinstance(result, Response)
    return result, reading.calls


@pytest.mark.threat("S5")
@pytest.mark.parametrize(
    ("plain", "codings", "calls"),
    [
        (TEXT, ["gzip"], 0),
        (LARGE, ["gzip"], 1),
        (TEXT, ["gzip, gzip"], 1),
        (TEXT, ["gzip", "gzip"], 1),
        (TEXT, ["x-own, gzip"], 1),
    ],
    ids=["small", "large", "layers", "two headers", "unknown coding"],
)
def test_large_bodies_and_those_in_layers_are_a_workers_matter(
    plain: bytes, codings: list[str], calls: int
) -> None:
    body = plain
    for _ in range(",".join(codings).count("gzip")):
        body = gzip.compress(body)
    response, called = unpacked(body, *codings)
    assert response.body == plain
    assert called == calls
    left = response.headers.getlist("Content-Encoding")
    assert left == ([b"x-own"] if "x-own" in codings[0] else [])
    if plain is TEXT:
        assert isinstance(response, HtmlResponse)


def test_a_body_without_a_coding_is_left_as_it_is() -> None:
    response, called = unpacked(LARGE)
    assert (response.body, called) == (LARGE, 0)


@pytest.mark.threat("S5")
@pytest.mark.parametrize("codings", [["gzip"], ["gzip, gzip"]])
def test_a_body_over_the_limit_is_too_large_wherever_it_is_unpacked(codings: list[str]) -> None:
    body = bytes(2_000_000)
    for _ in range(codings[0].count("gzip")):
        body = gzip.compress(body)
    with pytest.raises(IgnoreRequest) as raised:
        unpacked(body, *codings, page_bytes=1_000_000)
    assert is_too_large(raised.value)


def test_a_large_body_that_is_broken_raises_as_a_small_one_does() -> None:
    with pytest.raises(gzip.BadGzipFile):
        unpacked(LARGE, "gzip")
    with pytest.raises(gzip.BadGzipFile):
        unpacked(TEXT, "gzip")


def refreshed(body: bytes, kind: str = "text/html; charset=utf-8") -> Request | Response:
    middleware = MetaRefresh.from_crawler(get_crawler())
    response = HtmlResponse(URL, body=body, headers={"Content-Type": kind})
    result = middleware.process_response(Request(URL), response)
    assert result is response or isinstance(result, Request)
    return result


REFRESH = b"<html><head><meta http-equiv=refresh content='0; url=/b/'></head>"


@pytest.mark.parametrize("rest", [b"", b"<p>word" * 10_000])
def test_a_refresh_in_the_head_is_followed_whatever_the_length_of_the_page(rest: bytes) -> None:
    result = refreshed(REFRESH + rest)
    assert isinstance(result, Request)
    assert result.url == "https://news.example/b/"


@pytest.mark.threat("S18")
def test_a_refresh_is_looked_for_in_the_head_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[int] = []
    text = HtmlResponse.text.fget  # type: ignore[attr-defined]

    def count(response: HtmlResponse) -> Any:
        decoded.append(len(response.body))
        return text(response)

    monkeypatch.setattr(HtmlResponse, "text", property(count))
    assert isinstance(refreshed(b"\xff" * 3_000_000, "text/html; charset=gb18030"), HtmlResponse)
    assert decoded
    assert max(decoded) <= 20_000


def test_both_stand_where_scrapys_own_did() -> None:
    crawler = get_crawler(settings_dict=scrapy_settings(Settings.load(), reactor=False))
    used = crawler.settings.get_component_priority_dict_with_base("DOWNLOADER_MIDDLEWARES")
    names = {getattr(key, "__name__", str(key).rpartition(".")[2]): at for key, at in used.items()}
    assert names["Decompression"] == 590
    assert names["MetaRefresh"] == 580
    for off in (HttpCompressionMiddleware, MetaRefreshMiddleware):
        assert names.get(off.__name__) is None
