import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.discovery import sitemap
from ingest.discovery.candidate import NEWS_SITEMAP, SITEMAP
from ingest.discovery.sitemap import read_robots, read_sitemap

URL = "https://paper.example/sitemap.xml"
URLSET = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc> https://paper.example/a </loc><lastmod>2025-03-05</lastmod>
<image:image><image:loc>https://paper.example/a.jpg</image:loc></image:image>
<news:news><news:publication><news:name>Paper</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2025-03-04T10:06:07+05:00</news:publication_date><news:title>Canal &amp; lock</news:title>
</news:news></url><url><loc>/b</loc></url>
</urlset>"""


def test_pages_of_a_news_sitemap_have_title_and_time() -> None:
    page = read_sitemap(URLSET, URL)
    first, second = page.candidates
    assert (first.url, first.source, first.title) == (
        "https://paper.example/a",
        NEWS_SITEMAP,
        "Canal & lock",
    )
    assert first.published == datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert first.modified == datetime(2025, 3, 5, tzinfo=UTC)
    assert (second.url, second.source, second.published) == (
        "https://paper.example/b",
        SITEMAP,
        None,
    )
    assert page.error is None


def test_an_index_names_sitemaps_with_their_change() -> None:
    body = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>
<loc>https://paper.example/post-sitemap1.xml</loc><lastmod>2025-03-04T05:06:07+00:00</lastmod></sitemap>
<sitemap><loc>https://paper.example/post-sitemap2.xml</loc></sitemap></sitemapindex>"""
    page = read_sitemap(body, URL)
    assert page.sitemaps == (
        ("https://paper.example/post-sitemap1.xml", datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("https://paper.example/post-sitemap2.xml", None),
    )
    assert page.candidates == ()


def test_gzip_is_unpacked() -> None:
    assert read_sitemap(gzip.compress(URLSET), URL) == read_sitemap(URLSET, URL)


@pytest.mark.threat("S6")
def test_a_gzip_bomb_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MAX_BYTES", 2_000)
    page = read_sitemap(gzip.compress(URLSET + b" " * 100_000), URL)
    assert [item.url for item in page.candidates] == [
        "https://paper.example/a",
        "https://paper.example/b",
    ]
    assert page.error == "cut at 2000 bytes"


def test_plain_text_lists_addresses() -> None:
    page = read_sitemap(
        b"\xef\xbb\xbfhttps://paper.example/1\r\nhttps://paper.example/2\nnonsense\n", URL
    )
    assert [item.url for item in page.candidates] == [
        "https://paper.example/1",
        "https://paper.example/2",
    ]


@pytest.mark.threat("S14")
def test_entities_are_never_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("https://paper.example/secret")
    body = f"""<!DOCTYPE u [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y "aaaaaaaaaa">
<!ENTITY z "&y;&y;&y;&y;">]><urlset><url><loc>&x;</loc></url><url><loc>https://paper.example/&z;</loc></url>
<url><loc>https://paper.example/ok</loc></url></urlset>""".encode()
    assert [item.url for item in read_sitemap(body, URL).candidates] == ["https://paper.example/ok"]


def test_a_cut_sitemap_gives_what_it_has() -> None:
    page = read_sitemap(URLSET[: URLSET.index(b"<url><loc>/b")], URL)
    assert [item.url for item in page.candidates] == ["https://paper.example/a"]


def test_the_number_of_entries_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "_MAX_ENTRIES", 1)
    page = read_sitemap(URLSET, URL)
    assert len(page.candidates) == 1
    assert page.error == "only the first 1 entries were read"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<",
        b"\x1f\x8b\x08broken",
        b"<!doctype html><html><body>404",
        b"\x00\xff",
        b"no address here",
    ],
)
def test_bad_bytes_say_why(body: bytes) -> None:
    page = read_sitemap(body, URL)
    assert (page.candidates, page.sitemaps) == ((), ())
    assert page.error


def test_robots_names_sitemaps_once() -> None:
    body = b"""User-agent: *
Disallow: /x
Sitemap: https://paper.example/sitemap_index.xml # all
SITEMAP:/news.xml
sitemap : https://paper.example/sitemap_index.xml
Sitemap: ftp://paper.example/no.xml
"""
    assert read_robots(body, "https://paper.example/robots.txt") == (
        "https://paper.example/sitemap_index.xml",
        "https://paper.example/news.xml",
    )
