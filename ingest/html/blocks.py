"""The text blocks of a page: its paragraphs, headings, list items and table cells.

The tree is read once, in page order. Text directly in a `<div>`, or between two `<br>`, is a block
like a `<p>`. Text in links, `<strong>` and other inline elements belongs to the block around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from ingest.html.vocabulary import HEADINGS, WITHOUT_PROSE, is_inline
from ingest.text import one_line

_MARKS = {"b": "strong", "strong": "strong", "em": "em", "i": "em"}
_STRUCTURE = frozenset({"blockquote", "ol", "ul", "li", "table", "tr", "td", "th"})
_LEAVES = HEADINGS | {"li", "td", "th"}


class Run(NamedTuple):
    """A piece of a block's text with the same marks.

    Attributes:
        text: The text, not cleaned. A newline is a `<br>`.
        marks: Some of "strong" and "em".
        link: The `href` of the link around it, as written, or None.
        linked: Whether it is in an `<a>`, even one without an `href`.
    """

    text: str
    marks: frozenset[str] = frozenset()
    link: str | None = None
    linked: bool = False


@dataclass(eq=False)
class Block:
    """One block.

    Attributes:
        element: The nearest element around the text that is not inline.
        path: The quotes, lists, tables and their parts around it, outermost first.
        runs: The text, in pieces with the same marks.
    """

    element: HtmlElement
    path: tuple[HtmlElement, ...] = ()
    runs: list[Run] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        """The text with single spaces. A single `<br>` is a newline."""
        text = "".join([run.text for run in self.runs])
        # The parser removes control characters, so plain ASCII needs only its spaces cleaned.
        tidy = _single_blanks if text.isascii() else one_line
        return "\n".join([line for part in text.split("\n") if (line := tidy(part))])

    @property
    def raw_length(self) -> int:
        """The number of characters before cleaning. It is never less than that of `text`."""
        return sum([len(run.text) for run in self.runs])

    @cached_property
    def key(self) -> str:
        """The text in the form for comparison; see `squeeze`."""
        return squeeze(self.text)

    @cached_property
    def tag(self) -> str:
        """The tag of the block in HTML: that of a heading, "li", "td", "th", or else "p"."""
        if self.element.tag in HEADINGS:
            return str(self.element.tag)
        inner = self.path[-1].tag if self.path else ""
        return str(inner) if inner in _LEAVES else "p"

    @cached_property
    def link_share(self) -> float:
        """The share of the text that is in links, 0 to 1."""
        sizes = [(len(run.text.strip()), run.linked) for run in self.runs]
        whole = sum([size for size, _ in sizes])
        return sum([size for size, is_linked in sizes if is_linked]) / whole if whole else 0.0

    def carries(self, mark: str) -> bool:
        """Whether all of the text has this mark, "strong" or "em"."""
        return all(mark in run.marks for run in self.runs if run.text.strip())


_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff\u2424]")


def _single_blanks(text: str) -> str:
    return " ".join(text.split()).replace("\x7f", "")


def squeeze(text: str) -> str:
    """Return the text without white space, invisible characters and leading list marks.

    Two texts that differ only in these are equal in this form.
    """
    text = "".join(text.split())
    return (text if text.isascii() else _INVISIBLE.sub("", text)).lstrip("-–—•·*")


def read_blocks(root: HtmlElement) -> list[Block]:
    """Return the blocks below `root` that have text, in page order. The tree is not changed."""
    reader = _Reader()
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start":
            if element.tag in WITHOUT_PROSE:
                walk.skip_subtree()
            else:
                reader.start(element)
            continue
        if event == "end" and element.tag not in WITHOUT_PROSE:
            reader.end(element)
        if element is not root and (tail := element.tail):
            reader.add(tail)
    reader.flush()
    return reader.blocks


class _Reader:
    """Builds the blocks from the elements and texts of a tree, given in page order."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._current: Block | None = None
        self._owners: list[HtmlElement] = []
        self._path: tuple[HtmlElement, ...] = ()
        self._marks: list[frozenset[str]] = [frozenset()]
        self._links: list[HtmlElement] = []
        self._preformatted = 0

    def start(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag == "br":
            self._line_break()
            return
        if is_inline(tag) or ("-" in tag and self._is_in_sentence()):
            if self._current is not None and "note" in (element.get("class") or ""):
                self.add(" ")  # a style sheet separates such a note from the sentence
            marks = self._marks[-1]
            if tag == "a":
                self._links.append(element)
            elif tag in _MARKS:
                marks |= {_MARKS[tag]}
            self._marks.append(marks)
        else:
            self.flush()
            self._owners.append(element)
            self._preformatted += tag == "pre"
            if tag in _STRUCTURE:
                self._path = (*self._path, element)
        if text := element.text:
            self.add(text)

    def end(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag == "br":
            return
        if not self._owners or self._owners[-1] is not element:
            self._marks.pop()
            if tag == "a":
                self._links.pop()
        else:
            self.flush()
            self._owners.pop()
            self._preformatted -= tag == "pre"
            if tag in _STRUCTURE:
                self._path = self._path[:-1]

    def _is_in_sentence(self) -> bool:
        """Whether this is in a `<p>`, in which a custom element is content of a line."""
        return bool(self._owners) and self._owners[-1].tag == "p"

    def add(self, text: str) -> None:
        """Add a text node to the current block. Lines of preformatted text stay lines."""
        if self._preformatted and "\n" in text:
            for number, line in enumerate(text.splitlines()):
                if number:
                    self._line_break()
                self._add(line)
        else:
            self._add(text)

    def _add(self, text: str) -> None:
        if self._current is None:
            if text.isspace() or not self._owners:
                return
            self._current = Block(self._owners[-1], self._path)
        link = self._links[-1].get("href") if self._links else None
        self._current.runs.append(
            Run(text.replace("\n", " "), self._marks[-1], link, bool(self._links))
        )

    def _line_break(self) -> None:
        """Add a line break to the current block. A second one in a row ends the block."""
        if self._current is None:
            return
        last = next(
            (run.text for run in reversed(self._current.runs) if run.text.strip(" \t\r")), ""
        )
        if last.endswith("\n"):
            self.flush()
        else:
            self._current.runs.append(Run("\n"))

    def flush(self) -> None:
        """End the current block, and keep it if it has text."""
        if self._current is not None and _has_text(self._current):
            self.blocks.append(self._current)
        self._current = None


def _has_text(block: Block) -> bool:
    """Whether the text of a block is not empty.

    The text of most blocks need not be cleaned to find out.
    """
    for run in block.runs:
        if run.text.isascii() and not run.text.isspace() and "\x7f" not in run.text:
            return True
    return bool(block.text)
