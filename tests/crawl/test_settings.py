"""What Scrapy is told: honest, polite, with nothing open that nobody asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings as ScrapySettings
from scrapy.utils.misc import load_object
from scrapy.utils.test import get_crawler

from ingest.crawl.addon import ProjectAddon
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
    assert values["CONCURRENT_REQUESTS"] == 3
    assert values["KHABAR_SETTINGS"].allow_loopback
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
        values = base_settings() | {"TWISTED_REACTOR_ENABLED": False} | extra
        crawler = get_crawler(PageSpider, settings_dict=values)
        assert crawler.settings.getfloat("DOWNLOAD_DELAY") == delay


def test_the_project_heeds_file_and_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "khabar.toml").write_text('contact = "desk@news.example"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KHABAR_DELAY", "4")
    settings = ScrapySettings(base_settings())
    settings.set("RETRY_TIMES", 9, priority="cmdline")
    ProjectAddon.update_pre_crawler_settings(settings)
    assert settings["USER_AGENT"].endswith("(+desk@news.example)")
    assert settings.getfloat("DOWNLOAD_DELAY") == 4
    assert settings.getint("RETRY_TIMES") == 9
    assert settings["KHABAR_SETTINGS"].delay == 4


PROJECT = Path(__file__).parents[2]
OPENED = """
import sys
opened = []
def hook(event, arguments):
    name = str(arguments[0]) if event == "open" else ""
    if name.endswith(".toml") and "/extraction/" not in name:  # packaged words
        opened.append(name)
sys.addaudithook(hook)
import {module}
print(opened, [name for name in ("vcr", "aiohttp") if name in sys.modules])
"""


def in_folder(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    line = (sys.executable, *command)
    return subprocess.run(
        line, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )


@pytest.mark.parametrize("module", ["ingest.crawl.addon", "ingest.crawl.settings", "spiders.site"])
def test_importing_a_module_reads_no_settings_and_no_definitions(
    tmp_path: Path, module: str
) -> None:
    (tmp_path / "khabar.toml").write_text("nonsense = ", encoding="utf-8")
    done = in_folder(tmp_path, "-c", OPENED.format(module=module))
    assert done.stdout == "[] []\n", done.stderr


def test_a_crawl_without_a_cassette_imports_no_vcrpy() -> None:
    done = in_folder(PROJECT, "-c", OPENED.format(module="ingest.crawl.run"))
    assert done.stdout.endswith(" []\n"), done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with Khabar's Scrapy project and settings of its own."""
    shutil.copy(PROJECT / "scrapy.cfg", tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", [("list",), ("crawl", "dailytimes")], ids=["list", "crawl"])
def test_a_wrong_file_is_one_line_for_scrapys_commands(
    project: Path, command: tuple[str, ...]
) -> None:
    (project / "khabar.toml").write_text("delay = -1\n", encoding="utf-8")
    done = in_folder(project, "-m", "scrapy", *command)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("khabar: setting delay: ")
    assert "khabar.toml" in line
    assert done.stdout == ""


def test_a_wrong_definition_is_one_line_for_scrapys_commands(project: Path) -> None:
    (project / "sites").mkdir()
    (project / "sites" / "paper.toml").write_text("publisher = 1\n", encoding="utf-8")
    (project / "khabar.toml").write_text('sites = ["sites"]\n', encoding="utf-8")
    done = in_folder(project, "-m", "scrapy", "list")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "paper.toml: domain" in done.stderr


def test_scrapy_lists_the_sites_of_the_operators_folders(project: Path) -> None:
    (project / "sites").mkdir()
    definition = 'domain = "paper.example"\n'
    (project / "sites" / "paper.toml").write_text(definition, encoding="utf-8")
    (project / "khabar.toml").write_text('sites = ["sites"]\n', encoding="utf-8")
    done = in_folder(project, "-m", "scrapy", "list")
    assert {"page", "paper", "dailytimes"} <= set(done.stdout.split())
    assert done.stderr == ""
