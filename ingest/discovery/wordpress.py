"""Posts of WordPress's REST API as candidates, and what its JSON answers share with those of comments.

https://developer.wordpress.org/rest-api/reference/posts/
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
from ingest.html.bounds import cut_at_marks
from ingest.html.page import absolute
from ingest.text import block, one_line

MAX_ITEMS = 5_000
"""Posts or comments that are read of one answer."""
_MAX_JSON_MARKS = 1_000_000
"""Each `[`, `{` or `,` begins a value, which takes some 100 bytes of memory."""
_POST_FIELDS = "id,link,date,date_gmt,modified,modified_gmt,title"
_BLOCK_TAGS = frozenset({"p", "blockquote", "ul", "ol", "pre", "div"})


@dataclass(frozen=True, slots=True)
class Posts:
    """One page of posts.

    Attributes:
        candidates: the posts, in the order of the answer.
        ids: the post's number by its address, needed to ask for its comments.
        error: why there are no posts, in one line.
    """

    candidates: tuple[Candidate, ...] = ()
    ids: Mapping[str, int] | None = None
    error: str | None = None


def posts_url(
    api: str, *, page: int = 1, per_page: int = 100, modified_after: datetime | None = None
) -> str:
    """Return the address of a page of posts, newest first.

    Args:
        api: the root of the API, such as `https://host/wp-json/` or `https://host/?rest_route=/`.
        page: counted from 1.
        per_page: at most 100, which is WordPress's own limit.
        modified_after: leave out posts without a change since then. Needs WordPress 5.7; older
            versions ignore it.
    """
    query: dict[str, object] = {"per_page": per_page, "page": page, "_fields": _POST_FIELDS}
    if modified_after is not None:
        query["modified_after"] = modified_after.astimezone(UTC).isoformat(timespec="seconds")
    return api_url(api, "wp/v2/posts", query)


def api_url(api: str, route: str, query: Mapping[str, object]) -> str:
    """Return the address of a route of the API, in either form of its root."""
    separator = "&" if "?" in api else "?"
    return f"{api.rstrip('/')}/{route}{separator}{urlencode(query)}"


def plain_api(api: str) -> str:
    """Return the root of the API for sites without permalinks.

    It often answers if `/wp-json/` is refused.
    """
    return re.sub(r"/wp-json/?$", "/?rest_route=/", api)


def asks_api(url: str) -> bool:
    """Whether the address is one of the API, in either form."""
    return re.search(r"/wp-json(?:/|$)|[?&]rest_route=", url) is not None


def read_posts(body: bytes, url: str, zone: tzinfo | None = None) -> Posts:
    """Return the posts of an answer. Never raises.

    Args:
        body: the answer.
        url: its address, to which relative links are joined.
        zone: the site's time zone, used for times without a `..._gmt` field.
    """
    posts, error = json_objects(body)
    candidates: list[Candidate] = []
    ids: dict[str, int] = {}
    for post in posts:
        address = absolute(url, string(post.get("link")))
        if address is None:
            continue
        candidates.append(
            Candidate(
                url=address,
                source=WORDPRESS,
                title=rendered_text(post.get("title")) or None,
                published=api_time(post, "date", zone),
                modified=api_time(post, "modified", zone),
            )
        )
        number = post.get("id")
        if isinstance(number, int):
            ids[address] = number
    return Posts(tuple(candidates), ids, error)


def json_objects(body: bytes) -> tuple[list[Mapping[str, Any]], str | None]:
    """Return the objects of a JSON list, at most `MAX_ITEMS`, and why there are none."""
    if cut_at_marks(body, b"[{,", _MAX_JSON_MARKS) is not body:
        return [], f"over {_MAX_JSON_MARKS} values"
    try:
        value = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return [], "not JSON"
    if isinstance(value, Mapping):  # an error of WordPress: {"code": ..., "message": ...}
        return [], one_line(string(value.get("message")) or "an object where a list belongs")
    if not isinstance(value, list):
        return [], "no list"
    return [item for item in value[:MAX_ITEMS] if isinstance(item, Mapping)], None


def api_time(item: Mapping[str, Any], name: str, zone: tzinfo | None) -> datetime | None:
    """Return the aware time of a field: `<name>_gmt` in UTC, else `<name>` in `zone`."""
    for key, offset in ((f"{name}_gmt", UTC), (name, zone)):
        try:
            moment = datetime.fromisoformat(string(item.get(key)) or "")
        except ValueError:  # also WordPress's "0000-00-00T00:00:00"
            continue
        if moment.tzinfo is not None:
            return moment
        if offset is not None:
            return moment.replace(tzinfo=offset)
    return None


def rendered_text(value: object) -> str:
    """Return the text of `{"rendered": html}`, or of a plain string of HTML."""
    source = value.get("rendered") if isinstance(value, Mapping) else value
    return fragment_text(html_fragment(string(source) or ""))


def html_fragment(source: str) -> HtmlElement:
    """Parse a piece of HTML into a `div`, which is empty if lxml cannot parse it."""
    try:
        return fragment_fromstring(source.replace("\x00", ""), create_parent="div")
    except (etree.LxmlError, ValueError):
        return fragment_fromstring("", create_parent="div")


def fragment_text(tree: HtmlElement) -> str:
    """Return the text of a fragment, with a blank line between paragraphs."""
    return block("".join(_text_pieces(tree)))


def _text_pieces(tree: HtmlElement) -> Iterator[str]:
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        separator = _separator(node)
        if event == "start":
            yield separator or ("\n" if node.tag == "br" else "")
            yield re.sub(r"\s+", " ", node.text or "")
        else:
            yield separator
            yield re.sub(r"\s+", " ", node.tail or "") if node is not tree else ""


def _separator(node: HtmlElement) -> str:
    """Return the line breaks before and after an element."""
    if node.tag in _BLOCK_TAGS:
        return "\n\n"
    return "\n" if node.tag == "li" else ""


def string(value: object) -> str | None:
    """Return a JSON value if it is a string."""
    return value if isinstance(value, str) else None
