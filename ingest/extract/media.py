"""Images and videos of an article."""

from __future__ import annotations

from ingest.extract.extraction import Media
from ingest.extract.page import Page
from ingest.extract.structured import StructuredData
from ingest.record import Image
from ingest.sites import Site


def find_media(page: Page, data: StructuredData, site: Site) -> Media:
    """The main image as the metadata names it."""
    url = page.absolute(page.meta("og:image", "twitter:image"))
    return Media(main_image=Image(url=url), main_image_source="meta") if url else Media()
