"""The pages of the documentation and their generated parts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.record import json_schema
from ingest.tables.markdown import record_tables
from tests.docs.drawing import draw
from tests.docs.modules import ROOT, folder_map, folder_table, layer_table
from tests.docs.reference import column_table, settings_tables, site_tables

PARTS: dict[str, Callable[[], str]] = {
    "record": lambda: record_tables(json_schema()),
    "columns": column_table,
    "settings": settings_tables,
    "site definitions": site_tables,
    "folders": folder_table,
    "folder map": folder_map,
    "layers": layer_table,
}
"""What writes each generated part, by its name."""

PICTURE = ROOT / "docs" / "architecture.svg"

_PART = re.compile(r"(<!-- generated: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def pages() -> list[Path]:
    """Return all Markdown files of the repository's root and of docs/."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def part_names(text: str) -> Iterator[str]:
    """Yield the names of a page's generated parts."""
    return (match[2] for match in _PART.finditer(text))


def render() -> dict[Path, str]:
    """Return the text of each page, of the picture and of the schema, with the generated parts as they should be."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    texts = {PICTURE: draw(), ROOT / "ingest" / "record.schema.json": f"{schema}\n"}
    for page in pages():
        texts[page] = _PART.sub(_filled, page.read_text(encoding="utf-8"))
    return texts


def _filled(match: re.Match[str]) -> str:
    return f"{match[1]}{PARTS[match[2]]()}\n{match[3]}"
