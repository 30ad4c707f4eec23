"""Where the site files an article: its section, keywords and summary."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from ingest.extraction.model import Topics
from ingest.extraction.sections import find_section
from ingest.extraction.structured import StructuredData
from ingest.html.page import Found, Page, text_of
from ingest.sites import Site
from ingest.text import known, one_line

_LONGEST_KEYWORD = 150
_MOST_KEYWORDS = 50
_INTERNAL = re.compile(r"^(?:_.*|[0-9a-f]{8}-[0-9a-f-]{20,}|[0-9a-f]{16,}|\d{6,})$", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?:)?/")
_TAG_LINKS = ("main a[rel~='tag']", "article a[rel~='tag']", "a[rel~='tag']")


def find_topics(page: Page, data: StructuredData, site: Site) -> Topics:
    """Section, keywords and description, each from the best source that has it."""
    section = find_section(page, data, site)
    keywords = _best_keywords(page, data, site)
    if (
        keywords
        and section
        and keywords.source == "tag-links"
        and keywords.value == (section.value,)
    ):
        keywords = None  # the link names the section: themes mark categories as tags
    description = next(_descriptions(page, data), None)
    return Topics(
        section=section.value if section else None,
        section_source=section.source if section else "",
        keywords=keywords.value if keywords else (),
        keywords_source=keywords.source if keywords else "",
        description=description.value if description else None,
        description_source=description.source if description else "",
    )


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


def _keyword_sources(
    page: Page, data: StructuredData, site: Site
) -> Iterator[tuple[str, Iterable[str]]]:
    if site.select.keywords:
        yield "rule", [text_of(node) for node in page.select(*site.select.keywords)]
    for article in data.articles:
        yield "json-ld", data.texts(article, "keywords")
    yield "meta", page.metas.get("article:tag", [])
    for name in ("news_keywords", "keywords", "parsely-tags", "sailthru.tags"):
        yield "meta", page.metas.get(name, [])
    yield "tag-links", [text_of(link) for link in page.select(*_TAG_LINKS)]


def _split(values: Iterable[str]) -> tuple[str, ...]:
    """One list without repeats and without a system's own ids; a single value may hold many, parted by commas."""
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


# WordPress ends an excerpt with its own words, and feeds and plugins copy them into the description.
_MORE = r"(?:\bRead More\b|\bContinue reading\b)"
_EXCERPT_END = re.compile(
    rf"\s*(?:\[(?:…|\.\.\.)\]|{_MORE}|\bThe post\b).{{0,400}}$", re.IGNORECASE
)
_APPEARED = re.compile(rf"\bappeared first on\b|\[(?:…|\.\.\.)\]|{_MORE}[\s.…»→]*$", re.IGNORECASE)


def _descriptions(page: Page, data: StructuredData) -> Iterator[Found[str]]:
    sources = [
        *(("meta", page.meta(name)) for name in ("description", "og:description")),
        *(("json-ld", data.text(article, "description")) for article in data.articles),
        *(
            ("meta", page.meta(name))
            for name in ("twitter:description", "dc.description", "sailthru.description")
        ),
    ]
    for source, value in sources:
        if text := known(tidy_excerpt(value or "")):
            yield Found(text, source)


def tidy_excerpt(text: str) -> str:
    """A summary without "Read More", "[…]" and "The post … appeared first on …"."""
    text = one_line(html.unescape(text))
    if _APPEARED.search(text):
        text = _EXCERPT_END.sub("", text)
    return text.strip()
