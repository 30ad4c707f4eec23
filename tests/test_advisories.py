"""The step of CI that asks for advisories: what is a fault, and what only a warning."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci" / "advisories.py"
TWO = ["a==1.0", "b==2.0"]
GOOD = {"name": "b", "version": "2.0", "vulns": []}


@pytest.fixture
def advisories() -> ModuleType:
    spec = importlib.util.spec_from_file_location("advisories", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def vulnerable(*fixes: str) -> dict[str, Any]:
    return {
        "name": "a",
        "version": "1.0",
        "vulns": [{"id": "GHSA-1", "fix_versions": list(fixes), "aliases": []}],
    }


@pytest.mark.parametrize(
    ("found", "said", "fault"),
    [
        ([vulnerable("1.1", "2.0"), GOOD], "a 1.0: GHSA-1: mended in 1.1, 2.0", True),
        ([vulnerable(), GOOD], "a 1.0: GHSA-1: warning: nothing mends it yet", False),
        ([{"name": "a", "version": "1.0", "vulns": []}, GOOD], "no advisory for 2 packages", False),
        (
            [{"name": "a", "skip_reason": "not found"}, GOOD],
            "warning: 1 of 2 packages not looked up",
            False,
        ),
        ([], "warning: 2 of 2 packages not looked up", False),
    ],
)
def test_only_an_advisory_that_a_release_mends_is_a_fault(
    advisories: ModuleType, found: list[dict[str, Any]], said: str, *, fault: bool
) -> None:
    assert advisories.judge(TWO, found) == ([said], fault)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "exit 3",
        "echo no json",
        'echo \'{"dependencies": [{"name": "a", "skip_reason": "x"}]}\'',
    ],
)
def test_an_index_that_does_not_answer_is_asked_once_and_is_a_warning(
    advisories: ModuleType, answer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tool, file, calls = tmp_path / "pip-audit", tmp_path / "installed.txt", tmp_path / "calls"
    tool.write_text(f"#!/bin/sh\necho >> {calls}\n{answer}\n", encoding="utf-8")
    tool.chmod(0o755)
    file.write_text("\n".join(["# installed", *TWO, "-e ."]), encoding="utf-8")
    assert advisories.main(str(tool), str(file)) == 0
    assert capsys.readouterr().out == "warning: 2 of 2 packages not looked up\n"
    assert calls.read_text() == "\n"


def test_a_missing_tool_is_a_warning(advisories: ModuleType, tmp_path: Path) -> None:
    assert advisories.ask(str(tmp_path / "none"), TWO) == []
