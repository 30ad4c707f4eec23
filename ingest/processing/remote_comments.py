"""Comments that a page shows, completed by what WordPress's API or the post's comment feed says of them (pure).

Pages cut long threads ("older comments"), flatten replies and often state no time; the API has all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import tzinfo

from ingest.discovery.wordpress import read_comment_feed, read_comments
from ingest.extraction.model import CommentSection
from ingest.record import Comment, CommentSystem

API = "wordpress-api"
FEED = "comment-feed"


def complete_comments(
    section: CommentSection, answers: Iterable[bytes], zone: tzinfo | None
) -> CommentSection:
    """The section with the comments of the answers: JSON of the API, or a feed.

    A comment of both keeps the page's text and takes the answer's time and parent; replies follow what they answer.
    """
    listed: dict[str, Comment] = {}
    source = ""
    for answer in answers:
        is_json = answer.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in {b"[", b"{"}
        found = read_comments(answer, zone) if is_json else read_comment_feed(answer)
        listed |= {comment.id: comment for comment in found}
        source = source or (API if is_json and found else FEED if found else "")
    if not listed:
        return section
    shown = {comment.id: comment for comment in section.comments}
    merged = {ident: _merged(comment, shown.get(ident)) for ident, comment in listed.items()}
    merged |= {ident: comment for ident, comment in shown.items() if ident not in listed}
    return replace(
        section,
        comments=tuple(_threaded(merged)),
        system=section.system or CommentSystem.NATIVE,
        source=f"{section.source}, {source}" if section.source else source,
    )


def _merged(listed: Comment, shown: Comment | None) -> Comment:
    if shown is None:
        return listed
    return listed.model_copy(
        update={
            "text": shown.text,
            "author": shown.author if shown.author.name else listed.author,
            "parent_id": listed.parent_id or shown.parent_id,
            "date_created": listed.date_created or shown.date_created,
            "date_created_raw": listed.date_created_raw or shown.date_created_raw,
        }
    )


def _threaded(comments: dict[str, Comment]) -> Iterator[Comment]:
    """Each comment followed by the replies to it; one whose parent is not there stands for itself, once."""
    replies: dict[str | None, list[Comment]] = {}
    for comment in comments.values():
        parent = comment.parent_id if comment.parent_id in comments else None
        replies.setdefault(parent, []).append(comment)
    waiting = replies.pop(None, [])[::-1]
    while waiting:
        comment = waiting.pop()
        yield comment
        waiting.extend(replies.pop(comment.id, [])[::-1])
    for circle in replies.values():  # comments that answer each other
        yield from circle
