"""The share of records that have each field, nested ones included, by the schema (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from statistics import median
from typing import Any, NamedTuple

from ingest.record import Article, Precision, json_schema

_FIELDS: dict[str, Callable[[Article], object]] = {
    "headline": lambda article: article.headline,
    "authors": lambda article: article.authors,
    "datePublished": lambda article: article.date_published,
    "dateModified": lambda article: article.date_modified,
    "articleSection": lambda article: article.article_section,
    "keywords": lambda article: article.keywords,
    "mainImage": lambda article: article.main_image,
    "comments": lambda article: article.comments,
    "articleBody": lambda article: article.article_body,
}


class Coverage(NamedTuple):
    """A field by its name in the record, the number of articles that have it, and a detail."""

    field: str
    found: int
    detail: str = ""


def coverage(articles: Sequence[Article]) -> Iterator[Coverage]:
    """Return the coverage of each field, in the order of the record."""
    for field, value_of in _FIELDS.items():
        having = [article for article in articles if value_of(article)]
        yield Coverage(field, len(having), _detail(field, having))


def _detail(field: str, articles: Sequence[Article]) -> str:
    detail = _DETAILS.get(field)
    return detail(articles) if detail and articles else ""


def _kinds(articles: Sequence[Article]) -> str:
    kinds = Counter(author.kind.value for article in articles for author in article.authors)
    return ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())


def _precisions(precisions: Iterable[Precision | None]) -> str:
    counts = Counter(precision.value for precision in precisions if precision)
    return ", ".join(f"{number} to the {precision}" for precision, number in counts.most_common())


_DETAILS: dict[str, Callable[[Sequence[Article]], str]] = {
    "authors": _kinds,
    "datePublished": lambda articles: _precisions(
        article.date_published_precision for article in articles
    ),
    "dateModified": lambda articles: _precisions(
        article.date_modified_precision for article in articles
    ),
    "comments": lambda articles: f"{sum(len(article.comments) for article in articles)} in all",
    "articleBody": lambda articles: (
        f"median {median(len(article.article_body) for article in articles):.0f} characters"
    ),
}


_DIGITS = 6
"""Decimals of a share: enough to recover the count for runs of up to 500,000 records."""


@cache
def field_paths() -> frozenset[str]:
    """Return the paths of all fields of the schema, such as `authors` and `authors.url`."""
    schema = json_schema()
    return frozenset(_paths(schema, schema, ""))


def fields_of(record: Mapping[str, Any]) -> set[str]:
    """Return the paths of the fields of a record that are not null or empty.

    A field of the items of a list counts if any of them has it.
    """
    return {path for path in _filled(record, "") if path in field_paths()}


class FieldCounter:
    """Counts the fields of records, and the sources of their values."""

    def __init__(self) -> None:
        self.read = 0
        self._fields: Counter[str] = Counter()
        self._provenance: Counter[str] = Counter()

    def add(self, article: Article) -> None:
        """Count one record."""
        self.read += 1
        self._fields.update(fields_of(article.to_dict()))
        self._provenance.update(
            f"{name}:{source}" for name, source in article.metadata.provenance.items()
        )

    def fields(self) -> dict[str, float]:
        """Return the share of records with each field of the schema; empty without records."""
        return (
            {path: self._share(self._fields[path]) for path in sorted(field_paths())}
            if self.read
            else {}
        )

    def provenance(self) -> dict[str, float]:
        """Return the share of records with each `field:source` in `metadata.provenance`."""
        return {key: self._share(number) for key, number in sorted(self._provenance.items())}

    def _share(self, number: int) -> float:
        return round(number / self.read, _DIGITS)


def _paths(node: Mapping[str, Any], schema: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for form in _forms(node, schema):
        for name, value in form.get("properties", {}).items():
            yield prefix + name
            yield from _paths(value, schema, f"{prefix}{name}.")


def _forms(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return the object types that a node of a JSON Schema allows by `$ref`, `anyOf`, `items`."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    if "properties" in node:
        yield node
    for inner in (*node.get("anyOf", ()), *([node["items"]] if "items" in node else ())):
        yield from _forms(inner, schema)


def _filled(value: object, prefix: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if inner is not None and inner not in ("", [], {}):
                yield prefix + name
                yield from _filled(inner, f"{prefix}{name}.")
    elif isinstance(value, list):
        for inner in value:
            yield from _filled(inner, prefix)
