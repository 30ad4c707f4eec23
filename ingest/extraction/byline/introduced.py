"""Find the author whom only a bio names: "A. Name is a travel writer", below a portrait."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice

from lxml.html import HtmlElement

from ingest.extraction.byline.candidates import BylineCandidate, Survey, is_outside
from ingest.extraction.byline.element import Credit
from ingest.extraction.byline.kinds import has_role_ending, is_whole_person
from ingest.extraction.byline.names import read_names
from ingest.extraction.byline.signs import BOX_WORDS, Sign, attribute_words
from ingest.extraction.vocabulary import BIO_ROLES, BIO_VERBS, BIO_WORK
from ingest.html.page import Page, text_of
from ingest.text import one_line

_FAR = 150  # the order of a candidate that is not near the headline
_MOST_BIOS = 5  # of one page; a page with more introduces people
_MOST_TEXT = 1_500  # characters of a bio
_MOST_TITLE = 60  # characters of the line with the name above a bio
_STARTS = 5  # pieces of text with which a bio begins: a link around the name, a verb
_LEVELS = 3  # levels between a bio and the line with the name
_BOX_LEVELS = 5  # levels between a bio and its box
_WORDS_OF_ROLE = 15  # words of a bio that name the profession
_SUBJECT = re.compile(
    r"((?:[^\W\d_a-z][\w'’.-]*\s+){1,3}[^\W\d_a-z][\w'’-]+)(?:,[^,.]{2,60},)?\s+([^\W\d_]+)\s+"
)


def introduced(
    page: Page, survey: Survey, desks: Collection[str]
) -> list[tuple[BylineCandidate, tuple[Credit, ...]]]:
    """Return the only person whom a bio of the page introduces, with the bio as the candidate.

    A bio is in a box about the author, or below that person's name or portrait.

    Args:
        page: The page.
        survey: Its candidates.
        desks: The site's own names in lower case.
    """
    headline = text_of(survey.heading) if survey.heading is not None else ""
    found: dict[str, tuple[BylineCandidate, tuple[Credit, ...]]] = {}
    for element in page.body.iter("p", "div"):
        name, is_writer = _subject_of(element)
        if not name or name in headline or len(found) > _MOST_BIOS:
            continue
        if not _is_in_box(element) and not (is_writer and _is_below_name(element, name)):
            continue
        names = read_names(name, desks)
        candidate = BylineCandidate(element, _FAR, Sign.WORD)
        if len(names) == 1 and is_whole_person(names[0]) and not is_outside(candidate, survey):
            found.setdefault(names[0].text, (candidate, (Credit(names[0]),)))
    return list(found.values()) if len(found) == 1 else []


def _subject_of(element: HtmlElement) -> tuple[str, bool]:
    """Return the name with which a bio begins, or an empty string, and whether it is a writer's."""
    if next(element.iterchildren("p", "div"), None) is not None:
        return "", False
    match = _SUBJECT.match("".join(islice(element.itertext(), _STARTS)).lstrip())
    if match is None or match[2].casefold() not in BIO_VERBS:
        return "", False
    text = text_of(element)
    if len(text) > _MOST_TEXT:
        return "", False
    if match[2].casefold() in BIO_WORK:
        return one_line(match[1]), True
    rest = [word.strip(".,;").casefold() for word in text.split()[:_WORDS_OF_ROLE]]
    return one_line(match[1]), any(word in BIO_ROLES or has_role_ending(word) for word in rest)


def _is_in_box(element: HtmlElement) -> bool:
    """Whether an element is in a box about an author."""
    around = (element, *islice(element.iterancestors(), _BOX_LEVELS))
    return any(attribute_words(node) & BOX_WORDS for node in around)


def _is_below_name(element: HtmlElement, name: str) -> bool:
    """Whether an element is below the name as a line or a portrait."""
    around = (element, *islice(element.iterancestors(), _LEVELS - 1))
    return any(_names(before, name) for node in around for before in _before(node))


def _before(node: HtmlElement) -> Iterator[HtmlElement]:
    return islice(node.itersiblings("*", preceding=True), 2)


def _names(element: HtmlElement, name: str) -> bool:
    """Whether an element is a line with the name, or has a portrait of that person."""
    if any((picture.get("alt") or "").strip() == name for picture in element.iter("img")):
        return True
    text = text_of(element)
    return name in text and len(text) <= _MOST_TITLE
