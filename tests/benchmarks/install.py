"""The size of an installation and what each dependency adds to it: `python -m tests.benchmarks.install`.

It installs this checkout into a fresh environment, without bytecode, and prints the table of docs/installation.md.
"Adds" is what would go if Khabar did not ask for that package: it and those that nothing else needs.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

_MEASURE = """
import json
from importlib.metadata import distributions
from pathlib import Path
print(json.dumps([
    [d.metadata["Name"], d.requires or [],
     sum(f.locate().stat().st_size for f in d.files or [] if f.suffix != ".pyc" and f.locate().exists())]
    for d in distributions()
]))
"""


class Package(NamedTuple):
    """An installed package: its size in bytes, and the names of those that it asks for."""

    size: int
    needs: frozenset[str]


def normal(name: str) -> str:
    """Return the name of a package as registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def name_in(requirement: str) -> str:
    """Return the name of the package in a requirement such as `lxml>=6.0`."""
    return normal(re.split(r"[^\w.-]", requirement, maxsplit=1)[0])


def install(folder: Path) -> dict[str, Package]:
    """Install this checkout into an environment in the folder, and return all of its packages."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-compile",
        str(ROOT),
    ]
    subprocess.run(pip, check=True)
    done = subprocess.run([python, "-c", _MEASURE], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    names = {normal(name) for name, _, _ in found}
    return {
        normal(name): Package(
            size,
            frozenset(
                name_in(text)
                for text in requirements
                if "extra ==" not in text and name_in(text) in names
            ),
        )
        for name, requirements, size in found
    }


def needed(roots: Iterable[str], packages: Mapping[str, Package]) -> set[str]:
    """Return these packages and all that they need."""
    found: set[str] = set()
    stack = list(roots)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack += packages[name].needs
    return found


def main() -> None:
    """Print the sums and the table."""
    with tempfile.TemporaryDirectory() as folder:
        packages = install(Path(folder))
    direct = packages["khabar"].needs
    total = needed(["khabar"], packages)
    mib = {name: packages[name].size / 2**20 for name in packages}
    print(f"{len(total)} packages, {sum(mib[name] for name in total):.0f} MiB\n")
    for name in sorted(direct, key=lambda name: -mib[name]):
        alone = total - needed(direct - {name}, packages) - {"khabar"}
        adds = f"{len(alone)} / {sum(mib[other] for other in alone):.1f}"
        print(f"| {name} | {mib[name]:.1f} | {adds} |")
    print(f"| Khabar itself | {mib['khabar']:.1f} | |")


if __name__ == "__main__":
    main()
