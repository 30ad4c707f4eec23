from __future__ import annotations

import pytest

from ingest.discovery.feed_links import declared_feeds
from ingest.html.page import parse

URL = "https://paper.example/city/"


def feeds(head: str, link: str = "") -> list[str]:
    return declared_feeds(parse(f"<head>{head}</head>", URL, headers={"link": link}))


def test_feeds_of_plain_xml_come_behind_those_with_a_type_of_feeds() -> None:
    head = """<link rel="alternate" type="text/xml" href="/out/latest">
<link rel="alternate" type="application/rss+xml" href="/rss">
<link rel="alternate" type="application/xml; charset=utf-8" href="/out/all">
<link rel="alternate" type="application/feed+json" href="/feed.json">
<link rel="alternate" type="text/xml+oembed" href="/oembed"><link rel="search" type="text/xml" href="/s">"""
    assert feeds(head) == [
        f"https://paper.example{path}" for path in ("/rss", "/feed.json", "/out/latest", "/out/all")
    ]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('</rss>; rel="alternate"; type="application/rss+xml"', ["https://paper.example/rss"]),
        ("<rss>;rel=alternate;type=text/xml", ["https://paper.example/city/rss"]),
        (
            '</s.css>; rel=preload, </a,b>; title="x, y; z"; REL="home alternate"; type="text/xml", </c>',
            ["https://paper.example/a,b"],
        ),
        ('</comments/feed>; rel="alternate"; type="application/rss+xml"', []),
        ('</x>; rel="alternate"; hreflang=de', []),
        ("<<<;;;>>>", []),
    ],
)
def test_the_http_header_declares_feeds(header: str, expected: list[str]) -> None:
    assert feeds("", header) == expected


def test_a_feed_of_both_counts_once() -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/rss">'
    assert feeds(head, '</rss>; rel="alternate"; type="application/rss+xml"') == [
        "https://paper.example/rss"
    ]
