"""Times that a page shows near its headline, as published or updated."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from lxml.html import HtmlElement

from ingest.dates.parse import holds_day
from ingest.extraction.times.claims import Claim, Reader, raws_of
from ingest.extraction.times.column import time_of_column
from ingest.extraction.times.labels import (
    A_YEAR,
    MOST_TEXT,
    first_label,
    label_of,
    parts,
)
from ingest.extraction.times.marked import is_date_line, is_dated, is_marked
from ingest.extraction.times.others import (
    follows_teaser,
    in_teaser,
    is_linked,
    is_other_story,
)
from ingest.html.dom import before, behind, short_text
from ingest.html.page import text_of
from ingest.html.vocabulary import class_words
from ingest.text import one_line

_BEFORE, _BEHIND = 60, 160  # elements of the page that are looked at before and behind the headline
_FAR_BEHIND = 600  # the same, if the head of the article shows no time
_MOST_DATES = 12  # dates parsed per page; a headline has one or two of its own
_MOST_LINE = 60  # characters of an unmarked line that holds a date
_LEAST_TEXT = 100  # characters of a paragraph, which is no line of the head
_LEAST_BODY = 250  # characters of a paragraph of the article, which ends its head
_A_DAY = timedelta(days=1)  # between a time and the day that is shown for it, by time zone
_OPENING = re.compile(r"([^.!?:]{0,40}?[^!?:]{8,30}?)\s*(?:[–—]|\s--?\s|/\s?[A-Z]{2,})")
_MASTHEAD = re.compile(
    r"masthead|top-?(?:bar|header|nav)|site-?header|header-?(?:top|date)"
    r"|(?:current|today)s?-?(?:date|time)"
)


@dataclass(slots=True)
class VisibleTimes:
    """Claims of the publication and of the last change in the visible page."""

    published: list[Claim] = field(default_factory=list)
    modified: list[Claim] = field(default_factory=list)


def visible_times(heading: HtmlElement, reader: Reader) -> VisibleTimes:
    """Return the dates near the heading: of marked elements, else of short texts with a date."""
    times = _times_of(heading, list(_head(heading, reader)), reader)
    if not times.published:
        later = _later(heading, reader)
        if later is None:
            later = time_of_column(heading, reader.limits)
        if later is not None:
            _read(later, reader, times, 2.0)
    if not times.published:
        _add(_dateline(heading, reader), "", reader, times, 1.0)
    return times


def _dateline(heading: HtmlElement, reader: Reader) -> str:
    """Return the day with which the text opens: "BERLIN, 5 March 2026 - The river".

    The first paragraph may be a standfirst, the second one then opens the text.
    """
    paragraphs = (
        element
        for element in behind(heading, _BEHIND)
        if element.tag == "p" and len(text_of(element)) > _LEAST_TEXT
    )
    for paragraph in itertools.islice(paragraphs, 2):
        opening = _OPENING.match(text_of(paragraph))
        if opening and holds_day(opening[1], reader.limits):
            return opening[1]
    return ""


def times_before(paragraph: HtmlElement, reader: Reader) -> VisibleTimes:
    """Return the dates before the first paragraph of an article whose headline is not known."""
    return _times_of(paragraph, list(_own_before(paragraph)), reader)


def first_paragraph(container: HtmlElement) -> HtmlElement | None:
    """Return the first long paragraph of the article's text, or None."""
    paragraphs = (element for element in container.iter("p") if len(text_of(element)) > _LEAST_TEXT)
    return next(paragraphs, None)


def _times_of(heading: HtmlElement, head: list[HtmlElement], reader: Reader) -> VisibleTimes:
    """Return the dates of an article's head, and nothing of other stories in it."""
    times = VisibleTimes()
    for element in itertools.islice(_marked(heading, head, reader), _MOST_DATES):
        _read(element, reader, times, 3.0)
    if not times.published:
        for text, label in itertools.islice(_lines(heading, head, reader), _MOST_DATES):
            _add(text, label, reader, times, 1.5)
    return times


def _marked(heading: HtmlElement, head: list[HtmlElement], reader: Reader) -> Iterator[HtmlElement]:
    """Yield the marked or labelled times of the article's head, without those of other stories."""
    ancestors = set(heading.iterancestors())
    marked = (
        element for element in head if is_marked(element) or is_date_line(element, reader.limits)
    )
    return _outermost(element for element in marked if not in_teaser(element, ancestors))


def _later(heading: HtmlElement, reader: Reader) -> HtmlElement | None:
    """Return the first marked or labelled time further down in the heading's own article.

    Times of other stories are skipped.
    """
    ancestors = set(heading.iterancestors())
    for element in behind(heading, _FAR_BEHIND):
        if not is_dated(element, reader.limits):
            continue
        between = itertools.takewhile(lambda up: up not in ancestors, element.iterancestors())
        if not follows_teaser(element) and not any(is_other_story(above) for above in between):
            return element
    return None


def _lines(
    heading: HtmlElement, head: list[HtmlElement], reader: Reader
) -> Iterator[tuple[str, str]]:
    """Yield the first short text with a whole date of each unmarked element, and its label.

    It is a line of its own, or the words beside a name.
    """
    ancestors, headline = set(heading.iterancestors()), text_of(heading)
    for element in head:
        if _is_sentence(element) or is_linked(element, ancestors):
            continue
        for text, beside in _short_texts(element):
            if not (8 <= len(text) <= _MOST_LINE and A_YEAR.search(text)) or text in headline:
                continue
            if holds_day(text, reader.limits):
                yield text, label_of(element) if beside is None else _label_beside(beside)
                break


def _is_sentence(element: HtmlElement) -> bool:
    """Whether it is a paragraph of prose, whose dates are of the events that it tells."""
    return element.tag == "p" and not short_text(element, _LEAST_BODY)


def _label_beside(element: HtmlElement) -> str:
    """Return the label in the text of an element; a comment of the markup has none."""
    return first_label(short_text(element, MOST_TEXT) if isinstance(element.tag, str) else "")


def _short_texts(element: HtmlElement) -> Iterator[tuple[str, HtmlElement | None]]:
    """Yield the whole text of the element, then each piece with the element before it."""
    if 0 < len(element) <= 3 and short_text(element, _MOST_LINE):
        yield one_line(" ".join(element.itertext())), None
    yield one_line(element.text), None
    for child in element:
        if child.tail and not child.tail.isspace():
            yield one_line(child.tail), child


def _head(heading: HtmlElement, reader: Reader) -> Iterator[HtmlElement]:
    """Yield the elements in the headline, from there to the first long paragraph, and before it."""
    for element in itertools.islice(heading.iterdescendants("*"), _BEFORE):
        if element.tag == "time" or is_dated(element, reader.limits):
            yield element
    yield from _before_body(heading)
    yield from _own_before(heading)


def _own_before(heading: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the elements before the heading, without those of the page's own header."""
    ancestors = set(heading.iterancestors())
    for element in before(heading, _BEFORE):
        if not _is_masthead(element, ancestors):
            yield element


def _before_body(heading: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the elements from the heading to the second long paragraph, without the first.

    The first one may be a standfirst above the byline.
    """
    standfirst: set[HtmlElement] = set()
    for element in behind(heading, _BEHIND):
        if element.getparent() in standfirst:
            standfirst.add(element)
        elif element.tag != "p" or len(text_of(element)) <= _LEAST_BODY:
            yield element
        elif standfirst:
            return
        else:
            standfirst.add(element)


def _is_masthead(element: HtmlElement, ancestors: set[HtmlElement]) -> bool:
    """Whether it is in the page's own header, which shows the current day."""
    for above in (element, *element.iterancestors()):
        if above in ancestors:
            return False
        if above.tag == "header" or _MASTHEAD.search(class_words(above)):
            return True
    return False


def _outermost(elements: Iterator[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield the elements that are not inside an earlier one."""
    earlier: set[HtmlElement] = set()
    for element in elements:
        if not any(above in earlier for above in element.iterancestors()):
            earlier.add(element)
            yield element


def _read(element: HtmlElement, reader: Reader, times: VisibleTimes, weight: float) -> None:
    """Add the claims of a marked element to `times`."""
    raws = list(raws_of(element, reader.limits))
    label = first_label(raws[-1]) if raws else ""  # the shown text is the last one
    label = label or label_of(element)
    for raw in _as_shown(raws, reader):
        _add(raw, label, reader, times, weight)
    if _is_news_update(element):
        times.modified.extend(reader.claims((raw, "visible", weight - 0.5) for raw in raws))


def _is_news_update(element: HtmlElement) -> bool:
    """Whether it is the `updated` of an entry in hNews, which news agencies' pages use.

    There it is the last change, while themes use the class of hAtom for the publication.
    http://microformats.org/wiki/hnews
    """
    if "updated" not in (element.get("class") or "").split():
        return False
    return any("hnews" in (up.get("class") or "").split() for up in element.iterancestors())


def _as_shown(raws: list[str], reader: Reader) -> list[str]:
    """Return the texts of an element, without those days away from "Published 5 March 2026".

    Some content systems show the publication, and have the last change in the attribute.
    """
    if len(raws) < 2 or first_label(raws[-1]) != "published":
        return raws
    shown = reader.read(raws[-1]) if holds_day(raws[-1], reader.limits) else None
    if shown is None:
        return raws
    day = shown.when.date()
    others = ((raw, reader.read(raw)) for raw in raws[:-1])
    near = [
        raw for raw, stated in others if stated is None or abs(stated.when.date() - day) <= _A_DAY
    ]
    return [*near, raws[-1]]


def _add(raw: str, label: str, reader: Reader, times: VisibleTimes, weight: float) -> None:
    """Add the claims of a text to `times`; `label` is that of its first part."""
    for own_label, text in parts(raw, label):
        trust = weight
        if not A_YEAR.search(text):  # "6 minutes ago" never outweighs an exact time
            trust = min(weight, 0.8)
        if own_label == "updated":
            trust -= 0.5
        claims = times.modified if own_label == "modified" else times.published
        claims.extend(reader.claims(iter([(text, "visible", trust)])))
