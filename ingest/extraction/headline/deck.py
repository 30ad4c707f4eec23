"""The deck (standfirst, subtitle) between the headline and the text."""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml.html import HtmlElement

from ingest.dates.parse import holds_day
from ingest.extraction.facts import PageFacts
from ingest.extraction.headline.not_deck import (
    author_key,
    is_bio,
    is_caption,
    is_note,
    stated_authors,
)
from ingest.html.dom import behind, short_text
from ingest.html.page import text_of
from ingest.html.vocabulary import class_words
from ingest.settings import Limits
from ingest.text import title_key, visible

_BEHIND = 80  # elements after the headline that are searched
_FEWEST, _MOST = 12, 600  # characters of a deck
_PARAGRAPH = 60  # characters; the text begins at the first `<p>` that is longer
_TAGS = frozenset(
    {"p", "div", "span", "section", "h2", "h3", "h4", "h5", "h6", "strong", "em", "b"}
)
_INNER_TAGS = _TAGS | {"small", "i"}  # of a deck inside the heading
# Classes and ids of a deck: English, German, French, Spanish, Portuguese, Italian, Dutch,
# Scandinavian, Czech, Polish, Turkish and Vietnamese.
_DECK = re.compile(
    r"(?:^|[\s_-])(?:deck|dek|stand-?first|sub-?titles?|sub-?head(?:s|line|lines|ing|er)?|subtext|strapline|shoulder|lead"
    r"|lede|lead-?(?:in|text)|leadtext|intro(?:duction|text)?|excerpt|summary|abstract|teaser|desc(?:ription)?|preface"
    r"|(?:article|post|story|entry)(?:excerpt|description|summary|subtitle|lead|intro)|untertitel|vorspann|anriss"
    r"|einleitung|chapo|chapeau|accroche|entradilla|bajada|copete|sumario|resumen|subtitulo|linha-?fina|sottotitolo"
    r"|sommario|inleiding|ingress|manchet|underrubrik|perex|podtytul|zajawka|spot|ozet|sapo)(?:$|[\s_-])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_DECK = re.compile(
    r"byline|author|\bmeta\b|date|time|caption|credit|share|social|\btags?\b|image|figure|video|player|audio|listen|\bimg"
    r"|media|photo|gallery|feature|supra|kicker|eyebrow|over-?line|epigraph|label|pre-?title"
)
_BYLINE = re.compile(r"(?:by|von|par|por|di|door|av|af|autor|text)\b.{0,60}$", re.IGNORECASE)
_HEADER = re.compile(r"(?:^|[\s_-])(?:header|headline|title|heading|hgroup)s?(?:$|[\s_-])")
_BODY = re.compile(
    r"(?:article|story|post|entry|news|page|detail)s?[_-]*(?:body|content|text|txt)|^\s*content|\bprose\b|\brichtext\b"
)


class Deck(NamedTuple):
    """The deck's text and its element."""

    text: str
    element: HtmlElement


def find_deck(facts: PageFacts, heading: HtmlElement, headline: str) -> Deck | None:
    """Return the deck of the headline in the element `heading`, or None.

    The deck is what the site's rule selects. Without a rule it is an element before the text with
    the class or id of a deck, a heading of lower rank right after the headline, or the only
    paragraph in the headline's header. The first paragraph of the text is never a deck.
    """
    for element in facts.page.select(*facts.site.select.alternative_headline):
        if (text := visible(text_of(element))) and title_key(text) != title_key(headline):
            return Deck(text, element)
    return _below(facts, heading, title_key(headline))


def deck_inside(heading: HtmlElement, headline: str) -> str | None:
    """Return the text of a deck inside the heading, if the headline was read without it."""
    shown = title_key(headline)
    for element in heading.iterdescendants():
        if element.tag in _INNER_TAGS and (element.tag == "small" or _is_called_deck(element)):
            text = visible(short_text(element, _MOST))
            if _is_deck_text(text, shown) and title_key(text) not in shown:
                return text
    return None


def _below(facts: PageFacts, heading: HtmlElement, headline: str) -> Deck | None:
    seen = 0  # texts between the headline and the element
    around = set(heading.iterancestors())
    authors = stated_authors(facts)
    for element in behind(heading, _BEHIND):
        if author := author_key(element):
            authors.add(author)
        if _can_be_deck(element, heading, seen, facts.limits):
            text = visible(short_text(element, _MOST))
            if _is_deck_text(text, headline) and _is_prose(element):
                outside = next(above for above in element.iterancestors() if above in around)
                if not _is_other(element, outside, text, facts, authors):
                    return Deck(text, element)
                continue
        if _begins_text(element):
            return None
        seen += bool((element.text or "").strip())
    return None


def _is_other(
    element: HtmlElement, outside: HtmlElement, text: str, facts: PageFacts, authors: set[str]
) -> bool:
    """Whether the text is a date, a reading time, a caption or a bio. It stays in the body then."""
    return (
        is_note(text, facts)
        or is_caption(element, outside, text)
        or is_bio(element, outside, text, authors)
    )


def _is_deck_text(text: str, headline: str) -> bool:
    return len(text) >= _FEWEST and " " in text and title_key(text) != headline


def _can_be_deck(element: HtmlElement, heading: HtmlElement, seen: int, limits: Limits) -> bool:
    """Whether the element is a deck by its names or by its place.

    By its place it is a deck only if at most one text is between it and the headline.
    """
    if element.tag not in _TAGS:
        return False
    return _is_called_deck(element) or (
        seen < 2 and (_is_lower_heading(element) or _stands_in_header(element, heading, limits))
    )


def _stands_in_header(element: HtmlElement, heading: HtmlElement, limits: Limits) -> bool:
    """Whether the element is the only paragraph in the headline's header, whatever its class."""
    parent = element.getparent()
    if element.tag != "p" or parent is None or parent is not heading.getparent():
        return False
    header = parent.tag in {"header", "hgroup"} or bool(_HEADER.search(class_words(parent)))
    if not header or _NOT_DECK.search(class_words(element)) or len(parent.findall("p")) > 1:
        return False
    text = text_of(element)
    return not _BYLINE.match(text) and not holds_day(text, limits)


def _begins_text(element: HtmlElement) -> bool:
    """Whether the article's text begins with this element."""
    if "articlebody" in (element.get("itemprop") or "").casefold():
        return True
    if element.tag == "p":
        return (
            bool(element.text or len(element))
            and not short_text(element, _PARAGRAPH)
            and bool(text_of(element))
        )
    if not _BODY.search(class_words(element)):
        return False
    return next(element.iter("p", "br"), None) is not None and not short_text(element, _MOST)


def _is_called_deck(element: HtmlElement) -> bool:
    if (named := element.get("itemprop")) and named.casefold() in {
        "alternativeheadline",
        "alternatename",
        "description",
    }:
        return True
    words = f"{element.get('id') or ''} {element.get('class') or ''}"
    if words == " ":
        return False
    words = _CAMEL.sub("-", words).casefold()
    return bool(_DECK.search(words)) and not _NOT_DECK.search(words)


def _is_lower_heading(element: HtmlElement) -> bool:
    return element.tag in {"h2", "h3"} and not _NOT_DECK.search(class_words(element))


def _is_prose(element: HtmlElement) -> bool:
    """Whether the element contains no list or form, and at most half of its text is links."""
    if next(element.iter("ul", "ol", "table", "form", "input", "h1"), None) is not None:
        return False
    linked = sum(len(text_of(link)) for link in element.iter("a"))
    return 2 * linked <= len(text_of(element))
