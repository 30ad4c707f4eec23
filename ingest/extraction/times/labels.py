"""Labels of times: what the words, classes and microdata around a date say about it.

A label is "published", "modified", "updated" (which alone may be both), or empty.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from itertools import islice

from lxml.html import HtmlElement

from ingest.html.dom import short_text
from ingest.html.vocabulary import HEADINGS, class_words
from ingest.text import one_line

MOST_TEXT = 120
"""Characters of an element that is a date line."""
A_YEAR = re.compile(r"\d{4}|\d{1,2}[./]\d{1,2}[./]\d\d")
"""What a whole date has and a clock or a number of minutes has not."""
_INLINE = frozenset({"a", "abbr", "b", "em", "font", "i", "span", "strong", "u"})
_MOST_LABEL = 40  # characters before a time that are searched for its label
_MOST_BEFORE = 6  # texts before a time that may hold its label
_REST = 4  # characters behind a label: "on", "le", a colon
_LEVELS = 3  # elements around a time that hold nothing else before it
_CLOCK_ONLY = re.compile(
    r"[^\d]*\d{1,2}[:.h]\d\d(?:[:.]\d\d)?(?![./]?\d)[^\d]*(?:[+-]\d\d:?\d\d\W*)?"
)
# As a class "updated" alone is not a label: hAtom (microformats.org/wiki/hatom) requires it on the
# only time of an entry.
_MODIFIED_CLASS = re.compile(
    r"modif|last-?updated|updated?-?(?:date|time|on)|date-?updated|name-changed"
)
_PUBLISHED_CLASS = re.compile(r"publi(?:sh|c)|posted|issued|created")


@cache
def label_pattern() -> re.Pattern[str]:
    """Return the pattern of the labels, with the groups `modified` and `published`."""
    file = resources.files("ingest.extraction.times").joinpath("words.toml")
    lists = tomllib.loads(file.read_text(encoding="utf-8"))
    groups = (
        rf"(?P<{key}>(?<!\w)(?:{'|'.join(lists[key])})(?!\w)|{'|'.join(lists[f'{key}_anywhere'])})"
        for key in ("modified", "published")
    )
    return re.compile("|".join(groups), re.IGNORECASE)


def is_labelled(element: HtmlElement) -> bool:
    """Whether its text begins with a label, maybe in a child: `<p><b>Published:</b> ...`."""
    text = (element.text or "").strip()
    if not text and len(element):
        text = (element[0].text or "").strip()
    if label_pattern().match(text) is None:
        return False
    parent = element.getparent()
    in_sentence = element.tag in _INLINE or parent.tag == "p"
    return not in_sentence or bool(short_text(parent, MOST_TEXT))


def parts(raw: str, label: str) -> Iterator[tuple[str, str]]:
    """Yield each part of "Published ... Updated ..." with its label, or the whole with `label`."""
    matches = list(label_pattern().finditer(raw))
    if not matches:
        yield label, raw
        return
    ends = [*(match.start() for match in matches[1:]), len(raw)]
    day = raw[: matches[0].start()]
    if A_YEAR.search(day):
        yield label, day
    for match, end in zip(matches, ends, strict=True):
        text = raw[match.start() : end]
        if _CLOCK_ONLY.fullmatch(text):  # "5 March 2026, updated 14:30": the day is before it
            text = f"{day} {text}"
        yield match.lastgroup or "", text


def label_of(element: HtmlElement) -> str:
    """Return the label of the time: from the words before it, its class or its microdata."""
    label = _last_label(_words_before(element))
    if label:
        return label
    own = f"{class_words(element)} {(element.get('itemprop') or '').casefold()}"
    if _PUBLISHED_CLASS.search(own):
        return "published"
    if _MODIFIED_CLASS.search(own):
        return "modified"
    return "updated" if "updated" in own else ""


def first_label(text: str) -> str:
    """Return the label that a text begins with, or an empty string."""
    match = label_pattern().match(text)
    return (match.lastgroup or "") if match else ""


def _last_label(text: str) -> str:
    matches = list(label_pattern().finditer(text))
    return (matches[-1].lastgroup or "") if matches else ""


def _words_before(element: HtmlElement) -> str:
    """Return the end of the text right before the element, without that of another date.

    If nothing is before it in its parent, the words before the parent count.
    """
    node = element
    for level in range(_LEVELS):
        text = _before_in_parent(node)
        parent = node.getparent()
        if text is None or text or parent is None:
            return text[-_MOST_LABEL:] if text and (level == 0 or is_label(text)) else ""
        node = parent
    return ""


def is_label(text: str) -> bool:
    """Whether a text is a label with at most a short word or punctuation: "Published on:"."""
    match = label_pattern().match(text)
    return match is not None and len(text) - match.end() <= _REST


def _before_in_parent(element: HtmlElement) -> str | None:
    """Return the text before the element in its parent; None right behind another date."""
    words: list[str] = []
    for text in islice(_texts_before(element), _MOST_BEFORE):
        if A_YEAR.search(text):
            return one_line(" ".join(reversed(words))) or None
        words.append(text)
        if len(text) > _MOST_LABEL:
            break
    return one_line(" ".join(reversed(words)))


def _texts_before(element: HtmlElement) -> Iterator[str]:
    """Yield the texts before the element in its parent, the nearest first."""
    for sibling in element.itersiblings(preceding=True):
        yield one_line(sibling.tail)
        if isinstance(sibling.tag, str):
            yield _own_text(sibling)
    parent = element.getparent()
    if parent is not None:
        yield one_line(parent.text)


def _own_text(element: HtmlElement) -> str:
    """Return the text of an element that may be a label; of a heading only if it is all label."""
    text = short_text(element, MOST_TEXT)
    return "" if element.tag in HEADINGS and not is_label(text) else text
