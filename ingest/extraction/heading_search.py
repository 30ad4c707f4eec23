"""The headline of a page whose `<h1>` is not it, or that has none: search all elements for it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from ingest.extraction.caps import capped
from ingest.extraction.titles import Title, is_site_name, longest_part, word_list
from ingest.extraction.vocabulary import COMMENT_HEADING
from ingest.html.dom import short_text
from ingest.html.page import Page, texts_of
from ingest.html.vocabulary import (
    BRANDING,
    DIALOGS,
    HEADINGS,
    HIDDEN,
    NAVIGATION,
    NEWSLETTERS,
    SIDEBARS,
    WIDGETS,
    WITHOUT_PROSE,
    class_words,
    named,
    words_pattern,
)
from ingest.text import title_key, visible

MOST_CHARACTERS = 400  # of a headline
# Elements that are searched for a headline other than an h1. Later ones are lists of other stories.
_MOST_ELEMENTS = 4_000
_OVER = (
    f"the page has over {_MOST_ELEMENTS:,} elements: the others were not searched for the headline"
)
_MOST_CHILDREN = 5  # of an element that holds only a headline
_START = 4  # letters of an element's text that are compared before all of it is read
_FEWEST_LETTERS = 9  # of a heading that is only a part of a title
_FEWEST_PLAIN = (
    15  # the same without a heading's tag or class, if it is less than half of the title
)
_ELSEWHERE = words_pattern(
    BRANDING, NAVIGATION, SIDEBARS, WIDGETS, DIALOGS, NEWSLETTERS, ("related|footer",)
)
_OUTSIDE = frozenset({"nav", "footer", "aside", "dialog"})
_HIDDEN = words_pattern(HIDDEN, ("hidden|d-none",))
_COLON = re.compile(r":\s|：|--|——")  # between a site's name and the headline
_TITLE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:\w*title\w*|\w*headline\w*|\w*heading\w*|hed|titulo|titre|titel|judul)(?:$|[\s_-])"
)
# Classes of a headline, in the microformats hAtom and hNews (http://microformats.org/wiki/hnews)
# and in themes.
_HEADLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:(?:entry|post|article|story|news|item|content)-?_?(?:title|head(?:line|ing))|\w*headline\d?"
    r"|p-name)(?:$|\s)"
)
_BY_CLASS, _BY_WORD, _BY_TAG = (
    5,
    2,
    {"h1": 4, "h2": 3, "h3": 1},
)  # ranks of headings by their markup
_FEWEST_WORDS = 3  # of a headline that no title of the metadata contains
_PARAGRAPH = 200  # characters of an element that begins the text
_AROUND_SEPARATOR = re.compile(r"\s+|(?<=[-–—|:：>»(])|(?=[-–—|:：>»(])")
_SEPARATES = re.compile(r"[^\w\s'’,.?!]")  # a character between a title and a site's name


class Heading(NamedTuple):
    """A heading that the page shows; `source` is its tag, "microdata" or "rule"."""

    text: str
    element: HtmlElement
    source: str


class _Part(NamedTuple):
    """A part of a title.

    Attributes:
        key: Its letters and digits (`title_key`).
        is_most: Whether it is more than half of the title.
        is_plain: Whether an element without the tag or class of a heading may have it as its text.
    """

    key: str
    is_most: bool
    is_plain: bool


def find_by_start(page: Page, titles: tuple[Title, ...]) -> Heading | None:
    """Return the first element whose text is the start of a title and more than half of it.

    Only headings below h1 and elements with a class such as "title" are compared.
    """
    keys = [
        key
        for title in titles
        for key in map(
            title_key, (title.text, longest_part(title.text), _COLON.split(title.text, 1)[-1])
        )
    ]
    elements = page.body.iter("h2", "h3", "h4", "div", "p", "span", "strong")
    for element in capped(elements, _MOST_ELEMENTS, _OVER):
        if len(element) > _MOST_CHILDREN or not (
            element.tag in {"h2", "h3", "h4"} or _TITLE_WORDS.search(class_words(element))
        ):
            continue
        text = visible(short_text(element, MOST_CHARACTERS))
        key = title_key(text)
        if len(key) < _FEWEST_LETTERS:
            continue
        if any(title.startswith(key) and 2 * len(key) > len(title) for title in keys):
            return Heading(text, element, str(element.tag))
    return None


def find_by_part(page: Page, titles: tuple[Title, ...], names: Collection[str]) -> Heading | None:
    """Return the best element whose text is the start or the end of a title, or all of it.

    More than half of the title is better than less, a heading's tag or class is better than none,
    and a longer text is better than a shorter one. Of nested elements the innermost is taken.
    """
    parts = {
        part.key: part
        for title in reversed(titles)
        for part in _parts(title.text)
        if not is_site_name(part.key, names)
    }
    best: Heading | None = None
    best_rank = (False, False, 0)
    shortest = min(map(len, parts), default=0)  # no key of an ASCII text is longer than the text
    starts = {key[:length] for key in parts for length in range(1, _START + 1)}
    for element in _elements(page):
        own = element.text or ""
        is_short = len(element) == 0 and len(own) < shortest and own.isascii()
        if is_short or len(element) > _MOST_CHILDREN or _start_of(element) not in starts:
            continue
        text = short_text(element, MOST_CHARACTERS)
        key = title_key(text) if text else ""
        if key not in parts:
            continue
        text = visible(text)
        part = parts[key]
        marked = element.tag in HEADINGS or bool(_TITLE_WORDS.search(class_words(element)))
        rank = (part.is_most, marked, len(part.key))
        if rank >= best_rank and (marked or part.is_plain) and not is_elsewhere(element):
            best, best_rank = Heading(text, element, str(element.tag)), rank
    return best


def _start_of(element: HtmlElement) -> str:
    """Return the first characters of the key (`title_key`) of the element's text.

    They are those of the first text with a letter or digit, and may be fewer than `_START`.
    """
    keys = (title_key(text[:MOST_CHARACTERS]) for text in texts_of(element))
    return next(filter(None, keys), "")[:_START]


def find_by_markup(page: Page, names: Collection[str], *, surely: bool) -> Heading | None:
    """Return the heading before the text that its class or tag makes the likeliest headline.

    A class such as "headline" is better than a heading's tag, a higher heading better than a lower
    one, and the last one best.

    Args:
        page: The page.
        names: The keys of the site's own names.
        surely: Whether to return only the one element of the page with such a class.
    """
    best: Heading | None = None
    best_rank, count = 0, 0
    for element in _elements(page):
        if _begins_text(element):
            break
        rank = _markup_rank(element) if len(element) <= _MOST_CHILDREN else 0
        if rank < best_rank or rank == 0 or (surely and rank < _BY_CLASS):
            continue
        text = visible(short_text(element, MOST_CHARACTERS))
        if _can_be_headline(text, names) and not is_elsewhere(element):
            inside = best is not None and best.element in set(element.iterancestors())
            count += not inside
            best, best_rank = Heading(text, element, str(element.tag)), rank
    return best if not surely or count == 1 else None


def _markup_rank(element: HtmlElement) -> int:
    names = class_words(element)
    if _HEADLINE_CLASS.search(names):
        return _BY_CLASS
    if element.tag in _BY_TAG:
        return _BY_TAG[element.tag]
    return _BY_WORD if _TITLE_WORDS.search(names) and element.find(".//a") is None else 0


def _can_be_headline(text: str, names: Collection[str]) -> bool:
    """Whether a heading has several words, or characters of a script without spaces."""
    return (
        len(word_list(text)) >= _FEWEST_WORDS
        and not is_site_name(text, names)
        and COMMENT_HEADING.fullmatch(text) is None
    )


def _holds_text(form: HtmlElement) -> bool:
    """Whether a form holds running text: some systems put the whole page into one."""
    return any(
        _begins_text(element) for element in capped(form.iter(etree.Element), _MOST_ELEMENTS, _OVER)
    )


def _begins_text(element: HtmlElement) -> bool:
    """Whether the element holds a paragraph itself, between its children."""
    own = [element.text, *(child.tail for child in element)]
    return sum(len(text.strip()) for text in own if text) >= _PARAGRAPH


def _elements(page: Page) -> Iterator[HtmlElement]:
    """Yield the elements that can hold a heading or running text."""
    for element in capped(page.body.iter(etree.Element), _MOST_ELEMENTS, _OVER):
        if element.tag not in WITHOUT_PROSE and element.tag != "a":
            yield element


def _parts(title: str) -> Iterator[_Part]:
    """Yield the title, its starts and its ends.

    A part that is shorter than half of the title must be beside a separator.
    """
    words = [word for word in _AROUND_SEPARATOR.split(title) if word]
    whole = title_key(title)
    if len(whole) >= _FEWEST_LETTERS:
        yield _Part(whole, is_most=True, is_plain=True)
    for cut in range(1, len(words)):
        start, end = words[:cut], words[cut:]
        apart = bool(_SEPARATES.search(start[-1][-1] + end[0][0]))
        for part in (start, end):
            key = title_key(" ".join(part))
            is_most = 2 * len(key) > len(whole)
            if len(key) >= _FEWEST_LETTERS and (apart or is_most):
                is_plain = is_most or (len(part) > 2 and len(key) >= _FEWEST_PLAIN)
                yield _Part(key, is_most, is_plain)


def is_elsewhere(element: HtmlElement) -> bool:
    """Whether the heading is hidden, a logo, or in a part of the page outside the article."""
    if named(element, _HIDDEN) or _leads_home(element):
        return True
    for above in (element, *element.iterancestors()):
        if above.tag in {"article", "main", "body"}:
            return False
        if above.tag in _OUTSIDE or named(above, _ELSEWHERE):
            return True
        if above.tag == "form" and not _holds_text(above):
            return True
    return False


def _leads_home(element: HtmlElement) -> bool:
    """Whether the heading links to the site's front page: it is then the site's name."""
    parent = element.getparent()
    links = [*element.iter("a"), *([parent] if parent is not None and parent.tag == "a" else [])]
    try:
        return any(
            link.get("href") and urlsplit(link.get("href")).path in {"", "/"} for link in links[:1]
        )
    except ValueError:
        return False
