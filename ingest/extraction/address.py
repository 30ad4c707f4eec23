"""The addresses that a page states for its article: canonical, own and short ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.extraction.article_nodes import node_addresses
from ingest.extraction.facts import PageFacts
from ingest.extraction.model import Addresses
from ingest.html.page import Page
from ingest.text import whole_number
from ingest.urls import host_of, is_home

_POST_NUMBER = re.compile(r"/wp/v2/posts/(\d+)|[?&]p=(\d+)|\bpostid-(\d+)\b")


def find_addresses(facts: PageFacts) -> Addresses:
    """Return the addresses that a page states for its article."""
    page = facts.page
    stated = [
        page.meta("og:url"),
        *(url for node in facts.articles[:1] for url in node_addresses(node)),
    ]
    return Addresses(
        canonical=page.canonical,
        stated=tuple(dict.fromkeys(_absolute(page, stated))),
        short=_short_url(page),
    )


def post_number(page: Page) -> int | None:
    """Return the post's number as WordPress states it: API link, short link or body class."""
    texts = [*page.links("alternate"), *page.links("shortlink")]
    texts.append(page.body.get("class") or "")
    for text in texts:
        match = _POST_NUMBER.search(text)
        if match:
            return whole_number(match[1] or match[2] or match[3])
    return None


def _short_url(page: Page) -> str | None:
    """Return the `rel=shortlink` on the page's own host, else that of WordPress for the post."""
    for url in page.links("shortlink"):
        if host_of(url) == host_of(page.url) and not is_home(url):
            return url
    number = post_number(page)
    return None if number is None else page.absolute(f"/?p={number}")


def _absolute(page: Page, urls: Iterable[str | None]) -> Iterator[str]:
    return filter(None, map(page.absolute, urls))
