"""The columns of a record: names and types as its JSON Schema has them, whatever the data (pure).

Every column may be null, so that a table keeps rows of an older schema version. A list is never
null, and a string is never empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from ingest.errors import UsageError


class Scalar(StrEnum):
    """A type without parts; the value is its name in Arrow."""

    TEXT = "string"
    INTEGER = "int64"
    BOOLEAN = "bool"


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping of texts to texts, whose keys are data."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one type."""

    item: Type


@dataclass(frozen=True, slots=True)
class Struct:
    """An object with fields."""

    fields: tuple[Column, ...]


Type = Scalar | Pairs | ListOf | Struct


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the record, or of an object in it."""

    name: str
    type: Type


@cache
def columns() -> tuple[Column, ...]:
    """Return the columns of a record, in the order of its schema."""
    schema = record_schema()
    return tuple(_columns(schema, schema["$defs"]))


def record_struct(*, without: tuple[str, ...] = ()) -> Struct:
    """Return the record as an object, without some of its columns."""
    return Struct(tuple(column for column in columns() if column.name not in without))


def flat_columns(struct: Struct, separator: str) -> dict[str, Type]:
    """Return the columns of an object without objects in it, such as `publisher.name`.

    Args:
        struct: the object.
        separator: between the names.
    """
    return dict(_flat(struct, "", separator))


def flat_values(value: Mapping[str, Any], struct: Struct) -> Iterator[Any]:
    """Yield the values of a row of `flat_columns`: lists and mappings as JSON."""
    for column in struct.fields:
        item = value.get(column.name)
        if isinstance(column.type, Struct):
            yield from flat_values(item or {}, column.type)
        elif isinstance(column.type, ListOf | Pairs):
            yield json.dumps(item, ensure_ascii=False, separators=(",", ":"))
        else:
            yield item


def row_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with exactly the columns: what an older schema lacks is null or empty.

    Raises:
        UsageError: a newer schema made the record, whose fields would be lost, it has no version, or
            a value has no part that it should have.
    """
    _check_version(record)
    row = {}
    for column in columns():
        try:
            row[column.name] = _value(column.type, record.get(column.name))
        except (AttributeError, TypeError, ValueError) as error:
            problem = (
                f"a record does not fit the schema: {column.name} is {record[column.name]!r:.40}"
            )
            raise UsageError(problem, "see `khabar schema`") from error
    return row


def _check_version(record: Mapping[str, Any]) -> None:
    try:
        major, minor = (int(part) for part in record["schemaVersion"].split(".")[:2])
    except (KeyError, ValueError, AttributeError):
        raise UsageError("a record has no valid schemaVersion", "see `khabar schema`") from None
    if (major, minor) > _known_version():
        raise UsageError(
            f"a record has the schema version {record['schemaVersion']}, which may have fields that "
            "this Khabar does not know",
            "upgrade Khabar",
        )


@cache
def _known_version() -> tuple[int, int]:
    major, minor, _ = record_schema()["properties"]["schemaVersion"]["default"].split(".")
    return int(major), int(minor)


def _value(kind: Type, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(kind, ListOf):
        return [_value(kind.item, item) for item in value or ()]
    if isinstance(kind, Pairs):
        return dict(value or {})
    if isinstance(kind, Struct) and value is not None:
        return {column.name: _value(column.type, value.get(column.name)) for column in kind.fields}
    return value


def _flat(struct: Struct, prefix: str, separator: str) -> Iterator[tuple[str, Type]]:
    for column in struct.fields:
        name = f"{prefix}{column.name}"
        if isinstance(column.type, Struct):
            yield from _flat(column.type, f"{name}{separator}", separator)
        else:
            yield name, column.type


def record_schema() -> Mapping[str, Any]:
    """Return the JSON Schema of a record."""
    schema: Mapping[str, Any] = json.loads(schema_text())
    return schema


def schema_text() -> str:
    """Return the JSON Schema of a record as text."""
    # A test compares the file with the models, which take longer to load.
    return resources.files("ingest").joinpath("record.schema.json").read_text("utf-8")


def _columns(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[Column]:
    for name, value in schema["properties"].items():
        yield Column(name, _type(value, definitions))


def _type(value: Mapping[str, Any], definitions: Mapping[str, Any]) -> Type:
    if "anyOf" in value:
        (value,) = (choice for choice in value["anyOf"] if choice.get("type") != "null")
    if "$ref" in value:
        value = definitions[value["$ref"].rpartition("/")[2]]
    if "properties" in value:
        return Struct(tuple(_columns(value, definitions)))
    if value["type"] == "array":
        return ListOf(_type(value["items"], definitions))
    if value["type"] == "object":
        return Pairs()
    return {"string": Scalar.TEXT, "integer": Scalar.INTEGER, "boolean": Scalar.BOOLEAN}[
        value["type"]
    ]
