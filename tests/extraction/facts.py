"""The facts of a page as the tests of the extractors need them."""

from datetime import UTC, datetime

from ingest.extraction.facts import PageFacts
from ingest.html.page import Page
from ingest.settings import Limits
from ingest.sites import UNKNOWN_SITE, Site

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def facts_of(
    page: Page,
    site: Site = UNKNOWN_SITE,
    *,
    now: datetime = NOW,
    limits: Limits | None = None,
    status: int | None = None,
) -> PageFacts:
    """The facts of a page that was downloaded at `now`."""
    return PageFacts(page, site, now, limits or Limits(), status)
