"""Text as it leaves Khabar: every string of a record goes through `clean`."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any


def json_line(record: Mapping[str, Any], *, indent: int | None = None) -> str:
    """A JSON object on one line, or with an indent on many; U+2028 and U+2029 are no line ends in it, but escapes."""
    text = json.dumps(
        record, ensure_ascii=False, indent=indent, separators=None if indent else (",", ":")
    )
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


_LINE_BREAKS = re.compile(r"\r\n?|\u0085")
# C0 but tab and newline, DEL and C1, lone surrogates, bidi embeddings, overrides and isolates
# (they can turn a line's reading order round: CVE-2021-42574), BOM, interlinear marks, noncharacters.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
# Tag characters (U+E0000 to U+E007F) show as nothing, so that they smuggle text past a reader's eyes, except in the
# flags of regions (Unicode TR51, ED-14a): a black flag, three to six letters or digits, and an end.
_TAGS = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)|[\U000e0000-\U000e007f]"
)
# NFC takes quadratic time on a run of combining marks (40,000 of them: a second, measured). No letter of any language
# bears more than 30 (Unicode's Stream-Safe Text Format, UAX 15 section 13). A long run shows in every 16th character.
_MARKS = "".join(char for code in range(0x300, 0x20000) if unicodedata.combining(char := chr(code)))
_STACK = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")
_HEAP = re.compile(f"[{_MARKS}]{{8}}")
_LONG = 1_000
_PARAGRAPH_BREAK = re.compile(r"\n{2,}")
_NOTHING = frozenset({"", "none", "null", "undefined", "nan"})


def clean(text: str) -> str:
    """NFC, without what is unsafe to store or show, line breaks as newlines; idempotent.

    ZWNJ and ZWJ stay: Urdu spelling needs them.
    """
    if not text.isprintable():  # most texts are, and need no search for what is unsafe
        text = _TAGS.sub(r"\1", _UNSAFE.sub("", _LINE_BREAKS.sub("\n", text)))
    if text.isascii():
        return text
    if len(text) > _LONG and _HEAP.search(text[::16]):
        text = _STACK.sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


def one_line(text: str | None) -> str:
    """The text cleaned, with every run of white space (NBSP included) made one blank."""
    return " ".join(clean(text).split()) if text else ""


LINE_CHARACTERS = 10_000
"""Of a field on one line: a longer string is no headline, name or caption, whatever the page calls it."""


def hollow(text: str) -> bool:
    """Whether the text says nothing: empty, or a program's "None", "null" or "undefined"."""
    return one_line(text[:100]).casefold() in _NOTHING and not text[100:].strip()


def known(text: str | None) -> str | None:
    """The text on one line, or None where it says nothing, or more than one line can (`LINE_CHARACTERS`)."""
    line = one_line(text)
    return None if line.casefold() in _NOTHING or len(line) > LINE_CHARACTERS else line


def whole_number(text: str | None) -> int | None:
    """The whole number that a text states, up to nine digits of any script; None where it is none, or larger."""
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) <= 9 else None


def block(text: str | None) -> str:
    """The text cleaned, lines trimmed, at most one blank line between paragraphs."""
    if not text:
        return ""
    lines = (
        " ".join(line.split())
        for line in clean(text.replace("\u2028", "\n").replace("\u2029", "\n")).split("\n")
    )
    return _PARAGRAPH_BREAK.sub("\n\n", "\n".join(lines)).strip()


_JOINERS = frozenset("\u200c\u200d")


def printable(text: str) -> str:
    """The text for a terminal or a log: what does not print (ANSI escapes, bidi overrides) is shown as an escape.

    ZWNJ and ZWJ stay: they move no cursor, and Urdu words look wrong without them.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in _JOINERS else _escaped(ord(char)) for char in text
    )


def _escaped(code: int) -> str:
    """As a Python literal writes the character."""
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
