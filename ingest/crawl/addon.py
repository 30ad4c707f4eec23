"""Khabar in another Scrapy project: `ADDONS = {"ingest.crawl.addon.KhabarAddon": 500}`.

It enables the guarded download handler, robots.txt by RFC 9309, the record pipeline and the
exporters. A spider of the project yields `ingest.record.FetchedPage` items and gets records; its
other items pass unchanged.

`khabar.toml` and `KHABAR_*` in the environment configure Khabar's components. Importing this module
reads neither: they are read when Scrapy starts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from scrapy.exporters import BaseItemExporter, CsvItemExporter
from scrapy.settings import SETTINGS_PRIORITIES

from ingest.crawl import settings as ours
from ingest.crawl.context import ContextAddon
from ingest.crawl.http.recording import replays
from ingest.errors import KhabarError
from ingest.formats.writers import without_formula
from ingest.text import json_line

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


class RecordLinesExporter(BaseItemExporter):
    """JSON Lines in UTF-8, with U+2028 and U+2029 escaped: many readers take them for line ends."""

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:  # noqa: ANN401 - Scrapy's options
        super().__init__(dont_fail=True, **kwargs)
        self._file = file

    def export_item(self, item: Any) -> None:  # noqa: ANN401 - whatever itemadapter understands
        """Write one item as one line."""
        line = json_line(dict(self.get_serialized_fields(item)))
        self._file.write(line.encode("utf-8") + b"\n")


class TextCsvExporter(CsvItemExporter):
    """Scrapy's CSV without formulas: a spreadsheet would run a headline that begins like one."""

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:  # noqa: ANN401 - Scrapy's
        """Return the value of a cell."""
        cell = super().serialize_field(field, name, value)
        return without_formula(cell) if isinstance(cell, str) else cell


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


class KhabarAddon(ContextAddon):
    """Adds Khabar's components to a project's settings, and holds the state of the crawl.

    Values that the project sets itself stay.
    """

    def update_settings(self, settings: BaseSettings) -> None:
        """Add the components; called by Scrapy before the crawl."""
        self.update_pre_crawler_settings(settings)
        for name in _MERGED:
            # Not an add-on's priority: without a reactor Scrapy sets its handlers with a project's.
            priority = max(settings.getpriority(name) or 0, SETTINGS_PRIORITIES["project"])
            settings.set(name, {**getattr(ours, name), **settings.getdict(name)}, priority)
        for name in _SET:
            settings.set(name, getattr(ours, name), priority="addon")
        if replays(settings):
            settings.update(ours.REPLAY_SETTINGS, priority="spider")

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Read the operator's settings; called by Scrapy before there is a crawler or a reactor.

        The resolver belongs to the process, not to a crawler.

        Raises:
            UsageError: `khabar.toml` or the environment is not valid.
            InvalidDefinition: a site definition is not valid.
        """
        settings.set("TWISTED_DNS_RESOLVER", ours.TWISTED_DNS_RESOLVER, priority="addon")
        if settings.get("KHABAR_SETTINGS") is None:
            cls.set_operator_settings(settings)
        if settings.get("KHABAR_CATALOG") is None:
            settings.set("KHABAR_CATALOG", ours.site_catalog(settings), priority="project")

    @classmethod
    def set_operator_settings(cls, settings: BaseSettings) -> None:
        """Put the operator's settings on, for Khabar's components only."""
        operator = ours.operator_settings(settings)
        settings.set("KHABAR_SETTINGS", operator, priority="project")


class ProjectAddon(KhabarAddon):
    """The add-on of Khabar's own Scrapy project: the operator's settings hold for Scrapy, too.

    It runs under the commands of Scrapy, which print a traceback for an error. So it ends the
    process with one line instead.
    """

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Read the operator's settings and apply them to Scrapy's."""
        with exit_on_error():
            super().update_pre_crawler_settings(settings)

    @classmethod
    def set_operator_settings(cls, settings: BaseSettings) -> None:
        """Put the operator's settings on, with what Scrapy needs of them; `-s` options win."""
        settings.update(ours.derived_settings(ours.operator_settings(settings)), "project")


@contextmanager
def exit_on_error() -> Iterator[None]:
    """End the process with one line on standard error if Khabar raises an error."""
    try:
        yield
    except KhabarError as error:
        sys.stderr.write(f"khabar: {error}\n")
        raise SystemExit(error.exit_code) from None
