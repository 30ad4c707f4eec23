"""When the article was published and modified: the best of what the page says, not the first."""

from __future__ import annotations

from datetime import datetime

from ingest.country_zones import zone_of_country
from ingest.extract.extraction import Times
from ingest.extract.page import Page
from ingest.extract.structured import StructuredData
from ingest.extract.time_claims import (
    Reader,
    address_claims,
    modified_claims,
    published_claims,
    rule_claims,
)
from ingest.extract.time_verdict import choose, is_before, local_zone, proven_zone
from ingest.sites import Site


def find_times(page: Page, data: StructuredData, site: Site, *, retrieved_at: datetime) -> Times:
    """The times of publication and of the last change, as far as the page states them.

    `retrieved_at` is aware: relative texts count from it, and what lies beyond it is refused.
    """
    known = local_zone(site.zone, "site") or local_zone(zone_of_country(page.url), "country")
    local = site.zone or zone_of_country(page.url)
    reader = Reader(retrieved_at, local, _languages(page, site))
    published = rule_claims(page.select(*site.select.published), reader) + published_claims(page, data, reader)
    modified = rule_claims(page.select(*site.select.modified), reader) + modified_claims(page, data, reader)
    zone = known or proven_zone([*published, *modified])
    first = choose(published or address_claims(page, reader), zone)
    last = choose(modified, zone)
    if first and last and is_before(last, first):
        return Times(first, None, (f"dateModified {last.value} is before datePublished, left out",))
    return Times(first, last)


def _languages(page: Page, site: Site) -> tuple[str, ...]:
    """The languages that the site and the page name, for month names and the order of day and month."""
    stated = (site.language, page.tree.get("lang"), page.meta("og:locale"), page.meta("content-language"))
    return tuple(dict.fromkeys(tag.strip() for tag in stated if tag and len(tag) < 12))
