"""Comments in structured data: the `comment` property of the page's article in JSON-LD."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from ingest.extraction.comments.author import clean_name
from ingest.extraction.comments.date import ReadDate
from ingest.extraction.structured import Node, StructuredData, types_of
from ingest.html.page import Page
from ingest.record import Comment, CommentAuthor
from ingest.text import block, one_line

_TYPES = frozenset({"Comment", "UserComments", "Answer"})
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_BREAK = re.compile(r"<(?:br|/p|p)\b[^<>]{0,200}>", re.IGNORECASE)
_MAX_DEPTH = 20


def comments_in(data: StructuredData, page: Page, read: ReadDate, limit: int) -> list[Comment]:
    """Return at most `limit` comments of the articles with their replies, in document order."""
    comments: dict[str, Comment] = {}
    for article in data.articles:
        for node, parent in _nodes(data, article, None, 0):
            comment = _comment(data, node, parent, page, read)
            if comment is not None and len(comments) < limit:
                comments.setdefault(comment.id, comment)
    return list(comments.values())


def _nodes(
    data: StructuredData, node: Node, parent: str | None, depth: int
) -> Iterator[tuple[Node, str | None]]:
    if depth > _MAX_DEPTH:
        return
    for value in data.each(node, "comment"):
        if isinstance(value, Mapping) and types_of(value) & _TYPES:
            yield value, parent
            yield from _nodes(data, value, _ident(data, value), depth + 1)


def _ident(data: StructuredData, node: Node) -> str:
    """Return the number or identifier of a comment, else a hash of its content."""
    identifier = node.get("identifier") or node.get("@id") or node.get("url")
    if isinstance(identifier, str | int) and str(identifier).strip():
        text = one_line(str(identifier))
        number = re.search(r"(?:comment[-_]?|#c?)(\d+)$", text)
        return number[1] if number else text
    content = "\n".join(
        data.text(node, key) or "" for key in ("author", "dateCreated", "datePublished", "text")
    )
    return hashlib.sha256(content.encode("utf-8")).hexdigest()[:16]


def _comment(
    data: StructuredData, node: Node, parent: str | None, page: Page, read: ReadDate
) -> Comment | None:
    text = _text(node)
    if not text:
        return None
    raw = (
        data.text(node, "dateCreated")
        or data.text(node, "datePublished")
        or data.text(node, "commentTime")
    )
    parsed = read(raw) if raw else None
    return Comment(
        id=_ident(data, node),
        parent_id=parent,
        author=_author(data, node, page),
        date_created=parsed.value if parsed else None,
        date_created_raw=raw,
        text=text,
    )


def _text(node: Node) -> str:
    values = (node.get(key) for key in ("text", "commentText", "description"))
    text = next((value for value in values if isinstance(value, str)), "")
    return block(_TAG.sub("", _BREAK.sub("\n\n", text)))


def _author(data: StructuredData, node: Node, page: Page) -> CommentAuthor:
    name = data.text(node, "author") or data.text(node, "creator")
    person = next((value for value in data.each(node, "author") if isinstance(value, Mapping)), {})
    url = person.get("url")
    return CommentAuthor(
        name=clean_name(name) if name else None,
        url=page.absolute(url) if isinstance(url, str) else None,
    )
