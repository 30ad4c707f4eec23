import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ingest.discovery.wordpress import (
    comments_url,
    plain_api,
    post_number,
    posts_url,
    read_comment_feed,
    read_comments,
    read_posts,
)
from ingest.html.page import parse

URL = "https://paper.example/wp-json/wp/v2/posts"
POST = {
    "id": 51,
    "link": "https://paper.example/canal/",
    "date": "2025-03-04T10:06:07",
    "date_gmt": "2025-03-04T05:06:07",
    "modified_gmt": "2025-03-05T05:06:07",
    "title": {"rendered": "Canal &#8211; the <em>lock</em>"},
}
COMMENT = {
    "id": 9,
    "post": 51,
    "parent": 0,
    "author_name": "A &amp; B",
    "author_url": "https://a.example/",
    "date": "2025-03-04T10:06:07",
    "date_gmt": "2025-03-04T05:06:07",
    "content": {
        "rendered": '<p>First<br />line</p>\n<p>See <a href="/x">this</a> &lt;ok&gt;</p>\n'
    },
    "type": "comment",
}


def test_a_post_becomes_a_candidate() -> None:
    posts = read_posts(json.dumps([POST]).encode(), URL)
    (item,) = posts.candidates
    assert item.title == "Canal – the lock"
    assert item.published == datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert item.modified == datetime(2025, 3, 5, 5, 6, 7, tzinfo=UTC)
    assert posts.ids == {"https://paper.example/canal/": 51}


def test_a_local_time_needs_the_sites_zone() -> None:
    post = {**POST, "date_gmt": "0000-00-00T00:00:00"}
    zoned = read_posts(json.dumps([post]).encode(), URL, ZoneInfo("Asia/Karachi")).candidates[0]
    assert zoned.published == datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert read_posts(json.dumps([post]).encode(), URL).candidates[0].published is None


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"code":"rest_forbidden","message":"No."}', b"null", b"[" * 5000]
)
def test_bad_posts_say_why(body: bytes) -> None:
    posts = read_posts(body, URL)
    assert posts.candidates == ()
    assert posts.error


def test_an_error_of_the_api_is_told() -> None:
    assert (
        read_posts(b'{"code":"rest_forbidden","message":"Sorry, no."}', URL).error == "Sorry, no."
    )


def test_a_comment_keeps_author_time_thread_and_paragraphs() -> None:
    answer = {**COMMENT, "id": 10, "parent": 9}
    first, second = read_comments(json.dumps([COMMENT, answer]).encode())
    assert (first.id, first.parent_id) == ("9", None)
    assert second.parent_id == "9"
    assert (first.author.name, first.author.url) == ("A & B", "https://a.example/")
    assert first.date_created == "2025-03-04T05:06:07+00:00"
    assert first.date_created_raw == "2025-03-04T10:06:07"
    assert first.text == "First\nline\n\nSee this <ok>"


def test_pings_and_empty_comments_are_none() -> None:
    items = [
        {**COMMENT, "type": "pingback"},
        {**COMMENT, "content": {"rendered": "<p> </p>"}},
        "x",
        None,
    ]
    assert read_comments(json.dumps(items).encode()) == ()


def test_comments_of_bad_bytes_are_none() -> None:
    assert read_comments(b"<html>") == ()


FEED = b"""<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Comments on: Canal</title>
<item><title>By: Sana</title><link>https://paper.example/canal/#comment-12</link><dc:creator><![CDATA[Sana]]></dc:creator>
<pubDate>Tue, 04 Mar 2025 06:06:07 +0000</pubDate>
<content:encoded><![CDATA[<p>In reply to <a href="https://paper.example/canal/#comment-11">Omar</a>.</p>
<p>Not <b>so</b>.</p>]]></content:encoded></item>
<item><title>By: Omar</title><link>https://paper.example/canal/#comment-11</link><dc:creator><![CDATA[Omar]]></dc:creator>
<pubDate>Tue, 04 Mar 2025 05:06:07 +0000</pubDate>
<content:encoded><![CDATA[<p>It <a href="/">is</a> open.</p>]]></content:encoded></item>
</channel></rss>"""


def test_a_comment_feed_gives_the_thread_oldest_first() -> None:
    first, second = read_comment_feed(FEED)
    assert (first.id, first.author.name, first.text) == ("11", "Omar", "It is open.")
    assert first.date_created == "2025-03-04T05:06:07+00:00"
    assert (second.id, second.parent_id, second.text) == ("12", "11", "Not so.")


def test_addresses_of_the_api() -> None:
    assert posts_url("https://p.example/wp-json/", page=2).startswith(
        "https://p.example/wp-json/wp/v2/posts?per_page=100&page=2&"
    )
    assert comments_url("https://p.example/?rest_route=/", 51).startswith(
        "https://p.example/?rest_route=/wp/v2/comments&post=51&"
    )
    assert plain_api("https://p.example/wp-json/") == "https://p.example/?rest_route=/"


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="alternate" type="application/json" href="https://p.example/wp-json/wp/v2/posts/51">',
        '<link rel="shortlink" href="https://p.example/?p=51">',
        '<body class="single single-post postid-51">',
    ],
)
def test_the_posts_number_is_found_in_its_page(html: str) -> None:
    assert post_number(parse(html, "https://p.example/canal/")) == 51


def test_other_pages_have_no_post_number() -> None:
    assert post_number(parse("<body class=home>", "https://p.example/")) is None
