"""Site definitions: what is known of a site, as data (`spiders/sites/*.toml`, `spiders/platforms/*.toml`).

A definition names its platforms, whose values are its defaults: lists are appended to the site's own,
other values apply where the site says nothing. An unknown site is `UNKNOWN_SITE`, which knows nothing.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ingest.errors import InvalidDefinition, UnknownSite
from ingest.schedule import Schedule, parse_duration


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return text


def _selector(text: str) -> str:
    try:
        if text.startswith(("/", "./", "(")):
            etree.XPath(text)
        else:
            HTMLTranslator().css_to_xpath(text)
    except (SelectorError, etree.XPathError) as error:
        raise ValueError(f"no CSS selector and no XPath: {error}") from error
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"no time zone of the IANA database: {text}") from error
    return text


def _seconds(value: object) -> object:
    return parse_duration(value).total_seconds() if isinstance(value, str) else value


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError(f"no name of a definition, which is letters, digits, hyphens: {text!r}")
    return text


NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]|\.(?=[a-z0-9])){0,62}", re.IGNORECASE)
"""Of a site: it is a folder of the output and a file of definitions, and so no path, no option and no hidden file."""
SiteName = Annotated[str, AfterValidator(_name)]
"""A name that is safe as a file's: see `NAME`."""
Selector = Annotated[str, AfterValidator(_selector)]
"""A CSS selector, or XPath where it starts with `/`, `./` or `(`."""
Pattern = Annotated[str, AfterValidator(_pattern)]
"""A regular expression of Python's `re`, searched for."""
ZoneName = Annotated[str, AfterValidator(_zone)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
"""A span of time, written as `15m` or `6h`."""

DEFAULT_RECHECK = (3600.0, 6 * 3600.0, 86400.0, 7 * 86400.0)
"""Seconds after publication: most corrections come within hours, most comments within days."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Discover(_Data):
    """Where new articles are announced. Addresses may be relative to `https://<domain>/`."""

    feeds: list[str] = []
    sitemaps: list[str] = []
    listings: list[str] = []
    robots_sitemaps: bool = False
    wordpress_api: str | None = None
    wordpress_comments: bool = False


class Select(_Data):
    """Where a field stands, for what the general way does not find. The first selector that matches wins."""

    headline: list[Selector] = []
    alternative_headline: list[Selector] = []
    authors: list[Selector] = []
    author_bio: list[Selector] = []
    published: list[Selector] = []
    modified: list[Selector] = []
    section: list[Selector] = []
    keywords: list[Selector] = []
    body: list[Selector] = []
    comments: list[Selector] = []


class Listing(_Data):
    """How a list page is read: `items` are the main list's article links, `next` the link to the next page."""

    items: list[Selector] = []
    next: list[Selector] = []


class Throttle(_Data):
    """How fast each host of the site may be asked; the operator's settings hold where this says nothing.

    `delay` are the least seconds between two requests; an operator's longer delay wins. `max_delay` are the seconds
    beyond which neither slow answers nor refusals lengthen that delay, `concurrency` the requests under way at once.
    """

    delay: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    max_delay: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    concurrency: int | None = Field(default=None, ge=1)


class Variant(_Data):
    """Selectors that hold for pages published up to `valid_until` (of an earlier theme)."""

    valid_until: date
    select: Select = Select()
    prune: list[Selector] = []


class SiteTest(_Data):
    """A page of the site and what must and must not come out of it."""

    url: str
    headline: str | None = None
    authors: list[str] | None = None
    date_published: str | None = None
    contains: list[str] = []
    excludes: list[str] = []


class Site(_Data):
    """All that is known of one site. The cron line of its `schedule` is read in its `time_zone`, else in UTC."""

    name: SiteName
    domain: str
    aliases: list[str] = []
    publisher: str | None = None
    platforms: list[str] = []
    time_zone: ZoneName | None = None
    language: str | None = None
    article_urls: list[Pattern] = []
    not_article_urls: list[Pattern] = []
    schedule: Schedule | None = None
    discover: Discover = Discover()
    throttle: Throttle = Throttle()
    select: Select = Select()
    listing: Listing = Listing()
    prune: list[Selector] = []
    promo: list[Pattern] = []
    desks: list[str] = []
    recheck: tuple[Seconds, ...] = DEFAULT_RECHECK
    stale_after: Seconds | None = None
    variants: list[Variant] = []
    tests: list[SiteTest] = []

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The host names of the site, with and without `www.`."""
        return frozenset(
            host for name in (self.domain, *self.aliases) for host in (name, f"www.{name}")
        )

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone of the site's naive times."""
        return ZoneInfo(self.time_zone) if self.time_zone else None

    def is_article_url(self, url: str) -> bool:
        """Whether the address has the shape of an article; always true where the site states no shape."""
        if any(re.search(pattern, url) for pattern in self.not_article_urls):
            return False
        return not self.article_urls or any(
            re.search(pattern, url) for pattern in self.article_urls
        )

    def at(self, moment: datetime | date | None) -> Site:
        """The definition as it holds for a page published then: a variant's selectors come first."""
        if moment is None:
            return self
        day = moment.date() if isinstance(moment, datetime) else moment
        for variant in sorted(self.variants, key=lambda variant: variant.valid_until):
            if day <= variant.valid_until:
                values = self.model_dump()
                past = variant.model_dump()
                values["select"] = _with_defaults(past["select"], values["select"])
                values["prune"] = [*past["prune"], *values["prune"]]
                return Site.model_validate(values)
        return self


UNKNOWN_SITE = Site(name="unknown", domain="unknown.invalid")
"""What holds for a page of a site without a definition: nothing."""


def _with_defaults(own: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(own)
    for key, value in defaults.items():
        mine = merged.get(key)
        if isinstance(value, Mapping):
            merged[key] = _with_defaults(mine if isinstance(mine, Mapping) else {}, value)
        elif isinstance(value, list) and isinstance(mine, list):
            merged[key] = [*mine, *(item for item in value if item not in mine)]
        elif mine is None:
            merged[key] = value
    return merged


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
    """What the file of each platform says, by name: the defaults of its sites, and in `detect` what tells its pages."""
    files = sorted(_shipped("platforms").iterdir(), key=lambda file: file.name)
    return {Path(file.name).stem: _read(file) for file in files if file.name.endswith(".toml")}


def load_site(file: Traversable) -> Site:
    """The definition in a TOML file, with its platforms' defaults; raises `InvalidDefinition` naming file and key."""
    return make_site(_read(file), file.name)


def make_site(values: Mapping[str, Any], file_name: str) -> Site:
    """The same for what a file of that name would hold."""
    for platform in values.get("platforms", []):
        if platform not in load_platforms():
            raise InvalidDefinition(
                f"{file_name}: platforms: no platform {platform!r}", "see spiders/platforms"
            )
        defaults = load_platforms()[platform]
        values = _with_defaults(
            values, {key: value for key, value in defaults.items() if key != "detect"}
        )
    try:
        return Site.model_validate({"name": Path(file_name).stem, **values})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InvalidDefinition(
            f"{file_name}: {key}: {first['msg']}", "see CONTRIBUTING.md, 'Add a site'"
        ) from error


@cache
def load_sites(folders: tuple[Path, ...] = ()) -> Mapping[str, Site]:
    """All definitions by name: the shipped ones, then those of `folders`, which override by name."""
    sites: dict[str, Site] = {}
    sources: Iterable[Traversable] = (_shipped("sites"), *folders)
    for source in sources:
        if not source.is_dir():
            raise InvalidDefinition(
                f"{source}: no such folder of site definitions", "name a folder with *.toml files"
            )
        for file in sorted(source.iterdir(), key=lambda file: file.name):
            if file.name.endswith(".toml"):
                site = load_site(file)
                sites[site.name] = site
    return sites


def get_site(name: str, folders: tuple[Path, ...] = ()) -> Site:
    """The site of that name or domain; raises `UnknownSite` with the nearest name."""
    sites = load_sites(folders)
    wanted = name.casefold().removeprefix("www.")
    for site in sites.values():
        if wanted in {site.name, site.domain, *site.aliases}:
            return site
    near = difflib.get_close_matches(wanted, list(sites), n=1, cutoff=0.4)
    raise UnknownSite(
        f"no site {name!r}", f"did you mean {near[0]!r}?" if near else "see `khabar sites`"
    )


def site_of(url: str, folders: tuple[Path, ...] = ()) -> Site:
    """The site whose page this is, or `UNKNOWN_SITE`."""
    try:
        host = (urlsplit(url).hostname or "").casefold()
    except ValueError:
        return UNKNOWN_SITE
    return next((site for site in load_sites(folders).values() if host in site.hosts), UNKNOWN_SITE)
