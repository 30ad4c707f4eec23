"""Pages that list articles: home, sections, tags, archives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from lxml.html import HtmlElement

from ingest.discovery.candidate import LISTING, Candidate, announced
from ingest.discovery.claims import Claim, ClaimReader
from ingest.discovery.main_list import Item, find_main_list, list_url, same_site
from ingest.html.page import Page, select_all, text_of
from ingest.html.vocabulary import HEADINGS, class_words
from ingest.sites import Site
from ingest.url_shape import page_number

_MAX_ENTRY_LEVELS = 6
"""Ancestors of a link that are searched for its entry."""
_MAX_PAGER_LEVELS = 3
"""Ancestors of a link that are searched for a pager."""
_PAGER = re.compile(
    r"pagination|pager|page-?nav|page-?numbers|nav-links|nav-previous|older|load-?more|next"
)
# Text of the link to older entries, by language.
_NEXT_WORDS = """
    next|next page|next posts?|older|older posts|older entries|older articles|older stories
    more|more posts|more stories|more news|load more|show more|weiter|nächste|nächste seite
    ältere beiträge|suivante?|page suivante|siguiente|articles plus anciens|página siguiente
    entradas anteriores|próxim[ao]|próxima página|successiv[ao]|avanti|volgende
    oudere berichten|nästa|neste|næste|seuraava|następna|starsze wpisy|další|következő|sonraki
    berikutnya|selanjutnya|далее|следующая|наступна|επόμενη|اگلا|اگلا صفحہ|مزید|التالي|بعدی
    अगला|পরবর্তী|次へ|次のページ|下一页|下一頁|다음"""
_NEXT = re.compile(
    rf"^\W*(?:{'|'.join(line.strip() for line in _NEXT_WORDS.strip().splitlines())})?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ListingPage:
    """The articles of the main list in page order, each once, and the next page of the list."""

    candidates: tuple[Candidate, ...] = ()
    next_url: str | None = None


def read_listing(page: Page, site: Site, now: datetime | None = None) -> ListingPage:
    """Return the main list without sidebar, menu, trending and repeated links.

    The selectors of the definition are used if they match, else `find_main_list`.

    Args:
        page: the listing.
        site: its definition; its time zone is used for times without an offset.
        now: aware; publications far ahead are refused. Default: the clock.
    """
    items = _defined_items(page, site) or find_main_list(page, site)
    claims = ClaimReader(site.zone, now)
    candidates = tuple(_candidate(item, claims) for item in items)
    return ListingPage(candidates, _next_url(page, site))


def _defined_items(page: Page, site: Site) -> list[Item]:
    """Return what `listing.items` selects: links, or elements of which the first link counts."""
    items: dict[str, Item] = {}
    for node in page.select(*site.listing.items):
        link = node if node.tag == "a" else next(node.iter("a"), None)
        url = list_url(page, link) if link is not None else None
        if link is not None and url and url not in items:
            items[url] = Item(url, text_of(link), _entry_of(link))
    return list(items.values())


def _entry_of(link: HtmlElement) -> HtmlElement:
    """Return the nearest `<article>` or `<li>` above a link, or else the link itself."""
    for ancestor in islice(link.iterancestors(), _MAX_ENTRY_LEVELS):
        if ancestor.tag in {"article", "li"}:
            return ancestor
    return link


def _candidate(item: Item, claims: ClaimReader) -> Candidate:
    published = _published(item.element, claims)
    return announced(item.url, LISTING, title=_title(item), published=published)


def _title(item: Item) -> str:
    """Return the text of the first linked heading, or else of the link."""
    for heading in item.element.iter(*HEADINGS):
        if _is_linked(heading):
            text = text_of(heading)
            if text:
                return text
    return item.title


def _is_linked(heading: HtmlElement) -> bool:
    parent = heading.getparent()
    return (parent is not None and parent.tag == "a") or next(heading.iter("a"), None) is not None


def _published(element: HtmlElement, claims: ClaimReader) -> Claim | None:
    for node in element.iter("time"):
        claim = claims.published(node.get("datetime"))
        if claim is not None:
            return claim
    return None


def _next_url(page: Page, site: Site) -> str | None:
    """Return the first address of `_next_addresses` that is another page of the same site."""
    for address in _next_addresses(page, site):
        url = page.absolute(address)
        if url is None or not same_site(page, url):
            continue
        if page.url.startswith("https:"):
            # A site behind a proxy often links its own pages with http.
            url = re.sub(r"^http:", "https:", url)
        url = url.partition("#")[0]
        if url.rstrip("/") != page.url.rstrip("/"):
            return url
    return None


def _next_addresses(page: Page, site: Site) -> Iterator[str]:
    """Yield addresses that may be the next page, most reliable first, some of them empty."""
    for selector in site.listing.next:
        for node in select_all(page.tree, selector):
            yield node.get("href") or _first_href(node)
    yield from _declared_next(page)
    yield from _numbered_next(page)


def _declared_next(page: Page) -> Iterator[str]:
    """Yield the addresses of `<link rel="next">`, then of `<a rel="next">`."""
    yield from page.links("next")
    for link in page.tree.iter("a"):
        if "next" in (link.get("rel") or "").split():
            yield link.get("href") or ""


def _numbered_next(page: Page) -> Iterator[str]:
    """Yield links to the following page number.

    Those of a pager with the text or class of a "next" link come first.
    """
    following = [link for link in page.body.iter("a") if _follows(page, link)]
    for link in following:
        if _in_pager(link) and _is_next_link(link):
            yield link.get("href") or ""
    for link in following:
        yield link.get("href") or ""


def _first_href(node: HtmlElement) -> str:
    link = next(node.iter("a"), None)
    return (link.get("href") or "") if link is not None else ""


def _in_pager(link: HtmlElement) -> bool:
    nodes = (link, *islice(link.iterancestors(), _MAX_PAGER_LEVELS))
    return any(_PAGER.search(class_words(node)) for node in nodes)


def _is_next_link(link: HtmlElement) -> bool:
    return bool(_NEXT.search(text_of(link))) or "next" in class_words(link)


def _follows(page: Page, link: HtmlElement) -> bool:
    """Whether the link leads to the following page number of this list."""
    url = page.absolute(link.get("href"))
    if url is None or page_number(url) != (page_number(page.url) or 1) + 1:
        return False
    return _unpaged(url) == _unpaged(page.url)


def _unpaged(url: str) -> str:
    """Return host and path without `www.` and page number."""
    path = re.sub(r"^https?://(?:www\.)?", "", url).partition("?")[0].rstrip("/")
    return re.sub(r"/(?:page|seite|pagina|p)[/-]?\d+$", "", path)
