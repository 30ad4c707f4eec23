"""The shape of addresses: an article's, a list's, a page number (pure). It proves nothing alone."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from ingest.text import whole_number

_LIST_PATH = re.compile(
    r"""/(?: tags? | tagged | categor(?:y|ies) | cat | topics? | authors? | writers? | autor(?:en)?
        | auteur | autori | search | suche | recherche | buscar | cerca | arama | labels?
        | archives? | archiv | sections? | profile | contributors?
        | columnist | keywords? | etiquetas? | rubrik | themen? | temas?
        )(?:/[^/]+){0,3}$""",
    re.IGNORECASE | re.VERBOSE,
)
_PAGED = re.compile(r"/(?:page|seite|pagina|p)[/-]?\d+/?$", re.IGNORECASE)
_PAGE_KEYS = frozenset({"page", "paged", "pg", "offset", "start"})
ARTICLE_KEYS = frozenset(
    {"p", "id", "artid", "articleid", "artnr", "newsid", "storyid", "idxno", "aid", "nid"}
)
_SEARCH_KEYS = frozenset({"s", "q", "query", "search", "cat", "tag", "author", "keyword"})
_NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|pdf|mp[34]|zip|css|js|xml|rss|ico|apk)$"
    r"|^/(?:wp-(?:admin|content|json|login)|cdn-cgi|feeds?|rss)\b|/feed/?$",
    re.IGNORECASE,
)
# Pages of every site that are not news.
_SERVICE = re.compile(
    r"^/(?:[a-z]{2}/)?(?:about|contact|privacy|terms|advert|career|jobs|subscri|login|signin"
    r"|sign-in|register|account|newsletter|impressum|datenschutz|cookie|faq|help|sitemap|donate|shop"
    r"|weather|horoscope|e-?paper|live-?tv)[^/]*(?:/[^/]*)?$",
    re.IGNORECASE,
)
DATE_IN_PATH = re.compile(
    r"/(?:19|20)\d\d[/-]?(?:[01]?\d|[a-z]{3})(?:[/-]?[0-3]?\d)?(?=[/-])|/\d{1,2}-[A-Za-z]{3}-\d{4}/"
)
ENDING = re.compile(r"\.(?:html?|php|aspx?|jsp|cms|ece|stm|shtml|amp)$", re.IGNORECASE)
_LONG_ID = re.compile(r"(?:^|[^\d])\d{5,}(?:\D|$)|[0-9a-f]{8}-[0-9a-f]{4}-|[_-]?a?\d{7,}$")
_MIXED_ID = re.compile(r"^(?=[^-_]*\d)(?=[^-_]*[A-Za-z])[0-9A-Za-z]{10,}$")
_NAMELESS_ID = re.compile(r"^(?:/.*/)?\d{3,}$")
"""A parameter without a name: `?4712`, `?/news/57301`."""
_ID_SEGMENT = re.compile(r"^\d{3,}$")


def is_list_url(url: str) -> bool:
    """Whether the address looks like a list: a tag, category, author, search or archive, or page N.

    A slug of at least four words is an article's, also below `/category/` or `/author/name/`.
    """
    path, query = _split(url)
    path = path.rstrip("/")
    names = {name.casefold() for name, _ in parse_qsl(query)}
    if _PAGED.search(path) or names & _SEARCH_KEYS:
        return True
    return bool(_LIST_PATH.search(path)) and word_count(path.rpartition("/")[2]) < 4


def article_points(url: str) -> int:
    """Return how much the address looks like an article's: 0 (not at all) to 8.

    2 and more is a likely article. A slug of several words counts most, then a date in the path, a
    long id, and an ending such as `.html`.
    """
    path, query = _split(url)
    if _NOT_PAGES.search(path) or _SERVICE.match(path) or is_list_url(url):
        return 0
    segments = [ENDING.sub("", segment) for segment in path.split("/") if segment]
    points = _slug_points(segments)
    if DATE_IN_PATH.search(path):
        points += 2
    if has_id(path, segments, query):
        points += 2
    if ENDING.search(path):
        points += 1
    return points


def _slug_points(segments: list[str]) -> int:
    words = max(map(word_count, segments), default=0)
    if words >= 4:
        return 3
    return 2 if words == 3 else 0


def has_id(path: str, segments: list[str], query: str) -> bool:
    """Whether a part of the path or a parameter looks like the number of an article."""
    if _LONG_ID.search(path):
        return True
    if any(_ID_SEGMENT.match(segment) or _MIXED_ID.match(segment) for segment in segments):
        return True
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.casefold() in ARTICLE_KEYS and value.isdecimal():
            return True
        if not value and _NAMELESS_ID.search(name):
            return True
    return False


def page_number(url: str) -> int | None:
    """Return the N of `/page/N/` or `?page=N`."""
    path, query = _split(url)
    match = re.search(r"/(?:page|seite|pagina|p)[/-]?(\d{1,5})/?$", path, re.IGNORECASE)
    if match:
        return int(match[1])
    for name, value in parse_qsl(query):
        number = whole_number(value) if name in _PAGE_KEYS else None
        if number is not None:
            return number
    return None


def word_count(segment: str) -> int:
    """Return the number of words of a slug; single ASCII characters do not count."""
    words = re.split(r"[-_+ .]|%20", unquote(segment))
    return sum(1 for word in words if len(word) > 1 or not word.isascii())


def _split(url: str) -> tuple[str, str]:
    """Return path and query, both empty if the address cannot be parsed."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.path, parts.query
