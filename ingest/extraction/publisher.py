"""Whose site it is, and whether the page says that its article may be read for free."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.extraction.structured import Node, StructuredData, text_value
from ingest.html.page import Page
from ingest.sites import Site
from ingest.text import known

_MOST_CHARACTERS = 80  # the longest names of newspapers have about 60; more is a slogan
_ORGANISATIONS = ("NewsMediaOrganization", "WebSite", "Organization")


def find_publisher(page: Page, data: StructuredData, site: Site) -> str | None:
    """The publisher's name: the definition's, the article's in JSON-LD, `og:site_name`, the site's own node."""
    if site.publisher:
        return site.publisher
    return next((name for name in _names(page, data) if name and _is_name(name)), None)


def _names(page: Page, data: StructuredData) -> Iterator[str]:
    for article in data.articles:
        yield from (text_value(value) for value in data.each(article, "publisher"))
    yield page.meta("og:site_name") or ""
    for kind in _ORGANISATIONS:
        yield from (data.text(node, "name") or "" for node in data.of_type(kind))
    yield page.meta("application-name", "dc.publisher", "publisher", "al:ios:app_name") or ""


def _is_name(name: str) -> bool:
    return (
        known(name) is not None
        and len(name) <= _MOST_CHARACTERS
        and not name.startswith(("http:", "https:", "//"))
    )


_TRUTH = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
# Facebook's article:content_tier; "metered" says neither.
_TIERS = {"free": True, "locked": False}


def find_free(page: Page, data: StructuredData) -> bool | None:
    """Schema.org's `isAccessibleForFree`, or None where the page doesn't state it.

    Booleans are often written as texts ("False") or as `https://schema.org/False`.
    """
    for node in (*data.articles, *data.of_type("WebPage")):
        if (stated := _truth(node)) is not None:
            return stated
    if (stated := _TRUTH.get((page.meta("isaccessibleforfree") or "").casefold())) is not None:
        return stated
    return _TIERS.get((page.meta("article:content_tier") or "").casefold())


def _truth(node: Node) -> bool | None:
    text = text_value(node.get("isAccessibleForFree")).casefold()
    return _TRUTH.get(text.rpartition("/")[2])
