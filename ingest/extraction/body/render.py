"""Blocks as plain text and as semantic HTML: the same content twice.

The HTML holds p, h2 to h6, ul, ol, li, blockquote, table, tr, td, th, a, strong, em and br, without attributes but the
`href` of a link, which is an absolute http(s) address: nothing in it can run. Whatever is written here passes nh3
(ammonia, html5ever) last, which knows how browsers read markup: the HTML may be shown as it is.
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
"""Makes an absolute http(s) address of a raw `href`, or None where it is none."""


_ALLOWED = frozenset({
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote",
    "table", "tr", "td", "th", "a", "strong", "em", "br",
})  # fmt: skip
_SANITIZER = nh3.Cleaner(
    tags=_ALLOWED,
    attributes={"a": frozenset({"href"})},
    url_schemes=frozenset({"http", "https"}),
    url_relative="deny",
    link_rel=None,  # no link opens a window of its own, so there is no opener to hide
)


def render_text(blocks: Sequence[Block]) -> str:
    """The text: paragraphs parted by a blank line, list items and table rows by a newline, cells by " | "."""
    pieces = [blocks[0].text] if blocks else []
    for before, now in pairwise(blocks):
        pieces += [_separator(before, now), now.text]
    return "".join(pieces)


def _separator(before: Block, now: Block) -> str:
    shared = [
        element for element, other in zip(before.path, now.path, strict=False) if element is other
    ]
    if any(element.tag == "tr" for element in shared):
        return " | " if before.path[-1] is not now.path[-1] else " "
    if any(element.tag in {"ul", "ol", "table"} for element in shared):
        return "\n"
    return "\n\n"


def render_html(blocks: Sequence[Block], absolute: Absolute) -> str:
    """The blocks as semantic HTML; lists, quotes and tables are put together again from their blocks' paths."""
    writer = _Writer(absolute)
    for item in blocks:
        writer.write(item)
    writer.close_to(())
    return sanitize("".join(writer.pieces))


def sanitize(markup: str) -> str:
    """The markup with nothing but the allowed tags and addresses, and the same after NFC; idempotent."""
    return _without_solidus(_SANITIZER.clean(clean(_without_solidus(markup))))


def _without_solidus(markup: str) -> str:
    """The markup with U+0338 written as a reference: it is the one character that NFC merges into `<` and `>`.

    Behind a tag it would unmake the tag's end, and the text up to the next one would turn into attributes.
    """
    return markup.replace("\u0338", "&#824;")


class _Writer:
    def __init__(self, absolute: Absolute) -> None:
        self.pieces: list[str] = []
        self._absolute = absolute
        self._open: tuple[HtmlElement, ...] = ()
        self._filled: HtmlElement | None = None

    def write(self, item: Block) -> None:
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
        """Close what is open beyond this path."""
        self.pieces += [f"</{element.tag}>" for element in reversed(self._open[len(path) :])]
        self._open = path


_PARENTS = {"li": {"ul", "ol"}, "tr": {"table"}, "td": {"tr"}, "th": {"tr"}}


def _well_formed(path: Iterable[HtmlElement]) -> list[HtmlElement]:
    """The path without what stands outside its place, such as a list item without a list."""
    kept: list[HtmlElement] = []
    for element in path:
        wanted = _PARENTS.get(str(element.tag))
        before = kept[-1].tag if kept else ""
        if wanted is None:
            if before in {"ul", "ol", "table", "tr"}:  # only items and rows may stand there
                continue
        elif before not in wanted:
            continue
        kept.append(element)
    while kept and kept[-1].tag in {"ul", "ol", "table", "tr"}:
        kept.pop()
    return kept


def _inline(runs: Sequence[Run], absolute: Absolute) -> str:
    pieces: list[str] = []
    for (marks, link), group in groupby(_trimmed(runs), key=lambda run: (run.marks, run.link)):
        text = "".join(run.text for run in group)
        inner = escape(text, quote=False).replace("\n", "<br>")
        for mark in sorted(marks):
            inner = f"<{mark}>{inner}</{mark}>"
        if (address := absolute(link)) is not None:
            inner = f'<a href="{escape(address)}">{inner}</a>'
        pieces.append(inner)
    return "".join(pieces)


def _trimmed(runs: Sequence[Run]) -> list[Run]:
    """The runs with single blanks, none at the ends of a line."""
    kept: list[Run] = []
    at_start = True
    for run in runs:
        text = run.text if run.text == "\n" else _with_single_blanks(run.text, at_start=at_start)
        if text and not (text == "\n" and at_start):
            kept.append(run._replace(text=text))
            at_start = text.endswith((" ", "\n"))
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[-1] = kept[-1]._replace(text=kept[-1].text.rstrip())
    return kept


def _with_single_blanks(text: str, *, at_start: bool) -> str:
    words = one_line(text)
    if not words:
        return "" if at_start or not text else " "
    before = "" if at_start or not text[:1].isspace() else " "
    return before + words + (" " if text[-1:].isspace() else "")
