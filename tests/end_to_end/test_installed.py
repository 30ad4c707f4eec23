"""A wheel, installed in an environment of its own, does what a newcomer does first: `khabar demo` in an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "KHABAR_"))}
    return subprocess.run(
        [*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, timeout=280, check=True
    )  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its own Khabar, with the dependencies of this environment: the package registry may be absent."""
    pytest.importorskip("pip", reason="pip installs the wheel")
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    install: list[str | Path] = ["install", "-q", "--no-deps", "--no-index", "--no-compile", wheel]
    run(sys.executable, "-m", "pip", "--python", python, *install)
    place = Path(
        run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
    )
    # A path that a .pth file names has its own .pth files ignored: nothing of this repository is found by it.
    (place / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder


def test_the_wheel_has_what_the_demo_needs_and_nothing_of_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {
        "ingest/demo/dailytimes.jsonl.gz",
        "ingest/demo/propakistani.jsonl.gz",
        "spiders/sites/dailytimes.toml",
    } <= {*names}
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {
        "ingest",
        "spiders",
        "khabar",
    }


def test_the_demo_runs_in_an_empty_folder(environment: Path, tmp_path: Path) -> None:
    khabar = environment / "bin" / "khabar"
    where = run(
        environment / "bin" / "python", "-c", "import ingest; print(ingest.__file__)", cwd=tmp_path
    )
    assert where.stdout.startswith(str(environment))

    first = run(khabar, "demo", cwd=tmp_path)
    assert len(first.stdout.splitlines()) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["khabar-demo"]
    lines = run(khabar, "read", "khabar-demo", "--json", cwd=tmp_path).stdout.splitlines()
    assert len(lines) == 78
    assert {json.loads(line)["publisher"]["domain"] for line in lines} == {
        "dailytimes.com.pk",
        "propakistani.pk",
    }

    again = run(khabar, "demo", cwd=tmp_path)
    assert "nothing new" in again.stderr
