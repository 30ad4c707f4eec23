"""The text of a comment: paragraphs with blank lines between them, without buttons and labels."""

from __future__ import annotations

import re
from collections.abc import Container

from lxml import etree
from lxml.html import HtmlElement

from ingest.extraction.comments.parts import is_small
from ingest.extraction.comments.words import Role, part_of, pattern
from ingest.html.page import text_of
from ingest.html.vocabulary import CONTROLS, EMBEDDED, LINE_BREAKING, NOT_RENDERED
from ingest.text import block, one_line

_LENGTH = 200
_DIGIT = re.compile(r"\d")
_LONG_WORD = re.compile(r"[^\W\d]{6,}")
_FILLING = re.compile(rf"\b(?:{pattern('by')})\b|\b(?:{pattern('labels')})(?!\w)", re.IGNORECASE)
# "März 7, 2018", "Kommentar von — 2019-01-01 @ 00:39": a date with at most a few short words.
_DATE_LINE = re.compile(
    rf"(?:{pattern('by')})?\W*(?:[^\W\d]{{2,10}}[.,]?\s+){{0,2}}\d{{1,4}}[\d\s.,:/@|–—-]*"
    r"(?:[^\W\d]{1,10}\.?[\s,]*)?[\d\s.,:/@|–—-]*\d{2}\s*(?:Uhr|h|am|pm|a\.m\.|p\.m\.)?\W*",
    re.IGNORECASE,
)


def split_bylines(text: str, name: str | None, raw: str | None) -> tuple[str, list[str]]:
    """Split off the first and last lines that hold only the author's name and the date.

    Args:
        text: lines and paragraphs of a comment, bylines among them.
        name: the author's, if known.
        raw: the date as on the page, if known.

    Returns:
        The rest of the text, and the bylines.
    """
    lines = text.split("\n")
    bylines: list[str] = []
    while len(lines) > 1 and (not lines[0] or _is_byline(lines[0], name, raw)):
        bylines.append(lines.pop(0))
    while len(lines) > 1 and (not lines[-1] or _is_byline(lines[-1], name, raw, last=True)):
        bylines.append(lines.pop())
    return "\n".join(lines), [line for line in bylines if line]


def _is_byline(line: str, name: str | None, raw: str | None, *, last: bool = False) -> bool:
    """Whether a line is only the author's name and the date.

    A name alone in the last line is a signature, which is kept.
    """
    if len(line) > _LENGTH:
        return False
    if _DATE_LINE.fullmatch(line):
        return True
    rest = line
    for part in (raw, name):
        rest = rest.replace(part, "", 1) if part else rest
    if rest == line or (last and not _DIGIT.search(line)):
        return False
    return len(rest) <= 40 and not _LONG_WORD.search(_FILLING.sub("", rest))


_SILENT = NOT_RENDERED | EMBEDDED | CONTROLS | {"form", "nav", "time"}
_LINES = frozenset({"li", "dd", "dt", "tr"})
_NO_TEXT = Role.NOISE | Role.AUTHOR | Role.DATE
# Longer than any label, byline or row of buttons. Broken pages put the text inside one of them.
_LABEL_LENGTH = 160
_LABEL = re.compile(
    rf"\W*(?:(?:{pattern('labels')})(?:\s+(?:to|an|à|a)\s+[^\n]{{1,60}})?\s*[↓→»›…(]*[\s\d+/–-]*\)?"
    rf"|[\d\s|+·•/()-]+|#\d+)\W*(?:[|·•/]\s*(?:{pattern('labels')})\W*)*",
    re.IGNORECASE,
)
_HELD = re.compile(rf"(?:{pattern('held')})[^\n]*", re.IGNORECASE)


def prose(
    tops: list[HtmlElement], others: Container[HtmlElement], drop: Container[HtmlElement] = ()
) -> str:
    """Return the text of these elements without replies (`others`), `drop`, and labels.

    If that leaves nothing, labels are kept: some pages close the author's element after the text.
    """
    for strict in (True, False):
        pieces: list[str] = []
        for top in tops:
            _write(top, pieces, others, drop, strict=strict)
            pieces.append("\n\n")
        if text := _without_labels(block("".join(pieces))):
            return text
    return ""


def _write(
    top: HtmlElement,
    pieces: list[str],
    others: Container[HtmlElement],
    drop: Container[HtmlElement],
    *,
    strict: bool,
) -> None:
    walker = etree.iterwalk(top, events=("start", "end", "comment", "pi"))
    for event, node in walker:
        if event == "start":
            if node is not top and (node in others or _is_left_out(node, drop, strict=strict)):
                walker.skip_subtree()  # its "end" event still follows, with the tail
                continue
            pieces.append(_opening(node))
        elif node is not top:
            pieces.append((_closing(node) if event == "end" else "") + _inline(node.tail))


def _opening(node: HtmlElement) -> str:
    if node.tag == "img":
        names = _names(node)
        return (node.get("alt") or "") if "smil" in names or "emoji" in names else ""
    return _gap(node) + _inline(node.text)


def _closing(node: HtmlElement) -> str:
    return "" if node.tag == "br" or node.tag in _LINES else _gap(node)


def _gap(node: HtmlElement) -> str:
    if node.tag == "br" or node.tag in _LINES:
        return "\n"
    return "\n\n" if node.tag in LINE_BREAKING else ""


def _names(element: HtmlElement) -> str:
    return (element.get("class") or "").casefold()


def _inline(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""


def _is_left_out(element: HtmlElement, drop: Container[HtmlElement], *, strict: bool) -> bool:
    if element.tag in _SILENT or element in drop:
        return True
    names = element.get("class")
    if not strict or not names or not part_of(names) & _NO_TEXT:
        return False
    return is_small(element) and len(text_of(element)) <= _LABEL_LENGTH


def _without_labels(text: str) -> str:
    """Return the text without lines of buttons and counts at its start and end."""
    lines = [line for line in text.split("\n") if not _HELD.fullmatch(one_line(line))]
    while len(lines) > 1 and _is_label(lines[-1]):
        lines.pop()
    while len(lines) > 1 and _is_label(lines[0]):
        lines.pop(0)
    if len(lines) == 1 and re.search(r"[^\W\d]", lines[0]) and _is_label(lines[0]):
        return ""
    return block("\n".join(lines))


def _is_label(line: str) -> bool:
    line = line.strip()
    return not line or (len(line) <= _LABEL_LENGTH and bool(_LABEL.fullmatch(line)))
