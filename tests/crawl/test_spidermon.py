"""Spidermon's own monitors on a crawl of ours: its users find the statistics that they know, and ours beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from spidermon import MonitorSuite
from spidermon.contrib.scrapy.monitors import base
from spidermon.contrib.scrapy.monitors import (
    monitors as theirs,
)  # not by name: pytest would collect the classes
from spidermon.core.actions import Action

from ingest.crawl.http.cassette import Tape
from ingest.crawl.settings import scrapy_settings
from ingest.record import json_schema
from ingest.settings import Settings
from spiders.site import SiteSpider

CASSETTES = Path(__file__).parents[2] / "fixtures" / "cassettes"
OUTCOMES: dict[str, str] = {}

# Spidermon 1.27 logs by a method that Scrapy 2.19 calls deprecated.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Spider.log:scrapy.exceptions.ScrapyDeprecationWarning"
)


class Authors(base.BaseStatMonitor):  # type: ignore[misc]  # Spidermon has no types
    """A user's own monitor on one of Khabar's statistics."""

    __test__ = False  # it is Spidermon's to run, not pytest's
    stat_name = "khabar/coverage/authors.url"
    threshold_setting = "MIN_AUTHOR_URLS"
    assert_type = ">="


class Note(Action):  # type: ignore[misc]  # Spidermon has no types
    def run_action(self) -> None:
        for result in self.result.monitor_results:
            OUTCOMES[type(result.monitor).__name__] = str(result.status)


class Suite(MonitorSuite):  # type: ignore[misc]  # Spidermon has no types
    monitors: ClassVar[list[type]] = [
        theirs.ItemCountMonitor,
        theirs.FinishReasonMonitor,
        theirs.FieldCoverageMonitor,
        theirs.ItemValidationMonitor,
        theirs.UnwantedHTTPCodesMonitor,
        Authors,
    ]
    monitors_finished_actions: ClassVar[list[type]] = [Note]


def crawl(output: Path, **values: Any) -> Mapping[str, Any]:
    """A replayed crawl under Spidermon: its statistics; what the monitors say is in `OUTCOMES`."""
    settings = scrapy_settings(
        Settings.load(workers=1),
        output=output,
        tape=Tape.replay([CASSETTES / "dailytimes.yaml"]),
        reactor=False,
    )
    settings["EXTENSIONS"] = {
        **settings["EXTENSIONS"],
        "spidermon.contrib.scrapy.extensions.Spidermon": 500,
    }
    validation = "spidermon.contrib.scrapy.pipelines.ItemValidationPipeline"
    settings["ITEM_PIPELINES"] = {**settings["ITEM_PIPELINES"], validation: 800}
    settings |= {
        "SPIDERMON_ENABLED": True,
        "SPIDERMON_SPIDER_CLOSE_MONITORS": [Suite],
        "SPIDERMON_ADD_FIELD_COVERAGE": True,
        "SPIDERMON_FIELD_COVERAGE_SKIP_NONE": True,  # our records have every field; unknown is null
        "SPIDERMON_FIELD_COVERAGE_RULES": {"dict/headline": 1.0, "dict/publisher/domain": 1.0},
        "SPIDERMON_VALIDATION_SCHEMAS": [json_schema()],
        "SPIDERMON_MAX_ITEM_VALIDATION_ERRORS": 0,
        "SPIDERMON_MIN_ITEMS": 5,
        "MIN_AUTHOR_URLS": 0.9,
        **values,
    }

    async def run() -> Crawler:
        runner = AsyncCrawlerRunner(settings)
        crawler = runner.create_crawler(SiteSpider)
        await runner.crawl(crawler, site="dailytimes", limit=5)
        return crawler

    OUTCOMES.clear()
    return asyncio.run(run()).stats.get_stats()


def test_its_monitors_pass_a_good_crawl(tmp_path: Path) -> None:
    stats = crawl(tmp_path)
    assert OUTCOMES == {
        "ItemCountMonitor": "OK",
        "FinishReasonMonitor": "OK",
        "FieldCoverageMonitor": "OK",
        "ItemValidationMonitor": "SKIPPED",  # there is no validation error that it could count
        "UnwantedHTTPCodesMonitor": "OK",
        "Authors": "OK",
    }
    assert stats["item_scraped_count"] == stats["khabar/read"] == 5
    assert stats["spidermon/validation/items"] == 5
    assert stats["spidermon_field_coverage/dict/authors"] == stats["khabar/coverage/authors"] == 1.0


@pytest.mark.parametrize(
    ("values", "monitor"),
    [
        ({"SPIDERMON_MIN_ITEMS": 6}, "ItemCountMonitor"),
        (
            {"SPIDERMON_FIELD_COVERAGE_RULES": {"dict/isAccessibleForFree": 0.5}},
            "FieldCoverageMonitor",
        ),
        (
            {"SPIDERMON_VALIDATION_SCHEMAS": [{**json_schema(), "required": ["price"]}]},
            "ItemValidationMonitor",
        ),
        ({"MIN_AUTHOR_URLS": 1.1}, "Authors"),
    ],
)
def test_its_monitors_find_what_is_wrong(
    values: dict[str, Any], monitor: str, tmp_path: Path
) -> None:
    crawl(tmp_path, **values)
    assert [name for name, status in OUTCOMES.items() if status not in {"OK", "SKIPPED"}] == [
        monitor
    ]
