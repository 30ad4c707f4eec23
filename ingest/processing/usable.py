"""Which responses are pages at all, before anything is parsed (pure)."""

from __future__ import annotations

import re

from ingest.html.encoding import utf_16_order
from ingest.record import FetchedPage, Reason
from ingest.sites import Site
from ingest.url_shape import article_points
from ingest.urls import article_key, is_home

_BINARY = bytes([*range(9), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)])
_FEW_CONTROLS = 0.02
_HEAD = 4_096
_DATA = re.compile(
    rb"""\s*(?:\xef\xbb\xbf)?\s*(?: (?P<json>\{\s*"|\[\s*[{"\]])
        | (?:<\?xml[^>]{0,300}\?>\s*|<\?[^>]{0,300}\?>\s*|<!--(?:(?!-->).){0,1000}-->\s*|<!DOCTYPE\ rss[^>]{0,300}>\s*)*
          <(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>] )""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
"""The beginning of a feed, a sitemap or JSON."""
_TAG = re.compile(rb"<\x00?[a-zA-Z!?/]")
"""The beginning of a tag or a comment, in UTF-16 too."""
_LIKELY_ARTICLE = 2
"""The least `article_points` of the address of an article."""
_MARKUP_TYPES = ("html", "xml", "text/plain", "octet-stream")


def unusable(page: FetchedPage) -> tuple[Reason, str] | None:
    """Return why a response is not a page to parse, or None."""
    kind = page.headers.get("content-type", "").casefold()
    if kind and not any(word in kind for word in _MARKUP_TYPES):
        return Reason.NOT_HTML, kind.split(";")[0]
    if page.status is not None and not 200 <= page.status < 300:
        reason = Reason.NOT_FOUND if page.status in {404, 410} else Reason.HTTP_STATUS
        return reason, f"HTTP {page.status}"
    if not page.body.strip():
        return Reason.EMPTY, "the response has no body"
    other = _other_format(
        page.body, is_utf16="charset=utf-16" in kind or utf_16_order(page.body) is not None
    )
    return (Reason.NOT_HTML, other) if other else None


def _other_format(body: bytes, *, is_utf16: bool) -> str:
    """Return what a body is that is not HTML, or an empty text."""
    if data := _DATA.match(body[:_HEAD]):
        return f"{'JSON' if data['json'] else 'a feed or sitemap'}, not a page"
    if not is_utf16 and _is_binary(body):
        return "binary data"
    return "" if _TAG.search(body) else "plain text without a tag, not a page"


def redirected_away(page: FetchedPage, site: Site) -> tuple[Reason, str] | None:
    """Refuse the front page, a section or a notice in the place of an article.

    Many sites redirect a removed article there, and all articles during maintenance.
    """
    asked = page.requested_url
    if not asked or article_key(asked) == article_key(page.url):
        return None
    if is_home(page.url):
        return Reason.NOT_FOUND, "redirects to the front page"
    if (
        site.is_article_url(asked)
        and not site.is_article_url(page.url)
        and article_points(page.url) < _LIKELY_ARTICLE
    ):
        return Reason.NOT_FOUND, f"redirects to {page.url}, which is no article's address"
    return None


def _is_binary(body: bytes) -> bool:
    """Whether the body starts like binary data, whatever its content type.

    The binary data bytes are those of the WHATWG MIME Sniffing Standard. A page may have a stray
    one, and UTF-16 has many.
    """
    head = body[:1024]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    controls = len(head) - len(head.translate(None, _BINARY))
    return head.startswith(b"%PDF-") or controls > _FEW_CONTROLS * len(head)
