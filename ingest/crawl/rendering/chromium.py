"""Whether pages are to be rendered, and the Chromium for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from ingest.errors import UsageError
from ingest.settings import Settings
from ingest.sites import Site

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_OWN = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
"""In a process of its own, since this API refuses to run where an event loop runs."""
_OWN_SECONDS = 20.0


def check_browser(sites: Iterable[Site], settings: Settings) -> None:
    """Check that there is a browser if a page may be rendered, so that a run ends at its start.

    Args:
        sites: definitions of the pages.
        settings: the operator's settings.

    Raises:
        UsageError: the extra `browser` or a Chromium is missing.
    """
    if any(render_mode(site, settings) for site in sites):
        find_chromium(settings)


def render_mode(site: Site, settings: Settings) -> bool | str:
    """Return whether pages of the site are rendered, by the settings or else by its definition."""
    return site.render if settings.render is None else settings.render


def find_chromium(settings: Settings) -> Path:
    """Return the path of Chromium: of the settings, of the PATH, or of Playwright's download.

    Raises:
        UsageError: the extra `browser` is not installed, or there is no Chromium.
    """
    if find_spec("playwright") is None:
        raise UsageError(
            "pages are to be rendered, and the extra 'browser' is not installed",
            "pip install 'khabar[browser]'",
        )
    if settings.browser:
        named = shutil.which(settings.browser)
        if named is None:
            raise UsageError(
                f"browser: no program {settings.browser!r}", "set it to the path of a Chromium"
            )
        return Path(named)
    found = next(filter(None, map(shutil.which, _NAMES)), None) or _downloaded()
    if found is None:
        raise UsageError(
            "pages are to be rendered, and there is no Chromium",
            "apt-get install chromium, or playwright install chromium, or set `browser` to its path",
        )
    return Path(found)


def _downloaded() -> str | None:
    """Return the path of the Chromium that `playwright install` has downloaded, or None."""
    try:
        printed = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", _OWN],
            capture_output=True,
            text=True,
            timeout=_OWN_SECONDS,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
    return printed if printed and Path(printed).is_file() else None
