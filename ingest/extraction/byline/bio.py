"""What a page says about its authors: boxes beside the article, and paragraphs at its start or end.

A bio is neither a name nor body text; its e-mail address is the author's only where the page gives it whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.extraction.byline.candidates import Survey, is_outside, leads_to_author
from ingest.extraction.byline.element import lines_of
from ingest.extraction.byline.emails import emails_in, plain
from ingest.extraction.byline.name_rules import has_role_ending, name_key
from ingest.extraction.facts import PageFacts
from ingest.extraction.vocabulary import BIO_ROLES, BIO_SUBJECT, BIO_VERBS, BIO_WORK, LEAD, PRONOUNS
from ingest.html.page import Page, class_words, text_of
from ingest.text import one_line


@dataclass(frozen=True, slots=True, eq=False)
class Bio:
    """A text about an author; `element` stays out of the body.

    `author` is the key of the name (`name_key`), empty where the text speaks of several.
    """

    element: HtmlElement
    author: str
    text: str
    email: str | None = None
    url: str | None = None


_SHORTEST, _LONGEST = 20, 1_500  # characters of a bio
_MIN_WORDS = 4  # beside the author's name
_LAST, _FIRST = (
    6,
    2,
)  # children of the article's text that are looked at, at its end and at its start
_OPENING = 90  # characters in which a bio names its subject
_BLOCKS = ("p", "div", "section", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table")
_ABOUT = re.compile(r"bio|desc|vita\b|about|profil|text")
_ADDRESS = re.compile(
    r"\S@\S|[\[({<]\s*at\s*[\])}>]|\breach(?:ed)?\s+(?:(?:out|him|her|them)\s+)*(?:at|via)\b",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\b(?:e-?mail|contact|tweets?\b|follow\s+(?:him|her|them|on)|write\s+to|erreichbar|schreiben\s+sie|kontakt|contactez"
    r"|joindre|contacto|escríbale|scrivere)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_][\w'’-]*")


def find_bios(
    facts: PageFacts, seen: Survey, authors: Sequence[str], own: Collection[str]
) -> list[Bio]:
    """The bios of the authors, given by name, in page order; none where there are no authors.

    `own` are the site's own names in lower case. The site's `author_bio` selectors stand in for boxes found by class.
    """
    if not authors:
        return []
    keys = [name_key(author) for author in authors]
    page = facts.page
    ruled = page.select(*facts.site.select.author_bio)
    boxes = ruled or [spot.element for spot in seen.boxes if not is_outside(spot, seen)]
    bios = [_of_box(page, box, keys, certain=bool(ruled)) for box in _outermost(boxes, seen)]
    bios += [_of_paragraph(page, element, keys, own) for element in _edges(facts.container)]
    return [bio for bio in bios if bio is not None]


def _outermost(boxes: Sequence[HtmlElement], seen: Survey) -> Iterator[HtmlElement]:
    """The boxes that stand in no other box and do not hold the headline."""
    taken: set[HtmlElement] = set()
    for box in boxes:
        if box not in seen.around_heading and taken.isdisjoint(box.iterancestors()):
            taken.add(box)
            yield box


def _of_box(page: Page, box: HtmlElement, keys: Sequence[str], *, certain: bool) -> Bio | None:
    whole = one_line(" ".join(box.itertext()))
    if not _SHORTEST <= len(whole) <= _LONGEST:
        return None
    text = one_line(" ".join(_prose(box, keys, certain=certain)))
    return (
        _bio(page, box, _authors_in(name_key(whole), keys), text)
        if len(text) >= _SHORTEST
        else None
    )


def _bio(page: Page, element: HtmlElement, authors: Sequence[str], text: str) -> Bio | None:
    if not authors:
        return None
    author = authors[0] if len(authors) == 1 else ""
    links = [href for link in element.iter("a") if leads_to_author(href := link.get("href", ""))]
    return Bio(
        element,
        author,
        text,
        next(iter(emails_in(element)), None),
        page.absolute(links[0]) if links else None,
    )


def _authors_in(words: str, keys: Sequence[str]) -> list[str]:
    """The authors whose names stand in the words of a text; else the only author there is."""
    named = [key for key in keys if f" {key} " in f" {words} "]
    return named or list(keys if len(keys) == 1 else ())


def _prose(box: HtmlElement, keys: Sequence[str], *, certain: bool) -> Iterator[str]:
    """The texts of a box that say something of a person: no names, buttons, dates and links to other stories."""
    names = {word for key in keys for word in key.split()}
    taken: set[HtmlElement] = set()
    for node in box.iter("p", "div", "section", "span", "li"):
        if next(node.iterdescendants(*_BLOCKS), None) is not None or not taken.isdisjoint(
            node.iterancestors()
        ):
            continue
        about = certain or _is_about(node, box)
        lines = [
            line
            for line in lines_of(node, longest=_LONGEST).split("\n")
            if _says_something(line, names, about=about)
        ]
        if lines and 2 * sum(len(text_of(link)) for link in node.iter("a")) <= sum(map(len, lines)):
            taken.add(node)
            yield plain(" ".join(lines))


def _says_something(line: str, names: Collection[str], *, about: bool) -> bool:
    words = name_key(line).split()
    others = [word for word in words if word not in names]
    least = _MIN_WORDS if BIO_VERBS.isdisjoint(others) else _MIN_WORDS - 1
    if len(line) < _SHORTEST or len(others) < least or LEAD.match(line):
        return False
    return about or len(others) < len(words) or any(_is_profession(word) for word in words)


def _is_about(node: HtmlElement, box: HtmlElement) -> bool:
    """Whether a class between the node and its box says that a description stands here."""
    for element in (node, *node.iterancestors()):
        if element is not box and _ABOUT.search(class_words(element)):
            return True
        if element is box:
            break
    return False


def _is_profession(word: str) -> bool:
    return word in BIO_ROLES or has_role_ending(word)


def _edges(container: HtmlElement | None) -> list[HtmlElement]:
    """The first and the last few children of the text container."""
    if container is None:
        return []
    children = [
        child
        for child in container
        if isinstance(child.tag, str) and child.tag not in ("script", "style", "figure")
    ]
    return [*children[:_FIRST], *children[max(_FIRST, len(children) - _LAST) :]]


def _of_paragraph(
    page: Page, element: HtmlElement, keys: Sequence[str], own: Collection[str]
) -> Bio | None:
    whole = "".join(element.itertext())
    if not _SHORTEST <= len(whole) <= _LONGEST or not (
        authors := _subjects(one_line(whole), keys, own)
    ):
        return None
    if next(element.iter("h1", "h2", "table", "blockquote"), None) is not None:
        return None
    text = plain(one_line(lines_of(element, longest=_LONGEST)))
    return _bio(page, element, authors, text) if text else None


def _subjects(text: str, keys: Sequence[str], own: Collection[str]) -> list[str]:
    """The authors that a paragraph speaks of.

    It opens with the name or "the writer", a verb follows, and a profession or an address. The story's people are "he"
    and "she" too: after a mere pronoun an address is asked for, or the paper's name, beside the profession or the work.
    """
    opening = name_key(text[:_OPENING])
    named = any(f" {key} " in f" {opening} " for key in keys)
    first = opening.split(" ", 1)[0]
    if not (named or first in PRONOUNS or BIO_SUBJECT.match(text)):
        return []
    words = [word.casefold() for word in _WORD.findall(text)]
    says = not BIO_VERBS.isdisjoint(words[1:16])
    profession = any(_is_profession(word) for word in words[:40])
    address = _ADDRESS.search(text) is not None
    if named and says and (profession or address or _CONTACT.search(text)):
        return _authors_in(name_key(text), keys)
    if len(keys) != 1:
        return []
    if BIO_SUBJECT.match(text) and (says or address or _CONTACT.search(text)):
        return list(keys)
    if first not in PRONOUNS or len(words) < 2 or words[1] not in BIO_VERBS:
        return []
    at_home = any(name in text.casefold() for name in own if len(name) > 3)
    works = words[1] in BIO_WORK or any(_is_profession(word) for word in words[:12])
    return list(keys) if works and (address or at_home) else []
