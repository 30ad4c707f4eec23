"""Asks for the known advisories of what is installed: `advisories.py PIP_AUDIT REQUIREMENTS`.

Exit code 1 where a release of a dependency has an advisory and another release mends it: allow only that one. An
advisory that nothing mends yet, and an index that does not answer, are warnings: neither is a fault of a change.
pip-audit calls a dependency that the index does not know "skipped" and ends well; here that counts as not looked up.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

OPTIONS = ("--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=20", "--format=json")


def ask(pip_audit: str, requirements: list[str]) -> list[dict[str, Any]]:
    """What pip-audit says of each requirement; nothing where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "requirements.txt")
        file.write_text("\n".join(requirements), encoding="utf-8")
        command = [pip_audit, *OPTIONS, "--requirement", str(file)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603
            return list(json.loads(done.stdout)["dependencies"])
        except (OSError, ValueError, KeyError, subprocess.TimeoutExpired):
            return []


def judge(requirements: list[str], found: list[dict[str, Any]]) -> tuple[list[str], bool]:
    """What there is to say, a line each, and whether it is a fault."""
    lines, fault = [], False
    looked_up = [dependency for dependency in found if "vulns" in dependency]
    if len(looked_up) < len(requirements):
        lines.append(
            f"warning: {len(requirements) - len(looked_up)} of {len(requirements)} packages not looked up"
        )
    for dependency in looked_up:
        for advisory in dependency["vulns"]:
            mended = ", ".join(advisory["fix_versions"])
            fault = fault or bool(mended)
            remedy = f"mended in {mended}" if mended else "warning: nothing mends it yet"
            lines.append(
                f"{dependency['name']} {dependency['version']}: {advisory['id']}: {remedy}"
            )
    return lines or [f"no advisory for {len(looked_up)} packages"], fault


def main(pip_audit: str, file: str) -> int:
    """Ask for one package first: an index that has no answer to it has none to the others."""
    requirements = [
        line for line in Path(file).read_text(encoding="utf-8").splitlines() if "==" in line
    ]
    first = ask(pip_audit, requirements[:1])
    found = (
        ask(pip_audit, requirements) if any("vulns" in dependency for dependency in first) else []
    )
    lines, fault = judge(requirements, found)
    sys.stdout.write("\n".join([*lines, ""]))
    return int(fault)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
