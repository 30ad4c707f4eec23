"""The titles that a page's metadata give, and titles compared: without typography, without the site's name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from ingest.extraction.structured import Node, StructuredData, text_value
from ingest.html.page import Page
from ingest.text import one_line

# schema.org's properties that hold other articles than the one that names them.
_OTHERS = (
    *(
        "liveBlogUpdate",
        "hasPart",
        "isPartOf",
        "itemListElement",
        "mentions",
        "citation",
        "itemReviewed",
        "blogPost",
    ),
    *(
        "comment",
        "relatedLink",
        "significantLink",
        "isBasedOn",
        "review",
        "subjectOf",
        "workExample",
    ),
)


def article_nodes(page: Page, data: StructuredData) -> tuple[Node, ...]:
    """The JSON-LD articles that can be the page's own, the likeliest first.

    A node that names this page's address or repeats its title comes before one that says most; what another article
    holds (updates of a live blog, related stories) and what names another address and another title is left out.
    """
    if len(data.articles) < 2:
        return data.articles
    held = {id(node) for node in _held(data)}
    own = [node for node in data.articles if id(node) not in held] or list(data.articles)
    addresses, titles = _addresses(page), _node_titles(page)
    ranked = [(_rank(node, addresses, titles), node) for node in own]
    kept = [(rank, node) for rank, node in ranked if rank >= 0] or ranked
    return tuple(node for _, node in sorted(kept, key=lambda pair: pair[0], reverse=True))


def _held(data: StructuredData) -> Iterator[object]:
    for node in data.nodes:
        for key in _OTHERS:
            value = node.get(key)
            yield from value if isinstance(value, list) else [value]


def _rank(node: Node, addresses: frozenset[str], titles: tuple[str, ...]) -> int:
    paths = [path for path in map(_path, _node_addresses(node)) if path]
    title = title_key(text_value(node.get("headline")) or text_value(node.get("name")))
    same_title = bool(title) and any(
        title.startswith(other) or other.startswith(title) for other in titles
    )
    same_address = any(path in addresses for path in paths)
    elsewhere = bool(paths) and not same_address
    return 2 * same_address + 2 * same_title - (1 if elsewhere else 0)


def _node_addresses(node: Node) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "mainEntityofPage", "@id"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str):
            yield value


def _addresses(page: Page) -> frozenset[str]:
    stated = [page.url, *page.links.get("canonical", []), page.meta("og:url") or ""]
    return frozenset(path for path in map(_path, stated) if path)


def _path(address: str) -> str:
    """The path without what names a copy of the same page; empty for a site's root."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    return path.rstrip("/").removesuffix("/amp").removesuffix(".amp")


def _node_titles(page: Page) -> tuple[str, ...]:
    head = page.tree.find("head")
    texts = (
        page.meta("og:title"),
        page.meta("twitter:title"),
        None if head is None else head.findtext("title"),
    )
    return tuple(key for text in texts if text and (key := title_key(text)))


_NOT_A_LETTER = re.compile(r"[\W_]+")
# A word, or one character of a script that is written without blanks.
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]|[^\W\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]+"
)
_SEPARATOR = re.compile(r"\s+(?:[|\-–—»«:·•‹›~/]|::|--)\s+|\s*[|｜ㅣ]\s*|--")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_METAS = (
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "headline",
    "title",
)


@dataclass(frozen=True, slots=True)
class Title:
    """A title of the metadata; `source` as in the provenance: "json-ld", "meta" or "title"."""

    text: str
    source: str


def visible(text: str | None) -> str:
    """The text on one line without soft hyphens and other marks that only a typesetter sees."""
    return one_line(text.translate(_INVISIBLE)) if text else ""


@lru_cache(maxsize=512)
def title_key(text: str) -> str:
    """What two titles have in common that differ only in typography: letters and digits, in one case."""
    return _NOT_A_LETTER.sub(
        "", unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).casefold()
    )


def likeness(one: str, other: str) -> float:
    """How far two titles have the same words: 0 to 1; 1 also where one begins or ends with all of the other."""
    mine, theirs = title_key(one), title_key(other)
    if not mine or not theirs:
        return 0.0
    short, long = sorted((mine, theirs), key=len)
    if 3 * len(short) >= len(long) and (long.startswith(short) or long.endswith(short)):
        return 1.0
    words, others = (set(_WORD.findall(text.casefold())) for text in (one, other))
    return (
        len(words & others) / max(1, min(len(words), len(others))) * 0.9 if len(words) > 1 else 0.0
    )


def metadata_titles(page: Page, nodes: tuple[Node, ...]) -> tuple[Title, ...]:
    """The titles of the JSON-LD articles, of the metas and of `<title>`, as written; each text once."""
    found = {
        title.text: title
        for title in reversed(tuple(_titles(page, nodes)))
        if title_key(title.text)
    }
    return tuple(reversed(found.values()))


def _titles(page: Page, nodes: tuple[Node, ...]) -> Iterator[Title]:
    for node in nodes[:3]:
        for key in ("headline", "name"):
            yield Title(visible(text_value(node.get(key))), "json-ld")
    for name in _METAS:
        for value in page.metas.get(name, [])[:1]:
            yield Title(visible(value), "meta")
    head = page.tree.find("head")
    if head is not None:
        yield Title(visible(head.findtext("title")), "title")


def site_names(page: Page, data: StructuredData) -> frozenset[str]:
    """The keys of the names that the site calls itself by, its host's among them."""
    names = [page.meta("og:site_name"), page.meta("application-name"), page.meta("al:ios:app_name")]
    names += [
        text_value(value) for node in data.articles[:3] for value in data.each(node, "publisher")
    ]
    names += [
        data.text(node, "name")
        for node in data.of_type("WebSite", "NewsMediaOrganization", "Organization")
    ]
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    names += [host, host.partition(".")[0], max(host.split("."), key=len)]
    return frozenset(key for name in names if name and len(key := title_key(name)) > 1)


def without_site_name(title: str, names: frozenset[str]) -> str:
    """The title without the site's name before or behind it, however often it is parted off."""
    parts = [
        (0, 0),
        *((found.start(), found.end()) for found in _SEPARATOR.finditer(title)),
        (len(title), len(title)),
    ]
    first, last = 0, len(parts) - 1
    while last - first > 1 and _is_site(title[parts[last - 1][1] : parts[last][0]], names):
        last -= 1
    while last - first > 1 and _is_site(title[parts[first][1] : parts[first + 1][0]], names):
        first += 1
    return title[parts[first][1] : parts[last][0]].strip()


def longest_part(title: str) -> str:
    """The longest of the parts that separators part: the headline rather than the section or the site's name."""
    return max(_SEPARATOR.split(title), key=len)


def _is_site(part: str, names: frozenset[str]) -> bool:
    key = title_key(part)
    return key in names or any(
        len(name) > 3 and key.startswith(name) and len(key) <= len(name) + 6 for name in names
    )
