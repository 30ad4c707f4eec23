"""Tags with many attributes are found in every way in which libxml2 reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from ingest import UNKNOWN_SITE, Article
from ingest.api import extract
from ingest.discovery.feed import read_feed
from ingest.discovery.wordpress import rendered_text
from ingest.errors import LimitExceeded
from ingest.html.bounds import cut_feed, has_wide_tag
from ingest.html.page import parse
from tests.hostile.shapes import SENTENCE, node

URL = "https://paper.example/2026/11/05/a-tram-line/"
NAMES = " ".join(f"x{number}" for number in range(700))

WIDE = {
    "plain": f"<p {NAMES}>",
    "less-than-in-value": f"<p a='<' {NAMES}>",
    "greater-than-in-value": f"<p a='>' {NAMES}>",
    "less-than-in-name": f"<p a<b {NAMES}>",
    "less-than-in-tag": f"<p<a {NAMES}>",
    "equals-first": f"<p =a {NAMES}>",
    "equals-twice": f"<p a== {NAMES}>",
    "quotes-in-values": "<p " + " ".join(f"x{number}=a\"'" for number in range(700)) + ">",
    "quotes-in-names": "<p " + " ".join(f"'x{number}" for number in range(700)) + ">",
    "no-blanks": "<p " + "".join(f"x{number}=''" for number in range(700)) + ">",
    "slashes": f"<p/{NAMES.replace(' ', '/')}>",
    "accents": "<p " + " ".join(f"é{number}" for number in range(700)) + ">",
    "behind-a-comparison": f'<script>if (a<b = "</script><p {NAMES}>',
    "behind-an-empty-comment": f"<!--><p {NAMES}>-->",
    "behind-an-instruction": f'<?a b="><p {NAMES}>',
    "of-the-root": f"<html {NAMES}>",
    "in-a-drawing": f"<svg><path {NAMES}></svg>",
}
NARROW = {
    "one-name": "<p " + "x " * 700 + ">",
    "end-tag": f"</p {NAMES}>",
    "comment": f"<!-- <p {NAMES}> -->",
    "script": f"<script>a = '<p {NAMES}>'</script>",
    "text-area": f"<textarea><p {NAMES}></textarea>",
    "words": f"5 < 6 {NAMES}",
    "few": f"<p {NAMES[:1_500]}>",
}


@pytest.mark.threat("P1", "S13")
@pytest.mark.parametrize("name", WIDE)
def test_a_wide_tag_is_found(name: str) -> None:
    source = f"<body><p>a</p>{WIDE[name]}b</body>"
    if name == "of-the-root":
        source = f"{WIDE[name]}b"
    widest = max(len(element.attrib) for element in document_fromstring(source).iter("*"))
    assert widest >= 500  # the parser takes it for one
    assert has_wide_tag(source.encode())
    with pytest.raises(LimitExceeded, match="500 attributes"):
        parse(source.encode("utf-16"), URL)


@pytest.mark.parametrize("name", NARROW)
def test_what_the_parser_takes_for_no_wide_tag_is_none(name: str) -> None:
    assert not has_wide_tag(f"<body><p>a</p>{NARROW[name]}b</body>".encode())


def test_html_in_data_is_not_parsed_with_a_wide_tag() -> None:
    assert rendered_text({"rendered": f"<b a='<' {NAMES}>a</b>"}) == ""
    body = f"<div a='<' {NAMES}>{'<p>' + SENTENCE * 4 + '</p>'}</div>"
    result = extract(
        node(articleBody=body * 9).encode(),
        URL,
        retrieved_at=datetime(2026, 11, 27, tzinfo=UTC),
        site=UNKNOWN_SITE,
        accept_any=True,
    )
    assert isinstance(result, Article)
    assert result.metadata.provenance["articleBody"] != "json-ld"


@pytest.mark.threat("S13")
def test_a_feed_ends_before_its_two_hundredth_prefix() -> None:
    item = b"<item><link>https://paper.example/%d</link></item>"
    prefixes = b"".join(b"<x%d:a xmlns:x%d='u'/>" % (n, n) for n in range(300))
    body = b"<rss version='2.0'><channel>" + item % 1 + prefixes + item % 2 + b"</channel></rss>"
    assert cut_feed(body, 100_000).count(b"<x") == 0
    assert [candidate.url for candidate in read_feed(body, URL).candidates] == [
        "https://paper.example/1"
    ]


def test_keywords_of_a_feed_hide_nothing_else() -> None:
    item = (
        "<item><category>a</category><dc:subject xmlns:dc='http://purl.org/dc/elements/1.1/'>b"
        "</dc:subject><title>A <![CDATA[<category> of]]> trams</title>"
        "<link>https://paper.example/1</link></item>"
    )
    body = f"<rss version='2.0'><channel>{item}</channel></rss>".encode()
    (candidate,) = read_feed(body, URL).candidates
    assert (candidate.url, candidate.title) == ("https://paper.example/1", "A of trams")
