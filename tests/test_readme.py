"""The commands and examples of README and docs/ work as printed; a comment above a block opts it out."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fixtures.newsrooms import Newsroom, View, theme
from ingest import Article, scrape
from ingest.errors import UsageError
from ingest.settings import Settings
from ingest.sites import load_site
from tests.docs.blocks import NOT_RUN, Block, all_blocks, blocks_of

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BLOCKS = all_blocks()
RUN = [block for block in BLOCKS if block.is_run]


@pytest.fixture(scope="module")
def checkouts(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """A folder for each page, as its reader has it after a clone, with the files that the page shows."""
    newsroom = Newsroom.load("dailytimes")
    saved_page = theme.article_page(newsroom.articles()[0], View.of(newsroom))
    folders = {}
    for page in dict.fromkeys(block.page for block in RUN):
        folder = tmp_path_factory.mktemp(page.stem)
        for name in ("fixtures", "ingest", "spiders", "scrapy.cfg"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "page.html").write_text(saved_page, encoding="utf-8")
        for block in blocks_of(page):
            if block.file:
                (folder / block.file).parent.mkdir(parents=True, exist_ok=True)
                (folder / block.file).write_text(block.code, encoding="utf-8")
        folders[page] = folder
    return folders


def test_there_are_blocks() -> None:
    assert len([block for block in RUN if block.page == README]) >= 4
    assert len(RUN) >= 20


@pytest.mark.parametrize("block", RUN, ids=str)
def test_a_block_runs_as_printed(block: Block, checkouts: dict[Path, Path]) -> None:
    """In their order: a block finds what those before it left, as its reader does."""
    if "jq " in block.code and shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    folder = checkouts[block.page]
    shell = ["/usr/bin/env", "bash", "-euo", "pipefail", "-c", block.code]
    command = shell if block.language == "sh" else [sys.executable, "-c", block.code]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"PATH": path, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.mark], ids=str)
def test_a_block_is_opted_out_for_a_known_reason(block: Block) -> None:
    kind, _, name = block.mark.partition(": ")
    assert (
        block.mark in NOT_RUN
        or block.mark == "khabar.toml"
        or (kind in {"file", "systemd"} and name)
    )


def test_ci_finds_the_two_commands_of_the_readme() -> None:
    marks = [block.mark for block in blocks_of(README) if block.language == "sh"]
    assert marks.count("crawl") == 1
    assert marks.count("tests") == 1


def test_the_readme_fits_on_one_screen() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 115


def _is_shown(shown: Any, actual: Any) -> bool:
    """Whether a shortened value agrees with the actual one: fewer keys, and texts that end in an ellipsis."""
    if isinstance(shown, dict):
        return all(_is_shown(value, actual[key]) for key, value in shown.items())
    if isinstance(shown, list):
        return len(shown) <= len(actual) and all(map(_is_shown, shown, actual))
    if isinstance(shown, str) and shown.endswith("…"):
        return str(actual).startswith(shown.removesuffix("…"))
    return bool(shown == actual)


def test_the_record_in_the_readme_is_real() -> None:
    (block,) = (block for block in blocks_of(README) if block.language == "json")
    shown = json.loads(block.code)
    article = scrape(shown["url"], replay=ROOT / "fixtures" / "cassettes")
    assert isinstance(article, Article)
    assert _is_shown(shown, article.to_dict())


@pytest.mark.parametrize(
    "block", [block for block in BLOCKS if block.mark == "khabar.toml"], ids=str
)
def test_the_settings_shown_are_settings(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uncommented = re.sub(r"^ *# (\w+ = )", r"\1", block.code, flags=re.MULTILINE)
    (tmp_path / "khabar.toml").write_text(uncommented, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    settings = Settings.load()
    for key in re.findall(r"^(\w+) = ", uncommented, re.MULTILINE):
        assert getattr(settings, key), key


def test_a_setting_that_does_not_exist_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "khabar.toml").write_text('contacts = "you@example.org"', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError):
        Settings.load()


@pytest.mark.parametrize(
    "block", [block for block in BLOCKS if block.file.startswith("my-sites/")], ids=str
)
def test_the_definitions_shown_are_definitions(block: Block, tmp_path: Path) -> None:
    file = tmp_path / Path(block.file).name
    file.write_text(block.code, encoding="utf-8")
    assert load_site(file).name == file.stem


def test_the_units_name_each_other_and_the_command() -> None:
    units = {
        block.mark.removeprefix("systemd: "): block.code
        for block in BLOCKS
        if block.mark.startswith("systemd: ")
    }
    assert sorted(units) == ["khabar@.service", "khabar@.timer"]
    parsed = {name: configparser.RawConfigParser() for name in units}
    for name, parser in parsed.items():
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
        parser.read_string(units[name])
    service = parsed["khabar@.service"]["Service"]
    assert service["ExecStart"].endswith("/khabar crawl %i --log-json")
    assert service["SuccessExitStatus"].split() == ["5", "143"]
