"""The headline as the page shows it, with its deck and the metadata's title where that says something else."""

from __future__ import annotations

from ingest.extraction.headline.article_nodes import article_nodes
from ingest.extraction.headline.deck import find_deck
from ingest.extraction.headline.heading import locate
from ingest.extraction.headline.kicker import shown_text
from ingest.extraction.headline.titles import (
    Title,
    metadata_titles,
    site_names,
    title_key,
    without_site_name,
)
from ingest.extraction.model import Headline
from ingest.extraction.structured import StructuredData
from ingest.html.page import Page
from ingest.sites import Site


def find_headline(page: Page, data: StructuredData, site: Site) -> Headline | None:
    """The headline that the page shows, with its deck; else the metadata's title; None where there is neither.

    `seo_title` is the metadata's title where it says something else than the headline shown.
    """
    titles = metadata_titles(page, article_nodes(page, data))
    names = site_names(page, data)
    shown = locate(page, site, titles, names)
    if shown is None:
        return _from_metadata(titles, names)
    ranked = sorted(
        titles, key=lambda title: title.source != "meta"
    )  # OpenGraph's is what the newsroom shares
    text = shown_text(shown.element, [without_site_name(title.text, names) for title in ranked])
    text = without_site_name(text, names)
    deck = find_deck(page, site, shown.element, text)
    return Headline(
        text=text,
        source=shown.source,
        seo_title=_seo_title(text, titles, names),
        alternative=deck.text if deck else None,
        element=shown.element,
        deck=deck.element if deck else None,
    )


def _from_metadata(titles: tuple[Title, ...], names: frozenset[str]) -> Headline | None:
    for title in titles:
        text = without_site_name(title.text, names)
        if text and title_key(text) not in names:
            return Headline(text=text, source=title.source)
    return None


def _seo_title(headline: str, titles: tuple[Title, ...], names: frozenset[str]) -> str | None:
    """The first of `<title>`, the metas' and JSON-LD's titles that is not the headline, followed by whatever."""
    key = title_key(headline)
    for title in sorted(titles, key=lambda title: ("title", "meta", "json-ld").index(title.source)):
        text = without_site_name(title.text, names)
        if not title_key(text).startswith(key) and title_key(text) not in names:
            return text
    return None
