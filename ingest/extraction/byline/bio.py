"""Find the bios of the authors: boxes beside the article, and paragraphs at its start or end.

A bio is neither a name nor body text. Its e-mail address is the author's only if it is complete.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.extraction.byline.candidates import Survey, is_outside
from ingest.extraction.byline.element import lines_of
from ingest.extraction.byline.emails import emails_in, plain
from ingest.extraction.byline.kinds import has_role_ending
from ingest.extraction.byline.name_rules import name_key
from ingest.extraction.byline.signs import leads_to_author
from ingest.extraction.facts import PageFacts
from ingest.extraction.vocabulary import BIO_ROLES, BIO_SUBJECT, BIO_VERBS, BIO_WORK, LEAD, PRONOUNS
from ingest.html.page import Page, text_of
from ingest.html.vocabulary import class_words
from ingest.text import one_line


@dataclass(frozen=True, slots=True, eq=False)
class Bio:
    """A text about an author; `element` is left out of the body.

    `author` is the key of the name (`name_key`), empty if the text is about several.
    """

    element: HtmlElement
    author: str
    text: str
    email: str | None = None
    url: str | None = None


_SHORTEST, _LONGEST = 20, 1_500  # characters of a bio
_MIN_WORDS = 4  # beside the author's name
_LAST, _FIRST = 6, 2  # children of the article's text that are checked, at its end and its start
_OPENING = 90  # characters in which a bio names its subject
_BLOCKS = ("p", "div", "section", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table")
_ABOUT = re.compile(r"bio|desc|vita\b|about|profil|text")
_ADDRESS = re.compile(
    r"\S@\S|[\[({<]\s*at\s*[\])}>]|\breach(?:ed)?\s+(?:(?:out|him|her|them)\s+)*(?:at|via)\b",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\b(?:e-?mail|contact|tweets?\b|follow\s+(?:him|her|them|on)|write\s+to|erreichbar"
    r"|schreiben\s+sie|kontakt|contactez|joindre|contacto|escríbale|scrivere)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_][\w'’-]*")


def find_bios(
    facts: PageFacts, survey: Survey, authors: Sequence[str], own: Collection[str]
) -> list[Bio]:
    """Return the bios of the authors in page order, or none if there are no authors.

    Args:
        facts: The page; its site's `author_bio` selectors replace the boxes found by class.
        survey: The boxes of the page.
        authors: The authors' names.
        own: The site's own names in lower case.
    """
    if not authors:
        return []
    keys = [name_key(author) for author in authors]
    page = facts.page
    by_rule = page.select(*facts.site.select.author_bio)
    boxes = by_rule
    if not by_rule:
        boxes = [item.element for item in survey.boxes if not is_outside(item, survey)]
    bios = [_of_box(page, box, keys, certain=bool(by_rule)) for box in _outermost(boxes, survey)]
    bios += [_of_paragraph(page, element, keys, own) for element in _edges(facts.container)]
    return [bio for bio in bios if bio is not None]


def _outermost(boxes: Sequence[HtmlElement], survey: Survey) -> Iterator[HtmlElement]:
    """Yield the boxes that are in no other box and do not contain the headline."""
    outer: set[HtmlElement] = set()
    for box in boxes:
        if box not in survey.heading_ancestors and outer.isdisjoint(box.iterancestors()):
            outer.add(box)
            yield box


def _of_box(page: Page, box: HtmlElement, keys: Sequence[str], *, certain: bool) -> Bio | None:
    """Return the bio in a box, or None.

    Args:
        page: The page.
        box: The box.
        keys: The authors' keys.
        certain: The box comes from the site's own selectors.
    """
    whole = one_line(" ".join(box.itertext()))
    if not _SHORTEST <= len(whole) <= _LONGEST:
        return None
    text = one_line(" ".join(_prose(box, keys, certain=certain)))
    if len(text) < _SHORTEST:
        return None
    return _bio(page, box, _authors_in(name_key(whole), keys), text)


def _bio(page: Page, element: HtmlElement, authors: Sequence[str], text: str) -> Bio | None:
    if not authors:
        return None
    author = authors[0] if len(authors) == 1 else ""
    emails = emails_in(element)
    return Bio(element, author, text, emails[0] if emails else None, _author_url(page, element))


def _author_url(page: Page, element: HtmlElement) -> str | None:
    """Return the first link of an element to an author's page."""
    for link in element.iter("a"):
        href = link.get("href", "")
        if leads_to_author(href):
            return page.absolute(href)
    return None


def _authors_in(words: str, keys: Sequence[str]) -> list[str]:
    """Return the authors whose names are in the words of a text.

    If none is, return the author if there is only one.
    """
    authors = _names_in(words, keys)
    if authors:
        return authors
    return list(keys) if len(keys) == 1 else []


def _names_in(words: str, keys: Sequence[str]) -> list[str]:
    return [key for key in keys if f" {key} " in f" {words} "]


def _prose(box: HtmlElement, keys: Sequence[str], *, certain: bool) -> Iterator[str]:
    """Yield the texts of a box about a person.

    Names, buttons, dates and links to other stories are skipped.
    """
    names: set[str] = set()
    for key in keys:
        names.update(key.split())
    used: set[HtmlElement] = set()
    for node in box.iter("p", "div", "section", "span", "li"):
        if _has_blocks(node) or not used.isdisjoint(node.iterancestors()):
            continue
        about = certain or _is_about(node, box)
        lines = lines_of(node, longest=_LONGEST).split("\n")
        lines = [line for line in lines if _is_statement(line, names, about=about)]
        if lines and not _is_mostly_links(node, lines):
            used.add(node)
            yield plain(" ".join(lines))


def _has_blocks(node: HtmlElement) -> bool:
    return next(node.iterdescendants(*_BLOCKS), None) is not None


def _is_mostly_links(node: HtmlElement, lines: Sequence[str]) -> bool:
    """Whether more than half of the text in `lines` is that of the node's links."""
    linked = sum(len(text_of(link)) for link in node.iter("a"))
    return 2 * linked > sum(len(line) for line in lines)


def _is_statement(line: str, names: Collection[str], *, about: bool) -> bool:
    """Whether a line is a statement about a person.

    Args:
        line: The line.
        names: The words of the authors' names.
        about: A class marks it as a description.
    """
    words = name_key(line).split()
    others = [word for word in words if word not in names]
    least = _MIN_WORDS if BIO_VERBS.isdisjoint(others) else _MIN_WORDS - 1
    if len(line) < _SHORTEST or len(others) < least or LEAD.match(line):
        return False
    has_name = len(others) < len(words)
    return about or has_name or any(_is_profession(word) for word in words)


def _is_about(node: HtmlElement, box: HtmlElement) -> bool:
    """Whether a class between the node and its box marks a description."""
    for element in (node, *node.iterancestors()):
        if element is box:
            return False
        if _ABOUT.search(class_words(element)):
            return True
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
    """Return the bio that an element of the article's text is, or None."""
    whole = "".join(element.itertext())
    if not _SHORTEST <= len(whole) <= _LONGEST:
        return None
    authors = _subjects(one_line(whole), keys, own)
    if not authors or next(element.iter("h1", "h2", "table", "blockquote"), None) is not None:
        return None
    text = plain(one_line(lines_of(element, longest=_LONGEST)))
    return _bio(page, element, authors, text) if text else None


def _subjects(text: str, keys: Sequence[str], own: Collection[str]) -> list[str]:
    """Return the authors that a paragraph is about.

    It opens with a name, with "the writer", or with a pronoun.

    Args:
        text: The paragraph.
        keys: The authors' keys.
        own: The site's own names in lower case.
    """
    opening = name_key(text[:_OPENING])
    words = [word.casefold() for word in _WORD.findall(text)]
    if _names_in(opening, keys) and _describes_name(text, words):
        return _authors_in(name_key(text), keys)
    if len(keys) != 1:
        return []
    if _describes_subject(text, words):
        return list(keys)
    has_pronoun = opening.split(" ", 1)[0] in PRONOUNS
    if has_pronoun and _describes_pronoun(text, words, own):
        return list(keys)
    return []


def _has_verb(words: Sequence[str]) -> bool:
    """Whether a verb of bios follows soon after the first word."""
    return not BIO_VERBS.isdisjoint(words[1:16])


def _has_contact(text: str) -> bool:
    return _ADDRESS.search(text) is not None or _CONTACT.search(text) is not None


def _describes_name(text: str, words: Sequence[str]) -> bool:
    """Whether a verb and a profession, or a contact, follow an author's name."""
    if not _has_verb(words):
        return False
    return _has_contact(text) or any(_is_profession(word) for word in words[:40])


def _describes_subject(text: str, words: Sequence[str]) -> bool:
    """Whether a text opens with "the writer" or the like, and a verb or a contact follows."""
    if not BIO_SUBJECT.match(text):
        return False
    return _has_verb(words) or _has_contact(text)


def _describes_pronoun(text: str, words: Sequence[str], own: Collection[str]) -> bool:
    """Whether a text that opens with a pronoun is about the author.

    The people of the story are "he" and "she" too. So an address or the paper's name is required
    beside the profession or the work.
    """
    if len(words) < 2 or words[1] not in BIO_VERBS:
        return False
    works = words[1] in BIO_WORK or any(_is_profession(word) for word in words[:12])
    if not works:
        return False
    low = text.casefold()
    at_home = any(name in low for name in own if len(name) > 3)
    return at_home or _ADDRESS.search(text) is not None
