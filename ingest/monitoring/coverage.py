"""The share of records that have each field, nested ones included, by the schema (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ingest.record import Article, json_schema

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
