"""Repairs of markup that libxml2 reads otherwise than a browser, so that the page's text would be lost.

Each is general: it looks at the shape of the markup and at how much text an element has swallowed.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement

from ingest.html.vocabulary import PHRASING

_TITLE = re.compile(r"<title\b[^<>]*>", re.IGNORECASE)
_AFTER_TITLE = re.compile(
    r"<(?:/?(?:head|meta|link|script|style|base|body|html|title)|[a-z][a-z0-9]*)\b[^<>]*>",
    re.IGNORECASE,
)
_CONTENT = ("h1", "main", "article", "p")
_SWALLOWED = 200
"""From this many characters on a button, a `<noscript>` or a figure holds a part of the page."""
_PARAGRAPH = 80
_PARAGRAPHS = 2
"""A caption has one paragraph at most."""
_VISIBLE = frozenset({"p", "div", "table", "section", "article", "main", "h1"})
_BOUNDARY = frozenset({"p", "li", "td", "dd", "blockquote"})


def close_title(text: str) -> str:
    """Close a `<title>` that nobody closed; by the HTML standard it has no elements inside.

    The whole page would be the title.
    """
    start = _TITLE.search(text)
    if start is None:
        return text
    following = _AFTER_TITLE.search(text, start.end())
    if following is None or following[0][:7].lower() == "</title":
        return text
    return f"{text[: following.start()]}</title>{text[following.start() :]}"


def repair(tree: HtmlElement) -> None:
    """Give the content of the page back to its body. Changes the tree.

    - An element outside the head's own in a `<head>`, if there is no `<body>`: the head is the body.
    - A `<button>` or `<noscript>` that holds paragraphs is a `<div>`.
    - Paragraphs in a `<figure>` that nobody closed come after it.
    - A `<button>` between words of a paragraph is a `<span>`, as a glossary makes them.
    """
    _make_body(tree)
    for element in list(tree.iter("button", "noscript")):
        if element.tag == "button" and _is_between_words(element):
            element.tag = "span"
        elif _has_swallowed(element):
            element.tag = "div"
    for figure in list(tree.iter("figure")):
        _close_figure(figure)


def _make_body(tree: HtmlElement) -> None:
    if tree.find("body") is not None:
        return
    head = tree.find("head")
    if head is not None and next(head.iter(*_VISIBLE), None) is not None:
        head.tag = "body"


def _is_between_words(button: HtmlElement) -> bool:
    """Whether text of the same paragraph stands beside a button, and the button is no control."""
    element: HtmlElement | None = button
    while element is not None and element.tag not in _BOUNDARY:
        if element is not button and element.tag not in PHRASING:
            return False
        before = element.getprevious()
        lead = before.tail if before is not None else None
        parent = element.getparent()
        if before is None and parent is not None:
            lead = parent.text
        if (lead or "").strip() and (element.tail or "").strip():
            return True
        element = parent
    return False


def _has_swallowed(element: HtmlElement) -> bool:
    if next(element.iter(*_CONTENT), None) is None:
        return False
    return len(_text(element)) >= _SWALLOWED and (
        element.tag == "button" or next(element.iter("h1", "main", "article"), None) is not None
    )


def _close_figure(figure: HtmlElement) -> None:
    """Move what follows the picture and its caption behind the figure, if it is running text."""
    children = list(figure)
    long = [child for child in children if child.tag == "p" and len(_text(child)) >= _PARAGRAPH]
    if len(long) < _PARAGRAPHS:
        return
    for child in reversed(children[children.index(long[0]) :]):
        figure.addnext(child)


def _text(element: HtmlElement) -> str:
    return str(etree.tostring(element, method="text", encoding="unicode", with_tail=False)).strip()
