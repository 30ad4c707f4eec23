"""The facts about a page that several extractors need.

Each fact is computed once, from the unchanged tree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from ingest.dates.country_zones import zone_of_country
from ingest.extraction.article_nodes import article_nodes
from ingest.extraction.container import find_container
from ingest.extraction.heading import find_heading
from ingest.extraction.heading_search import Heading
from ingest.extraction.language import stated_languages
from ingest.extraction.publisher import OwnNames, own_names
from ingest.extraction.structured import Node, StructuredData, read_structured
from ingest.extraction.titles import Title, metadata_titles
from ingest.html.page import Page
from ingest.settings import Limits
from ingest.sites import Site

_BY_PAGE = ("data", "articles", "titles", "own_names")
"""Facts that do not depend on the selectors of a site definition.

`PageFacts.at` reuses them for a variant of the definition.
"""


@dataclass(frozen=True)
class PageFacts:
    """One page and what is known about it. Each fact is computed at first use and kept.

    Attributes:
        page: The parsed page; nothing changes its tree.
        site: The definition of its site; `UNKNOWN_SITE` without one.
        retrieved_at: The moment of the download, aware: relative dates count from it.
        limits: Bounds on what is read.
        status: The HTTP status, if the page was downloaded.
    """

    page: Page
    site: Site
    retrieved_at: datetime
    limits: Limits
    status: int | None = None

    @cached_property
    def data(self) -> StructuredData:
        """The JSON-LD of the page."""
        return read_structured(self.page)

    @cached_property
    def articles(self) -> tuple[Node, ...]:
        """The JSON-LD articles that can be the page's own, the likeliest first."""
        return article_nodes(self.page, self.data)

    @cached_property
    def titles(self) -> tuple[Title, ...]:
        """The titles of the metadata."""
        return metadata_titles(self.page, self.articles)

    @cached_property
    def own_names(self) -> OwnNames:
        """The site's own names."""
        return own_names(self.page, self.data, self.site)

    @cached_property
    def heading(self) -> Heading | None:
        """The main heading, or None if the page shows none."""
        return find_heading(self.page, self.site, self.titles, self.own_names.keys)

    @cached_property
    def container(self) -> HtmlElement | None:
        """The element that contains the article's text, or None if the page has no paragraph."""
        return find_container(self.page, self.site)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The BCP 47 tags that the site and the page state, the likeliest first."""
        tags = [self.site.language, *(tag for tag, _ in stated_languages(self.page))]
        return tuple(dict.fromkeys(tag for tag in tags if tag))

    @cached_property
    def zone(self) -> ZoneInfo | None:
        """The zone of naive times: the site's, else that of the country in the host name."""
        return self.site.zone or zone_of_country(self.page.url)

    def at(self, day: date | None) -> PageFacts:
        """Return the facts with the variant of the site definition for a page of that day."""
        site = self.site.at(day)
        if site is self.site:
            return self
        dated = replace(self, site=site)
        dated.__dict__.update({name: getattr(self, name) for name in _BY_PAGE})
        return dated
