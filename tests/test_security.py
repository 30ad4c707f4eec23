"""SECURITY.md names tests that exist, for every threat."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROWS = [
    line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| threat")
]


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED.findall(TEXT))))
def test_a_named_test_exists(file: str, name: str) -> None:
    assert name in functions_of(file)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:40])
def test_every_threat_has_what_is_done_and_a_test(row: str) -> None:
    cells = re.split(r"(?<!\\)\|", row)[1:-1]
    assert len(cells) == 4
    threat, control, tests, _ = map(str.strip, cells)
    assert threat
    assert control
    assert NAMED.search(tests)


def test_there_are_threats() -> None:
    assert len(ROWS) >= 15
