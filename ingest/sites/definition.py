"""The definition of one site: its types, defaults and checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ingest.schedule import Schedule, parse_duration


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


def _selector(text: str) -> str:
    try:
        if text.startswith(("/", "./", "(")):
            etree.XPath(text)
        else:
            HTMLTranslator().css_to_xpath(text)
    except (SelectorError, etree.XPathError) as error:
        raise ValueError(f"neither a CSS selector nor XPath: {error}") from error
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"not a time zone of the IANA database: {text}") from error
    return text


def _seconds(value: object) -> object:
    return parse_duration(value).total_seconds() if isinstance(value, str) else value


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError(f"not a site name, which is letters, digits, hyphens: {text!r}")
    return text


NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]|\.(?=[a-z0-9])){0,62}", re.IGNORECASE)
"""Pattern of a site's name, which becomes a file name: not a path, an option or hidden."""
SiteName = Annotated[str, AfterValidator(_name)]
"""A name that is safe as a file name: see `NAME`."""
Selector = Annotated[str, AfterValidator(_selector)]
"""A CSS selector, or XPath if it starts with `/`, `./` or `(`."""
Pattern = Annotated[str, AfterValidator(_pattern)]
"""A regular expression, used with `re.search`."""
ZoneName = Annotated[str, AfterValidator(_zone)]
"""A time zone of the IANA database."""
Seconds = Annotated[float, BeforeValidator(_seconds)]
"""A duration in seconds, written as a number or as `15m` or `6h`."""

Render = bool | Literal["if-empty"]
"""Whether pages are rendered in a browser: all, or those whose text only scripts bring."""

DEFAULT_RECHECK = (3600.0, 6 * 3600.0, 86400.0, 7 * 86400.0)
"""Seconds after publication. Most corrections come within hours, most comments within days."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Discover(_Data):
    """Sources of new articles. URLs may be relative to `https://<domain>/`."""

    feeds: list[str] = []
    sitemaps: list[str] = []
    listings: list[str] = []
    robots_sitemaps: bool = False
    wordpress_api: str | None = None
    wordpress_comments: bool = False


class Select(_Data):
    """Selectors for fields that generic extraction misses. The first one that matches wins."""

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
    """Selectors of a list page: `items` for its articles, `next` for the next page."""

    items: list[Selector] = []
    next: list[Selector] = []


class Throttle(_Data):
    """Request rate for each host of the site. The default of each value is the operator's setting.

    Attributes:
        delay: minimum seconds between two requests; a longer delay of the operator wins.
        max_delay: seconds up to which slow responses and refusals may lengthen the delay.
        concurrency: maximum number of requests in progress.
    """

    delay: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    max_delay: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    concurrency: int | None = Field(default=None, ge=1)


class Plugins(_Data):
    """Plug-ins of the site, by the names of their entry points: see `ingest.plugins`."""

    sources: list[str] = Field(
        default=[], description="Sources of new articles, in addition to those of `[discover]`."
    )
    comments: str | None = Field(
        default=None, description="Source of comments that the page does not have."
    )
    extractors: list[str] = Field(
        default=[],
        description="Extractors, which replace values of existing fields. They run in this order.",
    )


class Variant(_Data):
    """Selectors for pages that were published up to `valid_until`, with an earlier theme."""

    valid_until: date
    select: Select = Select()
    prune: list[Selector] = []


class SiteTest(_Data):
    """A page of the site, and what its record must and must not contain."""

    url: str
    headline: str | None = None
    authors: list[str] | None = None
    date_published: str | None = None
    contains: list[str] = []
    excludes: list[str] = []


class Site(_Data):
    """Definition of one site. The cron line of `schedule` is in `time_zone`, or UTC without one."""

    name: SiteName
    domain: str
    aliases: list[str] = []
    publisher: str | None = None
    platforms: list[str] = []
    time_zone: ZoneName | None = None
    language: str | None = None
    article_urls: list[Pattern] = []
    not_article_urls: list[Pattern] = []
    archive: bool = False
    render: Render = False
    render_hosts: list[str] = []
    schedule: Schedule | None = None
    discover: Discover = Discover()
    throttle: Throttle = Throttle()
    select: Select = Select()
    listing: Listing = Listing()
    plugins: Plugins = Plugins()
    prune: list[Selector] = []
    promo: list[Pattern] = []
    desks: list[str] = []
    recheck: tuple[Seconds, ...] = DEFAULT_RECHECK
    stale_after: Seconds | None = None
    variants: list[Variant] = []
    tests: list[SiteTest] = []

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Host names of the site, with and without `www.`."""
        return frozenset(
            host for name in (self.domain, *self.aliases) for host in (name, f"www.{name}")
        )

    @property
    def zone(self) -> ZoneInfo | None:
        """Time zone of dates without an offset."""
        return ZoneInfo(self.time_zone) if self.time_zone else None

    @property
    def comment_source(self) -> str | None:
        """Name of the plug-in for comments from outside the page, if the site has any."""
        if self.plugins.comments is not None:
            return self.plugins.comments
        return "wordpress" if self.discover.wordpress_comments else None

    def is_article_url(self, url: str) -> bool:
        """Whether the URL has the form of an article. Always true if the site defines no form."""
        if any(re.search(pattern, url) for pattern in self.not_article_urls):
            return False
        return not self.article_urls or any(
            re.search(pattern, url) for pattern in self.article_urls
        )

    def at(self, moment: datetime | date | None) -> Site:
        """Return the definition for a page of that date, with the variant for that date."""
        if moment is None:
            return self
        day = moment.date() if isinstance(moment, datetime) else moment
        for variant in sorted(self.variants, key=lambda variant: variant.valid_until):
            if day <= variant.valid_until:
                values = self.model_dump()
                past = variant.model_dump()
                values["select"] = with_defaults(past["select"], values["select"])
                values["prune"] = [*past["prune"], *values["prune"]]
                return Site.model_validate(values)
        return self


UNKNOWN_SITE = Site(name="unknown", domain="unknown.invalid")
"""The definition of a site that has none: every value is the default."""


def with_defaults(own: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return `own` with defaults: lists are appended, other values apply if `own` has none."""
    merged = dict(own)
    for key, value in defaults.items():
        current = merged.get(key)
        if isinstance(value, Mapping):
            merged[key] = with_defaults(current if isinstance(current, Mapping) else {}, value)
        elif isinstance(value, list) and isinstance(current, list):
            merged[key] = [*current, *(item for item in value if item not in current)]
        elif current is None:
            merged[key] = value
    return merged
