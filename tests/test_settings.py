from pathlib import Path

import pytest
from pydantic import ValidationError

from ingest.errors import UsageError
from ingest.settings import Settings


def test_flags_beat_environment_beats_file_beats_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.load().delay == 1.0
    (tmp_path / "khabar.toml").write_text("delay = 2\nretries = 5\n[limits]\ntags = 10\n")
    assert Settings.load().delay == 2
    monkeypatch.setenv("KHABAR_DELAY", "3")
    assert Settings.load().delay == 3
    settings = Settings.load(delay=4.0, timeout=None)
    assert (settings.delay, settings.retries, settings.timeout) == (4, 5, 30)
    assert settings.limits.tags == 10


def test_settings_are_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValidationError):
        Settings.load().delay = 2.0  # type: ignore[misc]  # the point of the test


@pytest.mark.threat("A10")
def test_networks_are_opened_by_file_and_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "khabar.toml").write_text('allow_networks = ["10.20.0.0/16", "fd00::/8"]\n')
    assert [str(network) for network in Settings.load().allow_networks] == [
        "10.20.0.0/16",
        "fd00::/8",
    ]
    monkeypatch.setenv("KHABAR_ALLOW_NETWORKS", '["127.0.0.0/8"]')
    assert [str(network) for network in Settings.load().allow_networks] == ["127.0.0.0/8"]


@pytest.mark.threat("A8")
@pytest.mark.parametrize(
    ("flags", "key"),
    [
        (
            {"allow_networks": ["10.20.0.1/16"]},
            "allow_networks.0",
        ),  # its last bits say that a host was meant
        ({"allow_networks": ["intranet"]}, "allow_networks.0"),
        ({"connect_to": {"paper.example": "file:///etc"}}, "connect_to"),
    ],
)
def test_a_wrong_network_or_target_is_named(flags: dict[str, object], key: str) -> None:
    with pytest.raises(UsageError, match=key):
        Settings.load(**flags)


@pytest.mark.parametrize(
    "text", ["dealy = 1", "delay = 'soon'", "delay = -1", "delay = ", "[limits]\ntags = 'x'"]
)
def test_a_wrong_file_is_one_line_naming_the_key(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "khabar.toml").write_text(text + "\n")
    with pytest.raises(UsageError, match=r"dealy|delay|tags|khabar\.toml") as caught:
        Settings.load()
    assert "\n" not in str(caught.value)
