"""Comments of WordPress's REST API and of comment feeds, merged with those of the page (pure).

Pages cut long threads ("older comments"), flatten replies and often state no time; the API has all
of it. https://developer.wordpress.org/rest-api/reference/comments/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from lxml.html import HtmlElement

from ingest.discovery.feed import entry_moment, parse_feed
from ingest.discovery.wordpress import (
    MAX_ITEMS,
    api_time,
    api_url,
    fragment_text,
    html_fragment,
    json_objects,
    rendered_text,
    string,
)
from ingest.extraction.model import CommentSection
from ingest.html.page import absolute, text_of
from ingest.plugins import RemoteComments
from ingest.record import Comment, CommentAuthor, CommentSystem
from ingest.text import known, one_line

API = "wordpress-api"
FEED = "comment-feed"
_COMMENT_FIELDS = "id,post,parent,author_name,author_url,date,date_gmt,content,link,type"
_REPLY_NOTE_CHARACTERS = 40
"""The words around the link of a reply's first line ("In reply to ...") are fewer than this."""


def comments_url(api: str, post: int, *, page: int = 1, per_page: int = 100) -> str:
    """Return the address of a page of a post's comments, oldest first.

    Args:
        api: the root of the API, as `discovery.wordpress.posts_url` takes it.
        post: the post's number.
        page: counted from 1.
        per_page: at most 100, which is WordPress's own limit.
    """
    query = {
        "post": post,
        "per_page": per_page,
        "page": page,
        "order": "asc",
        "_fields": _COMMENT_FIELDS,
    }
    return api_url(api, "wp/v2/comments", query)


def read_comments(body: bytes, zone: tzinfo | None = None) -> tuple[Comment, ...]:
    """Return the readers' comments of an API answer, in its order, without pingbacks.

    Bytes that cannot be read give no comments.
    """
    objects, _ = json_objects(body)
    comments = (_from_api(item, zone) for item in objects)
    return tuple(comment for comment in comments if comment is not None)


def _from_api(item: Mapping[str, Any], zone: tzinfo | None) -> Comment | None:
    text = rendered_text(item.get("content"))
    if not text or not isinstance(item.get("id"), int) or item.get("type", "comment") != "comment":
        return None
    moment = api_time(item, "date", zone)
    parent = item.get("parent")
    return Comment(
        id=str(item["id"]),
        parent_id=str(parent) if parent else None,
        author=CommentAuthor(
            name=one_line(rendered_text(item.get("author_name"))) or None,
            url=absolute("", string(item.get("author_url"))),
        ),
        date_created=moment.isoformat(timespec="seconds") if moment else None,
        date_created_raw=known(string(item.get("date"))) or known(string(item.get("date_gmt"))),
        text=text,
    )


def read_comment_feed(body: bytes) -> tuple[Comment, ...]:
    """Return the comments of a post's feed (`/slug/feed/`), oldest first.

    A reply begins with "In reply to" and a link to the parent comment, which becomes `parent_id`.
    """
    entries = parse_feed(body).entries[:MAX_ITEMS]
    comments = (_from_feed(entry) for entry in reversed(entries))
    return tuple(comment for comment in comments if comment is not None)


def _from_feed(entry: Mapping[str, Any]) -> Comment | None:
    number = _comment_number(entry.get("link")) or _comment_number(entry.get("id"))
    tree = html_fragment(_feed_content(entry))
    parent = _take_reply_note(tree)
    text = fragment_text(tree)
    if number is None or not text:
        return None
    moment = entry_moment(entry, "published", "updated")
    return Comment(
        id=number,
        parent_id=parent,
        author=CommentAuthor(name=_feed_author(entry)),
        date_created=moment.isoformat() if moment else None,
        date_created_raw=known(entry.get("published")),
        text=text,
    )


def _feed_content(entry: Mapping[str, Any]) -> str:
    """Return the HTML of an entry: its first content that is not empty, else its summary."""
    for content in entry.get("content") or ():
        if content.get("value"):
            return str(content["value"])
    return entry.get("summary") or ""


def _feed_author(entry: Mapping[str, Any]) -> str | None:
    """Return the author's name, which may only be in the title ("By: NAME")."""
    return (
        one_line(entry.get("author") or re.sub(r"^\w+:\s*", "", entry.get("title") or "")) or None
    )


def _take_reply_note(tree: HtmlElement) -> str | None:
    """Remove WordPress's "In reply to" paragraph and return the number of the parent comment.

    Only the first link of the comment is considered.
    """
    link = next(tree.iter("a"), None)
    if link is None:
        return None
    number = _comment_number(link.get("href"))
    parent = link.getparent()
    if number is None or parent is None:
        return None
    if len(text_of(parent)) > len(text_of(link)) + _REPLY_NOTE_CHARACTERS:
        return None
    if parent is not tree:
        parent.drop_tree()
    return number


def _comment_number(address: object) -> str | None:
    match = re.search(r"#comment-(\d+)$", str(address or ""))
    return match[1] if match else None


def read_answers(answers: Iterable[bytes], zone: tzinfo | None) -> RemoteComments:
    """Return the comments in answers of WordPress.

    Args:
        answers: bodies of API answers (JSON) or of comment feeds.
        zone: the site's time zone, for times without an offset.
    """
    listed: dict[str, Comment] = {}
    source = ""
    for answer in answers:
        comments = read_comments(answer, zone)
        is_json = bool(comments)
        if not is_json:
            comments = read_comment_feed(answer)
        listed |= {comment.id: comment for comment in comments}
        if comments and not source:
            source = API if is_json else FEED
    return RemoteComments(tuple(listed.values()), source)


def merge_comments(section: CommentSection, remote: RemoteComments) -> CommentSection:
    """Return the section with comments from outside the page added.

    A comment that both have keeps the page's text and takes the other's time and parent. Replies
    follow their parent.
    """
    if not remote.comments:
        return section
    listed = {comment.id: comment for comment in remote.comments}
    on_page = {comment.id: comment for comment in section.comments}
    merged = {ident: _merged(comment, on_page.get(ident)) for ident, comment in listed.items()}
    merged |= {ident: comment for ident, comment in on_page.items() if ident not in listed}
    return replace(
        section,
        comments=tuple(_threaded(merged)),
        system=section.system or CommentSystem.NATIVE,
        source=f"{section.source}, {remote.source}" if section.source else remote.source,
    )


def _merged(listed: Comment, on_page: Comment | None) -> Comment:
    if on_page is None:
        return listed
    return listed.model_copy(
        update={
            "text": on_page.text,
            "author": on_page.author if on_page.author.name else listed.author,
            "parent_id": listed.parent_id or on_page.parent_id,
            "date_created": listed.date_created or on_page.date_created,
            "date_created_raw": listed.date_created_raw or on_page.date_created_raw,
        }
    )


def _threaded(comments: dict[str, Comment]) -> Iterator[Comment]:
    """Yield each comment followed by its replies. A comment whose parent is missing is a root."""
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
