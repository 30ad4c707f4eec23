from pathlib import Path

import pytest
from pydantic import ValidationError

from ingest.errors import UsageError
from ingest.settings import Settings


def test_flags_beat_environment_beats_file_beats_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


@pytest.mark.parametrize("text", ["dealy = 1", "delay = 'soon'", "delay = -1", "delay = ", "[limits]\ntags = 'x'"])
def test_a_wrong_file_is_one_line_naming_the_key(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "khabar.toml").write_text(text + "\n")
    with pytest.raises(UsageError, match=r"dealy|delay|tags|khabar\.toml") as caught:
        Settings.load()
    assert "\n" not in str(caught.value)
