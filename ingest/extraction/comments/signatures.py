"""Lines that sign a comment without markup that says so: "Posted by Ali on 3 May 2024", "Ali says:"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from ingest.dates.clock import ascii_digits
from ingest.extraction.comments.words import pattern
from ingest.html.vocabulary import LINE_BREAKING, WITHOUT_PROSE
from ingest.text import one_line

_LENGTH = 160
_NAME_LENGTH = 60
_NAME_WORDS = 6
_REST_WORDS = 6  # labels, a town or a time zone behind the date
_NODES = 400  # elements of a comment that are searched for its byline
_EDGE = 4  # lines at the start and at the end of a comment that may be its byline

# In Devanagari and Bengali, vowel signs are no word characters. No month is written in kana, Chinese
# characters or Hangul before or behind a day.
_MONTH = r"[^\W\d_\u3040-\u9fff\uac00-\ud7af][^\s\d,.|:;/()\[\]\u3040-\u9fff]{1,13}\.?"
_CLOCK = r"\d{1,2}[:.]\d\d(?::\d\d)?(?!\.?\d)(?:\s*(?:[ap]\.?m\b\.?|uhr\b|h\b))?"
_START = r"(?<![\d.,:/-])"  # a name may stand right before it, in an element of its own
_NUMERIC = (
    rf"{_START}\d{{1,4}}([./-])\d{{1,2}}\1\d{{2,4}}\b|{_START}\d{{1,2}}\.\s\d{{1,2}}\.\s\d{{4}}\b"
)
_CJK = r"\d{2,4}\s*[年년]\s*\d{1,2}\s*[月월]\s*\d{1,2}\s*[日일]"
_OF = r"(?:d[eo]l?|of|the)\s+"
_DAY_MONTH = rf"{_START}\d{{1,2}}(?:st|nd|rd|th|er|º)?\.?,?\s+(?:{_OF})?{_MONTH}"
_MONTH_DAY = rf"\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b"
_YEAR = rf",?\s+(?:{_OF})?(?:(?:19|20)\d\d|\d\d)\b(?![:.]\d)"
_GAP = r"[\s,@|·•–—()-]*(?:[^\W\d]{1,4}\s)?\s*"  # "at", "um", "|"
_DATE = re.compile(
    rf"(?:{_START}{_CLOCK}\W{{1,3}}(?:[^\W\d]{{2,5}}\W+){{0,2}})?"
    rf"(?:{_NUMERIC}|{_CJK}|(?:{_DAY_MONTH}|{_MONTH_DAY})(?:{_YEAR}|{_GAP}{_CLOCK})"
    rf"|{pattern('ago')})"
    rf"(?:{_GAP}{_CLOCK})?",
    re.IGNORECASE,
)
_BY = re.compile(rf"^\W*(?:\d+\W+)?(?:{pattern('by')})\s*[:\s]\s*(?=\S)", re.IGNORECASE)
_BY_BEHIND = re.compile(
    rf"^\W*(?:\w{{2,4}}\W+){{0,2}}(?:{pattern('by')})\s+(?P<name>[^\s(|][^(|]*)", re.IGNORECASE
)
_SIGNED = re.compile(
    rf"^\W*(?:(?:{pattern('posted')})\s+(?:{pattern('by')})\b|(?:{pattern('by')})\s*:)\W*"
    r"(?P<name>\w.*)$",
    re.IGNORECASE,
)
_SAYS = re.compile(rf"^(?P<name>\S.*?)\s+(?:{pattern('says')})\W*$", re.IGNORECASE)
# Between a name and a date, or before a date without a name: "| on Monday,", "Posted:".
_LINK_WORDS = re.compile(
    rf"(?:^|(?<=[\s,|·•–—:@-]))(?:{pattern('before_date')}|{pattern('weekday')})[\s,|·•–—:@-]*$",
    re.IGNORECASE,
)
_EDGES = " ,،、|·•–—-:@#([»"
_LABELS = re.compile(rf"(?<!\w)(?:{pattern('labels')}|{pattern('weekday')})(?!\w)", re.IGNORECASE)
_NO_NAME = re.compile(r"^[\W\d]*$|^[-+]?\d+\s")  # "12 points"
_SENTENCE = re.compile(r"[!?;…]|[^\W\d]{3,}\.\s")


@dataclass(frozen=True, slots=True)
class Byline:
    """What a line says of the author and the date, as written; one of them may be None."""

    name: str | None = None
    date: str | None = None


def read_line(line: str) -> Byline | None:
    """Return the author and date of a line that says nothing else, or None."""
    line = one_line(line)
    if not line or len(line) > _LENGTH:
        return None
    match = _DATE.search(ascii_digits(line))
    if match is None:
        name = _undated(line)
        return Byline(name) if name else None
    before, after = line[: match.start()], line[match.end() :]
    name = _name_before(before)
    behind = None if name else _BY_BEHIND.match(after)
    if behind:
        name, after = behind["name"].strip(_EDGES), ""
    if re.match(r"\d+\s", name):
        name = ""
    if not is_name(name, empty=True) or not _is_rest(after):
        return None
    return Byline(name or None, line[match.start() : match.end()].strip(_EDGES))


def _undated(line: str) -> str | None:
    """Return the name of "Ali says:" or "Posted by Ali"."""
    match = _SAYS.match(line) or _SIGNED.match(line)
    return match["name"] if match and is_name(match["name"]) else None


def _name_before(text: str) -> str:
    """Return the name before the date without "By", "says" and prepositions."""
    text = text.strip(_EDGES)
    previous = None
    while text != previous:
        previous, text = text, _LINK_WORDS.sub("", text).strip(_EDGES)
    says = _SAYS.match(text)
    return says["name"] if says else _BY.sub("", f"{text} ").strip(_EDGES)


def is_name(text: str, *, empty: bool = False) -> bool:
    """Whether the text is short enough for a name and not a sentence."""
    if not text:
        return empty
    if len(text) > _NAME_LENGTH or len(text.split()) > _NAME_WORDS:
        return False
    return _NO_NAME.search(text) is None and _SENTENCE.search(text) is None


def _is_rest(text: str) -> bool:
    """Whether only labels, a time zone or a few other words are behind the date."""
    return len(_LABELS.sub("", text).split()) <= _REST_WORDS and not _SENTENCE.search(text)


def lines_of(top: HtmlElement) -> list[str]:
    """Return the lines of the element's text that are not empty; of a large one, only the first."""
    pieces: list[str] = []
    for event, node in islice(etree.iterwalk(top, events=("start", "end")), 2 * _NODES):
        if not isinstance(node.tag, str):
            continue
        if node.tag in LINE_BREAKING:
            pieces.append("\n")
        if event == "start":
            pieces.append("" if node.tag in WITHOUT_PROSE else _spaced(node.text))
        elif node is not top:
            pieces.append(_spaced(node.tail))
    return [line for line in map(one_line, "".join(pieces).split("\n")) if line]


def _spaced(text: str | None) -> str:
    return text.replace("\n", " ") if text else ""


def byline_count(element: HtmlElement) -> int:
    """Return the number of lines of the element that are bylines; 0 if there is no other line.

    If it has many lines, a byline must be among the first or the last ones.
    """
    lines = lines_of(element)
    edges = lines if len(lines) <= 2 * _EDGE else [*lines[:_EDGE], *lines[-_EDGE:]]
    if len(lines) < 2 or not any(read_line(line) for line in edges):
        return 0
    return sum(1 for line in lines if read_line(line))


def split_signature(text: str, name: str | None) -> tuple[str, Byline]:
    """Split the byline off the start or the end of a comment's text.

    Args:
        text: lines and paragraphs of a comment.
        name: the author's, if known: a line with another name is none of the byline.
    """
    lines = text.split("\n")
    filled = [index for index, line in enumerate(lines) if line.strip()]
    for position in _edges(len(filled)):
        byline = read_line(lines[filled[position]])
        if byline is None or (name and byline.name and name not in byline.name):
            continue
        beside, byline = _completed(byline, lines, filled, position, is_named=name is not None)
        taken = {filled[position], beside}
        return "\n".join(line for at, line in enumerate(lines) if at not in taken).strip(), byline
    return text, Byline()


def read_beside(line: str) -> Byline:
    """Return what a line beside a comment's text says; one that is only short is a name."""
    name = one_line(line).strip(_EDGES)
    return read_line(line) or (Byline(name) if is_name(name) else Byline())


def _completed(
    byline: Byline, lines: list[str], filled: list[int], position: int, *, is_named: bool
) -> tuple[int | None, Byline]:
    """Return the line beside a byline with the name or date that it lacks, and all of the byline."""
    if byline.name is None and not is_named:
        beside = _name_beside(lines, filled, position)
        if beside is not None:
            return beside, Byline(lines[beside].strip(_EDGES), byline.date)
    elif byline.date is None and position + 1 < len(filled) - 1:
        following = read_line(lines[filled[position + 1]])
        if following is not None and following.date and not following.name:
            return filled[position + 1], Byline(byline.name, following.date)
    return None, byline


def _edges(count: int) -> Iterator[int]:
    """Yield the positions of the first lines, then of the last ones from the end."""
    if count < 2:
        return
    yield from range(min(_EDGE, count))
    yield from range(count - 1, max(_EDGE, count - _EDGE) - 1, -1)


def _name_beside(lines: list[str], filled: list[int], position: int) -> int | None:
    """Return the line beside a date that is a name: the one before it, else the one after it."""
    for beside in (position - 1, position + 1):
        if 0 <= beside < len(filled) and len(filled) > 2:
            line = lines[filled[beside]].strip()
            if is_name(line) and line[-1] not in ".,:" and not _LABELS.fullmatch(line):
                return filled[beside]
    return None
