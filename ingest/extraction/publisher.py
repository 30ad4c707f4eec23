"""The publisher of a page, its robots directives, and whether its article is free to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from ingest.extraction.caps import capped
from ingest.extraction.structured import Node, StructuredData, text_value
from ingest.extraction.titles import word_list
from ingest.html.page import Page
from ingest.record import Rights
from ingest.sites import Site
from ingest.text import LINE_CHARACTERS, hollow, known, one_line, title_key
from ingest.urls import is_home

# Crawler names that carry robots directives of their own in a `<meta name=...>`.
_ROBOT = re.compile(
    r"^(?:robots|[\w-]*bot(?:-[\w-]+)?|slurp|teoma|duckduckbot|google-extended|ccbot)$"
)
_NO_AI = re.compile(r"\bno(?:ai|imageai)\b", re.IGNORECASE)


def find_rights(page: Page) -> Rights:
    """Return the directives of the page's `<meta>` elements and of the response's headers.

    A directive for one crawler is prefixed with its name ("googlebot: noindex"), as in the
    X-Robots-Tag header
    (https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag). TDMRep's values
    (https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/) are read from the page
    first, then from the headers.
    """
    meta = _robots_meta(page)
    header = _header(page, "x-robots-tag")
    return Rights(
        robots_meta=meta,
        robots_header=[header] if header else [],
        tdm_reservation=_reservation(page),
        tdm_policy=known(page.meta("tdm-policy") or _header(page, "tdm-policy")),
        no_ai=any(_NO_AI.search(directive) for directive in (*meta, header or "")),
    )


def _robots_meta(page: Page) -> list[str]:
    directives = (
        value if name == "robots" else f"{name}: {value}"
        for name, values in page.metas.items()
        if _ROBOT.match(name)
        for value in values
        if len(value) <= LINE_CHARACTERS
    )
    return list(dict.fromkeys(directives))


def _header(page: Page, name: str) -> str | None:
    return one_line(page.headers.get(name)) or None


def _reservation(page: Page) -> int | None:
    for value in (*page.metas.get("tdm-reservation", []), _header(page, "tdm-reservation")):
        if value in {"0", "1"}:
            return int(value)
    return None


@dataclass(frozen=True)
class OwnNames:
    """A site's own names, as written; host names are in lower case."""

    names: tuple[str, ...]

    @cached_property
    def folded(self) -> frozenset[str]:
        """The names in lower case."""
        return frozenset(name.casefold() for name in self.names)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The names without typography (`title_key`); no single letters."""
        return frozenset(key for name in self.names if len(key := title_key(name)) > 1)


def own_names(page: Page, data: StructuredData, site: Site) -> OwnNames:
    """Return the site's own names from its definition, metadata, JSON-LD nodes and host.

    Metadata and JSON-LD give at most 200, since texts are compared with each of them.
    """
    names: list[str] = []
    for meta in ("og:site_name", "application-name", "al:ios:app_name"):
        names += page.metas.get(meta, [])
    for article in data.articles[:_PUBLISHERS]:
        names += data.texts(article, "publisher")
    for node in data.of_type(*_ORGANISATIONS):
        names += data.texts(node, "name")
    hosts = _host_names(page)
    found = (name for name in dict.fromkeys(names) if not _is_headline(page, name))
    names = list(
        capped(found, _MOST_NAMES, f"the site has over {_MOST_NAMES} names: others are left")
    )
    own = (name for name in (site.publisher, *names, *hosts) if name and not hollow(name))
    return OwnNames(tuple(dict.fromkeys(own)))


def _host_names(page: Page) -> list[str]:
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    labels = host.split(".")
    names = [host, host.rpartition(".")[0], labels[0], max(labels, key=len)]
    return [*names, *(label for label in labels[:-1] if len(label) > 2)]


def _is_headline(page: Page, name: str) -> bool:
    """Whether a name of the site is the article's title: some systems fill both metas with it."""
    title = page.meta("og:title", "twitter:title")
    if title is None or is_home(page.url) or title_key(name) != title_key(title):
        return False
    key = title_key(name)
    of_host = any(len(host) > 3 and title_key(host) in key for host in _host_names(page))
    return len(word_list(name)) >= _FEWEST_WORDS and not of_host


_FEWEST_WORDS = 4  # of a name of the site that may be a headline
_MOST_NAMES = 200  # of the site; a real page has up to 20
_PUBLISHERS = 3
"""JSON-LD articles whose publisher is read; later ones are stories of other sites."""
_MOST_CHARACTERS = 80  # the longest names of newspapers have about 60; a longer text is a slogan
_ORGANISATIONS = ("NewsMediaOrganization", "WebSite", "Organization")


def find_publisher(page: Page, data: StructuredData, site: Site) -> str | None:
    """Return the publisher's name from the first source that has it, or None.

    The sources are, in this order: the site's definition, the article's node in JSON-LD,
    `og:site_name`, the site's own node, and other metas.
    """
    if site.publisher:
        return site.publisher
    names = (name for name in _names(page, data) if name and _is_name(name))
    return next((name for name in names if not _is_headline(page, name)), None)


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
# Facebook's article:content_tier. The value "metered" means neither.
_TIERS = {"free": True, "locked": False}


def find_free(page: Page, data: StructuredData) -> bool | None:
    """Return schema.org's `isAccessibleForFree`, or None if the page does not state it.

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
