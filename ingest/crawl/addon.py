"""Khabar in a Scrapy project of others: `ADDONS = {"ingest.crawl.addon.KhabarAddon": 500}`.

It switches on the guarded download handler, robots.txt as it is meant, the record pipeline and the exporter. A spider
of the project yields `ingest.record.FetchedPage`s and gets records; its other items pass as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.settings import SETTINGS_PRIORITIES

from ingest.crawl import settings as ours

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

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
