"""The help texts: what each command does, an example of it, its exit codes."""

from __future__ import annotations

import inspect
import re
import shlex
import sys
from importlib import import_module

import pytest
import typer
from typer.main import get_command

from ingest.cli.app import main, make_app
from ingest.cli.commands import COMMANDS as LISTED
from ingest.cli.options import FetchOptions, expand

COMMANDS = [
    ["crawl"],
    ["scrape"],
    ["extract"],
    ["archive"],
    ["archive", "list"],
    ["archive", "show"],
    ["archive", "verify"],
    ["demo"],
    ["read"],
    ["export"],
    ["follow"],
    ["consumers"],
    ["consumers", "reset"],
    ["consumers", "remove"],
    ["status"],
    ["sites"],
    ["sites", "check"],
    ["sites", "add"],
    ["schedule"],
    ["recheck"],
    ["forget"],
    ["rebind"],
    ["diff"],
    ["schema"],
    ["verify"],
    ["compact"],
    ["prune"],
]


def help_of(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> str:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "argv", ["khabar", *command, "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_begins_with_an_example_and_ends_with_exit_codes(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = help_of(command, capsys, monkeypatch)
    head, options = text.split("\nOptions:\n")
    (example,) = re.findall(r"^  Example: khabar (.*)$", head, re.MULTILINE)
    words = shlex.split(example)
    assert words[: len(command)] == command
    options, _, codes = options.partition("\n\n  ")
    assert "Exit codes: 0 " in " ".join(options.split() + codes.split())
    for option in re.findall(r" (--[a-z-]+)", example):
        assert option in options


def test_the_list_of_commands_is_complete_and_cut_nowhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for parent in ([], ["sites"], ["consumers"], ["archive"]):
        text = help_of(parent, capsys, monkeypatch)
        listed = re.findall(r"^  ([a-z]+)  +(.*)$", text.split("Commands:")[1], re.MULTILINE)
        names = [[*parent, name] for name, _ in listed]
        assert sorted(names) == sorted(command for command in COMMANDS if command[:-1] == parent)
        assert all(summary.endswith(".") and "..." not in summary for _, summary in listed)


def test_a_command_gets_the_shared_options_as_one_argument() -> None:
    options: list[FetchOptions] = []

    def command(name: str, *, fetch: FetchOptions, last: bool = False) -> None:
        assert name == "x"
        assert not last
        options.append(fetch)

    names = list(inspect.signature(expand(command)).parameters)
    assert names[:2] == ["name", "replay"]
    assert names[-1] == "last"
    app = typer.Typer(add_completion=False)
    app.command()(expand(command))
    arguments = ["x", "--delay", "2", "--connect-to", "a=http://b", "--log-level", "info"]
    get_command(app).main(arguments, standalone_mode=False)
    expected = FetchOptions(delay=2.0, connect_to=["a=http://b"], log_level="info")
    assert options == [expected]


def test_the_options_that_several_commands_share_are_the_same() -> None:
    app = get_command(make_app())
    commands = app.commands  # type: ignore[attr-defined]  # a group
    for name in ("crawl", "scrape", "schedule", "recheck"):
        options = {option for parameter in commands.get(name).params for option in parameter.opts}
        assert {"--replay", "--connect-to", "--delay", "--user-agent", "--log-json"} <= options


@pytest.mark.parametrize("name", LISTED)
def test_the_list_says_of_a_command_what_its_function_says(name: str) -> None:
    entry = LISTED[name]
    function = getattr(import_module(f"ingest.cli.{entry.module}"), name)
    assert entry.summary == (inspect.getdoc(function) or "").splitlines()[0]
