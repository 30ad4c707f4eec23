"""The reference tables: of the columns of a record, of settings and site definitions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ingest import schedule, settings, sites
from ingest.tables import columns
from ingest.tables.types import arrow_type, duckdb_type
from tests.docs.site_fields import SITE_FIELDS, SITE_TABLES


def column_table() -> str:
    """Return a table of the columns of a record with their types in Arrow and DuckDB."""
    lines = ["| column | Arrow | DuckDB |", "|---|---|---|"]
    lines += [
        f"| `{column.name}` | `{arrow_type(column.type)}` | `{duckdb_type(column.type)}` |"
        for column in columns()
    ]
    return "\n".join(lines)


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
