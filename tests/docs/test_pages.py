"""The documentation agrees with the code, and its links lead somewhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import errors
from ingest.errors import KhabarError
from tests.benchmarks.install import name_in, normal
from tests.docs.drawing import FLOW
from tests.docs.modules import PACKAGE, ROOT
from tests.docs.pages import PARTS, PICTURE, pages, part_names, render

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
RENDERED = render()


@pytest.mark.parametrize("path", [PICTURE, *pages()], ids=lambda path: path.name)
def test_a_generated_part_is_current(path: Path) -> None:
    current = path.read_text(encoding="utf-8") == RENDERED[path]
    assert current, f"{path.name} is stale; run: python -m tests.docs"


def test_every_generated_part_is_in_a_page() -> None:
    names = {name for page in pages() for name in part_names(page.read_text(encoding="utf-8"))}
    assert names == set(PARTS)


def links() -> Iterator[tuple[Path, str]]:
    for page in pages():
        text = page.read_text(encoding="utf-8")
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        for target in _LINK.findall(prose):
            if not target.startswith(("http://", "https://")):
                yield page, target


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(
        r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    titles = (re.sub(r"[^\w\- ]", "", title.casefold()) for title in _HEADING.findall(text))
    return {title.strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize(
    ("page", "target"), [pytest.param(*link, id=f"{link[0].stem} {link[1]}") for link in links()]
)
def test_a_link_leads_to_a_file_and_heading(page: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    assert file.exists()
    assert not anchor or anchor in anchors(file)


def test_every_page_is_linked_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page, target in links()
        if page == index
    }
    assert set((ROOT / "docs").glob("*.md")) - {index} <= linked


def test_the_steps_of_the_picture_are_in_the_code() -> None:
    for step in FLOW:
        place = PACKAGE / step.module
        assert place.is_dir() or place.with_suffix(".py").exists(), step.module


def exit_codes() -> set[int]:
    kinds = [value for value in vars(errors).values() if isinstance(value, type)]
    return {kind.exit_code for kind in kinds if issubclass(kind, KhabarError)}


def test_every_exit_code_is_documented() -> None:
    text = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| ([\d, ]+) \|", text, re.MULTILINE)
    documented = {int(code) for cell in cells for code in cell.split(",")}
    assert exit_codes() | {0, 4, 130} <= documented


def test_the_table_of_dependencies_is_complete() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    table = (ROOT / "docs" / "installation.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w-]+) \| ([^|]+) \| \d+\.\d \|", table, re.MULTILINE)
    assert {normal(name) for name, _ in rows} == {name_in(text) for text in project["dependencies"]}
    assert all(len(purpose) > 10 for _, purpose in rows)
    for extra in ("record", "postgresql"):
        assert f"'.[{extra}]'" in table
        assert extra in project["optional-dependencies"]
