"""The parts of one comment: its own elements, their roles, and the elements that hold the text."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from ingest.extraction.comments.signatures import read_line
from ingest.extraction.comments.words import Role, part_of, roles_of
from ingest.html.page import text_of
from ingest.html.vocabulary import HEADINGS

_SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "form", "textarea", "select", "svg", "button"}
)
# Microdata and RDFa: schema.org, Dublin Core, SIOC and FOAF as Drupal writes them.
_TEXTS = frozenset({"text", "commenttext", "reviewbody", "encoded", "description"})
_TITLES = frozenset({"headline", "name", "title"})
_OTHER = Role.AUTHOR | Role.DATE | Role.NOISE
_LEVELS = 12  # nested text elements compared in one comment
_SMALL = 60
_TITLE_LENGTH = 160
_TITLE_NAMES = frozenset(
    {"title", "titre", "titel", "subject", "betreff", "headline"}
    | {"comment-title", "comment-subject"}
)


@dataclass(frozen=True, slots=True)
class Part:
    """An element of a comment, the role of its class, and its microdata or RDFa properties."""

    element: HtmlElement
    role: Role
    props: frozenset[str]


_NO_PROPS: frozenset[str] = frozenset()


def parts_of(top: HtmlElement, others: Container[HtmlElement]) -> list[Part]:
    """Return the elements below `top` in page order, without forms and `others` (replies)."""
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
    properties = element.get("itemprop") or element.get("property")
    props = _NO_PROPS
    if properties:
        props = frozenset(name.rpartition(":")[2] for name in properties.casefold().split())
    return Part(element, part_of(names) if names else Role.NONE, props)


def text_elements(parts: list[Part]) -> list[HtmlElement]:
    """Return the elements that hold the comment's text; empty if no element is named so."""
    candidates = _text_candidates(parts)
    if not candidates:
        return []
    longest = max(_outermost(candidates), key=lambda element: len(text_of(element)))
    inner = _inner(longest, candidates)
    alike = [
        element
        for element in candidates
        if element.tag == inner.tag and element.get("class") == inner.get("class")
    ]
    return _outermost(alike)


def _text_candidates(parts: list[Part]) -> list[HtmlElement]:
    """Return the elements of the first kind of text markup that the comment has."""
    for is_text in (_is_text_property, _is_comment_text, _is_text, _is_comment_paragraph):
        elements = [part.element for part in parts if is_text(part)]
        if elements:
            return elements
    return []


def _is_text_property(part: Part) -> bool:
    return bool(part.props & _TEXTS)


def _is_comment_text(part: Part) -> bool:
    """Whether the class has both the word for "comment" and one for its text."""
    return bool(part.role & Role.TEXT and roles_of(part.element.get("class") or "") & Role.TEXT)


def _is_text(part: Part) -> bool:
    return bool(part.role & Role.TEXT) and not part.role & _OTHER


def _is_comment_paragraph(part: Part) -> bool:
    return part.element.tag == "p" and "comment" in _names(part.element)


def _names(element: HtmlElement) -> list[str]:
    return (element.get("class") or "").casefold().split()


def _outermost(elements: list[HtmlElement]) -> list[HtmlElement]:
    chosen = set(elements)
    return [
        element for element in elements if not any(up in chosen for up in element.iterancestors())
    ]


def _inner(outer: HtmlElement, candidates: list[HtmlElement]) -> HtmlElement:
    """Return the innermost of nested text elements with at least 40 % of the outer one's text."""
    best, whole = outer, len(text_of(outer))
    for element in candidates[:_LEVELS]:
        if element is not best and best in element.iterancestors():
            length = len(text_of(element))
            if length * 10 >= whole * 4:
                best, whole = element, length
    return best


def is_small(element: HtmlElement) -> bool:
    """Whether the element holds no more elements than a byline or a row of buttons.

    The text of larger elements is not read.
    """
    return sum(1 for _ in islice(element.iter(), _SMALL + 1)) <= _SMALL


def title_of(parts: list[Part], name: str | None) -> HtmlElement | None:
    """Return the element of the comment's own title, which is no part of its text; None without one.

    A heading with the author's `name` is a byline.
    """
    for part in parts:
        title = text_of(part.element) if _is_title(part) else ""
        is_byline = (name is not None and name in title) or read_line(title) is not None
        if title and len(title) <= _TITLE_LENGTH and not is_byline:
            return part.element
    return None


def _is_title(part: Part) -> bool:
    if part.role & (Role.AUTHOR | Role.DATE):
        return False
    if part.element.tag in HEADINGS or _TITLE_NAMES & set(_names(part.element)):
        return True
    return bool(part.props & _TITLES) and "author" not in part.props
