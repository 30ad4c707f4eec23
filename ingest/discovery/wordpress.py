"""WordPress's REST API and comment feeds: posts as candidates, comments with their threads.

https://developer.wordpress.org/rest-api/reference/posts/ and .../comments/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import urlencode

from lxml import etree
from lxml.html import HtmlElement, fragment_fromstring

from ingest.discovery.candidate import WORDPRESS, Candidate
from ingest.discovery.feed import entry_moment, parse_feed
from ingest.html.bounds import cut_at_marks
from ingest.html.page import Page, absolute, text_of
from ingest.record import Comment, CommentAuthor
from ingest.text import block, known, one_line, whole_number

_MOST = 5_000
_MOST_MARKS = 1_000_000  # of JSON: each opens or parts values, which take some 100 bytes of memory
_POST_FIELDS = "id,link,date,date_gmt,modified,modified_gmt,title"
_COMMENT_FIELDS = "id,post,parent,author_name,author_url,date,date_gmt,content,link,type"


@dataclass(frozen=True, slots=True)
class Posts:
    """One page of posts; `ids` gives the post's number by address, for its comments."""

    candidates: tuple[Candidate, ...] = ()
    ids: Mapping[str, int] | None = None
    error: str | None = None


def posts_url(
    api: str, *, page: int = 1, per_page: int = 100, modified_after: datetime | None = None
) -> str:
    """The address of a page of posts, newest first; `api` is as `https://host/wp-json/` or `.../?rest_route=/`.

    `modified_after` leaves out what did not change since (WordPress 5.7; earlier ones pass over it).
    """
    query: dict[str, object] = {"per_page": per_page, "page": page, "_fields": _POST_FIELDS}
    if modified_after is not None:
        query["modified_after"] = modified_after.astimezone(UTC).isoformat(timespec="seconds")
    return _route(api, "wp/v2/posts", query)


def comments_url(api: str, post: int, *, page: int = 1, per_page: int = 100) -> str:
    """The address of a page of a post's comments, oldest first."""
    query = {
        "post": post,
        "per_page": per_page,
        "page": page,
        "order": "asc",
        "_fields": _COMMENT_FIELDS,
    }
    return _route(api, "wp/v2/comments", query)


def plain_api(api: str) -> str:
    """The API without permalinks, which often answers where `/wp-json/` is refused."""
    return re.sub(r"/wp-json/?$", "/?rest_route=/", api)


def asks_api(url: str) -> bool:
    """Whether the address is one of the API, in either of its forms."""
    return re.search(r"/wp-json(?:/|$)|[?&]rest_route=", url) is not None


def _route(api: str, route: str, query: Mapping[str, object]) -> str:
    joint = "&" if "?" in api else "?"
    return f"{api.rstrip('/')}/{route}{joint}{urlencode(query)}"


def read_posts(body: bytes, url: str, zone: tzinfo | None = None) -> Posts:
    """The posts of an answer. `zone` is the site's, for times without `..._gmt`. Nothing raises."""
    posts, error = _objects(body)
    candidates: list[Candidate] = []
    ids: dict[str, int] = {}
    for post in posts:
        if address := absolute(url, _string(post.get("link"))):
            title = _rendered(post.get("title")) or None
            times = (_time(post, name, zone) for name in ("date", "modified"))
            candidates.append(Candidate(address, WORDPRESS, title, *times))
            if isinstance(number := post.get("id"), int):
                ids[address] = number
    return Posts(tuple(candidates), ids, error)


def read_comments(body: bytes, zone: tzinfo | None = None) -> tuple[Comment, ...]:
    """The readers' comments of an answer, in its order; pingbacks are none. Bad bytes give none."""
    return tuple(comment for item in _objects(body)[0] if (comment := _comment(item, zone)))


def _comment(item: Mapping[str, Any], zone: tzinfo | None) -> Comment | None:
    text = _rendered(item.get("content"))
    if not text or not isinstance(item.get("id"), int) or item.get("type", "comment") != "comment":
        return None
    moment = _time(item, "date", zone)
    parent = item.get("parent")
    return Comment(
        id=str(item["id"]),
        parent_id=str(parent) if parent else None,
        author=CommentAuthor(
            name=one_line(_rendered(item.get("author_name"))) or None,
            url=absolute("", _string(item.get("author_url"))),
        ),
        date_created=moment.isoformat(timespec="seconds") if moment else None,
        date_created_raw=known(_string(item.get("date"))) or known(_string(item.get("date_gmt"))),
        text=text,
    )


def read_comment_feed(body: bytes) -> tuple[Comment, ...]:
    """The comments of a post's feed (`/slug/feed/`), oldest first.

    An answer begins with "In reply to", linked to the comment that it answers: it becomes `parent_id`.
    """
    entries = parse_feed(body).entries[:_MOST]
    return tuple(comment for entry in reversed(entries) if (comment := _from_feed(entry)))


def _from_feed(entry: Mapping[str, Any]) -> Comment | None:
    number = _comment_number(entry.get("link")) or _comment_number(entry.get("id"))
    content = next(
        (item.get("value") for item in entry.get("content") or () if item.get("value")),
        entry.get("summary"),
    )
    tree = _fragment(content or "")
    parent = _take_reply(tree)
    text = _prose(tree)
    if number is None or not text:
        return None
    name = one_line(entry.get("author") or re.sub(r"^\w+:\s*", "", entry.get("title") or ""))
    moment = entry_moment(entry, "published", "updated")
    raw = known(entry.get("published"))
    return Comment(
        id=number,
        parent_id=parent,
        author=CommentAuthor(name=name or None),
        date_created=moment.isoformat() if moment else None,
        date_created_raw=raw,
        text=text,
    )


def _take_reply(tree: HtmlElement) -> str | None:
    """The number of the answered comment; its paragraph, WordPress's own, is removed."""
    for link in tree.iter("a"):
        number = _comment_number(link.get("href"))
        holder = link.getparent()
        if number and holder is not None and len(text_of(holder)) <= len(text_of(link)) + 40:
            if holder is not tree:
                holder.drop_tree()
            return number
        return None
    return None


def _comment_number(address: object) -> str | None:
    match = re.search(r"#comment-(\d+)$", str(address or ""))
    return match[1] if match else None


def post_number(page: Page) -> int | None:
    """The post's number as WordPress names it in the page: API link, short link or body class."""
    links = [address for rel in ("alternate", "shortlink") for address in page.links.get(rel, [])]
    named = [*links, page.body.get("class") or ""]
    found = (re.search(r"/wp/v2/posts/(\d+)|[?&]p=(\d+)|\bpostid-(\d+)\b", text) for text in named)
    return next(
        (whole_number(next(filter(None, match.groups()))) for match in found if match), None
    )


def _objects(body: bytes) -> tuple[list[Mapping[str, Any]], str | None]:
    if cut_at_marks(body, b"[{,", _MOST_MARKS) is not body:
        return [], f"over {_MOST_MARKS} values"
    try:
        value = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return [], "not JSON"
    if isinstance(value, Mapping):  # WordPress states an error as {"code": ..., "message": ...}
        return [], one_line(_string(value.get("message")) or "an object where a list belongs")
    if not isinstance(value, list):
        return [], "no list"
    return [item for item in value[:_MOST] if isinstance(item, Mapping)], None


def _time(item: Mapping[str, Any], name: str, zone: tzinfo | None) -> datetime | None:
    for key, offset in ((f"{name}_gmt", UTC), (name, zone)):
        try:
            moment = datetime.fromisoformat(_string(item.get(key)) or "")
        except ValueError:  # also WordPress's "0000-00-00T00:00:00"
            continue
        if moment.tzinfo or offset:
            return moment if moment.tzinfo else moment.replace(tzinfo=offset)
    return None


def _rendered(value: object) -> str:
    """The text of `{"rendered": html}` or of a plain string."""
    source = value.get("rendered") if isinstance(value, Mapping) else value
    return _prose(_fragment(_string(source) or ""))


def _fragment(source: str) -> HtmlElement:
    try:
        return fragment_fromstring(source.replace("\x00", ""), create_parent="div")
    except (etree.LxmlError, ValueError):
        return fragment_fromstring("", create_parent="div")


def _prose(tree: HtmlElement) -> str:
    return block("".join(_pieces(tree)))


def _pieces(tree: HtmlElement) -> Iterator[str]:
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        edge = (
            "\n\n"
            if node.tag in {"p", "blockquote", "ul", "ol", "pre", "div"}
            else "\n"
            if node.tag == "li"
            else ""
        )
        if event == "start":
            yield edge or ("\n" if node.tag == "br" else "")
            yield re.sub(r"\s+", " ", node.text or "")
        else:
            yield edge
            yield re.sub(r"\s+", " ", node.tail or "") if node is not tree else ""


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None
