"""The JSON Schema of a record as tables in Markdown: meaning, example and schema.org term (pure)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_TERM = re.compile(r" ?\(https://schema\.org/(\w+)\)")


def record_tables(schema: Mapping[str, Any]) -> str:
    """Return a table for the record and one for each object in it.

    Args:
        schema: the JSON Schema of a record.
    """
    tables = ["\n".join(_object_table(schema, schema))]
    for name, definition in schema["$defs"].items():
        if "properties" in definition:
            lines = [f"### {name}", "", definition["description"], ""]
            tables.append("\n".join([*lines, *_object_table(definition, schema)]))
    return "\n\n".join(tables)


def _object_table(definition: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    yield "| field | type | meaning | example | schema.org |"
    yield "|---|---|---|---|---|"
    for name, value in definition["properties"].items():
        term = _TERM.search(value["description"])
        link = f"[{term[1]}](https://schema.org/{term[1]})" if term else ""
        meaning = _cell(_TERM.sub("", value["description"]))
        example = "" if _is_object(value, schema) else _example(value["examples"][0])
        yield f"| `{name}` | {_schema_type(value, schema)} | {meaning} | {example} | {link} |"


def _schema_type(value: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return a property's type in words; the name of an object is a link to its table."""
    if "anyOf" in value:
        return " or ".join(_schema_type(choice, schema) for choice in value["anyOf"])
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        choices = schema["$defs"][name].get("enum")
        if choices:
            return ", ".join(f"`{choice}`" for choice in choices)
        return f"[{name}](#{name.lower()})"
    if value["type"] == "array":
        items = _schema_type(value["items"], schema)
        return f"list of {items}s" if items.isalpha() else f"list of {items}"
    return str(value["type"])


def _is_object(value: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    """Return whether a property holds objects, whose own table has the examples."""
    return "](#" in _schema_type(value, schema)


def _example(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.replace("\n", "\\n").split())
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
