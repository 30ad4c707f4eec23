"""The text of a heading without a kicker, label or subtitle inside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lxml.html import HtmlElement

from ingest.html.page import text_of
from ingest.html.vocabulary import class_words
from ingest.text import title_key, visible

# Classes of elements that are inside a heading but not of the headline: kickers, labels, icons.
_BESIDE = re.compile(
    r"kicker|over-?line|top-?line|eyebrow|roofline|dachzeile|spitzmarke|rubri[ck]|label|badge|\btags?\b|flag|category"
    r"|section|pre-?title|supra-?title|surtitre|antetitulo|occhiello|vignette|topic|prefix|live|icon|(?:sr|reader)-"
    r"|sub-?(?:title|head|line)|deck|standfirst|tagline|count|share|date|time\b"
)
_FEWEST_LETTERS = 8  # of a headline; a shorter text is a label
# Labels with the kind of the article. They are never part of the headline, even if the metadata's
# title contains them.
_LABEL = re.compile(
    r"\W*(?:live|live-?blog|live-?ticker|live updates?|opinion|comment(?:ary)?|analysis|editorial|explainer|interview"
    r"|video|watch|exclusive|breaking(?: news)?|updated?|review|podcast|in pictures|photos|sponsored|premium"
    r"|subscribers?(?: only)?|meinung|kommentar|exklusiv|abo|plus|en direct|direct|vid[ée]o|exclusif|tribune|en vivo"
    r"|opini[óo]n|opini[ãa]o|directo|ao vivo|exclusivo|diretta|esclusiva|canlı|özel|видео|эксклюзив|لائیو|ویڈیو"
    r"|عاجل|فيديو|مباشر)\W*",
    re.IGNORECASE,
)


class _Part(NamedTuple):
    """A part of a heading: the text of a child `element`, or own text (`element` is None)."""

    text: str
    element: HtmlElement | None


def shown_text(heading: HtmlElement, titles: Sequence[str]) -> str:
    """Return the headline that a heading shows, without labels.

    If a title equals the whole heading, the headline is written as in the title. If it equals the
    heading without its first or last parts, these parts are left out. If no title matches, the
    classes of the parts decide.

    Args:
        heading: The heading's element.
        titles: The metadata's titles without the site's name. Earlier ones take precedence.
    """
    parts = _parts(heading)
    unlabelled = _without_labels(parts)
    whole = visible(text_of(heading)) if len(unlabelled) == len(parts) else _joined(unlabelled)
    if len(unlabelled) < 2:
        return whole
    runs = {title_key(run): run for run in _runs(unlabelled)}
    for title in titles:
        key = title_key(title)
        if key == title_key(whole):
            return title
        if key in runs:
            return runs[key]
    return _by_class(unlabelled, whole)


def _parts(heading: HtmlElement) -> list[_Part]:
    """Return the parts of the heading in page order."""
    while (
        len(heading) == 1
        and not (heading.text or "").strip()
        and not (heading[0].tail or "").strip()
    ):
        heading = heading[0]
    parts = [_Part(visible(heading.text), None)]
    for child in heading:
        if isinstance(child.tag, str):
            parts.append(_Part(visible(text_of(child)), child))
        parts.append(_Part(visible(child.tail), None))
    return [part for part in parts if title_key(part.text)]


def _without_labels(parts: list[_Part]) -> list[_Part]:
    while len(parts) > 1 and parts[0].element is not None and _LABEL.fullmatch(parts[0].text):
        parts = parts[1:]
    return parts


def _runs(parts: Sequence[_Part]) -> Iterator[str]:
    """Yield the heading without its first parts, and without its last ones."""
    for cut in range(1, len(parts)):
        yield _joined(parts[cut:])
        yield _joined(parts[:cut])


def _by_class(parts: Sequence[_Part], whole: str) -> str:
    kept = [
        part
        for part in parts
        if part.element is None or not _BESIDE.search(class_words(part.element))
    ]
    text = _joined(kept)
    return text if len(kept) < len(parts) and len(title_key(text)) >= _FEWEST_LETTERS else whole


def _joined(parts: Sequence[_Part]) -> str:
    return " ".join(part.text for part in parts).strip(" :|–—-·•").strip()
