"""The credited source in the lines between the headline and the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement
from lxml.html.builder import P

from ingest.dates.parse import holds_day
from ingest.extraction.body.credit import PLACES, find_credit
from ingest.extraction.facts import PageFacts
from ingest.extraction.vocabulary import AFTER_SOURCE, SOURCE_LABELS
from ingest.html.blocks import read_blocks
from ingest.html.dom import before, behind, short_text
from ingest.html.page import text_of
from ingest.html.vocabulary import HEADINGS, is_inline
from ingest.record import Organization

_BEHIND, _BEFORE = 40, 15  # elements around the headline that are searched
_LONGEST = 120  # characters of a line with date, source and author
_MOST_RAW = 1_000  # the same with the page's indentation
_LABELLED = re.compile(r"\W*[^\W\d_][^:：]{0,30}[:：]\s*\S")  # a credit after its label
_LABEL_END = re.compile(r"[:：]$")
_CLOCK = re.compile(r"\d:\d\d")
_PARTS = re.compile(r"\s*[|｜·•]\s*")
_INLINE = re.compile(
    rf"(?:{SOURCE_LABELS})\s*[:：]\s*(?P<name>[^\s|｜:：]{{2,30}}?)(?=[\s|｜]|{AFTER_SOURCE}|\d|$)"
)
_VALUES = frozenset({"dd", "td"})  # after their labels in `<dt>` and `<th>`
_METAS = ("contentsource", "article:source", "source")


def find_head_source(facts: PageFacts) -> Organization | None:
    """Return the source that a line beside the headline credits, or a meta, or None.

    The rules for what is a credit and what a name are those of the text's last lines
    (`find_credit`); a line here may also have the date and the author.
    """
    if facts.heading is not None:
        heading = facts.heading.element
        for element in (*behind(heading, _BEHIND), *before(heading, _BEFORE)):
            for line in _lines(element):
                if (found := _credited(facts, line)) is not None:
                    return Organization(name=found.name, url=_address(facts, element, found.name))
    values = (value for name in _METAS for value in facts.page.metas.get(name, []))
    found_in_metas = (_credited(facts, f"Source: {value}") for value in values if "/" not in value)
    return next((found for found in found_in_metas if found is not None), None)


def _lines(element: HtmlElement) -> Iterator[str]:
    """Yield what may be a credit: the element, its parts, and a label with its next sibling.

    An element with several lines is not read as one: the elements in it are read for themselves.
    """
    if not _has_colon(element) or _has_lines(element):
        return
    text = short_text(element, _LONGEST)
    for match in _INLINE.finditer(text):
        yield f"Source: {match['name']}"
    if _LABEL_END.search(text):
        sibling = _value_of(element)
        beside = short_text(sibling, _LONGEST) if sibling is not None else ""
        yield f"{text} {beside or (element.tail or '').strip()}"
    else:
        yield from _PARTS.split(text)


def _has_colon(element: HtmlElement) -> bool:
    """Whether an element that is not too large contains a colon; cheaper than reading its text."""
    size, colon = 0, False
    for text in element.itertext(with_tail=False):
        size += len(text)
        if size > _MOST_RAW:
            return False
        colon = colon or ":" in text or "：" in text
    return colon


def _has_lines(element: HtmlElement) -> bool:
    """Whether an element has blocks in it, or an empty line, which ends a block."""
    inner = list(element.iterdescendants("*"))
    breaks = [child for child in inner if child.tag == "br"]
    return any(not is_inline(child.tag) and child.tag != "br" for child in inner) or any(
        br.getnext() is not None and br.getnext().tag == "br" and not (br.tail or "").strip()
        for br in breaks
    )


def _next(element: HtmlElement) -> HtmlElement | None:
    return next(element.itersiblings("*"), None)


def _value_of(label: HtmlElement) -> HtmlElement | None:
    """Return the element after a label if it is on the label's line, or all that is beside it.

    A block after a line that is only a label is the next part of the page, not its value.
    """
    sibling = _next(label)
    if sibling is None:
        return None
    is_pair = sibling.tag in _VALUES or len(label.getparent()) == 2
    on_line = is_inline(label.tag) and is_inline(sibling.tag)
    return sibling if (is_pair or on_line) and sibling.tag not in HEADINGS else None


def _credited(facts: PageFacts, line: str) -> Organization | None:
    if not _LABELLED.match(line):
        return None
    blocks = read_blocks(P(line))
    credit = find_credit(blocks, blocks, facts.own_names.names, facts.page.absolute)
    if credit is None or credit.source != PLACES.line:
        return None
    name = credit.organization.name
    is_timed = _CLOCK.search(name) or holds_day(name, facts.limits)
    return None if is_timed else credit.organization


def _address(facts: PageFacts, element: HtmlElement, name: str) -> str | None:
    for part in (element, _next(element)):
        for link in part.iter("a") if part is not None else ():
            if text_of(link) == name:
                return facts.page.absolute(link.get("href"))
    return None
