"""The writers of all formats: each makes text of records, one at a time (pure)."""

from __future__ import annotations

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from ingest.errors import UsageError
from ingest.formats import documents
from ingest.formats.fields import check_fields, default_columns, value_at
from ingest.text import json_line

Record = Mapping[str, Any]
"""A record in plain JSON types, with the names of the schema."""


class Format(StrEnum):
    """An output format."""

    JSONL = "jsonl"
    JSON = "json"
    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"
    TSV = "tsv"


class RecordWriter(ABC):
    """Makes text of records. `end` has to follow the last `add`.

    Attributes:
        suffix: of a file with one record, such as `.md`.
        is_document: whether each record may be a file of its own.
    """

    suffix = ".txt"
    is_document = True

    def __init__(self) -> None:
        self._count = 0

    def add(self, record: Record) -> str:
        """Return the text of the next record, with what comes before it."""
        text = self._before(self._count) + self._text(record)
        self._count += 1
        return text

    def end(self) -> str:
        """Return what comes after the last record; empty if there is none."""
        return self._after() if self._count else ""

    def document(self, record: Record) -> str:
        """Return a whole file with this record alone."""
        return self._before(0) + self._text(record) + self._after()

    @abstractmethod
    def _text(self, record: Record) -> str:
        """Return the text of one record."""

    def _before(self, count: int) -> str:
        """Return what comes before a record that so many records precede."""
        del count
        return ""

    def _after(self) -> str:
        """Return what comes after the last record."""
        return ""


def record_writer(
    kind: Format, *, fields: Sequence[str] = (), pretty: bool = False
) -> RecordWriter:
    """Return a new writer.

    Args:
        kind: the format.
        fields: paths of the fields to write (see `check_fields`), in their order. By default the
            whole record, or `default_columns` for a table.
        pretty: indent JSON.

    Raises:
        UsageError: a record has no such field, or the format has a fixed content.
    """
    fields = check_fields(fields)
    if fields and kind in {Format.MARKDOWN, Format.HTML}:
        raise UsageError(
            f"the format {kind} takes no fields", "choose jsonl, json, csv, tsv or text"
        )
    if kind is Format.JSONL:
        return _JsonLines(fields, pretty=pretty)
    if kind is Format.JSON:
        return _Json(fields, pretty=pretty)
    if kind is Format.TEXT:
        return _Text(fields)
    if kind is Format.MARKDOWN:
        return _Markdown()
    if kind is Format.HTML:
        return _Html()
    return _Table(fields or default_columns(), kind)


def _chosen(record: Record, fields: Sequence[str]) -> Record:
    """Return the fields by path, or the whole record if there are none."""
    return {path: value_at(record, path) for path in fields} if fields else record


class _JsonLines(RecordWriter):
    suffix = ".jsonl"
    is_document = False

    def __init__(self, fields: Sequence[str], *, pretty: bool) -> None:
        super().__init__()
        self._fields = fields
        self._indent = 2 if pretty else None

    def _text(self, record: Record) -> str:
        return json_line(_chosen(record, self._fields), indent=self._indent) + "\n"


class _Json(_JsonLines):
    """One array of all records; a file of its own has one object."""

    suffix = ".json"
    is_document = True

    def document(self, record: Record) -> str:
        return super()._text(record)

    def _text(self, record: Record) -> str:
        return super()._text(record).rstrip("\n")

    def _before(self, count: int) -> str:
        return ",\n" if count else "[\n"

    def _after(self) -> str:
        return "\n]\n"


class _Text(RecordWriter):
    """Headline, byline and text; with fields, only their values."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__()
        self._fields = fields

    def _text(self, record: Record) -> str:
        if not self._fields:
            return documents.as_text(record)
        values = (_cell(value_at(record, path)) for path in self._fields)
        return "\n\n".join(value for value in values if value) + "\n"

    def _before(self, count: int) -> str:
        return f"\n{'=' * 72}\n\n" if count else ""


class _Markdown(RecordWriter):
    suffix = ".md"

    def _text(self, record: Record) -> str:
        return documents.as_markdown(record)

    def _before(self, count: int) -> str:
        return "\n---\n\n" if count else ""


class _Html(RecordWriter):
    suffix = ".html"

    def _text(self, record: Record) -> str:
        return documents.as_html(record)

    def _before(self, count: int) -> str:
        return "" if count else documents.HTML_HEAD

    def _after(self) -> str:
        return documents.HTML_END


class _Table(RecordWriter):
    """One row for each record (RFC 4180), which ends with a newline alone."""

    is_document = False

    def __init__(self, columns: Sequence[str], kind: Format) -> None:
        super().__init__()
        self.suffix = f".{kind}"
        self._columns = columns
        self._delimiter = "," if kind is Format.CSV else "\t"

    def _text(self, record: Record) -> str:
        return self._row([_cell(value_at(record, path)) for path in self._columns])

    def _before(self, count: int) -> str:
        return "" if count else self._row(list(self._columns))

    def _row(self, cells: list[str]) -> str:
        row = io.StringIO()
        csv.writer(row, delimiter=self._delimiter, lineterminator="\n").writerow(
            without_formula(cell) for cell in cells
        )
        return row.getvalue()


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def without_formula(cell: str) -> str:
    """Return the cell with an apostrophe in front if a spreadsheet would run it as a formula.

    See https://owasp.org/www-community/attacks/CSV_Injection.
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _cell(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a value as one text: a list of single values with semicolons, else JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, list) and not any(isinstance(item, list | Mapping) for item in value):
        return "; ".join(_cell(item) for item in value if item is not None)
    return json.dumps(value, ensure_ascii=False)
