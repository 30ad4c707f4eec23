"""The headline as the page shows it, with its deck and the metadata's title where that says something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.extraction.headline.deck import find_deck
from ingest.extraction.headline.kicker import shown_text
from ingest.extraction.headline.titles import (
    Title,
    article_nodes,
    likeness,
    longest_part,
    metadata_titles,
    site_names,
    title_key,
    visible,
    without_site_name,
)
from ingest.extraction.model import Headline
from ingest.extraction.structured import StructuredData
from ingest.html.dom import behind, short_text
from ingest.html.page import Page, class_words, text_of
from ingest.sites import Site

_FEWEST_ALIKE = 0.45  # of an h1's words in a title of the metadata, below which another heading may be the headline
_PERFECT = 2.0  # the rank of an h1 of the article that is a title of the metadata
_LOWER_ALIKE = 0.3  # the same for the h2 that stands in place of an h1 among the breadcrumbs
_BELOW_CRUMBS = 150  # elements below the breadcrumbs that are looked at for the headline
_MOST_ELEMENTS = 4_000  # that are looked at for a title that no h1 holds; what comes later are lists of other stories
_MOST_CHARACTERS = 400  # of a headline
_ELSEWHERE = re.compile(
    r"\b(?:logo|brand(?:ing)?|site-?(?:title|name)|masthead|navbar|menu|sidebar|widgets?|footer|related|cookies?|modal"
    r"|newsletter)\b"
)
_HIDDEN = re.compile(r"\b(?:sr-only|visually-?hidden|screen-reader-text|hidden|d-none)\b")
_CRUMB = re.compile(r"crumb|\bseo[_-]?(?:title|headline|h1)")
_TITLE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:\w*title\w*|\w*headline\w*|\w*heading\w*|hed|titulo|titre|titel|judul)(?:$|[\s_-])"
)


class Shown(NamedTuple):
    """A heading that the page shows; `source` is its tag, "microdata" or "rule"."""

    text: str
    element: HtmlElement
    source: str


def locate(
    page: Page, site: Site, titles: tuple[Title, ...], names: frozenset[str]
) -> Shown | None:
    """The heading of the article on the page, or None where it shows none.

    `titles` are the metadata's and tell the headline from the page's other headings; `names` the site's own.
    """
    for element in page.select(*site.select.headline):
        if text := visible(text_of(element)):
            return Shown(text, element, "rule")
    best, alike = _best(page, titles, names)
    if best is None:
        return _by_title(page, titles)
    if _is_crumb(best.element):
        return _below_breadcrumbs(best, titles) or best
    if alike >= _FEWEST_ALIKE and not _is_elsewhere(best.element):
        return best
    other = _by_title(page, titles)
    says_more = other is not None and len(title_key(other.text)) > len(title_key(best.text))
    return other if other is not None and (says_more or alike < _FEWEST_ALIKE) else best


def _best(
    page: Page, titles: tuple[Title, ...], names: frozenset[str]
) -> tuple[Shown | None, float]:
    """The h1 (or what microdata call the headline) likest to the metadata's titles, and how like it is, 0 to 1."""
    best, best_rank, best_alike = None, 0.0, 0.0
    for shown in _candidates(page):
        if title_key(shown.text) in names:
            continue
        alike = max((likeness(shown.text, title.text) for title in titles), default=0.0)
        inside = any(above.tag in {"article", "main"} for above in shown.element.iterancestors())
        rank = 0.95 + alike + 0.05 * inside - 0.5 * _is_elsewhere(shown.element)
        if rank > best_rank:
            best, best_rank, best_alike = shown, rank, alike
        if best_rank >= _PERFECT:  # the rest of the tree need not be searched
            break
    return best, best_alike


def _candidates(page: Page) -> Iterator[Shown]:
    for element in page.tree.iter("h1"):
        if text := visible(short_text(element, _MOST_CHARACTERS)):
            yield Shown(text, element, "h1")
    for element in page.microdata.get("headline", []):
        if element.tag not in {"meta", "h1"} and (
            text := visible(short_text(element, _MOST_CHARACTERS))
        ):
            yield Shown(text, element, "microdata")


def _is_elsewhere(element: HtmlElement) -> bool:
    """Whether the heading is a logo, hidden, or of a part of the page that holds no article."""
    if _HIDDEN.search(class_words(element)) or _leads_home(element):
        return True
    for above in (element, *element.iterancestors()):
        if above.tag in {"article", "main", "body"}:
            return False
        if above.tag in {"nav", "footer", "aside", "dialog", "form"} or _ELSEWHERE.search(
            class_words(above)
        ):
            return True
    return False


def _leads_home(element: HtmlElement) -> bool:
    """Whether the heading is a link to the site's first page: its name, then, not a story's."""
    parent = element.getparent()
    links = [*element.iter("a"), *([parent] if parent is not None and parent.tag == "a" else [])]
    try:
        return any(
            link.get("href") and urlsplit(link.get("href")).path in {"", "/"} for link in links[:1]
        )
    except ValueError:
        return False


def _is_crumb(heading: HtmlElement) -> bool:
    """Whether the h1 is the last of the breadcrumbs: some newsrooms put a title for search engines there."""
    for number, level in enumerate((heading, *heading.iterancestors())):
        if number > 3 or level.tag in {"article", "main", "header", "body"}:
            return False
        if level.tag in {"li", "nav"} or _CRUMB.search(class_words(level)):
            return True
    return False


def _below_breadcrumbs(crumb: Shown, titles: tuple[Title, ...]) -> Shown | None:
    """The first h2 below the breadcrumbs, where the metadata have it; or where they don't have the crumb either."""
    stated = [title.text for title in titles if title.source != "title"]
    for element in behind(crumb.element, _BELOW_CRUMBS):
        if element.tag == "h2" and (text := visible(short_text(element, _MOST_CHARACTERS))):
            known = title_key(shown_text(element, stated)) in map(title_key, stated)
            crumb_known = any(
                title_key(title).startswith(title_key(crumb.text)) for title in stated
            )
            alike = max(likeness(text, other) for other in (crumb.text, *stated))
            stands_in = known or (not crumb_known and alike >= _LOWER_ALIKE)
            return Shown(text, element, "h2") if stands_in else None
    return None


def _by_title(page: Page, titles: tuple[Title, ...]) -> Shown | None:
    """A heading of lower rank, or an element called a title, whose text a title of the metadata begins with."""
    keys = [
        key
        for title in titles
        for key in (title_key(title.text), title_key(longest_part(title.text)))
    ]
    for number, element in enumerate(
        page.body.iter("h2", "h3", "h4", "div", "p", "span", "strong")
    ):
        if number > _MOST_ELEMENTS:
            return None
        if len(element) > 5 or not (
            element.tag in {"h2", "h3", "h4"} or _TITLE_WORDS.search(class_words(element))
        ):
            continue
        text = visible(short_text(element, _MOST_CHARACTERS))
        key = title_key(text)
        if len(key) > 8 and any(
            title.startswith(key) and 2 * len(key) > len(title) for title in keys
        ):
            return Shown(text, element, str(element.tag))
    return None


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
