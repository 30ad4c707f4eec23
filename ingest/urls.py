"""Addresses: validity, and the key of an article; their shape is in `url_shape`."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

import ada_url
from w3lib.url import canonicalize_url

from ingest.errors import InvalidURL
from ingest.url_shape import ARTICLE_KEYS, DATE_IN_PATH, ENDING, has_id, word_count

_USER = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/?#]*@", re.IGNORECASE)
# Parameters of trackers and of sessions: their names are used for nothing else.
_TRACKING = re.compile(
    r"""^(?: utm_\w+ | hsa_\w+ | pk_\w+ | mtm_\w+ | at_\w+ | mc_[ce]id | ns_\w+ | _ga | _gl | fb_\w+
        | fbclid | gclid | gclsrc | dclid | gbraid | wbraid | msclkid | yclid | twclid | ttclid
        | igsh(?:id)? | ref_src | ref_url | referrer | spm | xtor | smid | smtyp | replytocom
        | like_comment | no_?cache | trk | traffic_source
        | jsessionid | phpsessid | aspsessionid\w* | oscsid | zenid | cftoken )$""",
    re.IGNORECASE | re.VERBOSE,
)
# Names of trackers and of views of a page that some sites use for the article itself.
_MAYBE_TRACKING = re.compile(
    r"""^(?: cid | cmp(?:id)? | icid | ncid | ocid | ref | src | source | from | via
        | share | shared | amp | output_?type | print | printable | view-print )$""",
    re.IGNORECASE | re.VERBOSE,
)
_SESSION_NAME = re.compile(r"^(?:s|sid|session|session_?id)$", re.IGNORECASE)
_SESSION_VALUE = re.compile(r"^[0-9a-f]{32,128}$", re.IGNORECASE)
_PATH_SESSION = re.compile(
    r";(?:jsessionid|phpsessid|sid|session_?id)=[^/?#;]*|/\([SAF]\([0-9a-z]{16,64}\)\)(?=/)",
    re.IGNORECASE,
)
"""In a path: of Java (`;jsessionid=`), and of ASP.NET without cookies (`/(S(...))/`)."""
_SCRIPT = re.compile(r"\.(?:php\d?|aspx?|jspx?|cfm|cgi|pl|do)$", re.IGNORECASE)
_GENERIC_WORD = re.compile(
    r"(?<![^\W_])(?:news|view|read|show|display|full|stor(?:y|ies)|articles?|details?|pages?|items?"
    r"|posts?|index|main|default|content|press|releases?|print)(?![^\W_])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d$")
_NUMBER_SEGMENT = re.compile(r"(?:[a-z](?=\d\d))?(\d+)$()", re.IGNORECASE)
_NUMBER_IN_SLUG = re.compile(r"^(\d{4,})(?=[-_.])|[-_.][a-z]?(\d{4,})$", re.IGNORECASE)
_ID_VALUE = re.compile(r"\d")
_FLAG = re.compile(r"^[01]$")
_AMP_CACHE = re.compile(
    r"^https?://[\w-]+\.cdn\.ampproject\.org/(?:[acvir]/)+(?:s/)?", re.IGNORECASE
)
_COPY_HOST = re.compile(r"^(?:www\d?|amp|m|mobile)\.(?=[^.]+\.)")
_COPY_SEGMENT = re.compile(r"/(?:amp|print|comment-page-\d+)(?=/|$)", re.IGNORECASE)
_COPY_ENDING = re.compile(
    r"(?:\.amp(?=\.html?$|$)|/amp\.html?$|/index\.(?:html?|php)$)", re.IGNORECASE
)
_BLANK = re.compile(r"\s")
_NO_LABEL = re.compile(r"^\.|\.\.|[^.]{64}")
"""In a host: a label that is empty or has more than 63 characters (RFC 1035, 2.3.4)."""


def check_url(text: str) -> str:
    """Return the text as an absolute http(s) URL without user name.

    Raises:
        InvalidURL: it is not such a URL. The message contains no password.
    """
    url = text.strip()
    if not is_http_url(url):
        is_bare = re.match(r"^[\w-]+(\.[\w-]+)+(/\S*)?$", url)
        remedy = f"did you mean https://{url}?" if is_bare else "give http(s)://..."
        raise InvalidURL(f"not an http(s) URL: {without_user(url)!r}", remedy)
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise InvalidURL(
            f"a URL of {parts.hostname} names a user",
            "leave user name and password out: Khabar sends none",
        )
    return url


def is_http_url(url: str) -> bool:
    """Whether the text is an absolute http(s) URL of a host, by the URL standard.

    Host and port are checked by a parser that passes the standard's own tests
    (https://url.spec.whatwg.org/), the rest by `urlsplit`, with which the crawler works: the
    standard accepts forms such as `http:host` that `urlsplit` reads as another address.
    """
    try:
        parts = urlsplit(url)
        is_valid = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    if parts.scheme.casefold() not in {"http", "https"} or not is_valid or _BLANK.search(url):
        return False
    # The standard reads `\` as `/`, and so another host; names with such labels have no address.
    if "\\" in parts.netloc or _NO_LABEL.search(parts.hostname or ""):
        return False
    return ada_url.check_url(url)


def without_user(url: str) -> str:
    """Return the address without user name and password (RFC 3986, 3.2.1)."""
    return _USER.sub(r"\1", url)


def host_of(url: str) -> str:
    """Return the lower-case host name without `www.`, empty if the address has none."""
    try:
        return (urlsplit(url).hostname or "").casefold().removeprefix("www.")
    except ValueError:
        return ""


@lru_cache(maxsize=1024)  # a crawl asks for the key of a page's address seven times
def article_key(url: str) -> str:
    """Return the key that all addresses of one article share.

    It has no scheme, `www.`, fragment, session, or mark of AMP, print or tracking. Its query is
    sorted, its path percent-encoded in one way. A parameter that may be the article's own, such as
    `?cid=10021` or `?4712`, is dropped only if the rest of the address names an article.
    """
    url = _AMP_CACHE.sub("https://", url.strip())
    try:
        parts = urlsplit(canonicalize_url(url, keep_blank_values=True))
        host, port = (parts.hostname or "").casefold(), parts.port
    except ValueError:  # such as a port that is not a number: the address itself is the key
        return url
    host = _COPY_HOST.sub("", host)
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    path = _COPY_SEGMENT.sub("", _PATH_SESSION.sub("", parts.path))
    path = re.sub(r"/{2,}", "/", _COPY_ENDING.sub("", path)).rstrip("/;")
    query = _identifying_query(path, parse_qsl(parts.query, keep_blank_values=True))
    return f"{host}{path}?{query}" if query else f"{host}{path}"


def _identifying_query(path: str, parameters: list[tuple[str, str]]) -> str:
    """Return the parameters that may identify an article, sorted, as a query."""
    kept: list[tuple[str, str]] = []
    unsure: list[tuple[str, str]] = []
    for name, value in parameters:
        if _is_never_article(name, value):
            continue
        if not value or _MAYBE_TRACKING.match(name):
            unsure.append((name, value))
        else:
            kept.append((name, value))
    if not _names_article(path, kept):
        kept += [pair for pair in unsure if _may_be_id(*pair)]
    return "&".join(_encoded(name, value) for name, value in sorted(kept))


def _encoded(name: str, value: str) -> str:
    return urlencode([(name, value)]) if value else quote_plus(name)


def _is_never_article(name: str, value: str) -> bool:
    """Whether a parameter is always a tracker's or a session, never an article's."""
    if _TRACKING.match(name):
        return True
    return bool(_SESSION_NAME.match(name) and _SESSION_VALUE.match(value))


def _may_be_id(name: str, value: str) -> bool:
    """Whether a parameter may be the article: an id, or a slug or path without a name."""
    if not value:
        return bool(_ID_VALUE.search(name)) or word_count(name) >= 3
    return bool(_ID_VALUE.search(value)) and not _FLAG.match(value)


def _names_article(path: str, parameters: list[tuple[str, str]]) -> bool:
    """Whether path or parameters identify an article."""
    for name, value in parameters:
        if name.casefold() in ARTICLE_KEYS or word_count(value) >= 3:
            return True
    segments = [segment for segment in path.split("/") if segment]
    return bool(segments) and _path_names_article(path, segments)


def _path_names_article(path: str, segments: list[str]) -> bool:
    """Whether a path has an id, a slug, or a date in front of its last segment.

    Names of scripts and pages such as `news_view.php`, sections and years are none of these.
    """
    names = [ENDING.sub("", segment) for segment in segments]
    if any(_specific_words(name) >= 4 for name in names):
        return True
    undated = [name for name in names if not _YEAR.match(name)]
    if has_id("/".join(undated), undated, ""):
        return True
    if _SCRIPT.search(segments[-1]):
        return False
    words = _specific_words(names[-1])
    return words >= 2 or (words == 1 and bool(DATE_IN_PATH.search(path)))


def _specific_words(segment: str) -> int:
    return word_count(_GENERIC_WORD.sub("", segment)) if not segment.isdecimal() else 0


def drops_article(canonical: str, url: str) -> bool:
    """Whether a canonical URL leaves out what names the article in the page's address.

    That is an id in the query, or the last segments of the path. Such a canonical URL is the same
    for all articles of the site.
    """
    (short, short_query), (long, long_query) = _key_parts(canonical), _key_parts(url)
    path = short.partition("/")[2]
    if _names_article(f"/{path}", short_query) or not set(short_query) <= set(long_query):
        return False
    if short == long:
        left_out = set(long_query) - set(short_query)
        return any(_may_be_id(name, value) or word_count(value) >= 3 for name, value in left_out)
    below = long.removeprefix(f"{short}/")
    return below != long and _path_names_article(f"/{below}", below.split("/"))


def _key_parts(url: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the key of an address without its query, and the parameters of the query."""
    place, _, query = article_key(url).partition("?")
    return place, parse_qsl(query, keep_blank_values=True)


def number_keys(key: str) -> tuple[str, ...]:
    """Return keys of the numbers that an address may name its article by, with its host.

    These are a segment of digits (`/story/88/a-slug/`), digits at the start or end of a slug
    (`a-slug-2026114`), and a parameter such as `?id=88`. Dates in the path are no numbers. Two
    articles may share a number, which one counts in each section.

    Args:
        key: of the address, by `article_key`.
    """
    place, _, query = key.partition("?")
    host, _, path = place.partition("/")
    numbers = [
        value for name, value in parse_qsl(query) if name in ARTICLE_KEYS and value.isdecimal()
    ]
    for segment in DATE_IN_PATH.sub("/", f"/{path}").split("/"):
        name = ENDING.sub("", segment)
        match = _NUMBER_SEGMENT.match(name) or _NUMBER_IN_SLUG.search(name)
        number = (match[1] or match[2]) if match else ""
        if number and not _YEAR.match(number):
            numbers.append(number)
    return tuple(f"{host}#{number}" for number in dict.fromkeys(numbers))


def article_id(url: str) -> str:
    """Return the stable id of an article: that of its key."""
    return id_of_key(article_key(url))


def id_of_key(key: str) -> str:
    """Return the id of an article with this key: 32 hex digits of its SHA-256."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def is_home(url: str) -> bool:
    """Whether the address is a site's front page."""
    key = article_key(url)
    return "/" not in key and "?" not in key
