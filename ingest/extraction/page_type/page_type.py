"""Decide whether a page is an article.

Lists, missing pages, challenges, pages about consent, logins, empty pages and pages that only a
script fills are not. Each test needs several signs, because any single one is on some articles.
"""

from __future__ import annotations

import re
from itertools import accumulate

from ingest.extraction.facts import PageFacts
from ingest.extraction.model import Byline, Headline, NotArticle, Times
from ingest.extraction.page_type.challenge import header_sign, heading_sign, mark_sign
from ingest.extraction.page_type.consent import consent_wall
from ingest.extraction.page_type.listing import SHELL, Balance, Survey, draft_of, survey_page, weigh
from ingest.extraction.page_type.words import first, read_words
from ingest.html.page import Page
from ingest.record import Reason

_SHORT = 700
"""The most characters of challenges, logins and error pages. Articles about them are longer."""
_FEWEST_LETTERS = 25
"""The least letters of a text. Captions and labels have fewer, two short sentences have more."""


_WORDS = read_words()


def judge_page(
    facts: PageFacts, *, body_text: str, headline: Headline | None, byline: Byline, times: Times
) -> NotArticle | None:
    """Return why the page is not an article, or None if it is one.

    Short news of two sentences is an article.

    Args:
        facts: The page, its HTTP status and its site definition.
        body_text: The text of the article; empty if there is none.
        headline: The headline, or None.
        byline: The authors.
        times: The dates.
    """
    page = facts.page
    survey = survey_page(page, facts.data)
    text = body_text.strip()
    article = draft_of(text, headline, byline, times)
    return (
        _challenge(page, survey, text)
        or _bad_status(facts.status)
        or _missing(survey, text, times)
        or _shell(page, survey, text)
        or consent_wall(page, survey, text, is_signed=bool(byline.authors) or _shows_date(times))
        or _login(page, survey, text, times)
        or _list(weigh(facts, survey, article))
        or _no_text(page, text, headline)
    )


def _challenge(page: Page, survey: Survey, text: str) -> NotArticle | None:
    """Refuse a challenge page."""
    if sign := header_sign(page.headers):
        return NotArticle(Reason.CHALLENGE, sign)
    if survey.claimed or len(text) > _SHORT:
        return None
    sign = heading_sign(survey.headings) or mark_sign(page.html)
    return NotArticle(Reason.CHALLENGE, sign) if sign else None


def _bad_status(status: int | None) -> NotArticle | None:
    """Refuse a response with an error status."""
    if status is None or status < 400:
        return None
    return NotArticle(
        Reason.NOT_FOUND if status in {404, 410} else Reason.HTTP_STATUS, f"status {status}"
    )


def _missing(survey: Survey, text: str, times: Times) -> NotArticle | None:
    """Refuse a missing page, even with status 200. The text on it is that of other articles."""
    if "error404" in survey.body_classes:  # WordPress's own class (body_class())
        return NotArticle(Reason.NOT_FOUND, "body class error404")
    phrase = first("not_found", survey.headings)
    if survey.claimed or not phrase:
        return None
    if len(text) <= _SHORT or (times.published is None and first("not_found", survey.h1)):
        return NotArticle(Reason.NOT_FOUND, phrase)
    return None


def _shell(page: Page, survey: Survey, text: str) -> NotArticle | None:
    """Refuse a page that is empty, or that only a script fills."""
    if len(text) > SHELL or len(survey.seen) > SHELL:
        return None
    if not survey.seen and not text:
        return NotArticle(Reason.EMPTY, f"no text{_reload(page)}")
    if _WORDS["needs_script"].search(text or survey.seen):
        return NotArticle(Reason.EMPTY, "asks for JavaScript")
    if len(text) < _FEWEST_LETTERS and len(survey.seen) < SHELL / 2 and "<script" in page.html:
        return NotArticle(Reason.EMPTY, f"{len(survey.seen)} characters of text outside scripts")
    return None


def _reload(page: Page) -> str:
    """Return a note that a page asks its reader to load it, or another one, again."""
    return ", reloads by meta refresh" if page.meta("refresh") else ""


def _shows_date(times: Times) -> bool:
    """Whether the page itself has a date of publication, not only its address."""
    return times.published is not None and times.published.source != "url"


def _login(page: Page, survey: Survey, text: str, times: Times) -> NotArticle | None:
    """Refuse a page with a heading of a login and a field for a password or an address."""
    if survey.claimed or len(text) > _SHORT or times.published is not None:
        return None
    phrase = first("login", survey.headings)
    if phrase and re.search(r"type=[\"']?(?:password|email)\b", page.html, re.IGNORECASE):
        return NotArticle(Reason.LOGIN, phrase)
    return None


def _list(balance: Balance) -> NotArticle | None:
    """Refuse a list, with its signs as the detail."""
    return NotArticle(Reason.LISTING, ", ".join(balance.against)) if balance.is_list else None


def _no_text(page: Page, text: str, headline: Headline | None) -> NotArticle | None:
    """Refuse a page without a text, or with only a few letters."""
    if _has_letters(text):
        return None
    detail = ("hardly any text" if text else "no text") + _reload(page)
    return NotArticle(Reason.NO_TEXT, detail if headline else f"{detail}, no headline")


def _has_letters(text: str) -> bool:
    """Whether the text has enough letters. A letter of CJK scripts counts twice.

    Counting stops when there are enough.
    """
    letters = (2 if ord(char) > 0x2E7F else 1 for char in text if char.isalpha())
    return any(number >= _FEWEST_LETTERS for number in accumulate(letters))
