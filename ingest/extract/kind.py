"""Whether a page is an article at all: lists, missing pages, challenges, consent walls, logins and shells are told.

Each test looks at several signs, since every single one also stands on some article.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from ingest.extract.extraction import Headline, NotArticle, Times
from ingest.extract.page import Page, text_of
from ingest.extract.structured import StructuredData
from ingest.record import Reason
from ingest.shapes import article_points, is_list_url
from ingest.sites import Site
from ingest.text import one_line
from ingest.urls import is_home

_SHORT = 700  # characters: challenge, consent, login and error pages say less; an article on them says more
_FEWEST_LETTERS = 25  # of a text; a caption or a button's label has no more, two short sentences have
_SHELL = 300  # characters that a reader sees of a page which a script is to fill
_TEASER = 12  # characters of a linked heading; shorter ones are names of sections
_LIST_TYPES = ("CollectionPage", "SearchResultsPage", "ProfilePage", "MediaGallery")
_HEADING_MOST = 200


def _read_words() -> dict[str, re.Pattern[str]]:
    words = tomllib.loads(resources.files("ingest.extract").joinpath("kind_words.toml").read_text(encoding="utf-8"))
    return {
        kind: re.compile("|".join(f"(?:{pattern})" for pattern in each), re.IGNORECASE) for kind, each in words.items()
    }


_WORDS = _read_words()


@dataclass(frozen=True, slots=True)
class Survey:
    """What only the whole tree tells: read before the body is cut out of it.

    `teasers` counts headings that are links, `headings` are the texts of the title and all `<h1>`.
    """

    headings: tuple[str, ...]
    h1: tuple[str, ...]
    teasers: int
    times: int
    body_classes: frozenset[str]


def survey_page(page: Page) -> Survey:
    """Count and collect in one pass each what `judge_page` needs of the tree."""
    title = one_line(page.tree.findtext(".//title"))
    h1 = tuple(text[:_HEADING_MOST] for node in page.tree.iter("h1") if (text := text_of(node)))
    return Survey(
        headings=tuple(text for text in (title, *h1) if text),
        h1=h1,
        teasers=_count_teasers(page),
        times=sum(1 for _ in page.tree.iter("time")),
        body_classes=frozenset((page.body.get("class") or "").casefold().split()),
    )


def _count_teasers(page: Page) -> int:
    count = 0
    for heading in page.tree.iter("h2", "h3", "h4"):
        parent = heading.getparent()
        if (parent is not None and parent.tag == "a") or next(heading.iter("a"), None) is not None:
            count += len("".join(heading.itertext()).strip()) >= _TEASER
    return count


def judge_page(  # noqa: PLR0913 - a verdict weighs all that was found
    page: Page,
    data: StructuredData,
    site: Site,
    *,
    body_text: str,
    headline: Headline | None,
    times: Times,
    status: int | None,
    survey: Survey | None = None,
) -> NotArticle | None:
    """Why the page is no article, or None where it is one.

    `survey` is what `survey_page` saw before the body was cut out of the tree; it is made here where it is None.
    Short news of two sentences is an article.
    """
    survey = survey or survey_page(page)
    text = body_text.strip()
    return (
        _challenge(page, survey, text)
        or _bad_status(status)
        or _missing(survey, text, times)
        or _shell(page, text)
        or _consent(survey, text, times)
        or _login(page, survey, text)
        or _list(page, data, site, survey, text)
        or _no_text(text, headline)
    )


def _challenge(page: Page, survey: Survey, text: str) -> NotArticle | None:
    if len(text) > _SHORT:
        return None
    if phrase := _first("challenge", survey.headings):
        return NotArticle(Reason.CHALLENGE, phrase)
    if len(page.html) < 60_000 and (mark := _WORDS["challenge_marks"].search(page.html)):
        return NotArticle(Reason.CHALLENGE, one_line(mark[0])[:60])
    return None


def _bad_status(status: int | None) -> NotArticle | None:
    if status is None or status < 400:
        return None
    return NotArticle(Reason.NOT_FOUND if status in {404, 410} else Reason.HTTP_STATUS, f"status {status}")


def _missing(survey: Survey, text: str, times: Times) -> NotArticle | None:
    """A missing page that is served with status 200: what is found of an article on it belongs to others."""
    if "error404" in survey.body_classes:  # WordPress's own class (body_class())
        return NotArticle(Reason.NOT_FOUND, "body class error404")
    phrase = _first("not_found", survey.headings)
    if phrase and (len(text) <= _SHORT or (times.published is None and _first("not_found", survey.h1))):
        return NotArticle(Reason.NOT_FOUND, phrase)
    return None


_INVISIBLE = re.compile(
    r"<(script|style|noscript|template|svg|head)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.DOTALL | re.IGNORECASE
)


def _shell(page: Page, text: str) -> NotArticle | None:
    """A page that only a script fills."""
    if len(text) > _SHELL:
        return None
    seen = one_line(_INVISIBLE.sub(" ", page.html))
    if len(text) < _FEWEST_LETTERS and len(seen) < _SHELL and "<script" in page.html:
        return NotArticle(Reason.EMPTY, f"{len(seen)} characters of text outside scripts")
    if _WORDS["needs_script"].search(text or seen[:_SHELL]) and len(seen) < 2 * _SHELL:
        return NotArticle(Reason.EMPTY, "asks for JavaScript")
    return None if seen else NotArticle(Reason.EMPTY, "no text")


def _consent(survey: Survey, text: str, times: Times) -> NotArticle | None:
    if len(text) > 4 * _SHORT or times.published is not None:
        return None
    paragraphs = [line for line in text.split("\n") if line.strip()]
    speaks = sum(len(line) for line in paragraphs if _WORDS["consent_words"].search(line))
    whole = sum(len(line) for line in paragraphs)
    phrase = _first("consent", survey.headings)
    if (phrase and speaks >= 0.3 * whole) or (whole and speaks >= 0.8 * whole and len(paragraphs) <= 6):
        return NotArticle(Reason.CONSENT, phrase or "the text is about cookies")
    return None


def _login(page: Page, survey: Survey, text: str) -> NotArticle | None:
    phrase = _first("login", survey.headings)
    if phrase and len(text) <= _SHORT and re.search(r"type=[\"']?(?:password|email)\b", page.html, re.IGNORECASE):
        return NotArticle(Reason.LOGIN, phrase)
    return None


def _list(page: Page, data: StructuredData, site: Site, survey: Survey, text: str) -> NotArticle | None:
    against = dict(_list_signs(page, data, site, survey))
    points = sum(against.values())
    if points >= 3 and points > _article_signs(page, data, site, text) + 1:
        return NotArticle(Reason.LISTING, ", ".join(against))
    return None


def _list_signs(page: Page, data: StructuredData, site: Site, survey: Survey) -> Iterator[tuple[str, int]]:
    if _is_archive(survey.body_classes):
        yield "WordPress archive", 5
    if is_home(page.url):
        yield "front page", 5
    if is_list_url(page.url):
        yield "list address", 3
    if site.article_urls and not site.is_article_url(page.url):
        yield "no article address of the site", 2
    if data.of_type(*_LIST_TYPES):
        yield "JSON-LD list page", 3
    if (page.meta("og:type") or "").casefold() in {"website", "blog", "profile", "object"}:
        yield "og:type", 1
    if survey.teasers >= 8:
        yield f"{survey.teasers} teasers", 3 if survey.teasers >= 15 else 2
    if not survey.h1 or all(len(text.split()) <= 2 and len(text) < 20 for text in survey.h1):
        yield "no headline", 1
    if survey.times >= 8:
        yield f"{survey.times} times", 1


def _is_archive(classes: frozenset[str]) -> bool:
    """Whether WordPress's body_class() names a list; `single` and `postid-N` name a post.

    https://developer.wordpress.org/reference/functions/get_body_class/
    """
    if "single" in classes or any(name.startswith("postid-") for name in classes):
        return False
    kinds = {"category", "tag", "author", "date", "post-type-archive", "paged"}
    taxonomy = any(name.startswith(("tax-", "term-", "category-", "tag-", "author-")) for name in classes)
    return (
        ("archive" in classes and (bool(kinds & classes) or taxonomy))
        or bool({"search-results", "search-no-results"} & classes)
        or {"home", "blog"} <= classes
    )


def _article_signs(page: Page, data: StructuredData, site: Site, text: str) -> int:
    points = article_points(page.url)
    return (
        (3 if points >= 4 else 2 if points >= 2 else 0)
        + (2 if site.article_urls and site.is_article_url(page.url) else 0)
        + (3 if _own_article(data) else 0)
        + (3 if page.meta("article:published_time") else 0)
        + (1 if (page.meta("og:type") or "").casefold() == "article" else 0)
        + (1 if sum(len(line) >= 200 for line in text.split("\n")) >= 3 else 0)
    )


def _own_article(data: StructuredData) -> bool:
    """Whether the JSON-LD describes one dated article; a list's describes many."""
    dated = {
        data.text(node, "headline") or data.text(node, "name") for node in data.articles if node.get("datePublished")
    }
    return 1 <= len(dated) <= 2 or bool(data.of_type("LiveBlogPosting"))


def _no_text(text: str, headline: Headline | None) -> NotArticle | None:
    letters = sum(2 if ord(char) > 0x2E7F else 1 for char in text if char.isalpha())  # CJK says more with a letter
    if letters >= _FEWEST_LETTERS:
        return None
    return NotArticle(
        Reason.NO_TEXT, "no text" if not text else "hardly any text" + ("" if headline else ", no headline")
    )


def _first(kind: str, texts: tuple[str, ...]) -> str | None:
    """The first text with words of the kind, where it is short enough to be a heading and no sentence of news."""
    return next((text for text in texts if len(text) <= 120 and _WORDS[kind].search(text)), None)
