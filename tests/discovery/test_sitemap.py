import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

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


NOTICE = b"<br />\n<b>Warning</b>: Undefined variable $x &amp; y in <b>/srv/map.php</b><br />\n"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def addresses(body: bytes, **options: Any) -> list[str]:
    return [item.url for item in read_sitemap(body, URL, **options).candidates]


@pytest.mark.parametrize(
    "body",
    [
        NOTICE + URLSET,
        b"\n\n" + URLSET,
        b"\xef\xbb\xbf\n" + URLSET,
        URLSET.replace(b"?>", b"?>" + NOTICE, 1),
        URLSET.replace(b"<url>", NOTICE + b"<url>"),
        URLSET.replace(b"UTF-8", b"UTF-16"),
        URLSET.decode().encode("utf-16"),
        gzip.compress(URLSET[:300], mtime=0) + gzip.compress(URLSET[300:], mtime=0),
        gzip.compress(gzip.compress(URLSET, mtime=0), mtime=0),
        b"<url><loc>https://paper.example/a</loc></url>\n<url><loc>/b</loc></url>",
    ],
)
def test_entries_are_read_whatever_is_around_them(body: bytes) -> None:
    page = read_sitemap(body, URL)
    assert [item.url for item in page.candidates] == [
        "https://paper.example/a",
        "https://paper.example/b",
    ]
    assert page.error is None


def test_an_ampersand_stays_in_the_address() -> None:
    body = b"""<urlset><url><loc>https://p.example/v.php?n=1&page=2&amp;x=3</loc></url>
<url><loc><![CDATA[https://p.example/v.php?n=2&page=2]]></loc></url></urlset>"""
    assert addresses(body) == [
        "https://p.example/v.php?n=1&page=2&x=3",
        "https://p.example/v.php?n=2&page=2",
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"""<rss version="2.0"><channel><item><title>A</title><link>https://paper.example/a</link>
<pubDate>Thu, 26 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>""",
        b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><id>x</id>
<link href="https://paper.example/a"/><published>2026-11-26T10:00:00Z</published></entry></feed>""",
        b"""{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "A",
"url": "https://paper.example/a", "date_published": "2026-11-26T10:00:00Z"}]}""",
    ],
)
def test_a_sitemap_may_be_a_feed(body: bytes) -> None:
    (item,) = read_sitemap(body, URL).candidates
    assert (item.url, item.title) == ("https://paper.example/a", "A")
    assert item.published == datetime(2026, 11, 26, 10, tzinfo=UTC)


def test_the_next_page_of_a_feed_is_a_further_sitemap() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="/atom?page=2"/>
<entry><id>x</id><link href="https://paper.example/a"/></entry></feed>"""
    assert read_sitemap(body, URL).sitemaps == (("https://paper.example/atom?page=2", None),)


def test_an_address_that_is_cut_is_no_address() -> None:
    body = URLSET[: URLSET.index(b"/b</loc>") + 1]
    assert addresses(body) == ["https://paper.example/a"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<urlset><url><loc>ftp://x</loc></url></urlset>", "none of its 1 entries has"),
        (b"<urlset><URL><LOC>https://p.example/a</LOC></URL></urlset>", "no entry could be read"),
        (b"<urlset><url><loc>https://p.example/a</loc></url><url><loc>ht", "cut off after 1"),
        (gzip.compress(URLSET, mtime=0)[:-60], "broken gzip"),
        (NOTICE, "no sitemap"),
    ],
)
def test_bytes_without_their_entries_have_a_reason(body: bytes, reason: str) -> None:
    assert reason in (read_sitemap(body, URL).error or "")


@pytest.mark.parametrize("body", [b"<urlset></urlset>", b"<urlset/>", b"<sm:urlset xmlns:sm='x'/>"])
def test_a_whole_sitemap_may_be_empty(body: bytes) -> None:
    assert read_sitemap(body, URL) == sitemap.SitemapPage()


def test_news_is_read_without_a_declared_prefix() -> None:
    body = b"""<urlset><url><loc>https://p.example/a</loc><news:news><news:title>A</news:title>
<news:publication_date>2026-11-26</news:publication_date></news:news></url></urlset>"""
    (item,) = read_sitemap(body, URL, now=NOW).candidates
    assert (item.source, item.title) == (NEWS_SITEMAP, "A")
    assert item.published == datetime(2026, 11, 26, tzinfo=UTC)


def test_a_video_dates_its_page_by_the_newest() -> None:
    video = b"<video:video><video:publication_date>%s</video:publication_date></video:video>"
    body = b"<urlset xmlns:video='v'><url><loc>https://p.example/a</loc>%s%s</url></urlset>"
    body %= video % b"2026-11-26T09:00:00Z", video % b"2019-01-01T00:00:00Z"
    (item,) = read_sitemap(body, URL, now=NOW).candidates
    assert item.source == SITEMAP
    assert item.published == datetime(2026, 11, 26, 9, tzinfo=UTC)


def test_a_change_is_in_the_zone_of_the_site_and_never_ahead() -> None:
    entry = b"<url><loc>https://p.example/%d</loc><lastmod>%s</lastmod></url>"
    body = b"<urlset>%s%s</urlset>"
    body %= entry % (1, b"2026-11-27T16:50:00"), entry % (2, b"2041-01-01T00:00:00Z")
    first, second = read_sitemap(body, URL, zone=ZoneInfo("Asia/Karachi"), now=NOW).candidates
    assert first.modified == datetime(2026, 11, 27, 11, 50, tzinfo=UTC)
    assert second.modified is None


def test_the_day_of_a_further_sitemap_counts_to_its_end() -> None:
    body = b"""<sitemapindex><sitemap><loc>/1.xml</loc><lastmod>2026-11-26</lastmod></sitemap>
</sitemapindex>"""
    ((_, changed),) = read_sitemap(body, URL, now=NOW).sitemaps
    assert changed == datetime(2026, 11, 27, tzinfo=UTC)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_hides_no_first_line_of_robots(encoding: str) -> None:
    body = "Sitemap: /map.xml\r\nUser-agent: *\r\n".encode(encoding)
    assert read_robots(body, "https://p.example/robots.txt") == ("https://p.example/map.xml",)
