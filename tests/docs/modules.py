"""The modules of `ingest` as they are: folders, layers, first lines of docstrings, imports."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ingest"
_CONTRACT = "Imports point downwards only"


def layers() -> list[list[str]]:
    """Return the layers of the import contract in pyproject.toml, top first, without `__main__`."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    contract = next(contract for contract in contracts if contract["name"] == _CONTRACT)
    rows = [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]
    return [row for row in rows if row != ["__main__"]]


def summary(name: str) -> str:
    """Return the first sentence of the docstring of a module or folder of `ingest`, such as `crawl/http`."""
    folder = PACKAGE / name
    file = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(docstring.split("\n\n")[0].split())
    return paragraph.split(". ")[0].rstrip(".")


def subfolders(name: str) -> list[str]:
    """Return the folders in a folder of `ingest`."""
    return sorted(file.parent.name for file in (PACKAGE / name).glob("*/__init__.py"))


def modules(name: str) -> list[str]:
    """Return the modules that are directly in a folder of `ingest`."""
    files = (PACKAGE / name).glob("*.py")
    return sorted(file.stem for file in files if not file.stem.startswith("__"))


@cache
def imports() -> dict[str, frozenset[str]]:
    """Return for each layer's name the names that its modules import, both directly below `ingest`."""
    graph = grimp.build_graph("ingest", cache_dir=None)
    result: dict[str, set[str]] = defaultdict(set)
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            source, target = _top(importer), _top(imported)
            if source and target and source != target:
                result[source].add(target)
    return {name: frozenset(targets) for name, targets in result.items()}


def _top(module: str) -> str:
    """Return the part below `ingest` of a module's name; empty for `ingest` itself."""
    return module.split(".")[1] if "." in module else ""


def folder_table() -> str:
    """Return a table of every folder with its job and its modules, for a page in docs/."""
    lines = ["| folder | job | modules |", "|---|---|---|"]
    for name in _names():
        job = _cell(summary(name))
        if not (PACKAGE / name).is_dir():
            lines.append(f"| [`ingest/{name}.py`](../ingest/{name}.py) | {job} | |")
            continue
        files = " ".join(f"`{module}`" for module in modules(name))
        lines.append(f"| [`ingest/{name}/`](../ingest/{name}/) | {job} | {files} |")
    return "\n".join(lines)


def folder_map() -> str:
    """Return a table of every folder with its job, for a page in the repository's root."""
    lines = ["| place | job |", "|---|---|"]
    for name in _names():
        place = f"ingest/{name}/" if (PACKAGE / name).is_dir() else f"ingest/{name}.py"
        lines.append(f"| [`{place}`]({place}) | {_cell(summary(name))} |")
    return "\n".join(lines)


def _names() -> Iterator[str]:
    """Yield the modules and folders of `ingest` in the order of the layers, folders in folders too."""
    for row in layers():
        for name in row:
            yield name
            yield from (f"{name}/{folder}" for folder in subfolders(name))


def layer_table() -> str:
    """Return a table of the layers, top first, with what each imports from `ingest`."""
    order = [name for row in layers() for name in row]
    lines = ["| module | imports |", "|---|---|"]
    for name in order:
        targets = [f"`{target}`" for target in order if target in imports().get(name, frozenset())]
        lines.append(f"| `{name}` | {', '.join(targets) or '-'} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
