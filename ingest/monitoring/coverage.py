"""Which share of some records has each field, nested ones too, by the record's own schema (pure)."""

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
    """A field by its name in the record, how many articles give it, and what is worth knowing of it."""

    field: str
    found: int
    detail: str = ""


def coverage(articles: Sequence[Article]) -> Iterator[Coverage]:
    """The fields one by one, in the order of the record."""
    for field, value_of in _FIELDS.items():
        giving = [article for article in articles if value_of(article)]
        yield Coverage(field, len(giving), _detail(field, giving))


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
"""Of a share: the count can be told from it for runs of up to half a million records."""


@cache
def field_paths() -> frozenset[str]:
    """The paths of all fields that a record can have: `headline`, `authors`, `authors.url`, `mainImage.caption` ..."""
    schema = json_schema()
    return frozenset(_paths(schema, schema, ""))


def fields_of(record: Mapping[str, Any]) -> set[str]:
    """The paths of the fields that say something in this record: not null, not an empty list, object or text.

    A field of a list's items counts where one of them has it.
    """
    return {path for path in _filled(record, "") if path in field_paths()}


class FieldCounter:
    """Counts which fields records have, and where those come from."""

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
        """The share of the records that has each field of the schema; nothing where no record was read."""
        return (
            {path: self._share(self._fields[path]) for path in sorted(field_paths())}
            if self.read
            else {}
        )

    def provenance(self) -> dict[str, float]:
        """The share of the records whose `metadata.provenance` names a source for a field, by `field:source`."""
        return {key: self._share(number) for key, number in sorted(self._provenance.items())}

    def _share(self, number: int) -> float:
        return round(number / self.read, _DIGITS)


def _paths(node: Mapping[str, Any], schema: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for form in _forms(node, schema):
        for name, value in form.get("properties", {}).items():
            yield prefix + name
            yield from _paths(value, schema, f"{prefix}{name}.")


def _forms(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The object types that a node of a JSON Schema allows: behind `$ref`, `anyOf` and `items`."""
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
