"""The names that a byline's element shows, each with the author page and the e-mail beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.extraction.byline.emails import hidden_email
from ingest.extraction.byline.name_rules import Name, name_key, without_labels
from ingest.extraction.byline.names import read_names
from ingest.extraction.vocabulary import NOT_AUTHORS
from ingest.html.page import Page
from ingest.record import AuthorKind

MAX_BYLINE = 400  # characters of a byline's element; a longer one is a container


@dataclass(frozen=True, slots=True)
class Credit:
    """A name as the page shows it; `marked` where an element of its own says that it is an author's."""

    name: Name
    url: str | None = None
    email: str | None = None
    marked: bool = False


_BLOCKS = frozenset(
    {
        "p",
        "div",
        "li",
        "ul",
        "br",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "dt",
        "dd",
        "td",
        "tr",
        "section",
        "time",
    }
)
_SILENT = frozenset(
    {"script", "style", "noscript", "svg", "time", "button", "figure", "template", "select", "img"}
)
_SOCIAL = re.compile(
    r"(?:^|\.)(?:twitter|x|facebook|instagram|linkedin|youtube|t\.me|telegram|whatsapp|mastodon|bsky|threads|tiktok|pinterest)\.",
)


def lines_of(
    element: HtmlElement, chosen: Collection[HtmlElement] = (), longest: int = MAX_BYLINE
) -> str:
    """The element's text, blocks parted by newlines; empty where it has more than `longest` characters.

    Elements without white space between them stand apart on the page, so a newline parts them too.
    The text of a `chosen` element stands on a line of its own.
    """
    parts: list[str] = []
    length = 0
    for part in _pieces(element, chosen):
        parts.append(part)
        length += len(part)
        if length > longest * 2:
            return ""
    lines = (re.sub(r"\s+", " ", line).strip() for line in "".join(parts).split("\n"))
    text = "\n".join(line for line in lines if line)
    return text if len(text) <= longest else ""


def _pieces(element: HtmlElement, chosen: Collection[HtmlElement]) -> Iterator[str]:
    if element.tag in _SILENT or not isinstance(element.tag, str):
        yield " "
        return
    if "data-cfemail" in element.attrib:
        yield hidden_email(element) or ""
        return
    apart = element.tag in _BLOCKS or element in chosen
    if apart:
        yield "\n"
    yield _flat(element.text)
    for child in element:
        yield from _pieces(child, chosen)
        yield _flat(child.tail) or (
            "\n" if isinstance(child.tag, str) and child.getnext() is not None else ""
        )
    if apart:
        yield "\n"


def _flat(text: str | None) -> str:
    return text.replace("\n", " ") if text else ""


def credits_of(
    page: Page, element: HtmlElement, inner: Collection[HtmlElement], desks: Collection[str]
) -> list[Credit]:
    """The names in a byline's element. Where elements in it are marked as names, those and what is joined to them."""
    lines = lines_of(element)
    if not lines or NOT_AUTHORS.match(lines):
        return []
    email = _email_of(element)
    found: dict[str, Credit] = {}
    marked = []
    for node in inner:
        names = read_names(lines_of(node), desks)
        marked += [node] if names else []
        for name in names:
            found.setdefault(
                name_key(name.text), Credit(name, _page_of(page, node, name), email, marked=True)
            )
    rest = _joined(element, marked, desks) if found else _unmarked(element, lines, desks)
    for name in rest:
        found.setdefault(
            name_key(name.text),
            Credit(name, None if marked else _page_of(page, element, name), email),
        )
    kept = {
        name_key(name.text)
        for name in without_labels([credit.name for credit in found.values()], desks)
    }
    kept -= {
        key
        for key in kept
        if any(_is_part(key, found[key], other, found[other]) for other in kept - {key})
    }
    return [credit for key, credit in found.items() if key in kept]


def _unmarked(element: HtmlElement, lines: str, desks: Collection[str]) -> list[Name]:
    """The names of a byline's lines, or of its parts where each of them holds a whole name."""
    names = read_names(lines, desks)
    inside = [
        node for node in element.iter("span", "a", "b", "strong", "em", "i") if node is not element
    ]
    if len(inside) < 2:
        return names
    parts = read_names(lines_of(element, inside), desks)
    return (
        parts
        if not names or (len(parts) > len(names) and all(" " in name.text for name in parts))
        else names
    )


def _is_part(key: str, credit: Credit, other: str, beside: Credit) -> bool:
    """Whether one reading of a byline is a piece or a heap of another: "Name" or "A. Name B. Name" beside "A. Name"."""
    words, others = set(key.split()), set(other.split())
    if credit.marked == beside.marked:
        return (words < others and len(words) == 1) or (words > others and len(others) > 1)
    return beside.marked and (words < others or (words > others and len(others) > 1))


_JOIN = re.compile(
    r"(?:^|\s)(?:and|und|et|y|e|i|og|och|en|ve|dan|и|و|اور|with|mit|&|,)\s*$", re.IGNORECASE
)
_JOINED = re.compile(
    r"^\s*(?:,|&|(?:and|und|et|y|e|i|og|och|en|ve|dan|и|و|اور|with|mit)\s)\s*(.+)$", re.IGNORECASE
)


def _joined(
    element: HtmlElement, marked: list[HtmlElement], desks: Collection[str]
) -> Iterator[Name]:
    """Names beside the marked ones: "<a>A</a> and B", and agencies."""
    for line in lines_of(element, marked).split("\n"):
        joined = _JOINED.match(line)
        for name in read_names(joined[1] if joined else line, desks):
            if joined or name.kind is AuthorKind.AGENCY or _JOIN.search(line):
                yield name


def _is_social(link: HtmlElement) -> bool:
    try:
        parts = urlsplit(link.get("href") or "")
    except ValueError:
        return True
    return parts.scheme == "mailto" or bool(_SOCIAL.search(f".{parts.netloc}"))


def _page_of(page: Page, node: HtmlElement, name: Name) -> str | None:
    """The link of a name: the element itself, a link around it, or the link inside that shows the name."""
    around = [
        node,
        *(ancestor for ancestor, _ in zip(node.iterancestors(), range(3), strict=False)),
    ]
    link = next((element for element in around if element.tag == "a"), None)
    if link is None:
        links = [inside for inside in node.iter("a") if not _is_social(inside)]
        same = [inside for inside in links if name_key(name.text) in name_key(lines_of(inside))]
        link = next(iter(same), None)
    return page.absolute(link.get("href")) if link is not None and not _is_social(link) else None


def _email_of(element: HtmlElement) -> str | None:
    return next(
        (email for node in element.iter("a", "span") if (email := hidden_email(node))), None
    )
