"""Lines of a comment's text that only say who wrote it and when, as old themes put them before or after the text."""

from __future__ import annotations

import re

from ingest.extraction.comments.words import pattern

_LENGTH = 200
_DIGIT = re.compile(r"\d")
_LONG_WORD = re.compile(r"[^\W\d]{6,}")
_FILLING = re.compile(rf"\b(?:{pattern('by')})\b|\b(?:{pattern('labels')})(?!\w)", re.IGNORECASE)
# "März 7, 2018", "Kommentar von — 2019-01-01 @ 00:39": a date with at most a few short words around it.
_DATE_LINE = re.compile(
    rf"(?:{pattern('by')})?\W*(?:[^\W\d]{{2,10}}[.,]?\s+){{0,2}}\d{{1,4}}[\d\s.,:/@|–—-]*"
    r"(?:[^\W\d]{1,10}\.?[\s,]*)?[\d\s.,:/@|–—-]*\d{2}\s*(?:Uhr|h|am|pm|a\.m\.|p\.m\.)?\W*",
    re.IGNORECASE,
)


def split_bylines(text: str, name: str | None, raw: str | None) -> tuple[str, list[str]]:
    """The text without first and last lines of nothing but the author's name and the date, and those lines.

    Args:
        text: lines and paragraphs of a comment, bylines among them.
        name: the author's, where it is known.
        raw: the date as on the page, where it is known.
    """
    lines = text.split("\n")
    bylines: list[str] = []
    while len(lines) > 1 and (not lines[0] or _is_byline(lines[0], name, raw)):
        bylines.append(lines.pop(0))
    while len(lines) > 1 and (not lines[-1] or _is_byline(lines[-1], name, raw, last=True)):
        bylines.append(lines.pop())
    return "\n".join(lines), [line for line in bylines if line]


def _is_byline(line: str, name: str | None, raw: str | None, *, last: bool = False) -> bool:
    """A line of the author's name and the date; a name alone at the end is how people sign, and stays."""
    if len(line) > _LENGTH:
        return False
    if _DATE_LINE.fullmatch(line):
        return True
    rest = line
    for known in (raw, name):
        rest = rest.replace(known, "", 1) if known else rest
    if rest == line or (last and not _DIGIT.search(line)):
        return False
    return len(rest) <= 40 and not _LONG_WORD.search(_FILLING.sub("", rest))
