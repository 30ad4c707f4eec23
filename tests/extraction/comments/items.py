"""Comments of a page that is made for a test."""

from datetime import UTC, datetime

from ingest.extraction.comments import find_comments
from ingest.html.page import parse
from ingest.record import Comment
from tests.extraction.facts import facts_of

URL = "https://example.com/story/"


def comments(items: str) -> tuple[Comment, ...]:
    page = parse(f"<h1>Story</h1><ol class='comment-list'>{items}</ol>", URL)
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    return find_comments(facts_of(page, now=now)).comments


def only(inner: str, *, ident: str = "comment-1", name: str = "comment") -> Comment:
    (found,) = comments(f"<li id='{ident}' class='{name}'>{inner}</li>")
    return found
