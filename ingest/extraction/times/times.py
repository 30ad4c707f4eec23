"""When the article was published and modified: the best of what the page says, not the first."""

from __future__ import annotations

from datetime import datetime

from ingest.dates.country_zones import zone_of_country
from ingest.extraction.headline.article_nodes import article_nodes
from ingest.extraction.headline.heading import locate
from ingest.extraction.headline.titles import metadata_titles, site_names
from ingest.extraction.model import Moment, Times
from ingest.extraction.structured import StructuredData
from ingest.extraction.times.choose import Zone, choose, doubts, is_before, is_settled, proven_zone
from ingest.extraction.times.claims import (
    Reader,
    address_claims,
    modified_claims,
    published_claims,
    rule_claims,
    script_claims,
)
from ingest.extraction.times.visible import VisibleTimes, visible_times
from ingest.html.page import Page
from ingest.sites import Site


def find_times(page: Page, data: StructuredData, site: Site, *, retrieved_at: datetime) -> Times:
    """The times of publication and of the last change, as far as the page states them.

    `retrieved_at` is aware: relative texts count from it, and what lies beyond it is refused.
    """
    local = site.zone or zone_of_country(page.url)
    known = Zone(local, "site" if site.zone else "country") if local else None
    reader = Reader(retrieved_at, local, _languages(page, site))
    published = rule_claims(page.select(*site.select.published), reader) + published_claims(
        page, data, reader
    )
    modified = rule_claims(page.select(*site.select.modified), reader) + modified_claims(
        page, data, reader
    )
    if not is_settled(published, known):
        seen = _visible(page, data, site, reader)
        published, modified = published + seen.published, modified + seen.modified
    zone = known or proven_zone(published) or proven_zone(modified)
    published = published or script_claims(page, reader) or address_claims(page, reader)
    first = choose(published, zone)
    return _in_order(first, choose(modified, zone), doubts(published, first, zone))


def _visible(page: Page, data: StructuredData, site: Site, reader: Reader) -> VisibleTimes:
    """The times around the headline; without a headline on the page there is no telling whose a time is."""
    titles = metadata_titles(page, article_nodes(page, data))
    heading = locate(page, site, titles, site_names(page, data))
    return visible_times(heading.element, reader) if heading else VisibleTimes()


def _in_order(
    published: Moment | None, modified: Moment | None, warnings: tuple[str, ...]
) -> Times:
    """Both times; a change before the publication is the preparation of a story, none of the published one."""
    warnings = tuple(f"datePublished: {warning}" for warning in warnings)
    if published and modified and is_before(modified, published):
        left_out = f"dateModified: {modified.value} is before the publication and left out"
        return Times(published, None, (*warnings, left_out))
    return Times(published, modified, warnings)


def _languages(page: Page, site: Site) -> tuple[str, ...]:
    """The languages that the site and the page name, for month names and the order of day and month."""
    stated = (
        site.language,
        page.tree.get("lang"),
        page.meta("og:locale"),
        page.meta("content-language"),
    )
    return tuple(dict.fromkeys(tag.strip() for tag in stated if tag and len(tag) < 12))
