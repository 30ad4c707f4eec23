"""Whether all settings have their defaults: then some commands need not load them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def has_defaults(environment: Mapping[str, str], folder: Path) -> bool:
    """Whether neither the environment nor a file sets anything: see `Settings.load`.

    Args:
        environment: variables of the process.
        folder: the working folder.
    """
    # As in `ingest.settings.problems`, which loads the models of all settings.
    is_set = any(name.upper().startswith("KHABAR_") for name in environment)
    return not is_set and not (folder / "khabar.toml").exists()
