"""What a command loads before it does its work: the time that every call takes.

The budgets are in `start_up.toml`. A module more than a call may load is a failing test, not a slower start that
nobody sees.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ingest.cli.refused import refusal
from ingest.cli.sites import all_rows, shipped_rows

ROOT = Path(__file__).parents[2]
BUDGETS = tomllib.loads(Path(__file__).with_name("start_up.toml").read_text(encoding="utf-8"))

HEAVY = {
    "apscheduler",
    "dateparser",
    "feedparser",
    "lxml",
    "pebble",
    "rich",
    "scrapy",
    "sqlalchemy",
    "trafilatura",
    "twisted",
    "vcr",
    "yaml",
}
"""Packages that take long to load."""

MODELS = {"ingest.monitoring.summary", "ingest.record", "ingest.settings", "ingest.sites"}
"""Modules whose models pydantic builds when they are imported."""

PROGRAM = """
import sys
from ingest.cli.app import main
sys.argv[0] = "khabar"
try:
    main()
finally:
    print("loaded:", *sys.modules)
"""


def loaded(program: str, *arguments: str, folder: Path) -> tuple[int, set[str]]:
    """The exit code of a program and the modules that it loaded, without those of Python."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KHABAR_")}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder, env=environment | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    last = done.stdout.splitlines()[-1]
    assert last.startswith("loaded: "), done.stderr
    names = {
        name for name in last.split()[1:] if name.partition(".")[0] not in sys.stdlib_module_names
    }
    return done.returncode, names


@pytest.mark.parametrize("call", BUDGETS["calls"], ids=lambda call: call["call"] or "-")
def test_a_call_loads_only_what_it_runs(call: dict[str, Any], tmp_path: Path) -> None:
    code, modules = loaded(PROGRAM, *call["call"].split(), folder=tmp_path)
    assert code == call["exit"]
    assert {name.partition(".")[0] for name in modules} & HEAVY <= set(call["packages"])
    if not call["models"]:
        assert not modules & MODELS
    assert len(modules) <= call["modules"], sorted(modules)


def test_the_package_itself_loads_nothing() -> None:
    code, modules = loaded("import sys, ingest; print('loaded:', *sys.modules)", folder=ROOT)
    assert code == 0
    assert {name for name in modules if name.startswith("ingest")} == {"ingest"}
    assert not {name.partition(".")[0] for name in modules} & (HEAVY | {"pydantic", "typer"})


def test_a_call_without_options_and_one_with_some_are_refused_alike(tmp_path: Path) -> None:
    """The first of each pair is refused before the settings are loaded, the other one by the crawl's own guard."""
    for address in ("127.0.0.1", "10.0.0.7:8080", "[::1]", "[fd00::1]", "169.254.169.254"):
        texts = []
        for options in ([], ["--delay", "1"]):
            done = subprocess.run(
                [sys.executable, "-c", "from ingest.cli.app import main; main()", "scrape", f"http://{address}/x", *options],
                cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120, check=False,
            )  # fmt: skip
            assert done.returncode == 3
            texts.append(done.stderr)
        assert texts[0] == texts[1]
        assert "is not a public address" in texts[0]


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["scrape", "http://127.0.0.1/x", "--allow-loopback"], {}),
        (["scrape", "http://127.0.0.1/x"], {"KHABAR_ALLOW_LOOPBACK": "true"}),
        (["scrape", "http://93.184.215.14/x"], {}),
        (["scrape", "http://name.example/x"], {}),
        (["scrape", "http://0x7f.1/x"], {}),
        (["scrape", "http://user:secret@127.0.0.1/x"], {}),
        (["scrape", "http://[::ffff:127.0.0.1]/x"], {}),
        (["scrape", "http://[1/x"], {}),
        (["crawl", "http://127.0.0.1/x"], {}),
    ],
)
def test_what_could_be_allowed_or_is_not_plain_is_left_to_the_guard(
    arguments: list[str], environment: dict[str, str], tmp_path: Path
) -> None:
    assert refusal(arguments, environment, tmp_path) is None


def test_a_file_of_settings_leaves_an_address_to_the_guard(tmp_path: Path) -> None:
    assert refusal(["scrape", "http://127.0.0.1/x"], {}, tmp_path) is not None
    (tmp_path / "khabar.toml").write_text("allow_loopback = true", encoding="utf-8")
    assert refusal(["scrape", "http://127.0.0.1/x"], {}, tmp_path) is None


def test_the_list_of_sites_is_that_of_the_definitions() -> None:
    """Both with the defaults, when the models are not loaded, and with settings."""
    assert sorted(shipped_rows()) == sorted(all_rows())
