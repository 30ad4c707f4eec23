"""The parts of one comment: its own elements, what each of them is, and which hold the text."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from ingest.extraction.comments.words import Role, part_of, roles_of
from ingest.html.page import text_of

_SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "form", "textarea", "select", "svg", "button"}
)
# Microdata and RDFa: schema.org, Dublin Core, SIOC and FOAF as Drupal writes them.
_TEXTS = frozenset({"text", "commenttext", "reviewbody", "encoded", "description"})
_TITLES = frozenset({"headline", "name", "title"})
_OTHER = Role.AUTHOR | Role.DATE | Role.NOISE
_LEVELS = 12  # text elements looked at in one comment, to find the one nearest to the text
_SMALL = 60
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_TITLE_NAMES = frozenset(
    {
        "title",
        "titre",
        "titel",
        "subject",
        "betreff",
        "comment-title",
        "comment-subject",
        "headline",
    }
)


@dataclass(frozen=True, slots=True)
class Part:
    """An element of a comment with what its class says of it and the properties that its microdata or RDFa names."""

    element: HtmlElement
    role: Role
    props: frozenset[str]


_NO_PROPS: frozenset[str] = frozenset()


def parts_of(top: HtmlElement, others: Container[HtmlElement]) -> list[Part]:
    """The elements below `top` in page order, without those of `others` (replies) and of forms."""
    return [_part(element) for element in _own(top, others)]


def _own(top: HtmlElement, others: Container[HtmlElement]) -> Iterator[HtmlElement]:
    stack = [child for child in reversed(top) if isinstance(child.tag, str)]
    while stack:
        element = stack.pop()
        if element in others or element.tag in _SKIPPED:
            continue
        yield element
        stack.extend(child for child in reversed(element) if isinstance(child.tag, str))


def _part(element: HtmlElement) -> Part:
    names = element.get("class")
    stated = element.get("itemprop") or element.get("property")
    props = (
        frozenset(name.rpartition(":")[2] for name in stated.casefold().split())
        if stated
        else _NO_PROPS
    )
    return Part(element, part_of(names) if names else Role.NONE, props)


def text_elements(parts: list[Part]) -> list[HtmlElement]:
    """The elements that hold the comment's text; none where no element is named so."""
    named = [part.element for part in parts if part.props & _TEXTS]
    named = named or [
        part.element for part in parts if part.role & Role.TEXT and _says_comment_text(part.element)
    ]
    named = named or [
        part.element for part in parts if part.role & Role.TEXT and not part.role & _OTHER
    ]
    named = named or [
        part.element
        for part in parts
        if part.element.tag == "p" and "comment" in _names(part.element)
    ]
    if not named:
        return []
    outer = _outermost(named)
    inner = _inner(max(outer, key=lambda element: len(text_of(element))), named)
    return _outermost(
        [e for e in named if e.tag == inner.tag and e.get("class") == inner.get("class")]
    )


def _says_comment_text(element: HtmlElement) -> bool:
    return bool(roles_of(element.get("class") or "") & Role.TEXT)


def _names(element: HtmlElement) -> list[str]:
    return (element.get("class") or "").casefold().split()


def _outermost(elements: list[HtmlElement]) -> list[HtmlElement]:
    chosen = set(elements)
    return [
        element for element in elements if not any(up in chosen for up in element.iterancestors())
    ]


def _inner(outer: HtmlElement, named: list[HtmlElement]) -> HtmlElement:
    """Of text elements in one another the inner one, as long as it holds much of the text of the outer one."""
    best, whole = outer, len(text_of(outer))
    for element in named[:_LEVELS]:
        if element is not best and best in element.iterancestors():
            length = len(text_of(element))
            if length * 10 >= whole * 4:
                best, whole = element, length
    return best


def is_small(element: HtmlElement) -> bool:
    """Whether it holds no more elements than a byline or a row of buttons: only then is its text asked for."""
    return sum(1 for _ in islice(element.iter(), _SMALL + 1)) <= _SMALL


def title_of(parts: list[Part], inside: Container[HtmlElement], name: str | None) -> str:
    """The comment's own title, where it has one not `inside` its text; empty where there is none."""
    for part in parts:
        element = part.element
        if element in inside or part.role & (Role.AUTHOR | Role.DATE):
            continue
        titled = part.props & _TITLES and "author" not in part.props
        if element.tag in _HEADINGS or titled or _TITLE_NAMES & set(_names(element)):
            title = text_of(element)
            if title and len(title) <= 160 and not (name and name in title):
                return title
    return ""
