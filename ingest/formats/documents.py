"""One record as a document to read: plain text, Markdown or HTML (pure).

The text of the record is a stranger's: what Markdown or HTML would take for markup is escaped.
`articleBodyHtml` is sanitized already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser
from typing import Any

HTML_HEAD = (
    '<!doctype html>\n<html>\n<head><meta charset="utf-8"><title>Articles</title></head>\n<body>\n'
)
HTML_END = "</body>\n</html>\n"

_MARKUP = re.compile(r"([\\`*_\[\]<>&~|])")
_LINE_MARKUP = re.compile(r"^(\s*)([#+\-=]|\d+(?=[.)]))", re.MULTILINE)


def as_text(record: Mapping[str, Any]) -> str:
    """Return headline, deck, byline, URL and text of a record, with a blank line before the text."""
    head = [record["headline"], record["alternativeHeadline"], _byline(record), record["url"]]
    return "\n".join(line for line in head if line) + f"\n\n{record['articleBody']}\n"


def as_markdown(record: Mapping[str, Any]) -> str:
    """Return a record as CommonMark: a heading, the byline, a link and the text."""
    blocks = [f"# {_escaped(record['headline'])}" if record["headline"] else ""]
    if record["alternativeHeadline"]:
        blocks.append(f"*{_escaped(record['alternativeHeadline'])}*")
    blocks += [_line(_byline(record)), f"<{_address(record['url'])}>"]
    blocks.append(_markdown_body(record))
    return "\n\n".join(block for block in blocks if block) + "\n"


def as_html(record: Mapping[str, Any]) -> str:
    """Return a record as an `<article>` element."""
    language = f' lang="{escape(record["inLanguage"])}"' if record["inLanguage"] else ""
    parts = [f'<article{language} dir="auto">']
    if record["headline"]:
        parts.append(f"<h1>{escape(record['headline'])}</h1>")
    if record["alternativeHeadline"]:
        parts.append(f"<p><em>{escape(record['alternativeHeadline'])}</em></p>")
    if byline := _byline(record):
        parts.append(f"<p>{escape(byline)}</p>")
    url = escape(record["url"])
    parts.append(f'<p><a href="{url}">{url}</a></p>')
    parts += [record["articleBodyHtml"] or _paragraphs(record["articleBody"]), "</article>\n"]
    return "\n".join(parts)


def _byline(record: Mapping[str, Any]) -> str:
    """Return the authors and the time of publication on one line."""
    names = ", ".join(author["name"] for author in record["authors"])
    return ", ".join(part for part in (names, record["datePublished"]) if part)


def _paragraphs(text: str) -> str:
    return "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.split("\n\n"))


def _markdown_body(record: Mapping[str, Any]) -> str:
    if not record["articleBodyHtml"]:
        return "\n\n".join(_line(paragraph) for paragraph in record["articleBody"].split("\n\n"))
    reader = _MarkdownReader()
    reader.feed(record["articleBodyHtml"])
    reader.close()
    return reader.text()


def _escaped(text: str) -> str:
    """Return the text with what is markup anywhere in a line escaped."""
    return _MARKUP.sub(r"\\\1", text)


def _line(text: str) -> str:
    """Return the text with what is markup at the start of a line escaped, too."""
    return _LINE_MARKUP.sub(_as_plain, _escaped(text))


def _as_plain(match: re.Match[str]) -> str:
    space, sign = match.groups()
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"


def _address(url: str) -> str:
    """Return an address that ends neither `<...>` nor `(...)` of Markdown."""
    for character in "<>()\\":
        url = url.replace(character, f"%{ord(character):02X}")
    return url


_BLOCKS = frozenset({"p", "h2", "h3", "h4", "h5", "h6", "li", "tr"})
_INLINE = {"strong": "**", "em": "*"}


class _MarkdownReader(HTMLParser):
    """Reads `articleBodyHtml`, which has a dozen elements, as blocks of Markdown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[tuple[str, bool]] = []
        """Blocks with whether a blank line precedes each."""
        self._pieces: list[str] = []
        self._lists: list[tuple[bool, int]] = []
        """For each open list whether it is numbered, and the number of items so far."""
        self._quotes = 0
        self._links: list[str] = []
        self._mark = ""
        self._tight = False
        self._cells = 0
        self._rows = 0

    def text(self) -> str:
        """Return the Markdown of what was read."""
        self._end_block()
        pieces = []
        for block, is_apart in self._blocks:
            pieces += ["\n\n" if is_apart else "\n", block]
        return "".join(pieces[1:])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, a list or a part of a line."""
        if tag in {"ul", "ol"}:
            self._end_block()
            self._lists.append((tag == "ol", 0))
        elif tag == "blockquote":
            self._end_block()
            self._quotes += 1
        elif tag == "table":
            self._end_block()
            self._rows = 0
        elif tag in _BLOCKS:
            self._begin_block(tag)
        elif tag in {"td", "th"}:
            self._pieces.append(" | " if self._cells else "| ")
            self._cells += 1
        elif tag == "a":
            self._links.append(dict(attrs).get("href") or "")
            self._pieces.append("[")
        elif tag == "br":
            self._pieces.append("\\\n")
        else:
            self._pieces.append(_INLINE.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        """End a block, a list or a part of a line."""
        if tag in {"ul", "ol"}:
            self._end_block()
            if self._lists:
                self._lists.pop()
        elif tag == "blockquote":
            self._end_block()
            self._quotes = max(0, self._quotes - 1)
        elif tag == "tr":
            self._end_row()
        elif tag in _BLOCKS:
            self._end_block()
        elif tag == "a" and self._links:
            self._pieces.append(f"]({_address(self._links.pop())})")
        else:
            self._pieces.append(_INLINE.get(tag, ""))

    def handle_data(self, data: str) -> None:
        """Add text."""
        at_start = not "".join(self._pieces).strip()
        self._pieces.append(_line(data) if at_start else _escaped(data))

    def _begin_block(self, tag: str) -> None:
        if tag == "p" and self._mark and not "".join(self._pieces).strip():
            return  # the first paragraph of a list item
        self._end_block()
        self._cells = 0
        if tag.startswith("h"):
            self._mark = "#" * int(tag[1]) + " "
        elif tag == "li" and self._lists:
            is_numbered, count = self._lists[-1]
            self._lists[-1] = (is_numbered, count + 1)
            bullet = f"{count + 1}. " if is_numbered else "- "
            self._mark = "    " * (len(self._lists) - 1) + bullet
            self._tight = count > 0 or len(self._lists) > 1
        elif tag == "tr":
            self._tight = self._rows > 0

    def _end_row(self) -> None:
        cells = self._cells
        if cells:
            self._pieces.append(" |")
        self._end_block()
        if cells and self._rows == 0:
            self._blocks.append((self._quoted("|" + " --- |" * cells), False))
        self._rows += 1
        self._cells = 0

    def _end_block(self) -> None:
        text = "".join(self._pieces).strip()
        if text:
            self._blocks.append((self._quoted(f"{self._mark}{text}"), not self._tight))
        self._pieces, self._mark, self._tight = [], "", False

    def _quoted(self, text: str) -> str:
        quote = "> " * self._quotes
        return "\n".join(f"{quote}{line}" for line in text.split("\n"))
