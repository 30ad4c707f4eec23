"""The headline as the page shows it, with its deck, and the metadata's title if that differs."""

from __future__ import annotations

from collections.abc import Collection

from ingest.extraction.facts import PageFacts
from ingest.extraction.heading_text import shown_text
from ingest.extraction.headline.deck import deck_inside, find_deck
from ingest.extraction.model import Headline
from ingest.extraction.titles import Title, is_site_name, shared_titles, without_site_name
from ingest.text import title_key


def find_headline(facts: PageFacts) -> Headline | None:
    """Return the headline that the page shows, with its deck.

    If the page shows no headline, return the metadata's title, or None if it has none either.
    `seo_title` is set if the metadata has another title than the headline shown.
    """
    titles, names = facts.titles, facts.own_names.keys
    shown = facts.heading
    if shown is None:
        return _from_metadata((*titles, *shared_titles(facts.page)), names)
    # OpenGraph's title comes first: it is the headline under which the article is shared.
    ranked = sorted(titles, key=lambda title: title.source != "meta")
    text = shown_text(shown.element, [without_site_name(title.text, names) for title in ranked])
    text = without_site_name(text, names)
    deck = find_deck(facts, shown.element, text)
    return Headline(
        text=text,
        source=shown.source,
        seo_title=_seo_title(text, titles, names),
        alternative=deck.text if deck else deck_inside(shown.element, text),
        element=shown.element,
        deck=deck.element if deck else None,
    )


def _from_metadata(titles: tuple[Title, ...], names: Collection[str]) -> Headline | None:
    for title in titles:
        text = without_site_name(title.text, names)
        if text and not is_site_name(text, names):
            return Headline(text=text, source=title.source)
    return None


def _seo_title(headline: str, titles: tuple[Title, ...], names: Collection[str]) -> str | None:
    """Return the first title of `<title>`, the metas and JSON-LD that differs from the headline.

    A title that only adds words after the headline is skipped.
    """
    key = title_key(headline)
    for title in sorted(titles, key=lambda title: ("title", "meta", "json-ld").index(title.source)):
        text = without_site_name(title.text, names)
        if not title_key(text).startswith(key) and title_key(text) not in names:
            return text
    return None
