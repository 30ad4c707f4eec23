from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ingest.crawl.rendering import chromium
from ingest.crawl.rendering.chromium import check_browser, find_chromium, render_mode
from ingest.errors import UsageError
from ingest.settings import Settings
from ingest.sites import UNKNOWN_SITE, Site

RENDERED = Site(name="tern", domain="tern.example", render="if-empty")


def program(folder: Path, name: str) -> Path:
    file = folder / name
    file.write_text("#!/bin/sh\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The extra, and an empty PATH."""
    monkeypatch.setattr(chromium, "find_spec", lambda _: object())
    monkeypatch.setattr(chromium, "_downloaded", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_the_settings_win_over_the_definition() -> None:
    assert render_mode(RENDERED, Settings.load()) == "if-empty"
    assert render_mode(RENDERED, Settings.load(render=False)) is False
    assert render_mode(UNKNOWN_SITE, Settings.load(render=True)) is True


def test_the_environment_can_name_each_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, value in (("true", True), ("false", False), ("if-empty", "if-empty")):
        monkeypatch.setenv("KHABAR_RENDER", text)
        assert Settings.load().render == value
    monkeypatch.setenv("KHABAR_RENDER", "sometimes")
    with pytest.raises(UsageError, match="KHABAR_RENDER"):
        Settings.load()


def test_a_missing_extra_is_an_error_only_if_a_page_may_be_rendered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chromium, "find_spec", lambda _: None)
    check_browser([UNKNOWN_SITE], Settings.load())
    check_browser([RENDERED], Settings.load(render=False))
    with pytest.raises(
        UsageError, match=r"extra 'browser' is not installed \(pip install 'khabar\[browser\]'\)"
    ):
        check_browser([UNKNOWN_SITE, RENDERED], Settings.load())


@pytest.mark.usefixtures("installed")
def test_a_missing_chromium_is_named_with_the_ways_to_get_one() -> None:
    with pytest.raises(UsageError, match=r"there is no Chromium \(apt-get install chromium"):
        check_browser([RENDERED], Settings.load())


def test_the_chromium_of_the_settings_comes_before_that_of_the_path(installed: Path) -> None:
    found = program(installed, "google-chrome")
    assert find_chromium(Settings.load()) == found
    mine = program(installed, "my-browser")
    assert find_chromium(Settings.load(browser=str(mine))) == mine
    assert find_chromium(Settings.load(browser="my-browser")) == mine
    with pytest.raises(UsageError, match="browser: no program 'other'"):
        find_chromium(Settings.load(browser="other"))
