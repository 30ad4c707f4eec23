"""What Scrapy is told: honest, polite, with nothing open that nobody asked for."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from scrapy.settings import Settings as ScrapySettings
from scrapy.utils.misc import load_object

from ingest.crawl import settings as module
from ingest.crawl.http.cassette import Tape
from ingest.crawl.settings import base_settings, default_user_agent, scrapy_settings
from ingest.settings import Settings
from spiders.page import PageSpider


def test_the_name_is_honest_and_leads_to_the_operator() -> None:
    assert default_user_agent().startswith("Khabar/")
    assert default_user_agent("desk@news.example").endswith(" (+desk@news.example)")
    assert scrapy_settings(Settings.load(contact="a@b.example"))["USER_AGENT"].endswith(
        "(+a@b.example)"
    )
    assert scrapy_settings(Settings.load(user_agent="Mine/1"))["USER_AGENT"] == "Mine/1"


@pytest.mark.threat("A8", "S15", "S16")
def test_nothing_listens_and_nothing_but_http_is_fetched() -> None:
    settings = ScrapySettings(base_settings())
    assert not settings.getbool("TELNETCONSOLE_ENABLED")
    assert not settings.getbool("REMOTE_CONTROL_ENABLED")
    assert not settings.getbool("COOKIES_ENABLED")
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}
    assert settings.getbool("ROBOTSTXT_OBEY")
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")


def test_what_the_settings_name_exists() -> None:
    settings = base_settings()
    named = [
        *settings["DOWNLOADER_MIDDLEWARES"],
        *settings["ITEM_PIPELINES"],
        *settings["FEED_EXPORTERS"].values(),
    ]
    named += [
        settings["TWISTED_DNS_RESOLVER"],
        settings["DUPEFILTER_CLASS"],
        settings["DOWNLOAD_HANDLERS"]["http"],
    ]
    assert all(load_object(name) for name in named)


def test_the_operators_wishes_are_scrapys_settings() -> None:
    values = scrapy_settings(
        Settings.load(delay=2.5, timeout=7, retries=5, concurrency=3, allow_loopback=True)
    )
    assert (values["DOWNLOAD_DELAY"], values["DOWNLOAD_TIMEOUT"], values["RETRY_TIMES"]) == (
        2.5,
        7,
        5,
    )
    assert (values["CONCURRENT_REQUESTS"], values["KHABAR_ALLOW_LOOPBACK"]) == (3, True)
    assert scrapy_settings(Settings.load(delay=0))["AUTOTHROTTLE_ENABLED"] is False
    bounds = [(5, 30, 30), (90, 30, 90)]  # a delay of the operator's beyond the most is the most
    for delay, most, bound in bounds:
        assert (
            scrapy_settings(Settings.load(delay=delay, max_delay=most))["AUTOTHROTTLE_MAX_DELAY"]
            == bound
        )


def test_a_replay_does_not_wait_and_a_recording_does() -> None:
    settings = Settings.load(delay=2)
    assert scrapy_settings(settings, tape=Tape([]))["DOWNLOAD_DELAY"] == 0
    assert scrapy_settings(settings, tape=Tape.record("x.yaml"))["DOWNLOAD_DELAY"] == 2


def test_a_spider_on_scrapys_command_line_does_not_wait_for_a_recording(tmp_path: Path) -> None:
    tape = tmp_path / "tape.yaml"
    tape.write_text("version: 1\ninteractions: []\n", encoding="utf-8")
    for extra, delay in (({"KHABAR_REPLAY": str(tape)}, 0), ({}, 1)):
        settings = ScrapySettings(base_settings() | extra)
        PageSpider.update_settings(settings)
        assert settings.getfloat("DOWNLOAD_DELAY") == delay


def test_the_project_heeds_file_and_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "khabar.toml").write_text('contact = "desk@news.example"\n', encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setenv("KHABAR_DELAY", "4")
        importlib.reload(module)
        assert module.USER_AGENT.endswith("(+desk@news.example)")
        assert module.DOWNLOAD_DELAY == 4
    importlib.reload(module)
    assert module.DOWNLOAD_DELAY == 1
