"""The main heading of a page: the one element that all extractors use as the headline."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.extraction.heading_text import shown_text
from ingest.extraction.titles import Title, likeness, longest_part, title_key, visible
from ingest.html.dom import behind, short_text
from ingest.html.page import Page, class_words, text_of
from ingest.html.vocabulary import (
    BRANDING,
    DIALOGS,
    HEADINGS,
    HIDDEN,
    NAVIGATION,
    NEWSLETTERS,
    SIDEBARS,
    named,
    words_pattern,
)
from ingest.sites import Site

# If the best h1 is less like the metadata's titles than this, another heading may be the headline.
_FEWEST_ALIKE = 0.45
_PERFECT = 2.06  # the rank of an h1 in the article that equals a title of the metadata
_LOWER_ALIKE = 0.3  # as `_FEWEST_ALIKE`, for an h2 if the h1 is one of the breadcrumbs
_BELOW_CRUMBS = 150  # elements after the breadcrumbs that are searched for the headline
# Elements that are searched for a headline other than an h1. Later ones are lists of other stories.
_MOST_ELEMENTS = 4_000
_MOST_CHARACTERS = 400  # of a headline
_ELSEWHERE = words_pattern(
    BRANDING, NAVIGATION, SIDEBARS, DIALOGS, NEWSLETTERS, ("related|footer",)
)
_HIDDEN = words_pattern(HIDDEN, ("hidden|d-none",))
_COLON = re.compile(r":\s|：|--|——")  # between a site's name and the headline
_CRUMB = re.compile(r"crumb|\bseo[_-]?(?:title|headline|h1)")
_TITLE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:\w*title\w*|\w*headline\w*|\w*heading\w*|hed|titulo|titre|titel|judul)(?:$|[\s_-])"
)


class Heading(NamedTuple):
    """A heading that the page shows; `source` is its tag, "microdata" or "rule"."""

    text: str
    element: HtmlElement
    source: str


def find_heading(
    page: Page, site: Site, titles: tuple[Title, ...], names: Collection[str]
) -> Heading | None:
    """Return the heading of the article, or None if the page shows none.

    Args:
        page: The page.
        site: Its definition; the selectors in it take precedence.
        titles: The metadata's titles. The heading most like them is the headline.
        names: The keys of the site's own names. A heading that is one of them is skipped.
    """
    for element in page.select(*site.select.headline):
        if text := visible(text_of(element)):
            return Heading(text, element, "rule")
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
    page: Page, titles: tuple[Title, ...], names: Collection[str]
) -> tuple[Heading | None, float]:
    """Return the h1 or microdata headline most like the metadata's titles, and its likeness.

    The likeness is between 0 and 1 (see `likeness`).
    """
    best, best_rank, best_alike = None, 0.0, 0.0
    keys = {title_key(title.text) for title in titles}
    for shown in _candidates(page):
        key = title_key(shown.text)
        if key in names:
            continue
        alike = max((likeness(shown.text, title.text) for title in titles), default=0.0)
        inside = any(above.tag in {"article", "main"} for above in shown.element.iterancestors())
        rank = (
            0.95
            + alike
            + 0.05 * inside
            + 0.06 * _is_part(key, keys)
            - 0.5 * _is_elsewhere(shown.element)
        )
        if rank > best_rank:
            best, best_rank, best_alike = shown, rank, alike
        if best_rank >= _PERFECT:  # no other heading can rank higher
            break
    return best, best_alike


def _is_part(key: str, titles: Collection[str]) -> bool:
    """Whether a heading is a title of the metadata, or its start or end.

    A heading with more words than the title contains a label.
    """
    return any(title.startswith(key) or title.endswith(key) for title in titles)


def _candidates(page: Page) -> Iterator[Heading]:
    for element in page.tree.iter("h1"):
        if text := visible(short_text(element, _MOST_CHARACTERS)):
            yield Heading(text, element, "h1")
    for element in page.microdata.get("headline", []):
        if element.tag not in {"meta", "h1"} and (
            text := visible(short_text(element, _MOST_CHARACTERS))
        ):
            yield _whole_heading(element) or Heading(text, element, "microdata")


def _whole_heading(part: HtmlElement) -> Heading | None:
    """Return the heading around a microdata headline, or None; it may also hold the kicker."""
    parent = part.getparent()
    if parent is None or parent.tag not in HEADINGS:
        return None
    text = visible(short_text(parent, _MOST_CHARACTERS))
    return Heading(text, parent, "microdata") if text else None


def _is_elsewhere(element: HtmlElement) -> bool:
    """Whether the heading is hidden, a logo, or in a part of the page outside the article."""
    if named(element, _HIDDEN) or _leads_home(element):
        return True
    for above in (element, *element.iterancestors()):
        if above.tag in {"article", "main", "body"}:
            return False
        if above.tag in {"nav", "footer", "aside", "dialog", "form"} or named(above, _ELSEWHERE):
            return True
    return False


def _leads_home(element: HtmlElement) -> bool:
    """Whether the heading links to the site's front page: it is then the site's name."""
    parent = element.getparent()
    links = [*element.iter("a"), *([parent] if parent is not None and parent.tag == "a" else [])]
    try:
        return any(
            link.get("href") and urlsplit(link.get("href")).path in {"", "/"} for link in links[:1]
        )
    except ValueError:
        return False


def _is_crumb(heading: HtmlElement) -> bool:
    """Whether the h1 is the last of the breadcrumbs.

    Some newsrooms put a title for search engines there.
    """
    for number, level in enumerate((heading, *heading.iterancestors())):
        if number > 3 or level.tag in {"article", "main", "header", "body"}:
            return False
        if level.tag in {"li", "nav"} or _CRUMB.search(class_words(level)):
            return True
    return False


def _below_breadcrumbs(crumb: Heading, titles: tuple[Title, ...]) -> Heading | None:
    """Return the first h2 after the breadcrumbs if it is the headline, else None.

    It is the headline if it is a title of the metadata. If the metadata has neither the h2 nor the
    breadcrumb as a title, the h2 must be similar to the breadcrumb or to one of the titles.
    """
    stated = [title.text for title in titles if title.source != "title"]
    for element in behind(crumb.element, _BELOW_CRUMBS):
        if element.tag == "h2" and (text := visible(short_text(element, _MOST_CHARACTERS))):
            known = title_key(shown_text(element, stated)) in map(title_key, stated)
            crumb_known = any(
                title_key(title).startswith(title_key(crumb.text)) for title in stated
            )
            alike = max(likeness(text, other) for other in (crumb.text, *stated))
            stands_in = known or (not crumb_known and alike >= _LOWER_ALIKE)
            return Heading(text, element, "h2") if stands_in else None
    return None


def _by_title(page: Page, titles: tuple[Title, ...]) -> Heading | None:
    """Return the first element whose text is the start of a title of the metadata.

    Only headings below h1 and elements with a class such as "title" are compared. The text must be
    more than half of the title.
    """
    keys = [
        key
        for title in titles
        for key in map(
            title_key, (title.text, longest_part(title.text), _COLON.split(title.text, 1)[-1])
        )
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
        if len(key) <= 8:
            continue
        if any(title.startswith(key) and 2 * len(key) > len(title) for title in keys):
            return Heading(text, element, str(element.tag))
    return None
