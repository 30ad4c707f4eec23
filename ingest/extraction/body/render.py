"""Render blocks as plain text and as semantic HTML with the same content.

The HTML has only the elements p, h2 to h6, ul, ol, li, blockquote, table, tr, td, th, a, strong, em
and br. The only attribute is the `href` of a link, with an absolute http(s) address, so nothing in
the HTML can run. As the last step nh3 (ammonia, html5ever) sanitizes it by the rules of browsers'
parsers, so it is safe to show without changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import groupby, pairwise

import nh3
from lxml.html import HtmlElement

from ingest.html.blocks import Block, Run
from ingest.text import clean, one_line

Absolute = Callable[[str | None], str | None]
"""A function from a raw `href` to an absolute http(s) address, or to None if it is not one."""


_ALLOWED = frozenset({
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote",
    "table", "tr", "td", "th", "a", "strong", "em", "br",
})  # fmt: skip
_SANITIZER = nh3.Cleaner(
    tags=_ALLOWED,
    attributes={"a": frozenset({"href"})},
    url_schemes=frozenset({"http", "https"}),
    url_relative="deny",
    link_rel=None,  # without `target` no link opens a new window, so `noopener` is not needed
)


def render_text(blocks: Sequence[Block]) -> str:
    """Return the blocks as plain text.

    A blank line separates paragraphs, a newline separates list items and table rows, and " | "
    separates cells.
    """
    pieces = [blocks[0].text] if blocks else []
    for before, now in pairwise(blocks):
        pieces += [_separator(before, now), now.text]
    return "".join(pieces)


def _separator(before: Block, now: Block) -> str:
    """Return what is between two blocks of plain text."""
    shared = [
        element for element, other in zip(before.path, now.path, strict=False) if element is other
    ]
    if any(element.tag == "tr" for element in shared):
        return " | " if before.path[-1] is not now.path[-1] else " "
    if any(element.tag in {"ul", "ol", "table"} for element in shared):
        return "\n"
    return "\n\n"


def render_html(blocks: Sequence[Block], absolute: Absolute) -> str:
    """Return the blocks as semantic HTML.

    Lists, quotes and tables are rebuilt from the paths of the blocks.

    Args:
        blocks: The blocks, in page order.
        absolute: A function that returns the absolute address of a link, or None.
    """
    writer = _Writer(absolute)
    for item in blocks:
        writer.write(item)
    writer.close_to(())
    return sanitize("".join(writer.pieces))


def sanitize(markup: str) -> str:
    """Return the markup with only the allowed tags and addresses.

    The result does not change if it is normalised to NFC and sanitized again.
    """
    return _without_solidus(_SANITIZER.clean(clean(_without_solidus(markup))))


def _without_solidus(markup: str) -> str:
    """Return the markup with U+0338 as a character reference.

    It is the only character that NFC merges into `<` and `>`. After a tag it would remove the
    tag's end, and the text up to the next tag would turn into attributes.
    """
    return markup.replace("\u0338", "&#824;")


class _Writer:
    """Writes blocks as HTML, and opens and closes the elements of their paths."""

    def __init__(self, absolute: Absolute) -> None:
        self.pieces: list[str] = []
        self._absolute = absolute
        self._open: tuple[HtmlElement, ...] = ()
        self._filled: HtmlElement | None = None

    def write(self, item: Block) -> None:
        """Add a block."""
        path = tuple(_well_formed(item.path))
        common = 0
        while common < min(len(path), len(self._open)) and path[common] is self._open[common]:
            common += 1
        self.close_to(path[:common])
        self.pieces += [f"<{element.tag}>" for element in path[common:]]
        self._open = path
        inner = _inline(item.runs, self._absolute)
        cell = path[-1] if path and path[-1].tag in {"li", "td", "th"} else None
        if item.tag.startswith("h"):
            tag = "h2" if item.tag == "h1" else item.tag
            self.pieces.append(f"<{tag}>{inner}</{tag}>")
        elif cell is not None:
            self.pieces.append(f"<br>{inner}" if cell is self._filled else inner)
        else:
            self.pieces.append(f"<p>{inner}</p>")
        self._filled = cell

    def close_to(self, path: tuple[HtmlElement, ...]) -> None:
        """Close the open elements that are not in this path."""
        self.pieces += [f"</{element.tag}>" for element in reversed(self._open[len(path) :])]
        self._open = path


_PARENTS = {"li": {"ul", "ol"}, "tr": {"table"}, "td": {"tr"}, "th": {"tr"}}
"""The elements that these must be in."""


def _well_formed(path: Iterable[HtmlElement]) -> list[HtmlElement]:
    """Return the path without misplaced elements, such as a list item without a list."""
    kept: list[HtmlElement] = []
    for element in path:
        wanted = _PARENTS.get(str(element.tag))
        before = kept[-1].tag if kept else ""
        if wanted is None:
            if before in {"ul", "ol", "table", "tr"}:  # only items and rows are allowed there
                continue
        elif before not in wanted:
            continue
        kept.append(element)
    while kept and kept[-1].tag in {"ul", "ol", "table", "tr"}:
        kept.pop()
    return kept


def _inline(runs: Sequence[Run], absolute: Absolute) -> str:
    """Return the runs of a block as HTML."""
    pieces: list[str] = []
    for (marks, link), group in groupby(_trimmed(runs), key=lambda run: (run.marks, run.link)):
        text = "".join([run.text for run in group])
        inner = escape(text, quote=False).replace("\n", "<br>")
        for mark in sorted(marks):
            inner = f"<{mark}>{inner}</{mark}>"
        if link and (address := absolute(link)) is not None:
            inner = f'<a href="{escape(address)}">{inner}</a>'
        pieces.append(inner)
    return "".join(pieces)


def _trimmed(runs: Sequence[Run]) -> list[Run]:
    """Return the runs with single spaces, and without spaces at the ends of lines."""
    kept: list[Run] = []
    at_start = True
    for run in runs:
        text = run.text if run.text == "\n" else _with_single_blanks(run.text, at_start=at_start)
        if text and not (text == "\n" and at_start):
            kept.append(Run(text, *run[1:]))
            at_start = text.endswith((" ", "\n"))
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[-1] = Run(kept[-1].text.rstrip(), *kept[-1][1:])
    return kept


def _with_single_blanks(text: str, *, at_start: bool) -> str:
    """Return a text with single spaces, and without one before it at the start of a line."""
    words = one_line(text)
    if not words:
        return "" if at_start or not text else " "
    before = "" if at_start or not text[:1].isspace() else " "
    return before + words + (" " if text[-1:].isspace() else "")
