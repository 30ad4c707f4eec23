import re
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from ingest.errors import UsageError
from ingest.settings import Limits, Scheduling, Settings


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


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("dealy = 1", "khabar.toml: dealy: not a setting (did you mean delay?)"),
        ("[limits]\ntag = 1", "khabar.toml: limits.tag: not a setting (did you mean limits.tags?)"),
        ("[limit]\ntags = 1", "khabar.toml: limit: not a setting (did you mean limits?)"),
        ("xyzzy = 1", "khabar.toml: xyzzy: not a setting (remove it)"),
        (
            "delay = -1",
            "setting delay: Input should be greater than or equal to 0 (correct it in khabar.toml)",
        ),
    ],
)
def test_a_key_of_the_file_is_a_setting(
    text: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "khabar.toml").write_text(text + "\n")
    with pytest.raises(UsageError) as caught:
        Settings.load()
    assert str(caught.value) == line


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        (
            "KHABAR_DEALY",
            "1",
            "environment variable KHABAR_DEALY: not a setting (did you mean KHABAR_DELAY?)",
        ),
        (
            "KHABAR_LIMITS__TAG",
            "1",
            (
                "environment variable KHABAR_LIMITS__TAG: not a setting"
                " (did you mean KHABAR_LIMITS__TAGS?)"
            ),
        ),
        ("KHABAR_XYZZY", "1", "environment variable KHABAR_XYZZY: not a setting (unset it)"),
        (
            "KHABAR_LIMITS__TAGS",
            "many",
            (
                "setting limits.tags: Input should be a valid integer, unable to parse string as an"
                " integer (correct it in the environment variable KHABAR_LIMITS__TAGS)"
            ),
        ),
        (
            "KHABAR_SITES",
            "my-sites",
            (
                'KHABAR_* variable: error parsing value for field "sites" from source'
                ' "EnvSettingsSource" (write lists and mappings as JSON)'
            ),
        ),
    ],
)
def test_a_variable_of_the_environment_is_a_setting(
    variable: str, value: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError) as caught:
        Settings.load()
    assert str(caught.value) == line


def test_a_variable_may_set_a_table_a_key_of_it_or_a_key_of_a_mapping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KHABAR_LIMITS", '{"tags": 7}')
    monkeypatch.setenv("khabar_limits__comments", "8")
    monkeypatch.setenv("KHABAR_CONNECT_TO__paper.example", "http://127.0.0.1:8000")
    settings = Settings.load()
    assert (settings.limits.tags, settings.limits.comments) == (7, 8)
    assert settings.connect_to == {"paper.example": "http://127.0.0.1:8000"}


@pytest.mark.parametrize("model", [Settings, Limits, Scheduling])
def test_each_field_has_a_description_in_sentences(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        assert re.fullmatch(r"[A-Z].{20,}\.", field.description or ""), name


@pytest.mark.parametrize("model", [Settings, Limits])
def test_each_field_is_in_one_group(model: type[Settings | Limits]) -> None:
    names = [name for group in model.GROUPS.values() for name in group]
    assert sorted(names) == sorted(model.model_fields)
