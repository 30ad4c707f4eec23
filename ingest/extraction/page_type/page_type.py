"""Whether a page is an article at all: lists, missing pages, challenges, consent walls, logins and shells are told.

Each test looks at several signs, since every single one also stands on some article.
"""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from itertools import accumulate

from ingest.extraction.facts import PageFacts
from ingest.extraction.model import Byline, Headline, NotArticle, Times
from ingest.extraction.page_type.challenge import header_sign, heading_sign, mark_sign
from ingest.extraction.page_type.listing import SHELL, Balance, Survey, draft_of, survey_page, weigh
from ingest.html.page import Page
from ingest.record import Reason

_SHORT = 700  # characters: challenge, consent, login and error pages say less; an article on them says more
_FEWEST_LETTERS = (
    25  # of a text; a caption or a button's label has no more, two short sentences have
)


def _read_words() -> dict[str, re.Pattern[str]]:
    words = tomllib.loads(
        resources.files("ingest.extraction.page_type")
        .joinpath("words.toml")
        .read_text(encoding="utf-8")
    )
    return {
        kind: re.compile("|".join(f"(?:{pattern})" for pattern in each), re.IGNORECASE)
        for kind, each in words.items()
    }


_WORDS = _read_words()


def judge_page(
    facts: PageFacts, *, body_text: str, headline: Headline | None, byline: Byline, times: Times
) -> NotArticle | None:
    """Return why the page is not an article, or None if it is one.

    Short news of two sentences is an article.
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
        or _consent(survey, text, times)
        or _login(page, survey, text, times)
        or _list(weigh(facts, survey, article))
        or _no_text(text, headline)
    )


def _challenge(page: Page, survey: Survey, text: str) -> NotArticle | None:
    if sign := header_sign(page.headers):
        return NotArticle(Reason.CHALLENGE, sign)
    if survey.claimed or len(text) > _SHORT:
        return None
    sign = heading_sign(survey.headings) or mark_sign(page.html)
    return NotArticle(Reason.CHALLENGE, sign) if sign else None


def _bad_status(status: int | None) -> NotArticle | None:
    if status is None or status < 400:
        return None
    return NotArticle(
        Reason.NOT_FOUND if status in {404, 410} else Reason.HTTP_STATUS, f"status {status}"
    )


def _missing(survey: Survey, text: str, times: Times) -> NotArticle | None:
    """A missing page that is served with status 200: what is found of an article on it belongs to others."""
    if "error404" in survey.body_classes:  # WordPress's own class (body_class())
        return NotArticle(Reason.NOT_FOUND, "body class error404")
    phrase = _first("not_found", survey.headings)
    if survey.claimed or not phrase:
        return None
    if len(text) <= _SHORT or (times.published is None and _first("not_found", survey.h1)):
        return NotArticle(Reason.NOT_FOUND, phrase)
    return None


def _shell(page: Page, survey: Survey, text: str) -> NotArticle | None:
    """A page that only a script fills."""
    if len(text) > SHELL or len(survey.seen) > SHELL:
        return None
    if not survey.seen and not text:
        return NotArticle(Reason.EMPTY, "no text")
    if _WORDS["needs_script"].search(text or survey.seen):
        return NotArticle(Reason.EMPTY, "asks for JavaScript")
    if len(text) < _FEWEST_LETTERS and len(survey.seen) < SHELL / 2 and "<script" in page.html:
        return NotArticle(Reason.EMPTY, f"{len(survey.seen)} characters of text outside scripts")
    return None


def _consent(survey: Survey, text: str, times: Times) -> NotArticle | None:
    if survey.claimed or len(text) > 4 * _SHORT or times.published is not None:
        return None
    paragraphs = [line for line in text.split("\n") if line.strip()]
    speaks = sum(len(line) for line in paragraphs if _WORDS["consent_words"].search(line))
    whole = sum(len(line) for line in paragraphs)
    phrase = _first("consent", survey.headings)
    if (phrase and speaks >= 0.3 * whole) or (
        whole and speaks >= 0.8 * whole and len(paragraphs) <= 6
    ):
        return NotArticle(Reason.CONSENT, phrase or "the text is about cookies")
    return None


def _login(page: Page, survey: Survey, text: str, times: Times) -> NotArticle | None:
    if survey.claimed or len(text) > _SHORT or times.published is not None:
        return None
    phrase = _first("login", survey.headings)
    if phrase and re.search(r"type=[\"']?(?:password|email)\b", page.html, re.IGNORECASE):
        return NotArticle(Reason.LOGIN, phrase)
    return None


def _list(balance: Balance) -> NotArticle | None:
    return NotArticle(Reason.LISTING, ", ".join(balance.against)) if balance.is_list else None


def _no_text(text: str, headline: Headline | None) -> NotArticle | None:
    if _has_letters(text):
        return None
    found = "hardly any text" if text else "no text"
    return NotArticle(Reason.NO_TEXT, found if headline else f"{found}, no headline")


def _has_letters(text: str) -> bool:
    """Whether the text has as many letters as a text has; a look at its beginning mostly tells."""
    letters = (
        2 if ord(char) > 0x2E7F else 1 for char in text if char.isalpha()
    )  # CJK says more with a letter
    return any(number >= _FEWEST_LETTERS for number in accumulate(letters))


def _first(kind: str, texts: tuple[str, ...]) -> str | None:
    """The first text with words of the kind, where it is short enough to be a heading and no sentence of news."""
    return next((text for text in texts if len(text) <= 120 and _WORDS[kind].search(text)), None)
