"""Where the site files an article: its section, keywords and summary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.extract.extraction import Topics
from ingest.extract.page import Found, Page, text_of
from ingest.extract.structured import StructuredData, text_value
from ingest.sites import Site
from ingest.text import one_line

_LONGEST_SECTION = 60
_LONGEST_KEYWORD = 150
_MOST_KEYWORDS = 50
# What a breadcrumb or section field holds where it names no section.
_NO_SECTION = frozenset(
    """home;homepage;start;startseite;accueil;inicio;início;anasayfa;ana sayfa;beranda;главная;etusivu;hem;hjem;forside
    strona główna;domů;úvod;trang chủ;صفحہ اول;ہوم;الرئيسية;خانه;होम;ホーム;首页;首頁;홈
    uncategorized;uncategorised;sin categoría;non classé;senza categoria;sem categoria;unkategorisiert
    article;articles;newsarticle;none;null;undefined;other;default""".replace("\n", ";")
    .replace("    ", "")
    .split(";")
)
_BREADCRUMBS = (
    "[class*='breadcrumb'] a",
    "[class*='Breadcrumb'] a",
    "[id*='breadcrumb'] a",
)
_TAG_LINKS = ("main a[rel~='tag']", "article a[rel~='tag']", "a[rel~='tag']")


def find_topics(page: Page, data: StructuredData, site: Site) -> Topics:
    """Section, keywords and description, each from the best source that has it."""
    section = next(_sections(page, data, site), None)
    keywords = _best_keywords(page, data, site)
    description = next(_descriptions(page, data), None)
    return Topics(
        section=section.value if section else None,
        section_source=section.source if section else "",
        keywords=keywords.value if keywords else (),
        keywords_source=keywords.source if keywords else "",
        description=description.value if description else None,
        description_source=description.source if description else "",
    )


def _sections(page: Page, data: StructuredData, site: Site) -> Iterator[Found[str]]:
    for source, values in _section_sources(page, data, site):
        for value in values:
            text = one_line(value).strip(" \t|/»›>#")
            if text and len(text) <= _LONGEST_SECTION and text.casefold() not in _NO_SECTION and not _is_address(text):
                yield Found(_as_shown(page, text), source)


def _as_shown(page: Page, text: str) -> str:
    """A section that the metadata holds in small letters, spelt as a link of the page spells it."""
    if text != text.casefold():
        return text
    shown = (one_line(link.text) for link in page.tree.iter("a") if link.text)
    return next((name for name in shown if name != text and name.casefold() == text), text)


def _section_sources(page: Page, data: StructuredData, site: Site) -> Iterator[tuple[str, Iterable[str]]]:
    if site.select.section:
        yield "rule", [text_of(node) for node in page.select(*site.select.section)]
    for article in data.articles:
        yield "json-ld", data.texts(article, "articleSection")
    yield "meta", page.metas.get("article:section", [])
    yield "meta", page.metas.get("articlesection", [])
    yield "json-ld", _breadcrumbs(page, data)
    yield "breadcrumb", [text_of(link) for link in page.select(*_BREADCRUMBS)]
    yield "link", [text_of(link) for link in page.select("a[rel~='category']")]
    yield "meta", [page.meta("section", "category", "dc.subject", "sailthru.section", "parsely-section") or ""]


def _breadcrumbs(page: Page, data: StructuredData) -> Iterator[str]:
    """The names on the way to the article, the first after the home page; the article itself is no section."""
    for node in data.of_type("BreadcrumbList"):
        for item in data.each(node, "itemListElement"):
            if not isinstance(item, dict):
                continue
            inner = data.resolve(item.get("item"))
            address = inner if isinstance(inner, str) else inner.get("@id") if isinstance(inner, dict) else None
            if isinstance(address, str) and address.rstrip("/") != page.url.rstrip("/"):
                yield text_value(item.get("name")) or text_value(inner if isinstance(inner, dict) else None)


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://", "//", "/"))


def _best_keywords(page: Page, data: StructuredData, site: Site) -> Found[tuple[str, ...]] | None:
    """The first source with several keywords: a single one is often the section or a flag such as "Latest"."""
    single: Found[tuple[str, ...]] | None = None
    for source, values in _keyword_sources(page, data, site):
        keywords = _split(values)
        if len(keywords) > 1 or (keywords and source == "rule"):
            return Found(keywords, source)
        if keywords and single is None:
            single = Found(keywords, source)
    return single


def _keyword_sources(page: Page, data: StructuredData, site: Site) -> Iterator[tuple[str, Iterable[str]]]:
    if site.select.keywords:
        yield "rule", [text_of(node) for node in page.select(*site.select.keywords)]
    for article in data.articles:
        yield "json-ld", data.texts(article, "keywords")
    yield "meta", page.metas.get("article:tag", [])
    for name in ("news_keywords", "keywords", "parsely-tags", "sailthru.tags"):
        yield "meta", page.metas.get(name, [])
    yield "tag-links", [text_of(link) for link in page.select(*_TAG_LINKS)]


def _split(values: Iterable[str]) -> tuple[str, ...]:
    """One list without repeats; a single value may hold many, parted by commas or semicolons."""
    values = list(values)
    parts = re.split(r"[,;،؛、|]", values[0]) if len(values) == 1 else values
    if len(values) > 1 and all("," in value for value in values):
        parts = [part for value in values for part in value.split(",")]
    unique: dict[str, str] = {}
    for part in parts:
        text = one_line(part).strip(" #\"'")
        if text and len(text) <= _LONGEST_KEYWORD and not _is_address(text):
            unique.setdefault(text.casefold(), text)
    return tuple(unique.values())[:_MOST_KEYWORDS]


# WordPress ends an excerpt with its own words, and feeds and plugins copy them into the description.
_MORE = r"(?:\bRead More\b|\bContinue reading\b)"
_EXCERPT_END = re.compile(rf"\s*(?:\[(?:…|\.\.\.)\]|{_MORE}|\bThe post\b).{{0,400}}$", re.IGNORECASE)
_APPEARED = re.compile(rf"\bappeared first on\b|\[(?:…|\.\.\.)\]|{_MORE}[\s.…»→]*$", re.IGNORECASE)


def _descriptions(page: Page, data: StructuredData) -> Iterator[Found[str]]:
    sources = [
        *(("meta", page.meta(name)) for name in ("description", "og:description")),
        *(("json-ld", data.text(article, "description")) for article in data.articles),
        *(("meta", page.meta(name)) for name in ("twitter:description", "dc.description", "sailthru.description")),
    ]
    for source, value in sources:
        if text := tidy_excerpt(value or ""):
            yield Found(text, source)


def tidy_excerpt(text: str) -> str:
    """A summary without "Read More", "[…]" and "The post … appeared first on …"."""
    text = one_line(text)
    if _APPEARED.search(text):
        text = _EXCERPT_END.sub("", text)
    return text.strip()
