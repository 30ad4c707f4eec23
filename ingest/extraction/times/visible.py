"""Times that a page shows near its headline, as published or updated."""

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
_FAR_BEHIND = 600  # the same, if the head of the article shows no time
_MOST_DATES = 12  # dates parsed per page; a headline has one or two of its own
_MOST_TEXT = 120  # characters of an element that is a date line
_MOST_LINE = 60  # characters of an unmarked line that holds a date
_LEAST_BODY = 250  # characters of a paragraph of the article, which ends its head
_DATE_WORDS = re.compile(
    r"date|time(?!line)|publish|posted|updated|modified|datum|fecha|data\b|dato\b|tarih|tanggal"
    r"|horodat|zeit\b|byline|meta\b"
)
# Labels of a time in the languages of newspapers. As a class "updated" alone is not a label: hAtom
# (microformats.org/wiki/hatom) requires it on the only time of an entry.
_LABEL = re.compile(
    r"(?P<modified>\b(?:(?:last[ -])?(?:updated?|modified|edited|changed)|aktualisiert"
    r"|aktualisierung|mis à jour|mise à jour|modifié|actualizad[oa]|atualizad[oa]|aggiornat[oa]"
    r"|aggiornamento|bijgewerkt|uppdaterad|oppdatert|opdateret|päivitetty|güncelleme|güncellendi"
    r"|aktualizováno|aktualizace|zaktualizowano|aktualizacja|обновлено|оновлено|diperbarui"
    r"|frissítve)\b|اپ ڈیٹ|تحديث|به‌روزرسانی|更新|수정)"
    r"|(?P<published>\b(?:first published|published|posted|issued|created|veröffentlicht|erstellt"
    r"|publié|publicad[oa]|pubblicat[oa]|gepubliceerd|publicerad|publisert|udgivet|julkaistu"
    r"|yayınlanma|publikováno|opublikowano|publikacja|опубликовано|опубліковано|diterbitkan"
    r"|megjelent)\b|شائع|نشر|入力|입력|등록|公開|掲載)",
    re.IGNORECASE,
)
_MASTHEAD = re.compile(
    r"masthead|top-?(?:bar|header|nav)|site-?header|header-?(?:top|date)"
    r"|(?:current|today)s?-?(?:date|time)"
)
_A_YEAR = re.compile(r"\d{4}|\d{1,2}[./]\d{1,2}[./]\d\d")
_MODIFIED_CLASS = re.compile(r"modif|last-?updated|updated?-?(?:date|time|on)|date-?updated")
_PUBLISHED_CLASS = re.compile(r"publi(?:sh|c)|posted|issued|created")


@dataclass(slots=True)
class VisibleTimes:
    """Claims of the publication and of the last change in the visible page."""

    published: list[Claim] = field(default_factory=list)
    modified: list[Claim] = field(default_factory=list)


def visible_times(heading: HtmlElement, reader: Reader) -> VisibleTimes:
    """Return the dates near the heading: of marked elements, else of short texts with a date."""
    times = VisibleTimes()
    head = list(_head(heading))
    for element in itertools.islice(_marked(heading, head), _MOST_DATES):
        _read(element, reader, times, 3.0)
    if not times.published and not times.modified:
        for text in itertools.islice(_lines(head, reader), _MOST_DATES):
            times.published.extend(reader.claims(iter([(text, "visible", 1.5)])))
    if not times.published:
        later = _later(heading)
        if later is not None:
            _read(later, reader, times, 2.0)
    return times


def _marked(heading: HtmlElement, head: list[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield the marked times of the article's head, without those of other stories."""
    ancestors = set(heading.iterancestors())
    marked = (element for element in head if _is_marked(element))
    return _outermost(element for element in marked if not _in_teaser(element, ancestors))


def _later(heading: HtmlElement) -> HtmlElement | None:
    """Return the first marked time further down in the heading's own article.

    Times in lists and in other articles are skipped.
    """
    ancestors = set(heading.iterancestors())
    marked = (element for element in behind(heading, _FAR_BEHIND) if _is_marked(element))
    for element in itertools.islice(marked, _MOST_DATES):
        between = [above for above in element.iterancestors() if above not in ancestors]
        if not any(_is_other_story(above) for above in between):
            return element
    return None


def _is_other_story(element: HtmlElement) -> bool:
    return element.tag in {"article", "li", "a"} or element.find(".//h3") is not None


def _in_teaser(element: HtmlElement, ancestors: set[HtmlElement]) -> bool:
    """Whether it is in a box with another story's heading, below the headline's `ancestors`."""
    between = itertools.takewhile(lambda above: above not in ancestors, element.iterancestors())
    return any(above.find(".//h3") is not None for above in between)


def _lines(head: list[HtmlElement], reader: Reader) -> Iterator[str]:
    """Yield the first short text with a whole date of each unmarked element.

    It is a line of its own, or the words beside a name.
    """
    for element in head:
        whole = short_text(element, _MOST_LINE) if len(element) <= 3 else ""
        pieces = (element.text, *(child.tail for child in element))
        for text in (whole, *map(one_line, pieces)):
            if not (8 <= len(text) <= _MOST_LINE and _A_YEAR.search(text)):
                continue
            if holds_day(text, reader.limits):
                yield text
                break


def _head(heading: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the elements from the headline to the first long paragraph, then those before it."""
    for element in behind(heading, _BEHIND):
        if element.tag == "p" and len(text_of(element)) > _LEAST_BODY:
            break
        yield element
    ancestors = set(heading.iterancestors())
    for element in before(heading, _BEFORE):
        if not _is_masthead(element, ancestors):
            yield element


def _is_masthead(element: HtmlElement, ancestors: set[HtmlElement]) -> bool:
    """Whether it is in the page's own header, which shows the current day."""
    for above in (element, *element.iterancestors()):
        if above in ancestors:
            return False
        if above.tag == "header" or _MASTHEAD.search(class_words(above)):
            return True
    return False


def _is_marked(element: HtmlElement) -> bool:
    """Whether the tag, microdata, class or attributes of the element mark it as a time."""
    if element.tag == "time":
        return True
    if "date" in (element.get("itemprop") or "").casefold() or element.get("datetime"):
        return True
    if not _DATE_WORDS.search(class_words(element)) or next(element.iter("time"), None) is not None:
        return False
    return bool(short_text(element, _MOST_TEXT) or element.get("title"))


def _outermost(elements: Iterator[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield the elements that are not inside an earlier one."""
    earlier: set[HtmlElement] = set()
    for element in elements:
        if not any(above in earlier for above in element.iterancestors()):
            earlier.add(element)
            yield element


def _read(element: HtmlElement, reader: Reader, times: VisibleTimes, weight: float) -> None:
    """Add the claims of a marked element to `times`."""
    for raw in raws_of(element):
        for label, text in _parts(raw, _label_of(element)):
            trust = weight
            if not _A_YEAR.search(text):  # "6 minutes ago" never outweighs an exact time
                trust = min(weight, 0.8)
            if label == "updated":
                trust -= 0.5
            claims = times.modified if label == "modified" else times.published
            claims.extend(reader.claims(iter([(text, "visible", trust)])))


def _parts(raw: str, label: str) -> Iterator[tuple[str, str]]:
    """Yield each part of "Published ... Updated ..." with its label, or the whole with `label`."""
    matches = list(_LABEL.finditer(raw))
    if not matches:
        yield label, raw
        return
    ends = [*(match.start() for match in matches[1:]), len(raw)]
    if _A_YEAR.search(raw[: matches[0].start()]):
        yield label, raw[: matches[0].start()]
    for match, end in zip(matches, ends, strict=True):
        yield match.lastgroup or "", raw[match.start() : end]


def _label_of(element: HtmlElement) -> str:
    """Return the label of the time: from the words before it, its class or its microdata."""
    matches = list(_LABEL.finditer(_words_before(element)))
    if matches:
        return matches[-1].lastgroup or ""
    own = f"{class_words(element)} {(element.get('itemprop') or '').casefold()}"
    if _PUBLISHED_CLASS.search(own):
        return "published"
    if _MODIFIED_CLASS.search(own):
        return "modified"
    return "updated" if "updated" in own else ""


def _words_before(element: HtmlElement) -> str:
    """Return the end of the text right before the element, without that of another date."""
    previous, parent = element.getprevious(), element.getparent()
    if previous is None:
        return one_line(parent.text)[-40:] if parent is not None else ""
    text = one_line(previous.tail)
    if not text and isinstance(previous.tag, str):
        text = short_text(previous, _MOST_TEXT)
    return "" if _A_YEAR.search(text) else text[-40:]
