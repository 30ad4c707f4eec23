"""Find bylines without markup: next to a portrait or a date, right under the headline."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from ingest.extraction.byline.candidates import BylineCandidate, Survey, is_outside
from ingest.extraction.byline.element import Credit, credits_of, lines_of
from ingest.extraction.byline.kinds import CJK, Name, is_whole, is_whole_person
from ingest.extraction.byline.names import has_date, read_names
from ingest.extraction.byline.signs import Sign, leads_to_topic
from ingest.html.page import Page, text_of
from ingest.record import AuthorKind

_MAX_LONE = 60  # characters of a portrait's line
_PICTURES = 5  # pictures after the heading that may be a portrait
_BLOCKS = ("div", "p", "span", "li", "ul", "section", "header", "td")
_MAX_BLOCKS = 15  # blocks after the heading that may have the date
_MAX_WORDS = 4  # of a name beside a date
_MAX_DATED = 200  # characters of a block with names and a date


def beside_portrait(
    page: Page, survey: Survey, desks: Collection[str]
) -> list[tuple[BylineCandidate, tuple[Credit, ...]]]:
    """Return the name under the headline beside a small portrait.

    The `alt` of the portrait is a person's name too.
    """
    if survey.heading is None:
        return []
    for picture in islice(_pictures_after(survey.heading), _PICTURES):
        parent = picture.getparent()
        if parent is None or not _is_portrait(picture, desks):
            continue
        if len(text_of(parent)) > _MAX_LONE:
            continue
        candidate = BylineCandidate(parent, 1, Sign.LINE)
        names = tuple(credits_of(page, parent, (), desks))
        if _is_person([credit.name for credit in names]) and not is_outside(candidate, survey):
            return [(candidate, names)]
    return []


def _pictures_after(heading: HtmlElement) -> Iterator[HtmlElement]:
    for element in (heading, *heading.iterancestors()):
        for sibling in element.itersiblings():
            yield from sibling.iter("img")


def _is_portrait(picture: HtmlElement, desks: Collection[str]) -> bool:
    """Whether the `alt` of a picture is one person's name and nothing else."""
    alt = picture.get("alt", "").strip()
    names = read_names(alt, desks)
    return _is_person(names) and names[0].text == alt


def _is_person(names: Sequence[Name]) -> bool:
    if len(names) != 1:
        return False
    return names[0].kind is AuthorKind.PERSON and is_whole(names[0].text)


def beside_date(
    page: Page, survey: Survey, desks: Collection[str]
) -> list[tuple[BylineCandidate, tuple[Credit, ...]]]:
    """Return the persons in a short block with a date, right after the headline.

    Args:
        page: The page.
        survey: Its candidates.
        desks: The site's own names in lower case.
    """
    if survey.heading is None:
        return []
    for block in islice(_blocks_after(survey.heading), _MAX_BLOCKS):
        lines = lines_of(block, longest=_MAX_DATED)
        if not lines or not has_date(lines):
            continue
        candidate = BylineCandidate(block, 1, Sign.LINE)
        names = credits_of(page, block, (), desks)
        titles = [text_of(title) for title in block.iter("h2", "h3", "h4", "h5")]
        people = tuple(
            credit
            for credit in names
            if _is_person_of_date(credit) and not any(credit.name.text in title for title in titles)
        )
        if people and not is_outside(candidate, survey):
            return [(candidate, people)]
    return []


def _is_person_of_date(credit: Credit) -> bool:
    """Whether a name beside a date is a person's, not a topic or another text.

    Only names with capitals or spaces between their words can be distinguished from other texts.
    """
    name = credit.name
    if name.text.islower() or CJK.search(name.text) or len(name.text.split()) > _MAX_WORDS:
        return False
    return is_whole_person(name) and not leads_to_topic(credit.url or "")


def _blocks_after(heading: HtmlElement) -> Iterator[HtmlElement]:
    for element in (heading, *heading.iterancestors()):
        for sibling in element.itersiblings():
            yield from sibling.iter(*_BLOCKS)
