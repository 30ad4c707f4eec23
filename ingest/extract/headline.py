"""The headline as the page shows it, told from logos, banners and teasers by the titles of the metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml.html import HtmlElement

from ingest.extract.article_nodes import article_nodes
from ingest.extract.deck import find_deck
from ingest.extract.extraction import Headline
from ingest.extract.page import Page, class_words, text_of
from ingest.extract.structured import StructuredData
from ingest.extract.titles import (
    Title,
    likeness,
    metadata_titles,
    site_names,
    title_key,
    visible,
    without_site_name,
)
from ingest.sites import Site

_FEWEST_ALIKE = 0.45  # of an h1's words in a title of the metadata, below which another heading may be the headline
_MOST_HEADINGS = 400  # of a page; what comes behind them is lists of other stories
_MOST_CHARACTERS = 400  # of a headline
_ELSEWHERE = re.compile(
    r"\b(?:logo|brand(?:ing)?|site-?(?:title|name)|masthead|navbar|menu|sidebar|widget|footer|related|cookie|modal|newsletter)\b"
)
_HIDDEN = re.compile(r"\b(?:sr-only|visually-?hidden|screen-reader-text|hidden|d-none)\b")
_TITLE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:\w*title\w*|\w*headline\w*|\w*heading\w*|hed|titulo|titre|titel|judul)(?:$|[\s_-])"
)


class Shown(NamedTuple):
    """A heading that the page shows."""

    text: str
    element: HtmlElement
    source: str


def find_headline(page: Page, data: StructuredData, site: Site) -> Headline | None:
    """The headline that the page shows, with its deck; else the metadata's title; None where there is neither.

    `seo_title` is the metadata's title where it says something else than the headline shown.
    """
    nodes = article_nodes(page, data)
    titles = metadata_titles(page, nodes)
    names = site_names(page, data)
    shown = locate(page, site, titles, names)
    if shown is None:
        return _from_metadata(titles, names)
    text = without_site_name(shown.text, names)
    deck = find_deck(page, site, shown.element, text)
    return Headline(
        text=text,
        source=shown.source,
        seo_title=_seo_title(text, titles, names),
        alternative=deck.text if deck else None,
        element=shown.element,
        deck=deck.element if deck else None,
    )


def locate(page: Page, site: Site, titles: tuple[Title, ...], names: frozenset[str]) -> Shown | None:
    """The heading of the article on the page, or None where it shows none."""
    return _by_rule(page, site) or _by_heading(page, titles, names)


def _by_rule(page: Page, site: Site) -> Shown | None:
    for element in page.select(*site.select.headline):
        if text := visible(text_of(element)):
            return Shown(text, element, "rule")
    return None


def _by_heading(page: Page, titles: tuple[Title, ...], names: frozenset[str]) -> Shown | None:
    """The h1 likest to the metadata's titles; another heading only where no h1 is like them."""
    best, best_score = None, 0.0
    for shown in _first_headings(page):
        score = _score(shown, titles, names)
        if score > best_score:
            best, best_score = shown, score
    if best is not None and best_score >= 1 + _FEWEST_ALIKE:
        return best
    return _by_title(page, titles) or best


def _first_headings(page: Page) -> Iterator[Shown]:
    for element in page.tree.iter("h1"):
        if text := visible(text_of(element)):
            yield Shown(text, element, "h1")
    for element in page.tree.xpath("//body//*[@itemprop='headline' or @itemprop='name headline'][not(self::meta)]"):
        if element.tag != "h1" and (text := visible(text_of(element))):
            yield Shown(text, element, "microdata")


def _score(shown: Shown, titles: tuple[Title, ...], names: frozenset[str]) -> float:
    if title_key(shown.text) in names or len(shown.text) > _MOST_CHARACTERS:
        return 0.0
    alike = max((likeness(shown.text, title.text) for title in titles), default=0.0)
    return 1.0 + alike - 0.5 * _is_elsewhere(shown.element)


def _is_elsewhere(element: HtmlElement) -> bool:
    """Whether the heading is a logo, hidden, or of a part of the page that holds no article."""
    if _HIDDEN.search(class_words(element)):
        return True
    for above in (element, *element.iterancestors()):
        if above.tag in {"nav", "footer", "aside", "dialog", "form"} or _ELSEWHERE.search(class_words(above)):
            return True
        if above.tag in {"article", "main", "body"}:
            return False
    return False


def _by_title(page: Page, titles: tuple[Title, ...]) -> Shown | None:
    """A heading of lower rank, or an element called a title, whose text a title of the metadata begins with."""
    keys = [title_key(title.text) for title in titles]
    for number, element in enumerate(page.body.iter("h2", "h3", "h4", "div", "p", "span", "strong")):
        if number > 10 * _MOST_HEADINGS:
            return None
        if element.tag not in {"h2", "h3", "h4"} and not _TITLE_WORDS.search(class_words(element)):
            continue
        text = visible(text_of(element)) if len(element) < 6 else ""
        key = title_key(text)
        if len(key) > 8 and any(title.startswith(key) and 2 * len(key) > len(title) for title in keys):
            return Shown(text, element, str(element.tag))
    return None


def _from_metadata(titles: tuple[Title, ...], names: frozenset[str]) -> Headline | None:
    for title in titles:
        if text := without_site_name(title.text, names):
            return Headline(text=text, source=title.source)
    return None


def _seo_title(headline: str, titles: tuple[Title, ...], names: frozenset[str]) -> str | None:
    key = title_key(headline)
    for title in sorted(titles, key=lambda title: ("title", "meta", "json-ld").index(title.source)):
        text = without_site_name(title.text, names)
        if not title_key(text).startswith(key) and title_key(text) not in names:
            return text
    return None
