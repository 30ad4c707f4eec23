"""Repairs of markup that libxml2 reads differently from a browser, so that text would be lost.

The repairs depend only on the structure of the markup and on the amount of text in an element.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement

from ingest.html.vocabulary import PHRASING

_NOT_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_NAMED_CONTROL = re.compile(
    r"&#(?:0*(?:[0-8]|1[0-9]|11|12|14|15|2[0-9]|30|31)|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]));"
)
_TITLE = re.compile(r"<title\b[^<>]*>", re.IGNORECASE)
_AFTER_TITLE = re.compile(
    r"<(?:/?(?:head|meta|link|script|style|base|body|html|title)|[a-z][a-z0-9]*)\b[^<>]*>",
    re.IGNORECASE,
)
_CONTENT = ("h1", "main", "article", "p")
_SWALLOWED = 200
"""The least number of characters in a button or `<noscript>` that holds a part of the page."""
_PARAGRAPH = 80
"""The least number of characters of a paragraph in a figure that is running text."""
_PARAGRAPHS = 2
"""The least number of such paragraphs in an unclosed figure. A caption has one at most."""
_VISIBLE = frozenset({"p", "div", "table", "section", "article", "main", "h1"})
"""Elements that a `<head>` cannot have."""


def only_characters(text: str) -> str:
    """Return the source without what XML 1.0 does not count as characters (section 2.2).

    Numeric references to control characters are removed, too.
    """
    return _NAMED_CONTROL.sub("", _without_controls(text))


def _without_controls(text: str) -> str:
    try:
        source = text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate
        return _NOT_CHARACTERS.sub("", text)
    # These searches take a tenth of the time of a regular expression, and few pages have any.
    has_any = (
        len(source.translate(None, _CONTROLS)) < len(source) or "\ufffe" in text or "\uffff" in text
    )
    return _NOT_CHARACTERS.sub("", text) if has_any else text


def close_title(text: str) -> str:
    """Return the source with an end tag for a `<title>` that has none.

    The title ends before the next tag, since a title cannot contain elements. Without the end tag
    the whole page would be its title.
    """
    start = _TITLE.search(text)
    if start is None:
        return text
    following = _AFTER_TITLE.search(text, start.end())
    if following is None or following[0][:7].lower() == "</title":
        return text
    return f"{text[: following.start()]}</title>{text[following.start() :]}"


def repair(tree: HtmlElement) -> None:
    """Repair elements that contain a part of the page by mistake. Changes the tree.

    - If there is no `<body>`, a `<head>` with visible elements becomes the body.
    - A `<button>` or `<noscript>` that contains a part of the page becomes a `<div>`.
    - Paragraphs in a `<figure>` without an end tag are moved behind it.
    - A `<button>` between words of a paragraph becomes a `<span>`. Glossaries have such buttons.
    """
    _make_body(tree)
    elements = list(tree.iter("button", "noscript", "figure"))  # one walk of the tree
    figures = [element for element in elements if element.tag == "figure"]
    for element in elements:
        if element.tag == "button" and _is_between_words(element):
            element.tag = "span"
        elif element.tag != "figure" and _has_swallowed(element):
            element.tag = "div"
    for figure in figures:
        _close_figure(figure)


def _make_body(tree: HtmlElement) -> None:
    if tree.find("body") is not None:
        return
    head = tree.find("head")
    if head is not None and next(head.iter(*_VISIBLE), None) is not None:
        head.tag = "body"


def _is_between_words(button: HtmlElement) -> bool:
    """Whether text of the same paragraph is directly before and after a button."""
    if _has_text_around(button):
        return True
    element = button.getparent()
    while element is not None and element.tag in PHRASING:
        if _has_text_around(element):
            return True
        element = element.getparent()
    return False


def _has_text_around(element: HtmlElement) -> bool:
    """Whether text is directly before and after an element, without another one in between."""
    before, parent = element.getprevious(), element.getparent()
    lead = before.tail if before is not None else None
    if before is None and parent is not None:
        lead = parent.text
    return bool((lead or "").strip() and (element.tail or "").strip())


def _has_swallowed(element: HtmlElement) -> bool:
    """Whether a button or `<noscript>` contains a part of the page.

    A `<noscript>` must contain a headline, a `<main>` or an `<article>`, because its paragraphs
    alone may be a notice for browsers without scripts.
    """
    if next(element.iter(*_CONTENT), None) is None:
        return False
    return len(_text(element)) >= _SWALLOWED and (
        element.tag == "button" or next(element.iter("h1", "main", "article"), None) is not None
    )


def _close_figure(figure: HtmlElement) -> None:
    """Move the paragraphs of a figure, and what follows them, behind it if it was not closed."""
    children = list(figure)
    long = [child for child in children if child.tag == "p" and len(_text(child)) >= _PARAGRAPH]
    if len(long) < _PARAGRAPHS:
        return
    for child in reversed(children[children.index(long[0]) :]):
        figure.addnext(child)


def _text(element: HtmlElement) -> str:
    return str(etree.tostring(element, method="text", encoding="unicode", with_tail=False)).strip()
