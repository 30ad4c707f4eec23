"""The README's commands do what it says: every block of shell that no comment above it sets apart is run as printed."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.newsrooms import Newsroom, View, theme
from ingest.settings import Settings

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?<!-->\n)^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as that of the repository, whose output is not the repository's."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("fixtures", "ingest", "spiders", "scrapy.cfg"):
        (folder / name).symlink_to(ROOT / name)
    newsroom = Newsroom.load("dailytimes")
    page = theme.article_page(newsroom.articles()[0], View.of(newsroom))
    (folder / "page.html").write_text(page, encoding="utf-8")
    return folder


def test_there_are_blocks() -> None:
    assert len(BLOCKS) >= 7


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("#")[0].strip()[:50])
def test_a_block_runs_as_printed(block: str, checkout: Path) -> None:
    """In their order: a block finds what those before it left, as its reader does."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["/usr/bin/env", "bash", "-euo", "pipefail", "-c", block],
        cwd=checkout, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_the_settings_shown_are_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = re.findall(r"^ *```toml\n(.*?)^ *```$", TEXT, re.MULTILINE | re.DOTALL)
    uncommented = re.sub(r"^ *# (\w+ = )", r"\1", block, flags=re.MULTILINE)
    (tmp_path / "khabar.toml").write_text(uncommented, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    settings = Settings.load()
    assert settings.contact == "you@example.org"
    assert settings.webhook
    assert settings.ledger


def test_the_units_name_each_other_and_the_command() -> None:
    units = dict(re.findall(r"<!-- systemd: (\S+) -->\n```ini\n(.*?)```", TEXT, re.DOTALL))
    assert sorted(units) == ["khabar@.service", "khabar@.timer"]
    parsed = {name: configparser.RawConfigParser() for name in units}
    for name, parser in parsed.items():
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
        parser.read_string(units[name])
    service = parsed["khabar@.service"]["Service"]
    assert service["ExecStart"].endswith("/khabar crawl %i --log-json")
    assert service["SuccessExitStatus"].split() == ["5", "143"]
