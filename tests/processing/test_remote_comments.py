from __future__ import annotations

import json
from datetime import tzinfo

import pytest

from ingest.extraction.address import post_number
from ingest.extraction.model import CommentSection
from ingest.html.page import parse
from ingest.processing.remote_comments import (
    comments_url,
    merge_comments,
    read_answers,
    read_comment_feed,
    read_comments,
)
from ingest.record import Comment, CommentAuthor, CommentSystem


def complete_comments(
    section: CommentSection, answers: list[bytes], zone: tzinfo | None
) -> CommentSection:
    return merge_comments(section, read_answers(answers, zone))


def shown(ident: str, text: str, parent: str | None = None) -> Comment:
    return Comment(
        id=ident, parent_id=parent, author=CommentAuthor(name=f"Reader {ident}"), text=text
    )


def answer(*comments: tuple[int, int, str]) -> bytes:
    return json.dumps(
        [
            {
                "id": ident,
                "parent": parent,
                "author_name": f"Reader {ident}",
                "date": "2026-10-05T12:00:00",
                "date_gmt": "2026-10-05T07:00:00",
                "content": {"rendered": f"<p>{text}</p>"},
                "type": "comment",
            }
            for ident, parent, text in comments
        ]
    ).encode()


PAGE = CommentSection(comments=(shown("7", "Shown & kept"),), count=4, source="html")


def test_the_api_adds_what_the_page_does_not_show() -> None:
    done = complete_comments(
        PAGE,
        [answer((5, 0, "First"), (7, 5, "Shown"), (8, 0, "Last")), answer((9, 5, "Reply"))],
        None,
    )
    assert [(comment.id, comment.parent_id) for comment in done.comments] == [
        ("5", None),
        ("7", "5"),
        ("9", "5"),
        ("8", None),
    ]
    assert done.comments[1].text == "Shown & kept"
    assert done.comments[1].date_created == "2026-10-05T07:00:00+00:00"
    assert (done.count, done.system, done.source) == (
        4,
        CommentSystem.NATIVE,
        "html, wordpress-api",
    )


def test_a_comment_that_only_the_page_has_stays() -> None:
    done = complete_comments(PAGE, [answer((5, 0, "First"))], None)
    assert [comment.id for comment in done.comments] == ["5", "7"]


def test_answers_that_say_nothing_change_nothing() -> None:
    for nothing in (
        b"",
        b"[]",
        b'{"code": "rest_forbidden"}',
        b"<html>503</html>",
        b"\x00[",
        b"[{}]",
    ):
        assert complete_comments(PAGE, [nothing], None) == PAGE


def test_comments_that_answer_each_other_are_all_there() -> None:
    done = complete_comments(CommentSection(), [answer((1, 2, "a"), (2, 1, "b"))], None)
    assert {comment.id for comment in done.comments} == {"1", "2"}


def test_a_comment_feed_is_an_answer_too() -> None:
    feed = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
    <title>Comments on: A road</title><item><title>By: Amna</title><link>https://x.example/a/#comment-3</link>
    <dc:creator>Amna</dc:creator><pubDate>Mon, 05 Oct 2026 07:00:00 +0000</pubDate>
    <description>Well said.</description></item></channel></rss>"""
    done = complete_comments(CommentSection(), [feed.encode()], None)
    assert [(comment.id, comment.author.name, comment.text) for comment in done.comments] == [
        ("3", "Amna", "Well said.")
    ]
    assert done.source == "comment-feed"


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


def test_the_address_of_comments_fits_either_form_of_the_api() -> None:
    assert comments_url("https://p.example/?rest_route=/", 51).startswith(
        "https://p.example/?rest_route=/wp/v2/comments&post=51&"
    )


def test_the_api_is_read_behind_a_notice_and_a_feed_behind_white_space() -> None:
    notice = b"<br />\n<b>Notice</b>: x[0] in <b>/srv/c.php</b><br />\n"
    done = complete_comments(CommentSection(), [notice + answer((5, 0, "First"))], None)
    assert [comment.text for comment in done.comments] == ["First"]
    assert done.source == "wordpress-api"
    done = complete_comments(CommentSection(), [b"\n\n" + FEED], None)
    assert [comment.id for comment in done.comments] == ["11", "12"]
    assert done.source == "comment-feed"
