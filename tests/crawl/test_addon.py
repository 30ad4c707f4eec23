"""Khabar switched on in another Scrapy project."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from ingest.crawl.addon import KhabarAddon
from ingest.crawl.http import cassette_files
from ingest.record import FetchedPage

CASSETTE = Path(__file__).parents[2] / "fixtures" / "cassettes" / "dailytimes.yaml"


class TheirSpider(Spider):
    """As somebody writes who has never seen Khabar's own spiders."""

    name = "theirs"

    def parse(self, response: Response) -> Any:
        yield FetchedPage(
            url=response.url,
            body=response.body,
            retrieved_at=datetime.now(UTC),
            status=response.status,
        )
        yield {"their": "item"}


class Collector:
    """The project's own pipeline, after ours."""

    items: ClassVar[list[Any]] = []

    def process_item(self, item: Any) -> Any:
        self.items.append(item)
        return item


def test_one_setting_brings_records_into_another_project() -> None:
    Collector.items.clear()
    story = next(
        request.uri
        for request in cassette_files.load(CASSETTE).requests
        if "/1402203/" in request.uri
    )
    settings = {
        "ADDONS": {"ingest.crawl.addon.KhabarAddon": 500},
        "ITEM_PIPELINES": {Collector: 900},
        "KHABAR_REPLAY": [str(CASSETTE)],
        "LOG_INSTALL_ROOT_HANDLER": False,
        "TWISTED_REACTOR_ENABLED": False,
    }

    async def crawl() -> None:
        await AsyncCrawlerRunner(settings).crawl(TheirSpider, start_urls=[story])

    asyncio.run(crawl())
    assert {"their": "item"} in Collector.items
    assert [item["url"] for item in Collector.items if "url" in item] == [story]


def test_what_the_project_sets_itself_stays() -> None:
    settings = Settings({"ROBOTSTXT_OBEY": False, "DOWNLOAD_HANDLERS": {"https": "their.Handler"}})
    KhabarAddon(get_crawler()).update_settings(settings)
    assert settings.getbool("ROBOTSTXT_OBEY") is False
    assert settings.getdict("DOWNLOAD_HANDLERS")["https"] == "their.Handler"
    assert (
        settings.getdict("DOWNLOAD_HANDLERS")["http"]
        == "ingest.crawl.http.handler.KhabarDownloadHandler"
    )
    assert settings.getbool("REMOTE_CONTROL_ENABLED") is False


def test_the_resolver_is_set_before_the_reactor_starts() -> None:
    settings = Settings()
    KhabarAddon.update_pre_crawler_settings(settings)
    assert settings["TWISTED_DNS_RESOLVER"] == "ingest.crawl.http.netguard.GuardedResolver"
