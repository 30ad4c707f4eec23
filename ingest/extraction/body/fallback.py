"""Fallbacks for the article's text if the HTML does not contain it.

The text is then in JSON-LD, or in the state of a web app in a script.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, fragment_fromstring

from ingest.extraction.structured import StructuredData
from ingest.html.blocks import Block, read_blocks

_MARKUP = re.compile(r"<(?:p|br|div|h[1-6])\b", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<p\b|\\u003c ?p\b|<br", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.IGNORECASE | re.DOTALL)
_STRING = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_JSON = re.compile(r'":\s*["{\[]')
_LONG = 400
"""The least number of characters of a string that is an article."""
_DEPTH = 2
"""Levels of JSON inside strings of JSON. Next.js streams its state as strings of JSON."""


def stated_body(data: StructuredData) -> str:
    """Return the longest `articleBody` of the JSON-LD, with its markup; empty if there is none."""
    bodies = (body for node in data.articles if isinstance(body := node.get("articleBody"), str))
    return max(bodies, key=len, default="")


def stated_blocks(data: StructuredData) -> list[Block]:
    """Return the blocks of `stated_body`."""
    return _blocks_of(unescape(stated_body(data)))


def embedded_blocks(source: str) -> list[Block]:
    """Return the blocks of the longest string with paragraphs in the page's scripts.

    Pages that are rendered in the browser (Next.js, Nuxt, Redux) have the article's HTML there.
    """
    texts = [text for script in _SCRIPT.finditer(source) for text in _strings(script[1], _DEPTH)]
    return _blocks_of(max(texts, key=len)) if texts else []


def _strings(text: str, depth: int) -> Iterator[str]:
    for match in _STRING.finditer(text):
        if len(match[1]) < _LONG or not _PARAGRAPH.search(match[1]):
            continue
        try:
            value = json.loads(f'"{match[1]}"', strict=False)
        except ValueError:
            continue
        if depth > 1 and _JSON.search(value):
            yield from _strings(value, depth - 1)
        elif _MARKUP.search(value):
            yield value


def _blocks_of(text: str) -> list[Block]:
    if not text.strip():
        return []
    if not _MARKUP.search(text):
        text = "".join(
            f"<p>{line}</p>" for line in re.split(r"\n+", text.replace("<", "&lt;")) if line.strip()
        )
    return read_blocks(element) if (element := _fragment(text)) is not None else []


def _fragment(text: str) -> HtmlElement | None:
    try:
        return fragment_fromstring(text, create_parent="div", parser=HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return None
