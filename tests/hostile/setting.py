"""The newsroom and all hostile sites: their definitions, their servers, and the settings of a crawl."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.hostile.heavy import DISCOVER, PLUGINS
from fixtures.hostile.server import HOST, HostileServer, hosts
from fixtures.newsrooms.newsroom import Newsroom
from fixtures.newsrooms.server import serve

ROOT = Path(__file__).parents[2]
NEWSROOM = "propakistani"
MARKER = "what-nobody-may-read"

DEFINITION = """
domain = "{host}"
language = "en"
time_zone = "Asia/Karachi"
article_urls = ['/(?:a|b)/']
[discover]
"""
SOURCES = """
feeds = [{feeds}]
sitemaps = [{sitemaps}]
listings = ["/list-tags", "/list-wide"]
wordpress_api = "/wp-json/"
"""
ENTRY_POINTS = """
[khabar.sources]
spin = hostile_plugins:spin
loop = hostile_plugins:loop
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a crawl of all sites needs.

    `plugins` is a folder for `PYTHONPATH`; its plug-ins leave a file each in `marks` when they begin.
    """

    newsroom: Newsroom
    hostile: HostileServer
    secret: Path
    plugins: Path
    marks: Path
    sites: list[str]
    settings: dict[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": f"{ROOT}:{self.plugins}", "HOSTILE_MARKS": str(self.marks)}


@contextmanager
def stage(folder: Path, **settings: Any) -> Iterator[Stage]:
    """Set everything up below a folder, and serve it."""
    secret, plugins, marks = folder / "secret.txt", folder / "plugins", folder / "marks"
    secret.write_text(MARKER, encoding="utf-8")
    marks.mkdir()
    _install(plugins)
    newsroom, answers = Newsroom.load(NEWSROOM), hosts(str(secret))
    names = _define(folder / "sites", answers)
    with serve(newsroom) as server, HostileServer(answers) as hostile:
        values = {
            "output": str(folder / "out"),
            "sites": [str(folder / "sites")],
            "connect_to": {newsroom.site.host: server.url}
            | dict.fromkeys([*answers, "other.example"], hostile.url),
            "allow_loopback": True,
            "delay": 0,
            "timeout": 4,
            "retries": 1,
            "workers": 2,
        }
        yield Stage(
            newsroom, hostile, secret, plugins, marks, [NEWSROOM, *names], values | settings
        )


def _install(folder: Path) -> None:
    """Write a distribution with plug-ins, as an installer leaves it."""
    information = folder / "hostile_plugins-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: hostile_plugins\nVersion: 1.0\n", encoding="utf-8"
    )
    (information / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    (folder / "hostile_plugins.py").write_text(PLUGINS, encoding="utf-8")


def _define(folder: Path, answers: dict[str, dict[str, Any]]) -> list[str]:
    """Write the definitions of all hostile sites; gives their names."""
    folder.mkdir()
    for host, paths in answers.items():
        discover = DISCOVER.get(host, "")
        if host == HOST:
            quoted = {
                kind: ", ".join(f'"{path}"' for path in paths if path.startswith(kind))
                for kind in ("/feed", "/sitemap")
            }
            discover = SOURCES.format(feeds=quoted["/feed"], sitemaps=quoted["/sitemap"])
        elif "feeds" not in discover:
            discover = 'feeds = ["/feed"]\n' + discover.replace(
                "plugins.sources", "[plugins]\nsources"
            )
        text = DEFINITION.format(host=host) + discover
        (folder / f"{name_of(host)}.toml").write_text(text, encoding="utf-8")
    return [name_of(host) for host in answers]


def name_of(host: str) -> str:
    return host.removesuffix(".example")
