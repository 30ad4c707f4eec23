"""The reference tables: of the record from its JSON Schema, of settings and site definitions from their models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ingest import schedule, settings, sites
from ingest.record import json_schema
from tests.docs.site_fields import SITE_FIELDS, SITE_TABLES

_TERM = re.compile(r" ?\(https://schema\.org/(\w+)\)")


def record_tables() -> str:
    """Return a table for the record and one for each object in it."""
    schema = json_schema()
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


def settings_tables() -> str:
    """Return a table for the settings and one for each table in them."""
    parts = ["\n".join(_settings_table(settings.Settings))]
    for name, field in settings.Settings.model_fields.items():
        model = _model_of(field)
        if model is not None:
            lines = [f"## [{name}]", "", _paragraph(model.__doc__), ""]
            parts.append("\n".join([*lines, *_settings_table(model)]))
    return "\n\n".join(parts)


def _settings_table(model: type[BaseModel]) -> Iterator[str]:
    yield "| key | type | default | meaning |"
    yield "|---|---|---|---|"
    for name, field in model.model_fields.items():
        if _model_of(field) is None:
            meaning = _meaning(field.description or "", field)
            yield f"| `{name}` | {_type_words(model, name)} | {_default(name, field)} | {meaning} |"


def _model_of(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model that a field holds, if it holds one."""
    annotation = field.annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def _paragraph(docstring: str | None) -> str:
    return " ".join((docstring or "").split("\n\n")[0].split())


def _default(name: str, field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value is None or value in ("", [], {}, ()):
        return ""
    if name.endswith("_bytes") and isinstance(value, int):
        return f"`{value}` ({_bytes(value)})"
    return f"`{_toml(value)}`"


def _bytes(number: int) -> str:
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if number >= size and number % size == 0:
            return f"{number // size} {unit}"
    return f"{number} bytes"


def _toml(value: object) -> str:
    """Return a default as it would be written in TOML."""
    if isinstance(value, Path | Enum):
        value = str(value)
    if isinstance(value, tuple):
        value = list(value)
    return json.dumps(value, ensure_ascii=False)


_BOUNDS = {"ge": "at least", "gt": "greater than", "le": "at most", "lt": "less than"}


def _meaning(text: str, field: FieldInfo) -> str:
    """Return the description of a field with its numeric bounds."""
    bounds = []
    for bound in field.metadata:
        for name, words in _BOUNDS.items():
            if getattr(bound, name, None) is not None:
                bounds.append(f"{words} {getattr(bound, name):g}")
    if not bounds:
        return _cell(text)
    stop = "." if text.endswith(".") else ""
    return f"{_cell(text).removesuffix('.')} ({', '.join(bounds)}){stop}"


_WORDS = {
    "Any": "any",
    "Cron": "cron line",
    "IPvAnyNetwork": "network",
    "Interval": "duration",
    "LogLevel": "`debug`, `info`, `warning` or `error`",
    "Path": "path",
    "Pattern": "regular expression",
    "Render": "true, false or `if-empty`",
    "Schedule": "table",
    "Seconds": "duration",
    "Selector": "selector",
    "SiteName": "name",
    "ZoneName": "time zone",
    "bool": "true or false",
    "bool | Literal['if-empty']": "true, false or `if-empty`",
    "date": "date",
    "float": "number",
    "int": "integer",
    "str": "text",
}
_LIST = re.compile(r"(?:list|tuple)\[(\w+)(?:, \.\.\.)?\]")


def _type_words(model: type[BaseModel], name: str) -> str:
    """Return the type of a field in words, from its annotation in the source."""
    annotation = str(model.__annotations__[name]).removesuffix(" | None")
    if match := _LIST.fullmatch(annotation):
        return f"list of {_plural(_WORDS.get(match[1], 'table'))}"
    if annotation.startswith("dict["):
        return "table"
    return _WORDS.get(annotation, "table")


def _plural(word: str) -> str:
    return word if word == "text" else f"{word}s"


def site_tables() -> str:
    """Return a table of the keys of a definition, and one for each table in it."""
    models: list[tuple[str, type[BaseModel]]] = [
        ("", sites.Site),
        ("[discover]", sites.Discover),
        ("[select]", sites.Select),
        ("[listing]", sites.Listing),
        ("[throttle]", sites.Throttle),
        ("[schedule]", schedule.Schedule),
        ("[[variants]]", sites.Variant),
        ("[[tests]]", sites.SiteTest),
    ]
    parts = []
    for title, model in models:
        lines = [f"## {title}", "", SITE_TABLES[title], ""] if title else []
        parts.append("\n".join([*lines, *_site_table(model)]))
    return "\n\n".join(parts)


def _site_table(model: type[BaseModel]) -> Iterator[str]:
    yield "| key | type | default | meaning |"
    yield "|---|---|---|---|"
    for name, field in model.model_fields.items():
        meaning = field.description or SITE_FIELDS[f"{model.__name__}.{name}"]
        words = _type_words(model, name)
        default = "" if words.endswith(("table", "tables")) else _default(name, field)
        yield f"| `{name}` | {words} | {default} | {_meaning(meaning, field)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
