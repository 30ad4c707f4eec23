"""Scrapy's feed export (`scrapy crawl NAME -O out.jsonl`) with the same lines that `khabar crawl` writes."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from scrapy.exporters import BaseItemExporter

from ingest.record import json_line


class RecordLinesExporter(BaseItemExporter):
    """JSON Lines in UTF-8, with U+2028 and U+2029 escaped, which many readers take for line ends."""

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:  # noqa: ANN401 - Scrapy's options for exporters
        super().__init__(dont_fail=True, **kwargs)
        self._file = file

    def export_item(self, item: Any) -> None:  # noqa: ANN401 - whatever itemadapter understands
        """Write one item as one line."""
        line = json_line(dict(self.get_serialized_fields(item)))
        self._file.write(line.encode("utf-8") + b"\n")
