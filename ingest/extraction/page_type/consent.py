"""Consent walls: pages that ask for consent to cookies and tracking, or for money, in a page's place.

An article about consent is not one, nor is an article with a cookie banner. So the text itself
must be the wall's: it speaks to the reader, and there are a heading or buttons of a wall.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.extraction.model import NotArticle
from ingest.extraction.page_type.listing import Survey
from ingest.extraction.page_type.words import first, read_words
from ingest.html.page import Page, text_of
from ingest.record import Reason
from ingest.text import SENTENCE_END

_LONGEST = 4_000
"""The most characters of a wall's text, with its purposes and partners."""
_PART, _HALF, _MOST, _ALL = 0.3, 0.5, 0.6, 0.8
"""Shares of the text that are the wall's."""
_FEW = 6
"""The most paragraphs of a text that is a wall's by its subject alone."""
_LONG_LINE = 500
"""The most characters of a paragraph that is judged as a whole."""
_LABEL = 60
"""The most characters of a button's label."""
_SIGNS, _SIGNS_OF_ARTICLE = 3, 4
"""The least signs of a wall; and on a page whose metadata is that of an article."""


_QUOTED = re.compile(r"[\"“«„][^\"“”«»„\n]{30,400}[\"”»“]")
"""A quoted sentence: news quote what walls say. The labels of buttons are shorter."""


class _Text(NamedTuple):
    """The shares of a text that have the subject of a wall, and that a wall says to its reader."""

    subject: float
    asks: float
    paragraphs: int


def consent_wall(page: Page, survey: Survey, text: str, *, is_signed: bool) -> NotArticle | None:
    """Refuse a consent wall, also one for which a subscription is the alternative.

    Args:
        page: The page.
        survey: Its headings, and whether its metadata is that of an article.
        text: The text of the article.
        is_signed: Whether the page shows an author or a date of publication.
    """
    if not text or len(text) > _LONGEST:
        return None
    shares = _shares(text)
    is_article = survey.claimed or is_signed
    if not shares.subject or shares.asks < (_ALL if is_article else _PART):
        return None
    sign = None if is_article else _clear_sign(survey, shares)
    if sign is None and shares.asks >= _HALF:
        signs = list(_signs(page, survey, shares))
        sign = signs[0] if len(signs) >= (_SIGNS_OF_ARTICLE if is_article else _SIGNS) else None
    return None if sign is None else NotArticle(Reason.CONSENT, sign)


def _clear_sign(survey: Survey, shares: _Text) -> str | None:
    """Return a sign that is enough on a page that does not look like an article, or None."""
    if (phrase := first("consent", survey.headings)) and shares.subject >= _PART:
        return phrase
    is_plain = shares.paragraphs <= _FEW and shares.subject >= _ALL and shares.asks >= _HALF
    return "the text is about cookies" if is_plain else None


def _shares(text: str) -> _Text:
    words = read_words()
    lines = [line for line in _QUOTED.sub(" ", text).split("\n") if line.strip()]
    parts = [part for line in lines for part in _parts(line)]

    def share(kind: str) -> float:
        return _length(part for part in parts if words[kind].search(part)) / _length(parts)

    if not parts:
        return _Text(0.0, 0.0, 0)
    return _Text(share("consent_words"), share("consent_asks"), len(lines))


def _parts(line: str) -> list[str]:
    """Return a paragraph, or the sentences of a long one."""
    return [line] if len(line) <= _LONG_LINE else [*filter(None, SENTENCE_END.split(line))]


def _length(lines: Sequence[str] | Iterator[str]) -> int:
    return sum(map(len, lines))


def _signs(page: Page, survey: Survey, shares: _Text) -> Iterator[str]:
    """Return the signs of a wall: its headings, its one or two buttons, and its text."""
    headings = (*survey.headings, *(text_of(node) for node in page.tree.iter("h2", "h3")))
    if phrase := first("consent", headings):
        yield phrase
    labels = list(_labels(page))
    if label := first("consent_buttons", labels):
        yield f"button: {label}"
        if other := first("consent_alternatives", [each for each in labels if each != label]):
            yield f"button: {other}"
    yield "the text asks for consent"
    if shares.asks >= _MOST:
        yield "most of the text asks for consent"


def _labels(page: Page) -> Iterator[str]:
    """Return the short labels of buttons, and of links that may serve as such."""
    for node in page.tree.iter("button", "a", "input"):
        label = (node.get("value") or "") if node.tag == "input" else text_of(node)
        if 0 < len(label) <= _LABEL:
            yield label.strip()
