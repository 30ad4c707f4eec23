from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.cli.completion import site_names

ROOT = Path(__file__).parents[2]
PROGRAM = "import sys; from ingest.cli.app import main; sys.argv[0] = 'khabar'; main()"


def khabar(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def completed(words: str) -> list[str]:
    """What bash offers for the last of the words."""
    number = str(len(words.split(" ")) - 1)
    done = khabar(_KHABAR_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=number)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("khabar sche", ["schedule", "schema"]),
        ("khabar crawl --repl", ["--replay"]),
        ("khabar crawl propak", ["propakistani"]),
        ("khabar crawl dailytimes propak", ["propakistani"]),
        ("khabar sites che", ["check"]),
        ("khabar sites check dailyt", ["dailytimes"]),
        ("khabar schedule dailyt", ["dailytimes"]),
    ],
)
def test_a_shell_completes_commands_options_and_sites(words: str, offered: list[str]) -> None:
    assert sorted(completed(words)) == offered


def test_the_operator_s_own_sites_are_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "courier.toml").write_text('domain = "courier.example"')
    monkeypatch.chdir(tmp_path)
    (tmp_path / "khabar.toml").write_text(f'sites = ["{tmp_path.as_posix()}/own"]')
    assert site_names("") == []  # the folder is missing: what is wrong is told by the command
    (tmp_path / "own").mkdir()
    (tmp_path / "courier.toml").rename(tmp_path / "own" / "courier.toml")
    assert site_names("cour") == ["courier"]


def test_the_script_is_installed_for_the_shell_that_runs(tmp_path: Path) -> None:
    program = f"import os; os.environ['HOME'] = {str(tmp_path)!r}; {PROGRAM}"
    command = f'"{sys.executable}" -c "{program}" --install-completion; echo done'
    done = subprocess.run(
        ["bash", "--norc", "-c", command],  # noqa: S607 - the bash of the PATH is the one to complete for
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "bash completion installed in" in done.stdout, done.stderr
    (script,) = (tmp_path / ".bash_completions").iterdir()
    assert "complete -o default" in script.read_text()
    assert str(script) in (tmp_path / ".bashrc").read_text()


USAGE_ERRORS = [
    "--nope",
    "nope",
    "crawl",
    "crawl --nope",
    "crawl dailytimes --limit 0",
    "crawl dailytimes --delay soon",
    "crawl dailytimes --delay -1",
    "crawl dailytimes --since yesterday-or-so",
    "crawl no-such-site",
    "scrape",
    "scrape --html no-such-file --url https://a.example/",
    "scrape ftp://a.example/with/a/path/that/is/longer/than/the/line/of/the/terminal",
    "sites nope",
    "sites check no-such-site",
    "status --output",
]
"""Some are found by typer, the others by Khabar."""


@pytest.mark.parametrize("arguments", USAGE_ERRORS)
def test_usage_errors_look_alike_and_are_one_line_on_a_narrow_terminal(arguments: str) -> None:
    done = khabar(*arguments.split(), COLUMNS="30")
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("khabar: ")
    assert len(line) > len("khabar: ")
