"""Loads site definitions from TOML files, with the defaults of their platforms."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import ValidationError

from ingest.errors import InvalidDefinition, UnknownSite
from ingest.sites.definition import UNKNOWN_SITE, Site, with_defaults


def _read(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidDefinition(
            f"{file.name}: {error}", "see CONTRIBUTING.md, 'Add a site'"
        ) from error


def _shipped(folder: str) -> Traversable:
    return resources.files("spiders").joinpath(folder)


@cache
def load_platforms() -> Mapping[str, Mapping[str, Any]]:
    """Return the shipped platforms by name: defaults, and marks of their pages in `detect`."""
    files = sorted(_shipped("platforms").iterdir(), key=lambda file: file.name)
    return {Path(file.name).stem: _read(file) for file in files if file.name.endswith(".toml")}


def load_site(file: Traversable) -> Site:
    """Return the definition in a TOML file, with its platforms' defaults.

    Raises:
        InvalidDefinition: the file is not valid; the message names file and key.
    """
    return make_site(_read(file), file.name)


def make_site(values: Mapping[str, Any], file_name: str) -> Site:
    """Return the definition with these values.

    Args:
        values: what a TOML file would hold.
        file_name: its name, which is the default of the site's name, and is in errors.

    Raises:
        InvalidDefinition: the values are not valid; the message names file and key.
    """
    for platform in values.get("platforms", []):
        if platform not in load_platforms():
            raise InvalidDefinition(
                f"{file_name}: platforms: no platform {platform!r}", "see spiders/platforms"
            )
        defaults = dict(load_platforms()[platform])
        defaults.pop("detect", None)
        values = with_defaults(values, defaults)
    try:
        return Site.model_validate({"name": Path(file_name).stem, **values})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InvalidDefinition(
            f"{file_name}: {key}: {first['msg']}", "see CONTRIBUTING.md, 'Add a site'"
        ) from error


@dataclass(frozen=True, eq=False)
class SiteCatalog:
    """All site definitions of a run, in the order in which they were loaded.

    Two catalogues are equal only if they are the same object, so that a catalogue can be a key.
    """

    _sites: Mapping[str, Site]

    @classmethod
    def load(cls, folders: Iterable[Path] = ()) -> Self:
        """Return the shipped definitions and those of folders, which win over earlier ones.

        Args:
            folders: folders with `*.toml` files, usually `Settings.sites`.

        Raises:
            InvalidDefinition: a folder does not exist, or a file in it is not valid.
        """
        sources: list[Traversable] = [_shipped("sites"), *folders]
        return cls({site.name: site for source in sources for site in _definitions(source)})

    def with_sites(self, sites: Iterable[Site]) -> Self:
        """Return a catalogue that also holds these definitions; they override others by name."""
        return type(self)({**self._sites, **{site.name: site for site in sites}})

    def get(self, name: str) -> Site:
        """Return the site with this name, domain or alias.

        Raises:
            UnknownSite: there is no such site; the remedy is the nearest name.
        """
        wanted = name.casefold().removeprefix("www.")
        for site in self:
            if wanted in {site.name, site.domain, *site.aliases}:
                return site
        nearest = difflib.get_close_matches(wanted, list(self._sites), n=1, cutoff=0.4)
        raise UnknownSite(
            f"no site {name!r}",
            f"did you mean {nearest[0]!r}?" if nearest else "see `khabar sites`",
        )

    def for_url(self, url: str) -> Site:
        """Return the site to which this URL belongs, or `UNKNOWN_SITE`."""
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            return UNKNOWN_SITE
        return self.for_host(host)

    def for_host(self, host: str) -> Site:
        """Return the site to which this host name belongs, or `UNKNOWN_SITE`."""
        host = host.casefold()
        return next((site for site in self if host in site.hosts), UNKNOWN_SITE)

    def __iter__(self) -> Iterator[Site]:
        return iter(self._sites.values())

    def __len__(self) -> int:
        return len(self._sites)

    def __contains__(self, name: object) -> bool:
        return name in self._sites

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # nothing in it can change, and Scrapy copies its settings deeply


def _definitions(folder: Traversable) -> Iterator[Site]:
    """Yield the definitions in a folder, by file name."""
    if not folder.is_dir():
        raise InvalidDefinition(
            f"{folder}: no such folder of site definitions", "name a folder with *.toml files"
        )
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            yield load_site(file)
