"""Parse the source of a page to a tree of elements."""

from __future__ import annotations

from lxml import etree
from lxml.html import (
    HtmlComment,
    HtmlElement,
    HTMLParser,
    HtmlProcessingInstruction,
    document_fromstring,
)

from ingest.html.repair import repair

_EMPTY = b"<html><head></head><body></body></html>"
# lxml.html calls a Python function for the class of every element. Fixed classes take a third of
# that time, and trafilatura is a sixth faster on such a tree, with the same text. The classes of
# form elements are lost, but not used here.
_CLASSES = etree.ElementDefaultClassLookup(
    element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction
)


def _parser() -> HTMLParser:
    parser = HTMLParser(encoding="utf-8")
    parser.set_element_class_lookup(_CLASSES)
    return parser


def tree_of(html: bytes) -> HtmlElement:
    """Return the repaired tree of a page's source, or that of an empty page if it has none."""
    for source in (html, _EMPTY):
        try:
            # Bytes, because lxml rejects a str with an XML declaration. The parser has an encoding,
            # so that a `<meta>` cannot change it.
            tree = document_fromstring(source, parser=_parser())
        except (etree.LxmlError, ValueError):  # an empty document, or none at all
            continue
        repair(tree)
        return tree
    raise AssertionError("the empty page parses")
