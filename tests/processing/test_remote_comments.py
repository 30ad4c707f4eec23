from __future__ import annotations

import json

from ingest.extraction.model import CommentSection
from ingest.processing.remote_comments import complete_comments
from ingest.record import Comment, CommentAuthor, CommentSystem


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
