"""Runs commands of `khabar` on an output, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.cli.app import main

Khabar = Callable[..., tuple[int, list[str]]]
"""Runs a command with these words and returns its exit code and the lines of standard output."""


def runner(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Khabar:
    """A function that runs commands."""

    def khabar(*words: object) -> tuple[int, list[str]]:
        monkeypatch.setattr("sys.argv", ["khabar", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        code = ended.value.code
        return (code if isinstance(code, int) else 0), told.out.splitlines()

    return khabar


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
