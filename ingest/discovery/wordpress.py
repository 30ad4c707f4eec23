"""Posts of WordPress's REST API as candidates, and functions for any of its JSON answers.

https://developer.wordpress.org/rest-api/reference/posts/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import urlencode

from lxml import etree
from lxml.html import HtmlElement, fragment_fromstring
from w3lib.url import add_or_replace_parameter, url_query_parameter

from ingest.discovery.address import announced_url
from ingest.discovery.candidate import WORDPRESS, Candidate, announced
from ingest.discovery.claims import ClaimReader
from ingest.discovery.payload import read_document, read_json
from ingest.html.bounds import has_wide_tag
from ingest.text import block, one_line, whole_number

MAX_ITEMS = 5_000
"""Posts or comments that are read of one answer."""
_POST_FIELDS = "id,link,date,date_gmt,modified,modified_gmt,title"
_BLOCK_TAGS = frozenset({"p", "blockquote", "ul", "ol", "pre", "div"})


@dataclass(frozen=True, slots=True)
class Posts:
    """One page of posts.

    Attributes:
        candidates: the posts, in the order of the answer.
        ids: the post's number by its address, needed to ask for its comments.
        error: why there are no posts, in one line.
        is_api: whether the answer is WordPress's. If not, such as an HTML page with status 200,
            the other form of the API (`plain_api`) may work.
        count: the number of posts in the answer, with or without an address.
        total_pages: the number of pages as the answer states it (`X-WP-TotalPages`).
        is_cut: whether the answer has more than `MAX_ITEMS` posts, and later ones were not read.
    """

    candidates: tuple[Candidate, ...] = ()
    ids: Mapping[str, int] | None = None
    error: str | None = None
    is_api: bool = True
    count: int = 0
    total_pages: int | None = None
    is_cut: bool = False

    def has_next(self, page: int, per_page: int) -> bool:
        """Whether more posts follow this page.

        Some hosts give fewer posts a page than asked for, so the stated number of pages counts.
        Without it, a page that is not full is the last one.

        Args:
            page: the number of this page, counted from 1.
            per_page: the number of posts that was asked for.
        """
        if self.error or not self.count:
            return False
        if self.total_pages is not None:
            return page < self.total_pages
        return self.count >= per_page


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


def page_of(url: str) -> int:
    """Return the number of a page of posts by its address."""
    return whole_number(url_query_parameter(url, "page")) or 1


def page_url(url: str, page: int) -> str:
    """Return the address of another page of the same posts."""
    return str(add_or_replace_parameter(url, "page", str(page)))


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


def read_posts(
    body: bytes,
    url: str,
    zone: tzinfo | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Posts:
    """Return the posts of an answer. Never raises.

    Args:
        body: the answer.
        url: its address, to which relative links are joined.
        zone: the site's time zone, used for times without a `..._gmt` field.
        headers: of the answer, with lower-case names: `x-wp-totalpages`.
        now: aware; later changes are refused. Default: the clock.
    """
    posts, error, is_api, is_cut = _objects(body)
    claims = ClaimReader(zone, now)
    candidates: list[Candidate] = []
    ids: dict[str, int] = {}
    for post in posts:
        address = announced_url(url, string(post.get("link")))
        if address is None:
            continue
        published, modified = claims.bounded_times(
            api_time(post, "date", zone), api_time(post, "modified", zone)
        )
        title = rendered_text(post.get("title"))
        candidates.append(
            announced(address, WORDPRESS, title=title, published=published, modified=modified)
        )
        number = post.get("id")
        if isinstance(number, int):
            ids[address] = number
    if posts and not candidates:
        error = f"none of its {len(posts)} posts has an address"
    pages = whole_number((headers or {}).get("x-wp-totalpages"))
    return Posts(tuple(candidates), ids, error, is_api, len(posts), pages, is_cut)


def json_objects(body: bytes) -> tuple[list[Mapping[str, Any]], str | None]:
    """Return the objects of a JSON list, at most `MAX_ITEMS`, and why there are none."""
    objects, error, _, _ = _objects(body)
    return objects, error


def _objects(body: bytes) -> tuple[list[Mapping[str, Any]], str | None, bool, bool]:
    """Return the same as `json_objects`, whether the answer is WordPress's, and whether it is cut.

    A notice of PHP around the JSON is ignored.
    """
    value, error = read_json(read_document(body).body, _is_answer)
    if error:
        return [], error, False, False
    if isinstance(value, Mapping):
        message = one_line(string(value.get("message")) or "an object instead of a list")
        return [], message, "code" in value, False
    if not isinstance(value, list):
        return [], "no list", False, False
    objects = [item for item in value[:MAX_ITEMS] if isinstance(item, Mapping)]
    return objects, None, True, len(value) > MAX_ITEMS


def _is_answer(value: object) -> bool:
    """Whether a JSON value is a list of objects, or an error of WordPress."""
    if isinstance(value, Mapping):  # {"code": ..., "message": ...}
        return "code" in value and "message" in value
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


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
    """Parse a piece of HTML into a `div`.

    It is empty if lxml cannot parse it, or has a tag with 500 attributes.
    """
    if has_wide_tag(source.encode("utf-8", "replace")):
        source = ""
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
