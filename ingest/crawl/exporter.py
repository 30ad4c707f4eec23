"""Scrapy's feed export: `scrapy crawl NAME -O out.jsonl` with the lines of `khabar crawl`, `-O out.csv` as a table."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from scrapy.exporters import BaseItemExporter, CsvItemExporter

from ingest.jsonl import json_line


class RecordLinesExporter(BaseItemExporter):
    """JSON Lines in UTF-8, with U+2028 and U+2029 escaped, which many readers take for line ends."""

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:  # noqa: ANN401 - Scrapy's options for exporters
        super().__init__(dont_fail=True, **kwargs)
        self._file = file

    def export_item(self, item: Any) -> None:  # noqa: ANN401 - whatever itemadapter understands
        """Write one item as one line."""
        line = json_line(dict(self.get_serialized_fields(item)))
        self._file.write(line.encode("utf-8") + b"\n")


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class TextCsvExporter(CsvItemExporter):
    """Scrapy's CSV, where no cell begins as a formula does: spreadsheets would run what a headline says.

    An apostrophe stands before it, as https://owasp.org/www-community/attacks/CSV_Injection advises.
    """

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:  # noqa: ANN401 - the signature is Scrapy's
        """The value of a cell."""
        cell = super().serialize_field(field, name, value)
        return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
