"""The main list of a listing page: the largest group of repeated headlines outside of a sidebar."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from lxml.html import HtmlElement

from ingest.html.page import Page, text_of
from ingest.html.vocabulary import (
    DIALOGS,
    HEADINGS,
    NAVIGATION,
    NEWSLETTERS,
    OTHER_STORIES,
    SIDEBARS,
    STREAMS,
    WIDGETS,
    named,
    words_pattern,
)
from ingest.sites import Site
from ingest.text import WITHOUT_SPACES
from ingest.url_shape import article_points, page_number
from ingest.urls import host_of

_MIN_HEADLINE = 18
"""Characters, wide ones counted twice; shorter links name sections, authors and buttons."""
_MIN_ITEMS = 3
_MAX_IN_ROW = 4
_MAX_MEASURED_TEXT = 400
"""Characters of an entry that count for its weight."""
_HEADING_FACTOR = 1.5
"""Weight of an entry with a heading."""
_SIDE_FACTOR = 0.15
"""Weight of a list in a sidebar, menu or carousel."""
_FRAME_SHARE = 0.6
"""An element with more of a page's headlines is its frame, and its class is ignored."""
_SIDE_TAGS = frozenset({"aside", "nav", "footer", "header"})
_SIDE_WORDS = words_pattern(
    *(OTHER_STORIES, STREAMS, SIDEBARS, WIDGETS, NAVIGATION, NEWSLETTERS, DIALOGS),
    ("footer|carousel|promo|hidden",),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: `element` is the largest element without another entry in it."""

    url: str
    title: str
    element: HtmlElement


def find_main_list(page: Page, site: Site) -> list[Item]:
    """Return the entries of the main list in page order, each address once.

    Without a list of at least three entries, and on further pages, which may be the last one, the
    entries are all articles outside of menus and sidebars if the definition tells them from other
    links, or else none.
    """
    links = list(_headline_links(page, site))
    items = _items(links)
    groups = _groups(items)
    if not groups:
        return []
    counts = _counts_by_ancestor(items)
    best = max(groups, key=lambda group: _weight(group, counts, len(items)))
    if len(best) >= _MIN_ITEMS and not (site.article_urls and (page_number(page.url) or 1) > 1):
        return best
    if not site.article_urls:
        return []
    inside = [group for group in groups if not _is_beside(group[0].element)]
    return list({item.url: item for group in inside for item in group}.values())


def list_url(page: Page, link: HtmlElement) -> str | None:
    """Return the address of a link without its fragment ("#comments", "#:~:text=...")."""
    address = page.absolute(link.get("href"))
    return urldefrag(address).url if address else None


def same_site(page: Page, url: str) -> bool:
    """Whether both addresses have the same host, ignoring `www.`, and `url` has a path."""
    return host_of(url) == host_of(page.url) and bool(urlsplit(url).path)


def _headline_links(page: Page, site: Site) -> Iterator[Item]:
    """Yield links whose address is an article's, and whose text or heading is a headline's."""
    for link in page.body.iter("a"):
        url = list_url(page, link)
        if url is None or not _is_article(page, site, url):
            continue
        title = text_of(link)
        size = len(title) + len(WITHOUT_SPACES.findall(title))
        if _in_heading(link) or size >= _MIN_HEADLINE:
            yield Item(url, title, link)


def _is_article(page: Page, site: Site, url: str) -> bool:
    page_host, host = host_of(page.url), host_of(url)
    is_related = host.endswith(f".{page_host}") or page_host.endswith(f".{host}")
    if host != page_host and not is_related:
        return False
    if url.rstrip("/") == page.url.rstrip("/"):
        return False
    if site.article_urls and host in {name.removeprefix("www.") for name in site.hosts}:
        return site.is_article_url(url)
    return article_points(url) >= 2


def _in_heading(link: HtmlElement) -> bool:
    parent = link.getparent()
    if parent is not None and parent.tag in HEADINGS:
        return True
    return any(child.tag in HEADINGS for child in link.iter())


def _items(links: Sequence[Item]) -> list[Item]:
    """Return the links with their entries: the highest ancestor without another address in it."""
    only_urls = _only_urls(links)
    items: dict[HtmlElement, Item] = {}
    for link in links:
        element = _entry_of(link.element, only_urls)
        previous = items.get(element)
        if previous is None or len(previous.title) < len(link.title):
            items[element] = Item(link.url, link.title, element)
    return list(items.values())


def _only_urls(links: Sequence[Item]) -> dict[HtmlElement, str | None]:
    """Return the address of the links in each element; None if they have several.

    The elements around one with several have several too, so they are not visited again.
    """
    urls: dict[HtmlElement, str | None] = {}
    for link in links:
        for node in (link.element, *link.element.iterancestors()):
            known = urls.setdefault(node, link.url)
            if known is None:
                break
            if known != link.url:
                urls[node] = None
    return urls


def _entry_of(link: HtmlElement, only_urls: dict[HtmlElement, str | None]) -> HtmlElement:
    element = link
    parent = element.getparent()
    while parent is not None and only_urls.get(parent) is not None:
        element = parent
        parent = element.getparent()
    return element


def _groups(items: Sequence[Item]) -> list[list[Item]]:
    """Return entries grouped by parent, or by the rows of a grid, each address once per group."""
    counts = Counter(item.element.getparent() for item in items)
    rows = Counter(_row_key(parent) for parent in counts if parent is not None)
    groups: dict[object, dict[str, Item]] = {}
    for item in items:
        parent = item.element.getparent()
        key: object = parent
        if parent is not None and counts[parent] <= _MAX_IN_ROW and rows[_row_key(parent)] > 1:
            key = _row_key(parent)
        groups.setdefault(key, {}).setdefault(item.url, item)
    return [list(group.values()) for group in groups.values()]


def _row_key(row: HtmlElement) -> tuple[HtmlElement | None, str, str]:
    """Return what the rows of a grid have in common: parent, tag and class."""
    return row.getparent(), str(row.tag), row.get("class") or ""


def _is_beside(element: HtmlElement) -> bool:
    return any(node.tag in _SIDE_TAGS for node in (element, *element.iterancestors()))


def _counts_by_ancestor(items: Sequence[Item]) -> Counter[HtmlElement]:
    """Return the number of entries below each element."""
    counts: Counter[HtmlElement] = Counter()
    for item in items:
        counts.update(item.element.iterancestors())
    return counts


def _weight(group: Sequence[Item], counts: Counter[HtmlElement], total: int) -> float:
    """Return the weight of a group by the texts of its entries, reduced in a sidebar or menu.

    The frame of the page (see `_FRAME_SHARE`) ends the search for a sidebar.
    """
    weight = 0.0
    for item in group:
        size = min(len(text_of(item.element)), _MAX_MEASURED_TEXT)
        weight += math.sqrt(size) * _emphasis(item)
    for node in (group[0].element, *group[0].element.iterancestors()):
        if counts[node] > _FRAME_SHARE * total:
            break
        if node.tag in _SIDE_TAGS or named(node, _SIDE_WORDS):
            return weight * _SIDE_FACTOR
    return weight


def _emphasis(item: Item) -> float:
    has_heading = next(item.element.iter(*HEADINGS), None) is not None
    return _HEADING_FACTOR if has_heading else 1.0
