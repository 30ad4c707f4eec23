"""Every threat of SECURITY.md has a test that names its id, and tests name no other ids."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if re.match(r"\| [A-Z]\d+ \|", line)]
IDS = [row.split("|")[1].strip() for row in ROWS]


@cache
def marked_tests() -> dict[str, list[str]]:
    """The tests that name each id, as `file::test`."""
    tests = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for threat in ids_of(node):
                    tests[threat].append(f"{file.relative_to(ROOT)}::{node.name}")
    return dict(tests)


def ids_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The ids in the `pytest.mark.threat` of a test."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.threat":
            assert function.name.startswith("test_")
            yield from (ast.literal_eval(argument) for argument in decorator.args)


def test_there_are_threats() -> None:
    assert len(ROWS) >= 45


def test_ids_are_unique_and_count_up() -> None:
    numbers = defaultdict(list)
    for threat in IDS:
        numbers[threat[0]].append(int(threat[1:]))
    assert all(each == list(range(1, len(each) + 1)) for each in numbers.values())


@pytest.mark.parametrize("threat", IDS)
def test_a_threat_has_a_test(threat: str) -> None:
    assert marked_tests().get(threat), f"no test has @pytest.mark.threat({threat!r})"


def test_no_test_names_an_unknown_threat() -> None:
    unknown = {threat: tests for threat, tests in marked_tests().items() if threat not in IDS}
    assert not unknown


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_row_has_a_threat_and_a_control(row: str) -> None:
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
    assert len(cells) == 4
    assert all(cells[:3])


def test_no_line_is_too_long_to_read() -> None:
    assert max(map(len, TEXT.splitlines())) <= 200
