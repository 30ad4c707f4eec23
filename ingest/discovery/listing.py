"""Pages that list articles: home, sections, tags, archives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml.html import HtmlElement

from ingest.discovery.candidate import LISTING, Candidate, read_moment
from ingest.discovery.main_list import Item, find_main_list, list_url, same_site
from ingest.html.page import Page, class_words, select_all, text_of
from ingest.sites import Site
from ingest.urls import page_number

_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_ITEM_LEVELS = 6
_PAGER = re.compile(
    r"pagination|pager|page-?nav|page-?numbers|nav-links|nav-previous|older|load-?more|next"
)
# What the link to the older entries says, by language.
_NEXT_WORDS = """
    next|next page|next posts?|older|older posts|older entries|older articles|older stories|more|more posts|more stories
    more news|load more|show more|weiter|nächste|nächste seite|ältere beiträge|suivante?|page suivante|siguiente
    articles plus anciens|página siguiente|entradas anteriores|próxim[ao]|próxima página|successiv[ao]|avanti|volgende
    oudere berichten|nästa|neste|næste|seuraava|następna|starsze wpisy|další|következő|sonraki|berikutnya|selanjutnya
    далее|следующая|наступна|επόμενη|اگلا|اگلا صفحہ|مزید|التالي|بعدی|अगला|পরবর্তী|次へ|次のページ|下一页|下一頁|다음"""
_NEXT = re.compile(
    rf"^\W*(?:{'|'.join(line.strip() for line in _NEXT_WORDS.strip().splitlines())})?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ListingPage:
    """The articles of the main list in page order, each once, and the page that continues the list."""

    candidates: tuple[Candidate, ...] = ()
    next_url: str | None = None


def read_listing(page: Page, site: Site) -> ListingPage:
    """The main list without sidebar, menu, trending and repeated links, by the definition or in the general way."""
    items = _defined(page, site) or find_main_list(page, site)
    return ListingPage(tuple(_candidate(item) for item in items), _next_url(page, site))


def _defined(page: Page, site: Site) -> list[Item]:
    """What `listing.items` of the definition selects: links, or elements whose first link counts."""
    found: dict[str, Item] = {}
    for node in page.select(*site.listing.items):
        link = node if node.tag == "a" else next(node.iter("a"), None)
        url = list_url(page, link) if link is not None else None
        if link is not None and url and url not in found:
            found[url] = Item(url, text_of(link), _around(link))
    return list(found.values())


def _around(link: HtmlElement) -> HtmlElement:
    """The entry of a link: the nearest `<article>` or `<li>`, or else the link itself."""
    near = (node for _, node in zip(range(_ITEM_LEVELS), link.iterancestors(), strict=False))
    return next((node for node in near if node.tag in {"article", "li"}), link)


def _candidate(item: Item) -> Candidate:
    headings = (node for node in item.element.iter(*_HEADINGS) if _is_linked(node))
    title = next((text for node in headings if (text := text_of(node))), item.title)
    return Candidate(item.url, LISTING, title or None, _published(item.element))


def _is_linked(heading: HtmlElement) -> bool:
    parent = heading.getparent()
    return (parent is not None and parent.tag == "a") or next(heading.iter("a"), None) is not None


def _published(element: HtmlElement) -> datetime | None:
    moments = (read_moment(node.get("datetime")) for node in element.iter("time"))
    return next((moment for moment in moments if moment), None)


def _next_url(page: Page, site: Site) -> str | None:
    for address in _next_addresses(page, site):
        url = page.absolute(address)
        if url is None or not same_site(page, url):
            continue
        if page.url.startswith(
            "https:"
        ):  # a site behind a proxy often names its own pages with http
            url = re.sub(r"^http:", "https:", url)
        url = url.partition("#")[0]
        if url.rstrip("/") != page.url.rstrip("/"):
            return url
    return None


def _next_addresses(page: Page, site: Site) -> Iterator[str]:
    for selector in site.listing.next:
        for node in select_all(page.tree, selector):
            yield node.get("href") or next((link.get("href") or "" for link in node.iter("a")), "")
    yield from page.links.get("next", [])
    yield from (
        link.get("href") or ""
        for link in page.tree.iter("a")
        if "next" in (link.get("rel") or "").split()
    )
    pagers = [link for link in page.body.iter("a") if _in_pager(link)]
    yield from (
        link.get("href") or "" for link in pagers if _says_next(link) and _follows(page, link)
    )
    yield from (link.get("href") or "" for link in page.body.iter("a") if _follows(page, link))


def _in_pager(link: HtmlElement) -> bool:
    near = (link, *(node for _, node in zip(range(3), link.iterancestors(), strict=False)))
    return any(_PAGER.search(class_words(node)) for node in near)


def _says_next(link: HtmlElement) -> bool:
    return bool(_NEXT.search(text_of(link))) or "next" in class_words(link)


def _follows(page: Page, link: HtmlElement) -> bool:
    """Whether the link goes to the page of this list whose number is one more."""
    url = page.absolute(link.get("href"))
    if url is None or page_number(url) != (page_number(page.url) or 1) + 1:
        return False
    return _unpaged(url) == _unpaged(page.url)


def _unpaged(url: str) -> str:
    path = re.sub(r"^https?://(?:www\.)?", "", url).partition("?")[0].rstrip("/")
    return re.sub(r"/(?:page|seite|pagina|p)[/-]?\d+$", "", path)
