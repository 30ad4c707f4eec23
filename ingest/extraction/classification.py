"""The section, keywords and description of an article."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.extraction.facts import PageFacts
from ingest.extraction.model import Topics
from ingest.extraction.structured import StructuredData, text_value
from ingest.extraction.vocabulary import FOLDERS
from ingest.html.page import Found, Page, text_of
from ingest.html.vocabulary import class_words
from ingest.text import known, one_line

_LONGEST, _MOST_WORDS = 60, 6  # of the name of a section
_HEADER_LEVELS = 3
_OUTER = frozenset({"article", "main", "body"})
_HEADER_LINKS = 25  # an element with as many links is not an article's header
_MOST_HEADINGS = 10
# Values of breadcrumbs and section fields that are not names of sections.
_NO_SECTION = frozenset(
    """home;homepage;start;startseite;accueil;inicio;início;anasayfa;ana sayfa;beranda;главная;etusivu;hem;hjem;forside
    strona główna;domů;úvod;trang chủ;صفحہ اول;ہوم;الرئيسية;خانه;होम;ホーム;首页;首頁;홈;website;www;you are here
    uncategorized;uncategorised;sin categoría;non classé;senza categoria;sem categoria;unkategorisiert
    article;articles;newsarticle;none;null;undefined;other;default
    print;email;e-mail;share;tweet;pdf;drucken;teilen;merken;imprimer;partager;imprimir;compartir;compartilhar;stampa;condividi
    afdrukken;delen;skriv ut;dela;del;drukuj;udostępnij;tisk;yazdır;paylaş
    печать;поделиться;друк;طباعة;مشاركة;打印;分享;印刷;인쇄;공유""".replace("\n", ";")
    .replace("    ", "")
    .split(";")
)
# Names that only mean "news". One is used if its source has no other name.
_GENERIC = frozenset(
    """news;latest;latest news;latest stories;all;story;stories;nachrichten;aktuell;noticias;notícias;notizie;nieuws
    nyheter;nyheder;uutiset;actualité;actualités;actu;wiadomości;zprávy;haber;haberler;berita;новости;новини;top stories
    خبریں;تازہ ترین;أخبار;اخبار;समाचार;খবর;ニュース;新闻;新聞;뉴스""".replace("\n", ";")
    .replace("    ", "")
    .split(";")
)
_BREADCRUMBS = ("[class*='breadcrumb'] a", "[class*='Breadcrumb'] a", "[id*='breadcrumb'] a")
_SECTION_CLASS = re.compile(
    r"(?:^|[\s_-])(?:cat(?:egory|egories|-?name|-?links?)?|post-?cat\w*|entry-?cat\w*|sections?|kicker|rubri[ck]\w*|ressort"
    r"|dachzeile|roofline|eyebrow|topic|channel|catname|(?:entry|post)-terms)(?:$|[\s_-])"
)
_ADDRESS_LIKE = re.compile(r"^www\.|^https?:|^/|\w\.[a-z]{2,4}$")
_SECTION_PATH = re.compile(
    r"/(?:category|categories|cat|section|sections|topic|topics|rubrik|ressort|tema|thema)/"
)


def find_section(facts: PageFacts) -> Found[str] | None:
    """Return the section from the first source that has one.

    The sources are, in this order: the site's definition, JSON-LD's `articleSection`, the metas,
    the breadcrumbs, and the category link beside the headline.
    """
    page, own = facts.page, facts.own_names.folded
    for source, values in _sources(facts):
        names = [name for value in values for name in _names(value) if _is_section(name, own)]
        if names:
            name = next((name for name in names if name.casefold() not in _GENERIC), names[0])
            return Found(_as_shown(page, name), source)
    return None


def _sources(facts: PageFacts) -> Iterator[tuple[str, Iterable[str]]]:
    page, data, site = facts.page, facts.data, facts.site
    if site.select.section:
        yield "rule", [text_of(node) for node in page.select(*site.select.section)]
    for article in data.articles:
        yield "json-ld", data.texts(article, "articleSection")
    yield "meta", [*page.metas.get("article:section", []), *page.metas.get("articlesection", [])]
    yield "json-ld", list(_listed_breadcrumbs(page, data))
    yield "breadcrumb", _shown_breadcrumbs(page)
    yield "link", list(_beside_headline(page))
    yield "link", [text_of(link) for link in page.select("a[rel~='category']")]
    yield "meta", [page.meta("section", "category", "sailthru.section", "parsely-section") or ""]


def _names(value: str) -> list[str]:
    """Split a value with several names, as WordPress plugins write it: "Global,Innovation"."""
    text = one_line(value).strip(" \t|/»›>#«")
    parts = re.split(r",\s*", text)
    several = len(parts) > 2 and not re.search(r"&|\band\b|\bund\b|\by\b|\bet\b", text)
    return parts if several or (len(parts) > 1 and ", " not in text) else [text]


def _is_section(name: str, own: Collection[str]) -> bool:
    folded = name.casefold()
    if (
        not 1 < len(name) <= _LONGEST
        or len(name.split()) > _MOST_WORDS
        or folded in _NO_SECTION
        or folded in own
    ):
        return False
    if _ADDRESS_LIKE.search(folded):
        return False
    return any(char.isalpha() for char in name)


def _as_shown(page: Page, name: str) -> str:
    """Return a section's name as a link of the page spells it.

    The metadata may have only its slug ("public-service").
    """
    if name != name.casefold() or not name.isascii():
        return name
    key = _key(name)
    shown = (
        one_line(link.text)
        for link in page.elements("a")
        if link.text and link.text.strip() and len(link.text) < 2 * _LONGEST
    )
    spelt = (
        text
        for text in shown
        if text[-1].isalnum() and text.casefold() != text and _key(text) == key
    )
    return next(spelt, name)


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[\W_]+", "", plain)


def _listed_breadcrumbs(page: Page, data: StructuredData) -> Iterator[str]:
    """Yield the names in the first `BreadcrumbList`, without the front page and the article."""
    for node in data.of_type("BreadcrumbList")[:1]:
        for item in data.each(node, "itemListElement"):
            if not isinstance(item, dict):
                continue
            inner = data.resolve(item.get("item"))
            address = (
                inner
                if isinstance(inner, str)
                else inner.get("@id")
                if isinstance(inner, dict)
                else None
            )
            if (
                isinstance(address, str)
                and not _is_root(page, address)
                and not _is_page(page, address)
            ):
                yield text_value(item.get("name")) or text_value(
                    inner if isinstance(inner, dict) else None
                )


def _shown_breadcrumbs(page: Page) -> list[str]:
    # To search the source is twenty times faster than to search the tree.
    links = page.select(*_BREADCRUMBS) if "readcrumb" in page.html else []
    return [text_of(link) for link in links if not _is_root(page, link.get("href"))]


def _is_root(page: Page, address: str | None) -> bool:
    absolute = page.absolute(address)
    return absolute is None or urlsplit(absolute).path.strip("/") == ""


def _is_page(page: Page, address: str) -> bool:
    return urlsplit(page.absolute(address) or "").path.rstrip("/") == urlsplit(
        page.url
    ).path.rstrip("/")


def _beside_headline(page: Page) -> Iterator[str]:
    """Yield the texts of links to a category in the elements around the `<h1>`."""
    for heading in islice(page.elements("h1"), _MOST_HEADINGS):
        for _, around in zip(range(_HEADER_LEVELS), heading.iterancestors(), strict=False):
            links = list(islice(around.iter("a"), _HEADER_LINKS))
            if len(links) == _HEADER_LINKS or around.tag in {"body", "main"}:
                break
            yield from (text_of(link) for link in links if _names_section(page, link, around))


def _names_section(page: Page, link: HtmlElement, around: HtmlElement) -> bool:
    """Whether a link leads to a category, or has a class of one, itself or in an element around it.

    Only elements count that hold little else: WordPress's `post_class()` writes the categories of a
    post into the class of its outermost element.
    """
    if not _can_lead_to_section(page, link):
        return False
    path = urlsplit(page.absolute(link.get("href")) or "").path
    if _SECTION_PATH.search(path) or "category" in (link.get("rel") or ""):
        return True
    node: HtmlElement | None = link
    while node is not None and node is not around:
        if node.tag in _OUTER or next(node.iter("h1"), None) is not None:
            return False
        if _SECTION_CLASS.search(class_words(node)):
            return True
        node = node.getparent()
    return False


def _can_lead_to_section(page: Page, link: HtmlElement) -> bool:
    """Whether a link leads to another page of the site that is not an author's."""
    address = page.absolute(link.get("href"))
    if address is None or "author" in (link.get("rel") or ""):
        return False
    folders = urlsplit(address).path.casefold().split("/")
    return not _is_page(page, address) and not any(folder in FOLDERS for folder in folders[:-1])


_LONGEST_KEYWORD = 150
_MOST_KEYWORDS = 50
_INTERNAL = re.compile(r"^(?:_.*|[0-9a-f]{8}-[0-9a-f-]{20,}|[0-9a-f]{16,}|\d{6,})$", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?:)?/")
_TAG_LINKS = ("main a[rel~='tag']", "article a[rel~='tag']", "a[rel~='tag']")


def find_topics(facts: PageFacts) -> Topics:
    """Return section, keywords and description, each from the best source that has it."""
    section = find_section(facts)
    keywords = _best_keywords(facts)
    if (
        keywords
        and section
        and keywords.source == "tag-links"
        and keywords.value == (section.value,)
    ):
        keywords = None  # the link names the section: themes mark categories as tags
    description = next(_descriptions(facts), None)
    return Topics(
        section=section.value if section else None,
        section_source=section.source if section else "",
        keywords=keywords.value if keywords else (),
        keywords_source=keywords.source if keywords else "",
        description=description.value if description else None,
        description_source=description.source if description else "",
    )


def _best_keywords(facts: PageFacts) -> Found[tuple[str, ...]] | None:
    """Return the keywords of the first source with several, else the first single keyword.

    A single keyword is often the section, or a flag such as "Latest".
    """
    single: Found[tuple[str, ...]] | None = None
    for source, values in _keyword_sources(facts):
        keywords = _split(values)
        if len(keywords) > 1 or (keywords and source == "rule"):
            return Found(keywords, source)
        if keywords and single is None:
            single = Found(keywords, source)
    return single


def _keyword_sources(facts: PageFacts) -> Iterator[tuple[str, Iterable[str]]]:
    page, data, site = facts.page, facts.data, facts.site
    if site.select.keywords:
        yield "rule", [text_of(node) for node in page.select(*site.select.keywords)]
    for article in data.articles:
        yield "json-ld", data.texts(article, "keywords")
    yield "meta", page.metas.get("article:tag", [])
    for name in ("news_keywords", "keywords", "parsely-tags", "sailthru.tags"):
        yield "meta", page.metas.get(name, [])
    yield "tag-links", [text_of(link) for link in page.select(*_TAG_LINKS)]


def _split(values: Iterable[str]) -> tuple[str, ...]:
    """Return the keywords of one source, without duplicates, addresses and internal ids.

    A single value is split at commas.
    """
    values = [html.unescape(value) for value in values]
    parts = re.split(r"[,;،؛、|]", values[0]) if len(values) == 1 else values
    if len(values) > 1 and all("," in value for value in values):
        parts = [part for value in values for part in value.split(",")]
    unique: dict[str, str] = {}
    for part in parts:
        text = one_line(part).strip(" #\"'")
        if (
            known(text)
            and len(text) <= _LONGEST_KEYWORD
            and not _INTERNAL.match(text)
            and not _ADDRESS.match(text)
        ):
            unique.setdefault(text.casefold(), text)
    return tuple(unique.values())[:_MOST_KEYWORDS]


# WordPress adds these words to an excerpt. Feeds and plugins copy them into the description.
_MORE = r"(?:\bRead More\b|\bContinue reading\b)"
_EXCERPT_END = re.compile(
    rf"\s*(?:\[(?:…|\.\.\.)\]|{_MORE}|\bThe post\b).{{0,400}}$", re.IGNORECASE
)
_APPEARED = re.compile(rf"\bappeared first on\b|\[(?:…|\.\.\.)\]|{_MORE}[\s.…»→]*$", re.IGNORECASE)


def _descriptions(facts: PageFacts) -> Iterator[Found[str]]:
    page, data = facts.page, facts.data
    further = ("twitter:description", "dc.description", "sailthru.description")
    sources = [
        *(("meta", page.meta(name)) for name in ("description", "og:description")),
        *(("json-ld", data.text(article, "description")) for article in data.articles),
        *(("meta", page.meta(name)) for name in further),
    ]
    for source, value in sources:
        if text := known(tidy_excerpt(value or "")):
            yield Found(text, source)


def tidy_excerpt(text: str) -> str:
    """Return a summary without "Read More", "[…]" and "The post … appeared first on …"."""
    text = one_line(html.unescape(text))
    if _APPEARED.search(text):
        text = _EXCERPT_END.sub("", text)
    return text.strip()
