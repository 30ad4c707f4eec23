"""Structured data of a page: JSON-LD, even if it is broken, with `@graph` and `@id` resolved."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ingest.html.page import Page
from ingest.text import one_line

# schema.org's Article and its subtypes (https://schema.org/Article), and other types that sites use
# for articles.
ARTICLE_TYPES = frozenset(
    {
        "Article",
        "NewsArticle",
        "AnalysisNewsArticle",
        "AskPublicNewsArticle",
        "BackgroundNewsArticle",
    }
    | {
        "OpinionNewsArticle",
        "ReportageNewsArticle",
        "ReviewNewsArticle",
        "AdvertiserContentArticle",
        "Report",
    }
    | {
        "SatiricalArticle",
        "ScholarlyArticle",
        "SocialMediaPosting",
        "BlogPosting",
        "LiveBlogPosting",
    }
    | {"TechArticle", "Review", "CriticReview", "BlogPost"}
)
_MAX_DEPTH = 12
_MAX_NODES = 5_000
_MAX_KEYS = 1_000
"""Keys of a node that are copied for each reference to it with keys of its own."""

Node = Mapping[str, Any]


@dataclass(frozen=True)
class StructuredData:
    """The JSON-LD nodes of a page in page order; `by_id` has the targets of `{"@id": ...}`."""

    nodes: tuple[Node, ...] = ()
    by_id: Mapping[str, Node] = field(default_factory=dict)

    @cached_property
    def articles(self) -> tuple[Node, ...]:
        """The nodes that are articles, those with the most properties first."""
        found = [node for node in self.nodes if types_of(node) & ARTICLE_TYPES]
        return tuple(sorted(found, key=_weight, reverse=True))

    def of_type(self, *names: str) -> tuple[Node, ...]:
        """Return the nodes of any of these schema.org types."""
        return tuple(node for node in self.nodes if types_of(node) & set(names))

    def resolve(self, value: object) -> object:
        """Return the node that a reference points to, and any other value unchanged."""
        if isinstance(value, Mapping) and isinstance(ident := value.get("@id"), str):
            target = self.by_id.get(ident)
            if target is not None and target is not value:
                is_bare = len(value) == 1 or len(target) > _MAX_KEYS
                return target if is_bare else {**target, **value}
        return value

    def each(self, node: Node, key: str) -> list[object]:
        """Return the values of a key as a list, with references resolved."""
        value = node.get(key)
        values = value if isinstance(value, list) else [value]
        return [self.resolve(item) for item in values if item not in (None, "", [], {})]

    def texts(self, node: Node, key: str) -> list[str]:
        """Return the values of a key as texts, without empty ones; see `text_value`."""
        return [text for value in self.each(node, key) if (text := text_value(value))]

    def text(self, node: Node, key: str) -> str | None:
        """Return the first text of a key on one line, or None if there is none."""
        return next(iter(self.texts(node, key)), None)


_DEEPEST = 8
"""Levels of a value that are searched for its text; real ones have two or three."""


def text_value(value: object, depth: int = _DEEPEST) -> str:
    """Return a JSON-LD value as a text; empty if it has none.

    The text of a node is its `name`, `@value` or `headline`.
    """
    if isinstance(value, str):
        return one_line(html.unescape(html.unescape(value)))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if depth > 0 and isinstance(value, Mapping):
        return next(
            (
                text
                for key in ("name", "@value", "headline")
                if (text := text_value(value.get(key), depth - 1))
            ),
            "",
        )
    if depth > 0 and isinstance(value, list):
        return next((text for item in value if (text := text_value(item, depth - 1))), "")
    return ""


def types_of(node: Node) -> frozenset[str]:
    """Return the schema.org types of a node, without the namespace."""
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return frozenset(re.split(r"[/#:]", name)[-1] for name in kinds if isinstance(name, str))


def _weight(node: Node) -> int:
    keys = (
        "headline",
        "datePublished",
        "author",
        "articleBody",
        "dateModified",
        "image",
        "publisher",
        "mainEntityOfPage",
    )
    return sum(bool(node.get(key)) for key in keys)


def read_structured(page: Page) -> StructuredData:
    """Return all JSON-LD of the page. Blocks that cannot be parsed are skipped without an error."""
    nodes: list[Node] = []
    by_id: dict[str, Node] = {}
    for script in page.elements("script"):
        if "ld+json" not in (script.get("type") or "").casefold():
            continue
        for value in load_lenient(script.text or ""):
            for node in _walk(value, 0):
                if len(nodes) >= _MAX_NODES:
                    return StructuredData(tuple(nodes), by_id)
                nodes.append(node)
                ident = node.get("@id")
                if isinstance(ident, str) and len(node) > len(by_id.get(ident, {})):
                    by_id[ident] = node
    return StructuredData(tuple(nodes), by_id)


def _walk(value: object, depth: int) -> Iterator[Node]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for inner in value.values():
            if isinstance(inner, dict | list):
                yield from _walk(inner, depth + 1)


_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/)\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
# The line break is searched first: a pattern such as `\s*\n\s*` tries each line break of a run.
_MISSING_COMMA = re.compile(r'(["}\]])(?=[^\S\n]*+\n)(\s++)(")')
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_BETWEEN = re.compile(r"[ ;,\r\n\t]*")
_DECODER = json.JSONDecoder(strict=False)  # raw newlines and tabs inside strings are common


def load_lenient(text: str) -> list[object]:
    """Return the JSON values of a script, with common errors repaired; [] if parsing fails.

    These errors are repaired: raw newlines in strings, HTML comments or CDATA around the JSON,
    trailing and missing commas, HTML entities for quotes, bad escapes, several values in a row,
    and a trailing semicolon.
    """
    text = _WRAPPING.sub("", text.strip().lstrip("\ufeff")).strip()
    if not text:
        return []
    comma = _TRAILING_COMMA.sub(r"\1", text)
    mended = _BAD_ESCAPE.sub(r"\\\\", _MISSING_COMMA.sub(r"\1,\2\3", comma))
    for candidate in (text, comma, mended, html.unescape(mended)):
        if values := _values(candidate):
            return values
    return []


def _values(text: str) -> list[object]:
    values: list[object] = []
    position = 0
    while position < len(text):
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            return values if text[position:].strip(" ;\n\t,") == "" else []
        values.append(value)
        # The pattern also matches the empty string, so `match` is never None.
        position = _BETWEEN.match(text, position).end()  # type: ignore[union-attr]
    return values
