import gzip
import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import feedparser  # type: ignore[import-untyped]  # it has no type information
import pytest

from ingest.discovery.candidate import FEED
from ingest.discovery.feed import read_feed

URL = "https://paper.example/feed/"


def rss(items: str, head: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><title>Paper</title>{head}{items}
</channel></rss>""".encode()


ITEM = """<item><title>Canal reopens &amp;amp; <b>boats</b> return</title><link>https://paper.example/2025/canal/</link>
<pubDate>Tue, 04 Mar 2025 05:06:07 +0000</pubDate></item>"""


def test_an_rss_item_becomes_a_candidate() -> None:
    (item,) = read_feed(rss(ITEM), URL).candidates
    assert item.url == "https://paper.example/2025/canal/"
    assert item.source == FEED
    assert item.title == "Canal reopens & boats return"
    assert item.published == datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert item.modified is None


def test_an_atom_entry_has_both_times() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>P</title><entry><title>A</title>
<link rel="alternate" href="/a"/><id>tag:x</id><published>2025-03-04T05:06:07Z</published>
<updated>2025-03-05T05:06:07+05:00</updated></entry></feed>"""
    feed = read_feed(body, URL)
    assert feed.candidates[0].url == "https://paper.example/a"
    assert feed.candidates[0].modified == datetime(2025, 3, 5, 0, 6, 7, tzinfo=UTC)
    assert feed.updated == datetime(2025, 3, 5, 0, 6, 7, tzinfo=UTC)


def test_rdf_is_read() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="https://paper.example/b"><title>B</title>
<link>https://paper.example/b</link><dc:date>2025-03-04T05:06:07Z</dc:date></item></rdf:RDF>"""
    (item,) = read_feed(body, URL).candidates
    assert item.url == "https://paper.example/b"
    assert (item.published or item.modified) == datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)


def test_a_proxys_link_gives_way_to_the_publishers_own() -> None:
    item = """<item><title>A</title><link>https://proxy.example/~r/1</link>
<feedburner:origLink>https://paper.example/own</feedburner:origLink></item>"""
    assert read_feed(rss(item), URL).candidates[0].url == "https://paper.example/own"


def test_the_next_page_is_named() -> None:
    feed = read_feed(
        rss(ITEM, '<atom:link rel="next" href="https://paper.example/feed/?paged=2"/>'), URL
    )
    assert feed.next_url == "https://paper.example/feed/?paged=2"


def test_an_html_page_is_no_empty_feed() -> None:
    assert (
        read_feed(b"<!doctype html><html><body><h1>Busy</h1></body></html>", URL).error
        == "an HTML page, not a feed"
    )


def test_a_feed_without_items_is_no_error() -> None:
    feed = read_feed(rss(""), URL)
    assert feed.candidates == ()
    assert feed.error is None


def test_a_cut_feed_gives_what_it_has() -> None:
    body = rss(ITEM + ITEM.replace("canal", "bridge"))
    feed = read_feed(body[: body.index(b"bridge") - 10], URL)
    assert feed.candidates[0].url == "https://paper.example/2025/canal/"


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"{}", b"<rss", b"\x1f\x8b\x08"])
def test_bad_bytes_say_why(body: bytes) -> None:
    feed = read_feed(body, URL)
    assert feed.candidates == ()
    assert feed.error


@pytest.mark.threat("S14")
def test_bytes_that_look_like_an_address_are_neither_fetched_nor_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(rss(ITEM))
    for body in (b"http://127.0.0.1:9/feed", str(secret).encode(), secret.as_uri().encode()):
        assert read_feed(body, URL).candidates == ()


@pytest.mark.threat("S14")
def test_entities_of_a_feed_are_neither_expanded_nor_loaded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    doctype = f'''<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y "{"ha" * 40}">
<!ENTITY z "{"&y;" * 40}">]>'''
    items = "".join(
        f"<item><title>&{e};</title><link>https://paper.example/&{e};/a</link></item>" for e in "xz"
    )
    found = read_feed(
        f"<?xml version='1.0'?>{doctype}<rss><channel>{items}</channel></rss>".encode(), URL
    )
    assert "hunter2" not in str(found)
    assert "haha" not in str(found)


def test_entries_without_an_address_are_left_out() -> None:
    assert (
        read_feed(
            rss("<item><title>x</title><link>javascript:alert(1)</link></item>"), URL
        ).candidates
        == ()
    )


@pytest.mark.threat("P12")
@pytest.mark.parametrize("reference", ["&#xD800;", "&#55296;", "&#xdfff;"])
def test_half_a_character_does_not_end_a_feed(reference: str) -> None:
    body = f"<rss><channel><item><title>{reference}Ferry</title><link>https://a.example/x</link></item></channel></rss>"
    (candidate,) = read_feed(body.encode(), "https://a.example/feed/").candidates
    assert candidate.title == "Ferry"


@pytest.mark.threat("P12")
def test_a_feed_that_breaks_the_parser_is_one_broken_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parse = feedparser.parse

    def broken(stream: BytesIO, **options: object) -> object:
        if options:
            raise UnicodeEncodeError("utf-8", "", 0, 1, "as on a lone surrogate")
        return parse(stream)

    monkeypatch.setattr(feedparser, "parse", broken)
    found = read_feed(
        b"<rss><channel><item><link>https://a.example/x</link>", "https://a.example/feed/"
    )
    assert (found.candidates, found.error) == ((), "neither RSS nor Atom")


NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def json_feed(*items: object, **more: object) -> bytes:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "P", "items": items, **more}
    return json.dumps(feed).encode()


def test_a_json_feed_is_read() -> None:
    body = json_feed(
        {"id": "1", "url": "/a", "title": "A", "date_published": "2026-11-26T10:00:00+05:00"},
        {"id": "https://paper.example/b", "date_modified": "2026-11-27T10:00:00Z", "title": None},
        {"id": "3", "external_url": "https://other.example/c"},
        {"id": 4},
        "x",
        next_url="/feed.json?page=2",
    )
    feed = read_feed(body, URL, now=NOW)
    assert [item.url for item in feed.candidates] == [
        "https://paper.example/a",
        "https://paper.example/b",
        "https://other.example/c",
    ]
    assert feed.candidates[0].published == datetime(2026, 11, 26, 5, tzinfo=UTC)
    assert feed.candidates[1].modified == datetime(2026, 11, 27, 10, tzinfo=UTC)
    assert feed.next_url == "https://paper.example/feed.json?page=2"
    assert feed.error is None


def test_a_json_feed_is_read_behind_a_notice() -> None:
    body = b"<br /><b>Notice</b>: x[0] in y<br />" + json_feed({"id": "1", "url": "/a"})
    assert [item.url for item in read_feed(body, URL).candidates] == ["https://paper.example/a"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"message": "no"}', "JSON, but no JSON Feed"),
        (json_feed({"id": 4}), "none of its 1 entries has an address"),
        (rss("<item><title>x</title></item>"), "none of its 1 entries has an address"),
        (gzip.compress(rss(ITEM), mtime=0)[:-30], "broken gzip"),
    ],
)
def test_a_feed_without_its_entries_has_a_reason(body: bytes, reason: str) -> None:
    assert reason in (read_feed(body, URL).error or "")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(rss(ITEM), mtime=0), {"content-type": "application/x-gzip"}),
        (rss(ITEM).replace(b"UTF-8", b"utf-16") + b"\n", {"content-type": "text/xml"}),
        (b"<b>Warning</b>: x<br />\n" + rss(ITEM), {"content-type": "text/html"}),
        (rss(ITEM).decode().encode("utf-16"), {}),
    ],
)
def test_a_feed_is_read_whatever_is_around_it(body: bytes, headers: dict[str, str]) -> None:
    feed = read_feed(body, URL, headers=headers)
    assert [item.url for item in feed.candidates] == ["https://paper.example/2025/canal/"]
    assert feed.error is None


RELATIVE = "<item><title>A</title><link>2026/a/</link></item>"


@pytest.mark.parametrize(
    ("url", "head", "headers", "expected"),
    [
        (
            "https://cdn.example/x/feed",
            "<link>https://paper.example/</link>",
            {},
            "https://paper.example/2026/a/",
        ),
        (
            "https://paper.example/x/feed",
            "<link>https://paper.example/</link>",
            {},
            "https://paper.example/x/2026/a/",
        ),
        ("https://cdn.example/x/feed", "", {}, "https://cdn.example/x/2026/a/"),
        (
            "https://cdn.example/x/feed",
            "",
            {"content-location": "https://paper.example/y/"},
            "https://paper.example/y/2026/a/",
        ),
    ],
)
def test_relative_links_are_joined_to_the_channel(
    url: str, head: str, headers: dict[str, str], expected: str
) -> None:
    assert read_feed(rss(RELATIVE, head), url, headers=headers).candidates[0].url == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026/11/26 15:07:41", datetime(2026, 11, 26, 10, 7, 41, tzinfo=UTC)),
        ("Thu, 26 Nov 2026 15:07:41", datetime(2026, 11, 26, 10, 7, 41, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:00 +0000", None),
        ("Sat, 16 Nov 2041 18:11:00 +0000", None),
    ],
)
def test_an_odd_date_is_the_right_one_or_none(date: str, expected: datetime | None) -> None:
    item = f"<item><link>https://paper.example/a</link><pubDate>{date}</pubDate></item>"
    feed = read_feed(rss(item), URL, zone=ZoneInfo("Asia/Karachi"), now=NOW)
    assert feed.candidates[0].published == expected


def test_what_of_a_feed_is_not_read_is_said() -> None:
    item = "<item><link>https://paper.example/story/{0}</link></item>"
    many = "".join(item.format(number) for number in range(5_002))
    found = read_feed(f"<rss version='2.0'><channel>{many}</channel></rss>".encode(), URL)
    assert (len(found.candidates), found.error) == (5_000, "only the first 5000 entries were read")
    prefixes = "".join(f"<a xmlns:p{number}='u'/>" for number in range(150))
    odd = f"<rss version='2.0'><channel>{item.format(1)}{prefixes}{item.format(2)}</channel></rss>"
    found = read_feed(odd.encode(), URL)
    assert [candidate.url[-1] for candidate in found.candidates] == ["1"]
    assert found.error == "cut after 1 entries: too many tags, attributes or prefixes"
