"""Texts below a headline that are no deck: dates, reading times, captions, and bios of authors."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import resources
from itertools import islice

from lxml.html import HtmlElement

from ingest.dates.clock import MONTHS, ascii_digits, fold
from ingest.dates.parse import beside_day
from ingest.extraction.facts import PageFacts
from ingest.extraction.vocabulary import BIO_SUBJECT
from ingest.html.dom import short_text
from ingest.html.page import text_of
from ingest.html.vocabulary import named, words_pattern
from ingest.text import title_key, visible

_WORDS = tomllib.loads(
    resources.files("ingest.extraction.headline").joinpath("words.toml").read_text("utf-8")
)


def _words(*keys: str) -> str:
    return "|".join(fold(word) for key in keys for word in _WORDS[key])


def _names(key: str) -> re.Pattern[str]:
    return words_pattern((re.sub(r"\s", "", _WORDS[key]),))


# A letter of a script whose words are written apart.
_APART = r"[^\W\d_\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"


def _whole(*keys: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!{_APART})(?:{_words(*keys)})(?!{_APART})")


_UNIT = re.compile(rf"\d[\s-]*(?:{_words('units')})(?!{_APART})")
_READING, _BESIDE_DATE = _whole("units", "reading"), _whole("beside_dates")
_AGO = _whole("ago")
_AUTHOR_BOX, _PICTURE = _names("author_boxes"), _names("pictures")
_DIGIT, _WORD = re.compile(r"\d"), re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_LINE = 100  # characters of a date or a reading time with its labels
_MOST_LETTERS = 12  # beside a date that are in no list
_FEWEST_LETTERS = 5  # of an author's name
_LONGEST_NAME = 60
_FEWEST_LEFT = 12  # characters of a deck
_MOST_IMAGES = 20


def is_note(text: str, facts: PageFacts) -> bool:
    """Whether a text is only a date or a reading time."""
    return len(text) <= _LONGEST_LINE and (_is_date(text, facts) or _is_reading_time(text))


def _is_date(text: str, facts: PageFacts) -> bool:
    rest = beside_day(text, facts.limits)
    if rest is not None:
        return len(_LETTER.findall(_BESIDE_DATE.sub("", rest))) <= _MOST_LETTERS
    folded = fold(ascii_digits(text))
    if _DIGIT.search(folded) is None:
        return False
    words = _WORD.findall(_BESIDE_DATE.sub("", folded))
    if words and all(word in MONTHS for word in words):  # without the year
        return True
    return bool(_AGO.search(folded)) and not _LETTER.search(
        _AGO.sub("", _BESIDE_DATE.sub("", folded))
    )


def _is_reading_time(text: str) -> bool:
    folded = fold(ascii_digits(text))
    return _UNIT.search(folded) is not None and not _LETTER.search(_READING.sub("", folded))


def is_caption(element: HtmlElement, outside: HtmlElement, text: str) -> bool:
    """Whether a text belongs to an image.

    It does if it is the alternative text of an image beside it, or if it is in an element for
    pictures with their captions.

    Args:
        element: The element with the text.
        outside: The next element around both the headline and the text.
        text: The text.
    """
    parent = element.getparent()
    beside = element if parent is None or parent is outside else parent
    images = list(islice(beside.iter("img"), _MOST_IMAGES))
    key = title_key(text)
    stated = {title_key(image.get(name) or "") for image in images for name in ("alt", "title")}
    if key in stated:
        return True
    if next(element.iter("img"), None) is not None:
        return len(_outside_pictures(element)) < _FEWEST_LEFT
    return any(
        named(above, _PICTURE) and next(above.iter("img", "picture", "figure"), None) is not None
        for above in _between(element, outside)
    )


def _outside_pictures(element: HtmlElement) -> str:
    """Return the text of an element without that of the elements for pictures in it."""
    return "".join(_texts_outside(element)).strip()


def _texts_outside(element: HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag != "figure" and not named(child, _PICTURE):
            yield from _texts_outside(child) if len(child) else [text_of(child)]
        yield child.tail or ""


def is_bio(element: HtmlElement, outside: HtmlElement, text: str, authors: Iterable[str]) -> bool:
    """Whether a text is about the author: in a box about one, or with the name as its start.

    Args:
        element: The element with the text.
        outside: The next element around both the headline and the text.
        text: The text.
        authors: The keys (`title_key`) of names that the page gives as the authors'.
    """
    if BIO_SUBJECT.match(text) or any(
        named(above, _AUTHOR_BOX) for above in _between(element, outside)
    ):
        return True
    key = title_key(text)
    return any(key.startswith(author) for author in authors)


def _between(element: HtmlElement, outside: HtmlElement) -> Iterator[HtmlElement]:
    for level in (element, *element.iterancestors()):
        if level is outside:
            return
        yield level


def author_key(element: HtmlElement) -> str | None:
    """Return the key of an author's name if the element holds one by its class or relation."""
    if "author" not in (element.get("rel") or "") and not named(element, _AUTHOR_BOX):
        return None
    name = visible(short_text(element, _LONGEST_NAME))
    key = title_key(name)
    return key if " " in name and len(key) >= _FEWEST_LETTERS else None


def stated_authors(facts: PageFacts) -> set[str]:
    """Return the keys of the authors' names in the metadata."""
    names = [value for meta in ("author", "dc.creator") for value in facts.page.metas.get(meta, [])]
    for article in facts.articles[:1]:
        names += facts.data.texts(article, "author")
    return {key for name in names if len(key := title_key(name)) >= _FEWEST_LETTERS}
