"""The text blocks of a part of a page: what a reader sees as one paragraph, heading, list item or table cell.

A page is read once, in page order. Text that stands in a `<div>`, in a `<span>` or between two `<br>` is as good a
block as a `<p>`; text in links and `<strong>` belongs to its block.
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

_MARKS = {"a": "a", "b": "strong", "strong": "strong", "em": "em", "i": "em"}
_STRUCTURE = frozenset({"blockquote", "ol", "ul", "li", "table", "tr", "td", "th"})
_LEAVES = HEADINGS | {"li", "td", "th"}


class Run(NamedTuple):
    """A piece of a block's text under the same marks; `marks` are "strong" and "em", `link` is the raw `href`."""

    text: str
    marks: frozenset[str] = frozenset()
    link: str | None = None
    linked: bool = False


@dataclass(eq=False)
class Block:
    """One block. `element` holds it; `path` are the quotes, lists and tables around it, outermost first."""

    element: HtmlElement
    path: tuple[HtmlElement, ...] = ()
    runs: list[Run] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        """The text, with a newline where a single `<br>` stands."""
        text = "".join([run.text for run in self.runs])
        # Of plain ASCII nothing is left to clean but its blanks: the parser took the control characters.
        tidy = _single_blanks if text.isascii() else one_line
        return "\n".join([line for part in text.split("\n") if (line := tidy(part))])

    @property
    def raw_length(self) -> int:
        """The number of characters before white space is collapsed; the text has no more."""
        return sum([len(run.text) for run in self.runs])

    @cached_property
    def key(self) -> str:
        """The text as it is compared: no white space, no invisible characters, no leading list marks."""
        return squeeze(self.text)

    @cached_property
    def tag(self) -> str:
        """What the block is in HTML: a heading, "li", "td", "th" or "p"."""
        if self.element.tag in HEADINGS:
            return str(self.element.tag)
        inner = self.path[-1].tag if self.path else ""
        return str(inner) if inner in _LEAVES else "p"

    @cached_property
    def link_share(self) -> float:
        """The share of the text that is linked, 0 to 1."""
        sizes = [(len(run.text.strip()), run.linked) for run in self.runs]
        whole = sum([size for size, _ in sizes])
        return sum([size for size, is_linked in sizes if is_linked]) / whole if whole else 0.0

    def carries(self, mark: str) -> bool:
        """Whether all of the text stands under this mark."""
        return all(mark in run.marks for run in self.runs if run.text.strip())


_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff\u2424]")


def _single_blanks(text: str) -> str:
    return " ".join(text.split()).replace("\x7f", "")


def squeeze(text: str) -> str:
    """The text without white space, invisible characters and leading list marks, for comparing."""
    text = "".join(text.split())
    return (text if text.isascii() else _INVISIBLE.sub("", text)).lstrip("-–—•·*")


def read_blocks(root: HtmlElement) -> list[Block]:
    """The blocks below `root` in page order. The tree is not changed."""
    reader = _Reader()
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start":
            if element.tag in WITHOUT_PROSE:
                walk.skip_subtree()
            else:
                reader.start(element)
        elif event == "end":
            if element.tag not in WITHOUT_PROSE:
                reader.end(element)
            if element is not root:
                reader.add(element.tail)
        elif element is not root:
            reader.add(element.tail)
    reader.flush()
    return reader.blocks


class _Reader:
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
        if is_inline(tag):
            if self._current is not None and "note" in (element.get("class") or ""):
                self.add(" ")  # a style sheet sets a note in the text off from the sentence
            mark = _MARKS.get(tag)
            if mark == "a":
                self._links.append(element)
            self._marks.append(
                self._marks[-1] | {mark} if mark and mark != "a" else self._marks[-1]
            )
        else:
            self.flush()
            self._owners.append(element)
            self._preformatted += tag == "pre"
            if tag in _STRUCTURE:
                self._path = (*self._path, element)
        self.add(element.text)

    def end(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag == "br":
            return
        if is_inline(tag):
            self._marks.pop()
            if tag == "a":
                self._links.pop()
        else:
            self.flush()
            self._owners.pop()
            self._preformatted -= tag == "pre"
            if tag in _STRUCTURE:
                self._path = self._path[:-1]

    def add(self, text: str | None) -> None:
        """Add a text node to the current block; the lines of preformatted text stay lines."""
        if not text:
            return
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
        if self._current is not None and _has_text(self._current):
            self.blocks.append(self._current)
        self._current = None


def _has_text(block: Block) -> bool:
    """Whether the text of a block is not empty. Most blocks need no cleaning to know it."""
    for run in block.runs:
        if run.text.isascii() and not run.text.isspace() and "\x7f" not in run.text:
            return True
    return bool(block.text)
