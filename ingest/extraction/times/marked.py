"""Elements that are a time, by their markup or by a label in front."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from ingest.dates.parse import holds_day
from ingest.extraction.times.claims import TIME_ATTRIBUTES
from ingest.extraction.times.labels import A_YEAR, MOST_TEXT, is_labelled
from ingest.html.dom import short_text
from ingest.html.vocabulary import class_words
from ingest.settings import Limits

_DATE_WORDS = re.compile(
    r"date|time(?!line)|publish|posted|updated|modified|datum|fecha|data\b|dato\b|tarih|tanggal"
    r"|horodat|zeit\b|byline|meta\b"
)


def is_dated(element: HtmlElement, limits: Limits) -> bool:
    """Whether it has a whole date, and either markup of a time or a label in front."""
    if element.tag == "time" and element.get("datetime"):
        return True
    if not is_labelled(element) and not is_marked(element):
        return False
    text = short_text(element, MOST_TEXT)
    return A_YEAR.search(text) is not None and holds_day(text, limits)


def is_marked(element: HtmlElement) -> bool:
    """Whether the tag, microdata, class or attributes of the element mark it as a time."""
    if element.tag == "time":
        return True
    if "date" in (element.get("itemprop") or "").casefold() or element.get("datetime"):
        return True
    if not _DATE_WORDS.search(class_words(element)) or next(element.iter("time"), None) is not None:
        return False
    if any(element.get(attribute) for attribute in TIME_ATTRIBUTES):
        return True
    return bool(short_text(element, MOST_TEXT))


def is_date_line(element: HtmlElement, limits: Limits) -> bool:
    """Whether it begins with a label, has a whole date, and no marked time inside."""
    if not is_labelled(element) or not is_dated(element, limits):
        return False
    return not any(is_marked(inner) for inner in element.iterdescendants("*"))
