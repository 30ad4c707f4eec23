"""What a source of strangers may cost the process that crawls."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest

from ingest.discovery.feed import read_feed
from ingest.discovery.sitemap import read_robots, read_sitemap
from ingest.discovery.wordpress import read_posts
from ingest.errors import LimitExceeded
from ingest.html.bounds import cut_at_marks, cut_at_wide_tag, cut_feed
from ingest.html.page import parse

URL = "https://paper.example/feed/"
ITEM = b"<item><link>https://paper.example/a/%d</link></item>"
RSS = b'<?xml version="1.0"?><rss version="2.0"><channel>'
END = b"</channel></rss>"
WIDE = b"<item " + b" ".join(b"a%d='%d'" % (n, n) for n in range(20_000)) + b"/>"


def test_a_body_with_few_marks_is_left_alone() -> None:
    body = b"<a>" * 100
    assert cut_at_marks(body, b"<", 100) is body
    assert cut_at_wide_tag(body) is body


def test_a_body_with_many_marks_is_cut_before_the_last_that_counts() -> None:
    body = b"<a>" * 100_000
    cut = cut_at_marks(body, b"<", 50_000)
    assert 48_000 < cut.count(b"<") <= 50_000
    assert body.startswith(cut)


@pytest.mark.parametrize("attribute", [b"a='1' ", b'a = "1" ', b"a=1 ", b"a ", b"a\n", b"a='>' "])
def test_a_tag_of_many_attributes_is_found_however_they_are_written(attribute: bytes) -> None:
    assert cut_at_wide_tag(b"<p>Text</p><div " + attribute * 600 + b">") == b"<p>Text</p>"
    narrow = b"<p>Text</p><div " + attribute * 400 + b">"
    assert cut_at_wide_tag(narrow) is narrow


@pytest.mark.parametrize(
    "text", [b"<", b"<a ", b"<a b='", b"a=b ", b"<p>a = b, c " * 100, b"<a" + b" b" * 499 + b"<"]
)
def test_what_is_no_wide_tag_is_no_wide_tag(text: bytes) -> None:
    body = text * 1000
    assert cut_at_wide_tag(body) is body


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (RSS, END),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', b"</feed>"),
        (b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">', b"</rdf:RDF>"),
    ],
)
def test_a_cut_feed_is_whole(start: bytes, end: bytes) -> None:
    entry = (
        ITEM % 1
        if b"feed" not in start
        else b"<entry><link href='https://paper.example/a/1'/></entry>"
    )
    cut = cut_feed(start + entry * 20_000 + end, 20_000)
    assert cut.endswith((b"</item>" + end, b"</entry>" + end))
    assert cut.count(b"<") <= 20_000 + 3


@pytest.mark.threat("S13")
def test_a_feed_of_a_million_items_gives_its_first_entries() -> None:
    whole = RSS + b"".join(ITEM % number for number in range(150_000)) + END
    found = read_feed(whole, URL)
    assert found.error is not None
    assert "too many tags, attributes or prefixes" in found.error
    assert 3_000 < len(found.candidates) <= 5_000
    assert found.candidates[0].url == "https://paper.example/a/0"


@pytest.mark.threat("S13")
def test_what_comes_after_too_many_marks_is_not_read() -> None:
    found = read_feed(RSS + ITEM % 1 + b"<x/>" * 200_000 + ITEM % 2 + END, URL)
    assert [item.url for item in found.candidates] == ["https://paper.example/a/1"]


@pytest.mark.threat("S13")
def test_entries_before_a_wide_tag_are_read() -> None:
    found = read_feed(RSS + ITEM % 1 + WIDE + ITEM % 2 + END, URL)
    assert [item.url for item in found.candidates] == ["https://paper.example/a/1"]


def test_a_title_of_megabytes_is_read_in_part() -> None:
    title = b"<title><![CDATA[" + b"<" * 50_000 + b"]]></title>"
    (item,) = read_feed(
        RSS + (ITEM % 1).replace(b"<link>", title + b"<link>") + END, URL
    ).candidates
    assert item.title is not None
    assert len(item.title) <= 2_000


def peak_of_sitemap(body: bytes) -> int:
    tracemalloc.start()
    try:
        read_sitemap(body, URL)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.threat("S6")
def test_a_sitemap_that_unpacks_to_gigabytes_is_read_in_part() -> None:
    bomb = gzip.compress(
        b"<urlset><url><loc>https://paper.example/a</loc></url>" + b" " * (200 * 2**20)
    )
    assert peak_of_sitemap(bomb) < 60 * 2**20
    page = read_sitemap(bomb, URL)
    assert [item.url for item in page.candidates] == ["https://paper.example/a"]
    assert "cut at" in (page.error or "")


@pytest.mark.threat("S13")
@pytest.mark.parametrize("piece", [b"<a/>" * 700_000, b"<a b='1'/>" * 300_000, WIDE])
def test_a_sitemap_of_marks_is_cut(piece: bytes) -> None:
    page = read_sitemap(
        b"<urlset><url><loc>https://paper.example/a</loc></url>" + piece + b"</urlset>", URL
    )
    assert [item.url for item in page.candidates] == ["https://paper.example/a"]
    assert "too many tags or attributes" in (page.error or "")


def test_lines_of_a_list_and_of_robots_txt_are_read_in_part() -> None:
    line = b"https://paper.example/a%d\n"
    listed = b"".join(line % number for number in range(60_000))
    assert len(read_sitemap(listed, URL).candidates) == 50_000
    robots = b"#" * (500 * 2**10) + b"\nSitemap: https://paper.example/late.xml\n"
    assert read_robots(robots, URL) == ()


@pytest.mark.threat("S13")
def test_json_of_millions_of_values_is_not_read() -> None:
    posts = read_posts(b"[" + b"[]," * 1_000_001 + b"[]]", URL)
    assert posts.error == "over 1000000 values"


@pytest.mark.parametrize("kind", [bytes, str])
def test_a_page_with_a_wide_tag_is_not_parsed(kind: type) -> None:
    page = b"<html><body " + WIDE[6:-2] + b"><p>Text</p>"
    with pytest.raises(LimitExceeded, match="500 attributes"):
        parse(page if kind is bytes else page.decode(), URL)
