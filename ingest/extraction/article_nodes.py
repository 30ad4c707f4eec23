"""Find the JSON-LD article of the page itself among all of its JSON-LD articles."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from ingest.extraction.structured import Node, StructuredData, text_value
from ingest.html.page import Page
from ingest.text import title_key

# schema.org's properties whose values are other articles.
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
    """Return the JSON-LD articles that can be the page's own, the likeliest first.

    A node with this page's address or title comes before a node that only has more properties. Two
    kinds of nodes are left out: parts of another node (updates of a live blog, related stories),
    and nodes with another address and another title.
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
    paths = [path for path in map(_path, node_addresses(node)) if path]
    title = title_key(text_value(node.get("headline")) or text_value(node.get("name")))
    same_title = bool(title) and any(
        title.startswith(other) or other.startswith(title) for other in titles
    )
    same_address = any(path in addresses for path in paths)
    elsewhere = bool(paths) and not same_address
    return 2 * same_address + 2 * same_title - (1 if elsewhere else 0)


def node_addresses(node: Node) -> Iterator[str]:
    """Return the addresses that a JSON-LD node states for itself."""
    for key in ("url", "mainEntityOfPage", "mainEntityofPage", "@id"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str):
            yield value


def _addresses(page: Page) -> frozenset[str]:
    stated = [page.url, page.canonical or "", page.meta("og:url") or ""]
    return frozenset(path for path in map(_path, stated) if path)


def _path(address: str) -> str:
    """Return the path without the suffix of an AMP copy; empty for a site's root."""
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
