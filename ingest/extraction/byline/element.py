"""Parse the names of a byline's element, each with the author page and the e-mail beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.extraction.byline.emails import first_hidden_email, hidden_email
from ingest.extraction.byline.joints import joined_after, joined_before
from ingest.extraction.byline.kinds import Name, is_job_title, without_labels
from ingest.extraction.byline.name_rules import name_key
from ingest.extraction.byline.names import read_names
from ingest.extraction.byline.surroundings import is_detail
from ingest.extraction.byline.words import lead, other_credit
from ingest.html.page import Page
from ingest.html.vocabulary import (
    LINE_BREAKING,
    NOT_RENDERED,
)
from ingest.record import AuthorKind

MAX_BYLINE = 400  # characters of a byline's element; a longer one is a container


@dataclass(frozen=True, slots=True)
class Credit:
    """A name as the page shows it.

    `marked` if an element of its own is marked as an author's; `look` is its tag and class.
    """

    name: Name
    url: str | None = None
    email: str | None = None
    marked: bool = False
    look: tuple[str, str] = ("", "")


_BLOCKS = LINE_BREAKING | {"time"}
_SILENT = NOT_RENDERED | {"time", "button", "figure", "select", "img"}
_SOCIAL = re.compile(
    r"(?:^|\.)(?:twitter|x|facebook|instagram|linkedin|youtube|t\.me|telegram|whatsapp|mastodon"
    r"|bsky|threads|tiktok|pinterest)\.",
)
_PARENTS = 3  # levels above a name's element that may be its link
_SEGMENT = re.compile(r"\s*[\n|•]\s*")
BARE_LABEL = re.compile(r"[\s:]*(?:by|from|von|vom|durch|par|por|di|da|de|av|af|door)?[\s:]*")
"""What a label has behind "Edited" or "Photo": "by", a colon."""


def lines_of(
    element: HtmlElement, chosen: Collection[HtmlElement] = (), longest: int = MAX_BYLINE
) -> str:
    """Return the element's text with a newline between blocks.

    Elements without white space between them look separate on the page, so a newline parts them.

    Args:
        element: The element to read.
        chosen: Elements whose text gets a line of its own.
        longest: Characters; for a longer text the result is "".
    """
    parts: list[str] = []
    length = 0
    for part in _pieces(element, chosen):
        parts.append(part)
        length += len(part)
        if length > longest * 2:
            return ""
    lines = [re.sub(r"\s+", " ", line).strip() for line in "".join(parts).split("\n")]
    text = "\n".join(line for line in lines if line)
    return text if len(text) <= longest else ""


def _pieces(element: HtmlElement, chosen: Collection[HtmlElement]) -> Iterator[str]:
    """Yield the texts of an element and the line breaks between them."""
    if element.tag in _SILENT or not isinstance(element.tag, str):
        yield " "
        return
    if "data-cfemail" in element.attrib:
        yield hidden_email(element) or ""
        return
    edge = "\n" if element.tag in _BLOCKS or element in chosen else ""
    yield edge
    yield _flat(element.text)
    for child in element:
        yield from ("\n",) if is_detail(child) else _pieces(child, chosen)
        yield _flat(child.tail) or _gap_after(child)
    yield edge


def _gap_after(child: HtmlElement) -> str:
    """Return the break between an element and the next one if no text parts them."""
    is_element = isinstance(child.tag, str)
    return "\n" if is_element and child.getnext() is not None else ""


def _flat(text: str | None) -> str:
    return text.replace("\n", " ") if text else ""


def credits_of(
    page: Page, element: HtmlElement, inner: Collection[HtmlElement], desks: Collection[str]
) -> list[Credit]:
    """Return the names in a byline's element.

    Args:
        page: The page, for absolute addresses.
        element: The byline's element.
        inner: Elements inside it that are marked as names. If any holds a name, only those names
            and the names joined to them count.
        desks: The site's own names in lower case.
    """
    text, denied = author_text(lines_of(element, inner), desks)
    if not text:
        return []
    email = first_hidden_email(element)
    by_key: dict[str, Credit] = {}
    marked = [node for node in inner if _holds_names(node, desks)]
    for node in marked:
        for name in read_names(lines_of(node), desks):
            url = _page_of(page, node, name)
            credit = Credit(name, url, email, marked=True, look=_look_of(node))
            by_key.setdefault(name_key(name.text), credit)
    names = _joined(element, marked, desks) if marked else _unmarked(element, desks)
    for name in names:
        url = None if marked else _page_of(page, element, name)
        by_key.setdefault(name_key(name.text), Credit(name, url, email))
    written = {key: credit for key, credit in by_key.items() if key not in denied}
    return _without_parts(written, desks)


def _holds_names(node: HtmlElement, desks: Collection[str]) -> bool:
    """Whether an element has a name that is not what is left of a job title."""
    names = read_names(lines_of(node), desks)
    return not all(is_job_title(name.raw) for name in names)


def _without_parts(by_key: Mapping[str, Credit], desks: Collection[str]) -> list[Credit]:
    """Return the credits that are neither labels nor other readings of a name in the list."""
    names = without_labels([credit.name for credit in by_key.values()], desks)
    keys = {name_key(name.text) for name in names}
    parts: set[str] = set()
    for key in keys:
        if any(_is_part(key, by_key[key], other, by_key[other]) for other in keys - {key}):
            parts.add(key)
    return [credit for key, credit in by_key.items() if key in keys and key not in parts]


def _unmarked(element: HtmlElement, desks: Collection[str]) -> list[Name]:
    """Return the names of a byline's lines, or of its parts if each part has a whole name."""
    lines, _ = author_text(lines_of(element), desks)
    names = read_names(_emphasised(element, lines, desks) or lines, desks)
    inside = [
        node for node in element.iter("span", "a", "b", "strong", "em", "i") if node is not element
    ]
    if len(inside) < 2:
        return names
    parts = read_names(author_text(lines_of(element, inside), desks)[0], desks)
    if not names:
        return parts
    if len(parts) > len(names) and all(" " in name.text for name in parts):
        return parts
    return names


def _emphasised(element: HtmlElement, lines: str, desks: Collection[str]) -> str:
    """Return the lines without what follows an emphasised name: "<b>A. Name</b> | Place | Date".

    What a comma or a word for "and" joins to the name stays, so does an agency. The result is ""
    if not exactly one element is emphasised and a person's name.
    """
    nodes = [node for node in element.iter("a", "b", "strong") if node is not element]
    text = lines_of(nodes[0]) if len(nodes) == 1 else ""
    if not text or not _is_one_person(text, desks):
        return ""
    before, match, after = lines.partition(text)
    rest, *others = after.split("\n")
    if not match or _goes_on(rest, desks):
        return ""
    return "\n".join([before + text, *others])


def _is_one_person(text: str, desks: Collection[str]) -> bool:
    names = read_names(text, desks)
    if len(names) != 1 or names[0].kind is not AuthorKind.PERSON:
        return False
    return " " in names[0].text


def _goes_on(rest: str, desks: Collection[str]) -> bool:
    """Whether further names follow a name: after a comma or "and", or an agency."""
    if joined_after().match(rest):
        return True
    return any(name.kind is AuthorKind.AGENCY for name in read_names(rest, desks))


def _is_part(key: str, credit: Credit, other: str, beside: Credit) -> bool:
    """Whether one reading of a byline is a part of another, or several names in one.

    Examples are "Name", and "A. Name B. Name", beside "A. Name".
    """
    own, others = set(key.split()), set(other.split())
    is_heap = own > others and len(others) > 1
    if credit.marked == beside.marked:
        return is_heap or (own < others and len(own) == 1)
    return beside.marked and (is_heap or own < others)


def _look_of(node: HtmlElement) -> tuple[str, str]:
    return str(node.tag), node.get("class") or ""


def _joined(
    element: HtmlElement, marked: list[HtmlElement], desks: Collection[str]
) -> Iterator[Name]:
    """Yield the names beside the marked ones: "<a>A</a> and B", and agencies."""
    for line in lines_of(element, marked).split("\n"):
        joined = joined_after().match(line)
        for name in read_names(joined[1] if joined else line, desks):
            if joined or name.kind is AuthorKind.AGENCY or joined_before().search(line):
                yield name


def _is_social(link: HtmlElement) -> bool:
    try:
        parts = urlsplit(link.get("href") or "")
    except ValueError:
        return True
    return parts.scheme == "mailto" or bool(_SOCIAL.search(f".{parts.netloc}"))


def _page_of(page: Page, node: HtmlElement, name: Name) -> str | None:
    """Return the author page of a name.

    It is the link that is the element, a link around it, or the link inside that shows the name.
    """
    link = _link_around(node)
    if link is None:
        link = _link_inside(node, name)
    if link is None or _is_social(link):
        return None
    return page.absolute(link.get("href"))


def _link_around(node: HtmlElement) -> HtmlElement | None:
    if node.tag == "a":
        return node
    for ancestor in islice(node.iterancestors(), _PARENTS):
        if ancestor.tag == "a":
            return ancestor
    return None


def _link_inside(node: HtmlElement, name: Name) -> HtmlElement | None:
    key = name_key(name.text)
    for link in node.iter("a"):
        if not _is_social(link) and key in name_key(lines_of(link)):
            return link
    return None


def author_text(text: str, desks: Collection[str]) -> tuple[str, frozenset[str]]:
    """Split off the credits of a byline for photographers, editors and the like.

    A credit is "Edited by A. Name", or the lines from "Edited by" to the next "By".

    Args:
        text: The lines of a byline.
        desks: The site's own names in lower case.

    Returns:
        The lines of the authors, and the keys of the names in the others.
    """
    authors: list[str] = []
    others: list[str] = []
    is_other = False
    for segment in _SEGMENT.split(text):
        credit = other_credit().match(segment)
        rest = segment[credit.end() :] if credit else segment
        is_label = credit is not None and BARE_LABEL.fullmatch(rest.casefold()) is not None
        if credit and not is_label:
            others.append(BARE_LABEL.sub("", rest, count=1))
        is_other = is_label or (is_other and not credit and not lead().match(f"{segment} "))
        if not credit:
            (others if is_other else authors).append(segment)
    if not others:
        return text, frozenset()
    written = "\n".join(authors)
    return written, frozenset(_keys(others, desks) - _keys([written], desks))


def _keys(texts: Collection[str], desks: Collection[str]) -> set[str]:
    """Return the keys of all names in texts."""
    keys: set[str] = set()
    for text in texts:
        keys.update(name_key(name.text) for name in read_names(text, desks))
    return keys
