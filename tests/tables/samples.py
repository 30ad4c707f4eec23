"""Records with all that a table may get wrong, and the rows of a table read back by its own tool."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.record import (
    Article,
    Author,
    AuthorKind,
    Comment,
    CommentAuthor,
    CommentSystem,
    Image,
    Organization,
    Precision,
    Rights,
    Status,
    Video,
)
from ingest.tables.columns import Column, ListOf, Pairs, Scalar, Struct, Type, columns
from tests.stream.outputs import article

URDU = "وزیرِ اعظم نے کہا\u200cکہ «پانی» آ رہا ہے"
TEXT = (
    f"{URDU}\n\nA family 👩‍👩‍👧 and a flag 🇵🇰.\u2028Next line, \"quoted\"; comma,\ttab 'x'\\n\n=1+1"
)


def bare(name: str = "bare", site: str = "news") -> Article:
    """A record in which every field that may be null or empty is."""
    return article(site, name).model_copy(update={"headline": None})


def full(name: str = "full", site: str = "news", version: int = 2) -> Article:
    """A record in which every field has a value."""
    plain = article(site, name, TEXT)
    image = Image(url="https://x.example/a.jpg", caption=URDU, credit_text="AFP")
    comments = [
        Comment(id="1", author=CommentAuthor(name="None", url="https://a.example/"), text=TEXT),
        Comment(id="2", parent_id="1", text="👍", date_created="2026-11-02", date_created_raw="کل"),
    ]
    return plain.model_copy(
        update={
            "version": version,
            "changed": ["headline", "comments"],
            "status": Status.PUBLISHED,
            "canonical_url": plain.url,
            "headline": "=Not a formula, 'but' a \"headline\"",
            "alternative_headline": URDU,
            "description": "'quoted'",
            "article_body_html": f"<p>{URDU}</p>",
            "authors": [
                Author(name=URDU, name_raw="از", kind=AuthorKind.DESK, bio="😀"),
                Author(name="Rabia", url="https://x.example/r", email="r@x.example"),
            ],
            "date_published": "2026-11-02T09:33:21+05:00",
            "date_published_raw": "2 نومبر",
            "date_published_precision": Precision.SECOND,
            "date_modified": "2026-11-03",
            "date_modified_raw": "3 نومبر",
            "date_modified_precision": Precision.DAY,
            "in_language": "ur",
            "article_section": "پاکستان",
            "keywords": ["a;b", "ج", 'd"e'],
            "main_image": image,
            "images": [image, Image(url="https://x.example/b.jpg")],
            "videos": [Video(url="https://x.example/v", caption="a\u2029b")],
            "comments": comments,
            "comment_count": 2**40,
            "comment_system": CommentSystem.NATIVE,
            "source_organization": Organization(name="Reuters", url="https://r.example/"),
            "is_accessible_for_free": False,
            "rights": Rights(
                robots_meta=["noai"], robots_header=["x: y"], tdm_reservation=1,
                tdm_policy="https://x.example/t", no_ai=True,
            ),
            "metadata": plain.metadata.model_copy(
                update={
                    "status": 200, "run_id": "r", "sequence": 7,
                    "provenance": {"headline": "rule", "کلید": "👍"},
                    "metadata_authors": ["Saad"], "seo_title": "t", "short_url": "https://x.example/?p=1",
                    "warnings": [URDU],
                }
            ),
        }
    )  # fmt: skip


def records(articles: list[Article]) -> list[dict[str, Any]]:
    """The records of articles, in the order of their keys."""
    return in_order(item.to_dict() for item in articles)


def in_order(rows: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["id"], row["version"]))


def rows_of(table: Path) -> list[dict[str, Any]]:
    """Read a table with the tool that it is for, as records in the order of their keys."""
    readers = {".csv": _csv, ".parquet": _parquet, ".sqlite": _sqlite, ".duckdb": _duckdb}
    return in_order(_parquet(table) if table.is_dir() else readers[table.suffix](table))


def _parquet(table: Path) -> list[dict[str, Any]]:
    import pyarrow.dataset as ds

    rows: list[dict[str, Any]] = ds.dataset(table, format="parquet").to_table().to_pylist()
    for row in rows:
        row["metadata"]["provenance"] = dict(row["metadata"]["provenance"])
    return rows


def _duckdb(table: Path) -> list[dict[str, Any]]:
    import duckdb

    with duckdb.connect(str(table), read_only=True) as connection:
        found = connection.execute("SELECT * FROM articles")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _csv(table: Path) -> list[dict[str, Any]]:
    with table.open(encoding="utf-8", newline="") as stream:
        return [_nested(columns(), _unquoted(row), ".") for row in csv.DictReader(stream)]


def _unquoted(row: dict[str, str]) -> dict[str, Any]:
    return {name: _without_apostrophe(cell) or None for name, cell in row.items()}


def _without_apostrophe(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in set("=+-@\t\r") else cell


def _sqlite(table: Path) -> list[dict[str, Any]]:
    connection = sqlite3.connect(table)
    connection.row_factory = sqlite3.Row
    rows = []
    for article_row in connection.execute("SELECT * FROM articles"):
        flat = dict(article_row)
        for name in ("authors", "comments"):
            query = (
                f"SELECT * FROM {name} WHERE articleId = ? AND articleVersion = ? ORDER BY position"  # noqa: S608 - ours
            )
            parts = [
                dict(part) for part in connection.execute(query, (flat["id"], flat["version"]))
            ]
            assert [part["position"] for part in parts] == list(range(len(parts)))
            (kind,) = (column.type for column in columns() if column.name == name)
            assert isinstance(kind, ListOf)
            assert isinstance(kind.item, Struct)
            fields = kind.item.fields
            flat[name] = json.dumps([_nested(fields, part, "_") for part in parts])
        rows.append(_nested(columns(), flat, "_"))
    connection.close()
    return rows


def _nested(
    fields: tuple[Column, ...], flat: dict[str, Any], separator: str, prefix: str = ""
) -> dict[str, Any]:
    """The record of a row without objects. One that may be null is null if all of it is."""
    return {
        column.name: _value(column.type, flat, f"{prefix}{column.name}", separator)
        for column in fields
    }


_OPTIONAL = frozenset({"mainImage", "sourceOrganization"})


def _value(kind: Type, flat: dict[str, Any], name: str, separator: str) -> Any:
    if isinstance(kind, Struct):
        item = _nested(kind.fields, flat, separator, f"{name}{separator}")
        is_null = name in _OPTIONAL | {f"metadata{separator}archive"} and not any(item.values())
        return None if is_null else item
    if isinstance(kind, ListOf | Pairs):
        return json.loads(flat[name])
    value = flat[name]
    if value is None:
        return None
    if kind is Scalar.BOOLEAN:
        return value in {"true", 1}
    return int(value) if kind is Scalar.INTEGER else value
