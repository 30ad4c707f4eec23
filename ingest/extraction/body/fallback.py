"""Fallbacks for the article's text if the HTML does not contain it.

The text is then in JSON-LD, or in the state of a web app in a script.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape, unescape

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, fragment_fromstring

from ingest.extraction.caps import capped, reached
from ingest.extraction.structured import StructuredData
from ingest.html.blocks import Block, read_blocks
from ingest.html.bounds import has_wide_tag

_MARKUP = re.compile(r"<(?:p|br|div|h[1-6])\b", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<p\b|\\u003c ?p\b|<br", re.IGNORECASE)
_SCRIPT, _SCRIPT_END = (
    re.compile(pattern, re.IGNORECASE) for pattern in (r"<script\b", "</script>")
)
_STRING = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:(")|\\?\Z)', re.DOTALL)
"""A string, or the rest of the text behind a quote that is not closed. Without the second, a search
would read that rest again from each quote in it."""
_JSON = re.compile(r'":\s*["{\[]')
_LONG = 400
"""The least characters of a string that is an article."""
_LONG_LIST = 250
"""The least characters of a list of paragraphs that is an article."""
_ASSIGNED = re.compile(r"(?:^\s*|=\s*)(?=[{\[])")
"""The place before a JSON value: the start of a script, or behind an equals sign."""
_MOST_ASSIGNED = 50
"""The most such places of a script that are read."""
_TYPE_KEYS = ("type", "_type", "kind", "__typename", "blockType", "name")
_TEXT_KEYS = ("text", "content", "html", "value", "body", "data")
_PARAGRAPH_TYPE = re.compile(
    r"(?:text|rich)?-?_?(?:paragraph|text|p|block)s?(?:block)?", re.IGNORECASE
)
_DEPTH = 2
"""Levels of JSON inside JSON strings. Next.js streams its state as JSON strings."""


def stated_body(data: StructuredData) -> str:
    """Return the longest `articleBody` of the JSON-LD, with its markup, or an empty text."""
    bodies = (body for node in data.articles if isinstance(body := node.get("articleBody"), str))
    return max(bodies, key=len, default="")


def stated_blocks(data: StructuredData) -> list[Block]:
    """Return the blocks of `stated_body`."""
    return _blocks_of(unescape(stated_body(data)))


def embedded_blocks(source: str) -> list[Block]:
    """Return the blocks of the longest string with paragraphs in the page's scripts, or none.

    Pages that are rendered in the browser (Next.js, Nuxt, Redux) have the article's HTML there.

    Args:
        source: The source of the page.
    """
    texts = [text for script in _scripts(source) for text in _strings(script, _DEPTH)]
    return _blocks_of(max(texts, key=len)) if texts else []


def listed_blocks(source: str) -> list[Block]:
    """Return the blocks of the longest list of paragraphs in the page's scripts, or none.

    Next.js (`__NEXT_DATA__`) and Arc (`Fusion.globalContent`) have a text as a list of objects,
    each with its type and its text.

    Args:
        source: The source of the page.
    """
    lists = [texts for value in _json_values(source) for texts in _paragraph_lists(value)]
    longest = max(lists, key=lambda texts: sum(map(len, texts)), default=[])
    if sum(map(len, longest)) < _LONG_LIST:
        return []
    marked = [
        text if _MARKUP.search(text) else f"<p>{text if '<' in text else escape(text)}</p>"
        for text in longest
    ]
    return _blocks_of("".join(marked))


def _scripts(source: str) -> Iterator[str]:
    """Yield the texts of the scripts that have an end tag."""
    position = 0
    while (start := _SCRIPT.search(source, position)) is not None:
        opened = source.find(">", start.end()) + 1
        end = _SCRIPT_END.search(source, opened) if opened else None
        if end is None:  # then no later script has one either
            return
        yield source[opened : end.start()]
        position = end.end()


def _json_values(source: str) -> Iterator[object]:
    """Yield the JSON values of the scripts: a whole script, or the value of a variable in it."""
    decoder = json.JSONDecoder(strict=False)
    for text in _scripts(source):
        for match in capped(
            _ASSIGNED.finditer(text),
            _MOST_ASSIGNED,
            f"a script has over {_MOST_ASSIGNED} values: the others were not searched for the text",
        ):
            start = match.end()
            try:
                yield decoder.raw_decode(text, start)[0]
            except (ValueError, RecursionError):
                continue


def _paragraph_lists(value: object) -> Iterator[list[str]]:
    """Yield the texts of each list with two or more paragraphs, at any depth of the value."""
    stack = [value]
    while stack:
        inner = stack.pop()
        if isinstance(inner, dict):
            stack.extend(inner.values())
        elif isinstance(inner, list):
            texts = [text for item in inner if (text := _paragraph(item))]
            if len(texts) > 1:
                yield texts
            stack.extend(inner)


def _paragraph(item: object) -> str | None:
    """Return the text of an object whose type is that of a paragraph, or None."""
    if not isinstance(item, dict):
        return None
    kind = next((item[key] for key in _TYPE_KEYS if isinstance(item.get(key), str)), "")
    if not _PARAGRAPH_TYPE.fullmatch(kind):
        return None
    return next((item[key] for key in _TEXT_KEYS if isinstance(item.get(key), str)), None)


def _strings(text: str, depth: int) -> Iterator[str]:
    """Yield the long strings with paragraphs in JSON, also in JSON inside strings.

    Args:
        text: JSON, or a script that contains some.
        depth: The number of levels to read.
    """
    for match in _STRING.finditer(text):
        if len(match[1]) < _LONG or not match[2] or not _PARAGRAPH.search(match[1]):
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
    """Return the blocks of HTML, or of plain text with a paragraph on each line."""
    if not text.strip():
        return []
    if not _MARKUP.search(text):
        text = "".join(
            f"<p>{line}</p>" for line in re.split(r"\n+", text.replace("<", "&lt;")) if line.strip()
        )
    return read_blocks(element) if (element := _fragment(text)) is not None else []


def _fragment(text: str) -> HtmlElement | None:
    """Return the parsed HTML in a `<div>`.

    None if lxml cannot parse it, or if it has a tag with 500 attributes.
    """
    if has_wide_tag(text.encode("utf-8", "replace")):
        reached("HTML in a script has a tag with over 500 attributes: it was not read as the text")
        return None
    try:
        return fragment_fromstring(text, create_parent="div", parser=HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return None
