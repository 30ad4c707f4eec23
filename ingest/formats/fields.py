"""Fields of a record by path: `headline`, `publisher.name`, `authors.name` (pure)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from ingest.errors import UsageError

_DEFAULT_COLUMNS = (
    "url",
    "canonicalUrl",
    "requestedUrl",
    "datePublished",
    "dateModified",
    "authors.name",
    "headline",
    "alternativeHeadline",
    "description",
    "articleBody",
    "inLanguage",
    "articleSection",
    "keywords",
    "mainImage.url",
    "images.url",
    "videos.url",
    "commentCount",
    "comments.text",
    "sourceOrganization.name",
    "publisher.name",
    "publisher.domain",
    "isAccessibleForFree",
    "id",
    "version",
    "status",
    "metadata.site",
    "metadata.dateDownloaded",
    "metadata.warnings",
)


def default_columns() -> tuple[str, ...]:
    """Return the columns of a table unless the caller names fields: the same for all records."""
    return _DEFAULT_COLUMNS


def check_fields(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the paths, each once, in their order.

    Args:
        paths: names of fields, with a full stop between a field and one inside it. In a list, a
            path means that field of each item.

    Raises:
        UsageError: a record has no such field. The remedy is the nearest name.
    """
    checked = dict.fromkeys(path.strip() for path in paths)
    for path in checked:
        if not _exists(path):
            nearest = difflib.get_close_matches(path, _all_paths(), n=1, cutoff=0.5)
            remedy = f"did you mean {nearest[0]}?" if nearest else "see `khabar schema`"
            raise UsageError(f"a record has no field {path!r}", remedy)
    return tuple(checked)


def value_at(record: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a field; of a field inside a list, the values of all items as a list.

    It is None if something on the way is null or absent.
    """
    return _value(record, path.split("."))


def _value(value: Any, names: list[str]) -> Any:  # noqa: ANN401 - as above
    if not names:
        return value
    if isinstance(value, list):
        return [_value(item, names) for item in value]
    if isinstance(value, Mapping):
        return _value(value.get(names[0]), names[1:])
    return None


def _exists(path: str) -> bool:
    if path in _all_paths():
        return True
    # The keys of a mapping are data, such as those of `metadata.provenance`.
    parent, _, _ = path.rpartition(".")
    return parent in _mappings()


@cache
def _all_paths() -> tuple[str, ...]:
    return tuple(path for path, _ in _paths())


@cache
def _mappings() -> frozenset[str]:
    return frozenset(path for path, schema in _paths() if "additionalProperties" in schema)


@cache
def _paths() -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Return the path of each field of a record with its schema."""
    from ingest.record import json_schema  # noqa: PLC0415 - a format without fields needs no models

    schema = json_schema()
    return tuple(_below(schema, schema["$defs"], ""))


def _below(
    schema: Mapping[str, Any], definitions: Mapping[str, Any], prefix: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, value in schema.get("properties", {}).items():
        inner = _resolved(value, definitions)
        # An object without fields of its own is a mapping, which says so itself.
        is_mapping = isinstance(inner.get("additionalProperties"), Mapping)
        yield f"{prefix}{name}", inner if is_mapping else {}
        yield from _below(inner, definitions, f"{prefix}{name}.")


def _resolved(value: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of a value, without null, list and reference around it."""
    while True:
        if "anyOf" in value:
            value = next(item for item in value["anyOf"] if item.get("type") != "null")
        elif value.get("type") == "array":
            value = value.get("items", {})
        elif "$ref" in value:
            value = definitions[value["$ref"].rpartition("/")[2]]
        else:
            return value
