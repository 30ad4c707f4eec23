"""The deck (standfirst) that stands under the headline."""

from __future__ import annotations

from typing import NamedTuple

from lxml.html import HtmlElement

from ingest.extract.page import Page, text_of
from ingest.sites import Site
from ingest.extract.titles import title_key, visible


class Deck(NamedTuple):
    """The deck's text and the element that holds it."""

    text: str
    element: HtmlElement


def find_deck(page: Page, site: Site, heading: HtmlElement, headline: str) -> Deck | None:
    """The deck of the headline that stands in `heading`, or None."""
    for element in page.select(*site.select.alternative_headline):
        if (text := visible(text_of(element))) and title_key(text) != title_key(headline):
            return Deck(text, element)
    return None
