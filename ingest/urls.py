"""Addresses: checked, and folded to the one key that all copies of an article share."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from w3lib.url import canonicalize_url

from ingest.errors import InvalidURL
from ingest.text import whole_number

_LIST_PATH = re.compile(
    r"""/(?: tags? | tagged | categor(?:y|ies) | cat | topics? | authors? | writers? | autor(?:en)? | auteur | autori
        | search | suche | recherche | buscar | cerca | arama | labels? | archives? | archiv | sections? | profile
        | contributors? | columnist | keywords? | etiquetas? | rubrik | themen? | temas?
        )(?:/[^/]+){0,3}$""",
    re.IGNORECASE | re.VERBOSE,
)
_PAGED = re.compile(r"/(?:page|seite|pagina|p)[/-]?\d+/?$", re.IGNORECASE)
_PAGE_KEYS = frozenset({"page", "paged", "pg", "offset", "start"})
_ARTICLE_KEYS = frozenset(
    {"p", "id", "artid", "articleid", "artnr", "newsid", "storyid", "idxno", "aid", "nid"}
)
_SEARCH_KEYS = frozenset({"s", "q", "query", "search", "cat", "tag", "author", "keyword"})
_NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|pdf|mp[34]|zip|css|js|xml|rss|ico|apk)$"
    r"|^/(?:wp-(?:admin|content|json|login)|cdn-cgi|feeds?|rss)\b|/feed/?$",
    re.IGNORECASE,
)
# What is on every site and is no news.
_SERVICE = re.compile(
    r"^/(?:[a-z]{2}/)?(?:about|contact|privacy|terms|advert|career|jobs|subscri|login|signin|sign-in|register|account|"
    r"newsletter|impressum|datenschutz|cookie|faq|help|sitemap|donate|shop|weather|horoscope|e-?paper|live-?tv)[^/]*(?:/[^/]*)?$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"/(?:19|20)\d\d[/-]?(?:[01]?\d|[a-z]{3})(?:[/-]?[0-3]?\d)?(?=[/-])|/\d{1,2}-[A-Za-z]{3}-\d{4}/"
)
_ENDING = re.compile(r"\.(?:html?|php|aspx?|jsp|cms|ece|stm|shtml|amp)$", re.IGNORECASE)
_LONG_ID = re.compile(r"(?:^|[^\d])\d{5,}(?:\D|$)|[0-9a-f]{8}-[0-9a-f]{4}-|[_-]?a?\d{7,}$")
_MIXED_ID = re.compile(r"^(?=[^-_]*\d)(?=[^-_]*[A-Za-z])[0-9A-Za-z]{10,}$")
_ID_SEGMENT = re.compile(r"^\d{3,}$")


def is_list_url(url: str) -> bool:
    """Whether the address has the shape of a list: a tag, category, author, search or archive page, or page N.

    A slug of four words and more is an article's, also below `/category/` or `/author/name/`.
    """
    path, query = _split(url)
    path = path.rstrip("/")
    if _PAGED.search(path) or {key.casefold() for key, _ in parse_qsl(query)} & _SEARCH_KEYS:
        return True
    return bool(_LIST_PATH.search(path)) and _words(path.rpartition("/")[2]) < 4


def article_points(url: str) -> int:
    """How much the address looks like an article's, 0 (not at all) to about 8; 2 and more is a likely article.

    A date in the path, a long id and an ending such as `.html` count, and above all a slug of several words.
    """
    path, query = _split(url)
    if _NOT_PAGES.search(path) or _SERVICE.match(path) or is_list_url(url):
        return 0
    segments = [_ENDING.sub("", segment) for segment in path.split("/") if segment]
    words = max(map(_words, segments), default=0)
    return (
        (3 if words >= 4 else 2 if words == 3 else 0)
        + (2 if _DATE.search(path) else 0)
        + (2 if _has_id(path, segments, query) else 0)
        + (1 if _ENDING.search(path) else 0)
    )


def _has_id(path: str, segments: list[str], query: str) -> bool:
    if _LONG_ID.search(path) or any(
        _ID_SEGMENT.match(part) or _MIXED_ID.match(part) for part in segments
    ):
        return True
    return any(
        key.casefold() in _ARTICLE_KEYS and value.isdecimal() for key, value in parse_qsl(query)
    )


def page_number(url: str) -> int | None:
    """The N of `/page/N/` or `?page=N`."""
    path, query = _split(url)
    if match := re.search(r"/(?:page|seite|pagina|p)[/-]?(\d{1,5})/?$", path, re.IGNORECASE):
        return int(match[1])
    pages = (whole_number(value) for key, value in parse_qsl(query) if key in _PAGE_KEYS)
    return next((page for page in pages if page is not None), None)


def _words(segment: str) -> int:
    return sum(
        1
        for word in re.split(r"[-_+ .]|%20", unquote(segment))
        if len(word) > 1 or not word.isascii()
    )


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.path, parts.query


# Parameters that say how a reader came, or which view of the page to show; never which article it is.
_TRACKING = re.compile(
    r"""^(?: utm_\w+ | hsa_\w+ | pk_\w+ | mtm_\w+ | at_\w+ | mc_[ce]id | ns_\w+ | _ga | _gl | fb_\w+
        | fbclid | gclid | gclsrc | dclid | gbraid | wbraid | msclkid | yclid | twclid | ttclid | igsh(?:id)?
        | cmp(?:id)? | cid | icid | ncid | ocid | ref | ref_src | ref_url | referrer | spm | xtor | smid | smtyp
        | share | shared | replytocom | like_comment | amp | output_?type | print | printable | view-print
        | src | source | from | via | trk | traffic_source | no_?cache )$""",
    re.IGNORECASE | re.VERBOSE,
)
_USER = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/?#]*@", re.IGNORECASE)
_AMP_CACHE = re.compile(
    r"^https?://[\w-]+\.cdn\.ampproject\.org/(?:[acvir]/)+(?:s/)?", re.IGNORECASE
)
_COPY_HOST = re.compile(r"^(?:www\d?|amp|m|mobile)\.(?=[^.]+\.)")
_COPY_SEGMENT = re.compile(r"/(?:amp|print|comment-page-\d+)(?=/|$)", re.IGNORECASE)
_COPY_ENDING = re.compile(
    r"(?:\.amp(?=\.html?$|$)|/amp\.html?$|/index\.(?:html?|php)$)", re.IGNORECASE
)


def check_url(text: str) -> str:
    """The text as an absolute http(s) URL without user name; raises `InvalidURL`, which repeats no password."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
        parts = urlsplit("")
    if parts.scheme.casefold() not in {"http", "https"} or not named or re.search(r"\s", url):
        remedy = (
            f"did you mean https://{url}?"
            if re.match(r"^[\w-]+(\.[\w-]+)+(/\S*)?$", url)
            else "give http(s)://..."
        )
        raise InvalidURL(f"not an http(s) URL: {without_user(url)!r}", remedy)
    if "@" in parts.netloc:
        raise InvalidURL(
            f"a URL of {parts.hostname} names a user",
            "leave user name and password out: Khabar sends none",
        )
    return url


def without_user(url: str) -> str:
    """The address without user name and password (RFC 3986, 3.2.1): they are nobody's business but the server's."""
    return _USER.sub(r"\1", url)


def host_of(url: str) -> str:
    """The lower-case host name without `www.`; empty where the address has none."""
    try:
        return (urlsplit(url).hostname or "").casefold().removeprefix("www.")
    except ValueError:
        return ""


def article_key(url: str) -> str:
    """The key that all addresses of one article share: no scheme, no `www.`, no AMP, print or tracking marks.

    The query that is left is sorted, the fragment dropped, the path percent-encoded in one way.
    """
    url = _AMP_CACHE.sub("https://", url.strip())
    try:
        parts = urlsplit(canonicalize_url(url, keep_blank_values=False))
        host, port = (parts.hostname or "").casefold(), parts.port
    except ValueError:  # such as a port that is no number: the address stands for itself
        return url
    host = _COPY_HOST.sub("", host)
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    path = _COPY_ENDING.sub("", _COPY_SEGMENT.sub("", parts.path))
    path = re.sub(r"/{2,}", "/", path).rstrip("/;")
    query = [(key, value) for key, value in parse_qsl(parts.query) if not _TRACKING.match(key)]
    return f"{host}{path}?{urlencode(sorted(query))}" if query else f"{host}{path}"


def article_id(url: str) -> str:
    """The stable id of the article at this address: 32 hex digits of the SHA-256 of its key."""
    return hashlib.sha256(article_key(url).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def is_home(url: str) -> bool:
    """Whether the address is a site's front page."""
    key = article_key(url)
    return "/" not in key and "?" not in key


def readable(url: str) -> str:
    """The address with percent-encoding of letters undone, for people to read."""
    return unquote(url)
