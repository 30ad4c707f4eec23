"""The main list of a page that lists articles: the largest repeated structure of headlines, beside no sidebar."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from lxml.html import HtmlElement

from ingest.html.page import Page, class_words, text_of
from ingest.sites import Site
from ingest.urls import article_points, host_of

_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_SHORTEST = 18  # characters of a headline; shorter links name sections, authors and buttons
_FEWEST = 3  # items of a list
_MOST_IN_ROW = 4
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SIDE_TAGS = frozenset({"aside", "nav", "footer", "header"})
_SIDE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:sidebar|side-?bar|footer|menu|nav(?:bar|igation)?|related|trending|popular|most-?(?:read|viewed|popular)"
    r"|ticker|breaking|carousel|slider|slick|swiper|owl|recommend\w*|editor-?s?-?picks?|widget|must-?read|top-?reads?|recap"
    r"|promo|newsletter|mega-?menu|hidden|modal|popup)(?:$|[\s_-]|\d)"
)
_MOST_OF_PAGE = (
    0.6  # what holds more of a page's headlines is the page's frame, whatever its class says
)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: `element` is the largest element that holds no other entry."""

    url: str
    title: str
    element: HtmlElement


def find_main_list(page: Page, site: Site) -> list[Item]:
    """The entries of the main list in page order, each address once; [] where a page has no list."""
    links = list(_headline_links(page, site))
    items = _items(links)
    groups = _groups(items)
    if not groups:
        return []
    held = _held(items)
    best = max(groups, key=lambda group: _weight(group, held, len(items)))
    return best if len(best) >= _FEWEST else []


def list_url(page: Page, link: HtmlElement) -> str | None:
    """The address of a link without its fragment ("#comments", "#:~:text=...")."""
    address = page.absolute(link.get("href"))
    return urldefrag(address).url if address else None


def _headline_links(page: Page, site: Site) -> Iterator[Item]:
    """All links that look like headlines of articles: by their address, and by their text or heading."""
    for link in page.body.iter("a"):
        url = list_url(page, link)
        if url is None or not _is_article(page, site, url):
            continue
        title = text_of(link)
        size = len(title) + len(_WIDE.findall(title))
        if _in_heading(link) or size >= _SHORTEST:
            yield Item(url, title, link)


def _is_article(page: Page, site: Site, url: str) -> bool:
    here, there = host_of(page.url), host_of(url)
    if there != here and not there.endswith(f".{here}") and not here.endswith(f".{there}"):
        return False
    if url.rstrip("/") == page.url.rstrip("/"):
        return False
    if there in {host.removeprefix("www.") for host in site.hosts} and site.article_urls:
        return site.is_article_url(url)
    return article_points(url) >= 2


def _in_heading(link: HtmlElement) -> bool:
    parent = link.getparent()
    return (parent is not None and parent.tag in _HEADINGS) or any(
        child.tag in _HEADINGS for child in link.iter()
    )


def _items(links: Sequence[Item]) -> list[Item]:
    """The links with their entries: each climbs as long as what it climbs to holds its own address only."""
    below: dict[HtmlElement, set[str]] = {}
    for link in links:
        for node in (link.element, *link.element.iterancestors()):
            below.setdefault(node, set()).add(link.url)
    items: dict[HtmlElement, Item] = {}
    for link in links:
        element = link.element
        while (parent := element.getparent()) is not None and len(below.get(parent, ())) == 1:
            element = parent
        known = items.get(element)
        if known is None or len(known.title) < len(link.title):
            items[element] = Item(link.url, link.title, element)
    return list(items.values())


def _groups(items: Sequence[Item]) -> list[list[Item]]:
    """Entries that stand beside each other, or in rows beside each other, each address once."""
    counts = Counter(item.element.getparent() for item in items)
    rows = Counter(_row_key(holder) for holder in counts if holder is not None)
    groups: dict[object, dict[str, Item]] = {}
    for item in items:
        holder = item.element.getparent()
        is_row = (
            holder is not None and counts[holder] <= _MOST_IN_ROW and rows[_row_key(holder)] > 1
        )
        key = _row_key(holder) if holder is not None and is_row else holder
        groups.setdefault(key, {}).setdefault(item.url, item)
    return [list(group.values()) for group in groups.values()]


def _row_key(holder: HtmlElement) -> tuple[HtmlElement | None, str, str]:
    """What the rows of a grid share: like elements beside each other."""
    return holder.getparent(), str(holder.tag), holder.get("class") or ""


def _held(items: Sequence[Item]) -> Counter[HtmlElement]:
    held: Counter[HtmlElement] = Counter()
    for item in items:
        held.update(item.element.iterancestors())
    return held


def _weight(group: Sequence[Item], held: Counter[HtmlElement], whole: int) -> float:
    """The size of a group by its entries' texts; in a sidebar, menu or carousel it counts for little."""
    weight = sum(
        math.sqrt(min(len(text_of(item.element)), 400)) * _emphasis(item) for item in group
    )
    for node in (group[0].element, *group[0].element.iterancestors()):
        if held[node] > _MOST_OF_PAGE * whole:
            break
        if node.tag in _SIDE_TAGS or _SIDE_WORDS.search(class_words(node)):
            return weight * 0.15
    return weight


def _emphasis(item: Item) -> float:
    return 1.5 if next(item.element.iter(*_HEADINGS), None) is not None else 1.0


def same_site(page: Page, url: str) -> bool:
    """Whether both addresses are of one host, `www.` aside."""
    return host_of(url) == host_of(page.url) and bool(urlsplit(url).path)
