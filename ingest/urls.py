"""Addresses: checked, and folded to the one key that all copies of an article share."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from w3lib.url import canonicalize_url

from ingest.errors import BadURL

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
    """The text as an absolute http(s) URL without user name; raises `BadURL`, which repeats no password."""
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
        raise BadURL(f"not an http(s) URL: {without_user(url)!r}", remedy)
    if "@" in parts.netloc:
        raise BadURL(
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
