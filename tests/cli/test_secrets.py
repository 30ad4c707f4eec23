"""No command repeats a password that is in an address or a setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_cli import Run, run  # noqa: F401 - a fixture

HIDDEN = "daffodil"


@pytest.mark.threat("A9", "O9")
@pytest.mark.parametrize("form", [[], ["--log-json"]])
@pytest.mark.parametrize(
    "arguments",
    [
        ["scrape", f"tulip:{HIDDEN}@paper.example/a"],
        ["scrape", f"http:///tulip:{HIDDEN}@paper.example/a"],
        ["scrape", f"ftp://tulip:{HIDDEN}@paper.example/a"],
        ["scrape", f"https://tulip:{HIDDEN}@paper.example/a"],
        ["scrape", f"https://tulip:{HIDDEN}@[paper.example/a"],
        ["scrape", f"http://127.0.0.1:9/?token={HIDDEN}"],
        ["scrape", "https://a.example/", "--connect-to", f"a=ftp://tulip:{HIDDEN}@h"],
        ["scrape", "https://a.example/", "--connect-to", f"tulip:{HIDDEN}@h"],
        ["scrape", "https://a.example/", "--delay", f"http://tulip:{HIDDEN}@h"],
        ["sites", "add", f"http:///tulip:{HIDDEN}@paper.example"],
    ],
)
def test_a_wrong_argument_is_shown_without_its_password(
    run: Run,  # noqa: F811 - the fixture
    arguments: list[str],
    form: list[str],
) -> None:
    if arguments[0] != "scrape" and form:
        form = []
    code, out, err = run(*arguments, *form)
    assert code in {2, 3}
    assert err
    assert HIDDEN not in out + err


@pytest.mark.threat("A9", "O9")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KHABAR_LEDGER", f"sqlite:////nothing/here?password={HIDDEN}"),
        ("KHABAR_LEDGER", f"nothing://tulip:{HIDDEN}@db/khabar?sslpassword={HIDDEN}"),
        ("KHABAR_CONNECT_TO", f'{{"a": "ftp://tulip:{HIDDEN}@h"}}'),
        ("KHABAR_WEBHOOK", f"tulip:{HIDDEN}@hooks.example/alarm"),
    ],
)
def test_a_wrong_setting_is_shown_without_its_password(
    run: Run,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    value: str,
) -> None:
    monkeypatch.setenv(name, value)
    for command in (["status"], ["crawl", "dailytimes", "--replay", str(tmp_path)]):
        code, out, err = run(*command)
        assert code
        assert err
        assert HIDDEN not in out + err
