"""Whether a page is an article at all."""

from __future__ import annotations

from ingest.extract.extraction import Headline, NotArticle, Times
from ingest.extract.page import Page
from ingest.extract.structured import StructuredData
from ingest.record import Reason
from ingest.sites import Site


def judge_page(
    page: Page,
    data: StructuredData,
    site: Site,
    *,
    body_text: str,
    headline: Headline | None,
    times: Times,
    status: int | None,
) -> NotArticle | None:
    """Why the page is no article, or None where it is one."""
    if status is not None and status >= 400:
        return NotArticle(Reason.HTTP_STATUS, f"status {status}")
    if not body_text.strip():
        return NotArticle(Reason.NO_TEXT)
    return None
