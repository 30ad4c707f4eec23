"""The times that a page shows beside its headline, and whether they are called published or updated."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from ingest.dates.parse import holds_day
from ingest.extraction.times.claims import Claim, Reader, raws_of
from ingest.html.dom import before, behind, short_text
from ingest.html.page import class_words, text_of
from ingest.text import one_line

_BEFORE, _BEHIND = 60, 160  # elements of the page that are looked at before and behind the headline
_FAR_BEHIND = 600  # where the head of the article shows no time
_MOST_DATES = 12  # that are read; a headline has one or two of its own
_MOST_TEXT = 120  # characters of an element that is a date line
_MOST_LINE = 60  # characters of an unmarked line that holds a date
_LEAST_BODY = 250  # characters of a paragraph of the article, where the head of the article ends
_DATE_WORDS = re.compile(
    r"date|time(?!line)|publish|posted|updated|modified|datum|fecha|data\b|dato\b|tarih|tanggal|horodat|zeit\b"
    r"|byline|meta\b"
)
# What a time is called, in the languages of newspapers. "Updated" alone is no name where it is a class: hAtom
# (microformats.org/wiki/hatom) wants it on the only time of an entry.
_CALLED = re.compile(
    r"(?P<modified>\b(?:(?:last[ -])?(?:updated?|modified|edited|changed)|aktualisiert|aktualisierung|mis à jour"
    r"|mise à jour|modifié|actualizad[oa]|atualizad[oa]|aggiornat[oa]|aggiornamento|bijgewerkt|uppdaterad|oppdatert"
    r"|opdateret|päivitetty|güncelleme|güncellendi|aktualizováno|aktualizace|zaktualizowano|aktualizacja|обновлено"
    r"|оновлено|diperbarui|frissítve)\b|اپ ڈیٹ|تحديث|به‌روزرسانی|更新|수정)"
    r"|(?P<published>\b(?:first published|published|posted|issued|created|veröffentlicht|erstellt|publié|publicad[oa]"
    r"|pubblicat[oa]|gepubliceerd|publicerad|publisert|udgivet|julkaistu|yayınlanma|publikováno|opublikowano|publikacja"
    r"|опубликовано|опубліковано|diterbitkan|megjelent)\b|شائع|نشر|入力|입력|등록|公開|掲載)",
    re.IGNORECASE,
)
_MASTHEAD = re.compile(
    r"masthead|top-?(?:bar|header|nav)|site-?header|header-?(?:top|date)|(?:current|today)s?-?(?:date|time)"
)
_A_YEAR = re.compile(r"\d{4}|\d{1,2}[./]\d{1,2}[./]\d\d")
_MODIFIED_CLASS = re.compile(r"modif|last-?updated|updated?-?(?:date|time|on)|date-?updated")
_PUBLISHED_CLASS = re.compile(r"publi(?:sh|c)|posted|issued|created")


@dataclass(slots=True)
class VisibleTimes:
    """What the page shows: claims of the publication and of the last change."""

    published: list[Claim] = field(default_factory=list)
    modified: list[Claim] = field(default_factory=list)


def visible_times(heading: HtmlElement, reader: Reader) -> VisibleTimes:
    """The dates around the heading: of marked elements, or else of short texts that hold a whole date."""
    found = VisibleTimes()
    head = list(_head(heading))
    around = set(heading.iterancestors())
    marked = _outermost(
        element for element in head if _is_marked(element) and not _in_teaser(element, around)
    )
    for element in itertools.islice(marked, _MOST_DATES):
        _read(element, reader, found, 3.0)
    if not found.published and not found.modified:
        for text in itertools.islice(_lines(head, reader), _MOST_DATES):
            found.published.extend(reader.claims(iter([(text, "visible", 1.5)])))
    if not found.published:
        for element in _later(heading):
            _read(element, reader, found, 2.0)
    return found


def _later(heading: HtmlElement) -> Iterator[HtmlElement]:
    """The first marked time further down in the heading's own article, outside lists and other articles."""
    around = set(heading.iterancestors())
    marked = (element for element in behind(heading, _FAR_BEHIND) if _is_marked(element))
    for element in itertools.islice(marked, _MOST_DATES):
        between = [above for above in element.iterancestors() if above not in around]
        if not any(
            above.tag in {"article", "li", "a"} or above.find(".//h3") is not None
            for above in between
        ):
            yield element
            return


def _in_teaser(element: HtmlElement, around: set[HtmlElement]) -> bool:
    """Whether the element stands beside another story's heading, in a box that the headline is not in."""
    between = itertools.takewhile(lambda above: above not in around, element.iterancestors())
    return any(above.find(".//h3") is not None for above in between)


def _lines(head: list[HtmlElement], reader: Reader) -> Iterator[str]:
    """The short texts of unmarked elements that hold a whole date: a line of its own, or the words beside a name."""
    for element in head:
        whole = short_text(element, _MOST_LINE) if len(element) <= 3 else ""
        for text in (
            whole,
            *(one_line(piece) for piece in (element.text, *(child.tail for child in element))),
        ):
            if not (8 <= len(text) <= _MOST_LINE and _A_YEAR.search(text)):
                continue
            if holds_day(text, reader.limits):
                yield text
                break


def _head(heading: HtmlElement) -> Iterator[HtmlElement]:
    """The head of the article: from the headline to its first long paragraph, then what stands before the headline."""
    for element in behind(heading, _BEHIND):
        if element.tag == "p" and len(text_of(element)) > _LEAST_BODY:
            break
        yield element
    around = set(heading.iterancestors())
    for element in before(heading, _BEFORE):
        if not _is_masthead(element, around):
            yield element


def _is_masthead(element: HtmlElement, around: set[HtmlElement]) -> bool:
    """Whether the element is of the page's own header, which shows the day of reading."""
    for above in (element, *element.iterancestors()):
        if above in around:
            return False
        if above.tag == "header" or _MASTHEAD.search(class_words(above)):
            return True
    return False


def _is_marked(element: HtmlElement) -> bool:
    """Whether the element is meant to hold a time: by its tag, its microdata, its class or its attributes."""
    if element.tag == "time":
        return True
    if "date" in (element.get("itemprop") or "").casefold() or element.get("datetime"):
        return True
    if not _DATE_WORDS.search(class_words(element)) or next(element.iter("time"), None) is not None:
        return False
    return bool(short_text(element, _MOST_TEXT) or element.get("title"))


def _outermost(elements: Iterator[HtmlElement]) -> Iterator[HtmlElement]:
    """The elements that are not inside one that came before."""
    seen: set[HtmlElement] = set()
    for element in elements:
        if not any(above in seen for above in element.iterancestors()):
            seen.add(element)
            yield element


def _read(element: HtmlElement, reader: Reader, found: VisibleTimes, weight: float) -> None:
    for raw in raws_of(element):
        for called, text in _parts(raw, _called(element)):
            # A relative time ("6 minutes ago") counts least: it is never above an exact one.
            trust = (weight if _A_YEAR.search(text) else min(weight, 0.8)) - (
                0.5 if called == "updated" else 0.0
            )
            into = found.modified if called == "modified" else found.published
            into.extend(reader.claims(iter([(text, "visible", trust)])))


def _parts(raw: str, called: str) -> Iterator[tuple[str, str]]:
    """A text of several times ("Published ... Updated ...") apart, each with what it is called."""
    names = list(_CALLED.finditer(raw))
    if not names:
        yield called, raw
        return
    ends = [*(name.start() for name in names[1:]), len(raw)]
    if _A_YEAR.search(raw[: names[0].start()]):
        yield called, raw[: names[0].start()]
    for name, end in zip(names, ends, strict=True):
        yield name.lastgroup or "", raw[name.start() : end]


def _called(element: HtmlElement) -> str:
    """What the time is called by the words right before it, by its class or microdata; empty where nothing says it."""
    if names := list(_CALLED.finditer(_words_before(element))):
        return names[-1].lastgroup or ""
    own = f"{class_words(element)} {(element.get('itemprop') or '').casefold()}"
    if _PUBLISHED_CLASS.search(own):
        return "published"
    return "modified" if _MODIFIED_CLASS.search(own) else "updated" if "updated" in own else ""


def _words_before(element: HtmlElement) -> str:
    previous, parent = element.getprevious(), element.getparent()
    if previous is None:
        return one_line(parent.text)[-40:] if parent is not None else ""
    told = one_line(previous.tail) or (
        short_text(previous, _MOST_TEXT) if isinstance(previous.tag, str) else ""
    )
    return "" if _A_YEAR.search(told) else told[-40:]
