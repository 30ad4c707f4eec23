"""The main heading of a page: the one element that all extractors use as the headline."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from lxml.html import HtmlElement

from ingest.extraction.heading_search import (
    MOST_CHARACTERS,
    Heading,
    find_by_markup,
    find_by_part,
    find_by_start,
    is_elsewhere,
)
from ingest.extraction.heading_text import shown_text
from ingest.extraction.titles import (
    Title,
    is_own_title,
    likeness,
    says_something,
    shared_titles,
    without_site_name,
)
from ingest.extraction.vocabulary import COMMENT_HEADING
from ingest.html.dom import behind, short_text
from ingest.html.page import Page, text_of
from ingest.html.vocabulary import HEADINGS, class_words
from ingest.sites import Site
from ingest.text import title_key, visible

# If the best h1 is less like the metadata's titles than this, another heading may be the headline.
_FEWEST_ALIKE = 0.45
_PERFECT = 2.06  # the rank of an h1 in the article that equals a title of the metadata
_LOWER_ALIKE = 0.3  # as `_FEWEST_ALIKE`, for an h2 if the h1 is one of the breadcrumbs
_BELOW_CRUMBS = 150  # elements after the breadcrumbs that are searched for the headline
_CRUMB = re.compile(r"crumb|\bseo[_-]?(?:title|headline|h1)")


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
    telling = tuple(title for title in titles if not is_own_title(title.text, names))
    best, alike = _best(page, telling, names)
    if best is not None and _is_crumb(best.element):
        return _below_breadcrumbs(best, telling) or best
    if best is not None and alike >= _FEWEST_ALIKE and not is_elsewhere(best.element):
        return _rest_of_title(page, telling, names, best) or best
    return _in_doubt(page, telling, names, best if alike >= _FEWEST_ALIKE else None, best)


def _in_doubt(
    page: Page,
    titles: tuple[Title, ...],
    names: Collection[str],
    likely: Heading | None,
    best: Heading | None,
) -> Heading | None:
    """Return the heading of a page without an h1 that is surely the headline.

    Args:
        page: The page.
        titles: The metadata's titles, without those that are only the site's name.
        names: The keys of the site's own names.
        likely: The best h1 if it is like a title, though it is outside the article.
        best: The best h1, whatever it is like.
    """
    other = find_by_start(page, titles)
    if other is None and likely is None:
        other = find_by_part(page, (*titles, *shared_titles(page)), names)
    if other is None:
        return likely or _by_markup(page, titles, names, best)
    if likely is not None and len(title_key(other.text)) <= len(title_key(likely.text)):
        return likely
    return other


def _rest_of_title(
    page: Page, titles: tuple[Title, ...], names: Collection[str], best: Heading
) -> Heading | None:
    """Return a heading with more of the title than the best h1, which may name a section or blog.

    None if the h1 is not the start of a title, or is half or more of one without the site's names.
    """
    key = title_key(best.text)
    keys = [title_key(without_site_name(title.text, names)) for title in titles]
    longer = [title for title in keys if title.startswith(key)]
    if not longer or any(2 * len(key) >= len(title) for title in longer):
        return None
    other = find_by_start(page, titles)
    return other if other is not None and len(title_key(other.text)) > len(key) else None


def _by_markup(
    page: Page, titles: tuple[Title, ...], names: Collection[str], best: Heading | None
) -> Heading | None:
    """Return a heading that no title of the metadata confirms.

    Args:
        page: The page.
        titles: The metadata's titles, without those that are only the site's name.
        names: The keys of the site's own names.
        best: The best h1. If it has few words, it may be the name of a section.
    """
    says_much = any(says_something(title.text, names) for title in titles)
    if best is not None and (says_much or says_something(best.text, names)):
        return best
    return find_by_markup(page, names, surely=says_much) or best


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
        if key in names or COMMENT_HEADING.fullmatch(shown.text):
            continue
        alike = max((likeness(shown.text, title.text) for title in titles), default=0.0)
        inside = any(above.tag in {"article", "main"} for above in shown.element.iterancestors())
        rank = (
            0.95
            + alike
            + 0.05 * inside
            + 0.06 * _is_part(key, keys)
            - 0.5 * is_elsewhere(shown.element)
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
    for element in page.elements("h1"):
        if text := visible(short_text(element, MOST_CHARACTERS)):
            yield Heading(text, element, "h1")
    for element in page.microdata.get("headline", []):
        if element.tag not in {"meta", "h1"} and (
            text := visible(short_text(element, MOST_CHARACTERS))
        ):
            yield _whole_heading(element) or Heading(text, element, "microdata")


def _whole_heading(part: HtmlElement) -> Heading | None:
    """Return the heading around a microdata headline, or None; it may also hold the kicker."""
    parent = part.getparent()
    if parent is None or parent.tag not in HEADINGS:
        return None
    text = visible(short_text(parent, MOST_CHARACTERS))
    return Heading(text, parent, "microdata") if text else None


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
        if element.tag == "h2" and (text := visible(short_text(element, MOST_CHARACTERS))):
            known = title_key(shown_text(element, stated)) in map(title_key, stated)
            crumb_known = any(
                title_key(title).startswith(title_key(crumb.text)) for title in stated
            )
            alike = max(likeness(text, other) for other in (crumb.text, *stated))
            stands_in = known or (not crumb_known and alike >= _LOWER_ALIKE)
            return Heading(text, element, "h2") if stands_in else None
    return None
