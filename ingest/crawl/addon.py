"""Khabar in a Scrapy project of others: `ADDONS = {"ingest.crawl.addon.KhabarAddon": 500}`.

It switches on the guarded download handler, robots.txt as it is meant, the record pipeline and the exporter. A spider
of the project yields `ingest.record.FetchedPage`s and gets records; its other items pass as they are.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from scrapy.exporters import BaseItemExporter, CsvItemExporter
from scrapy.settings import SETTINGS_PRIORITIES

from ingest.crawl import settings as ours
from ingest.text import json_line

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


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


_MERGED = (
    "DOWNLOAD_HANDLERS",
    "DOWNLOADER_MIDDLEWARES",
    "EXTENSIONS",
    "ITEM_PIPELINES",
    "FEED_EXPORTERS",
)
_SET = (
    "ROBOTSTXT_OBEY",
    "ROBOTSTXT_PARSER",
    "REMOTE_CONTROL_ENABLED",
    "TELNETCONSOLE_ENABLED",
    "TWISTED_DNS_RESOLVER",
    "FEED_EXPORT_ENCODING",
)


class KhabarAddon:
    """Adds Khabar's components to a project's settings; what the project sets itself stays."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Called by Scrapy before the crawl."""
        for name in _MERGED:
            # Not an add-on's priority: without a reactor Scrapy sets its own handlers with the project's.
            priority = max(settings.getpriority(name) or 0, SETTINGS_PRIORITIES["project"])
            settings.set(name, {**getattr(ours, name), **settings.getdict(name)}, priority)
        for name in _SET:
            settings.set(name, getattr(ours, name), priority="addon")

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Called by Scrapy before the reactor starts: the resolver is the process's, not a crawler's."""
        settings.set("TWISTED_DNS_RESOLVER", ours.TWISTED_DNS_RESOLVER, priority="addon")
