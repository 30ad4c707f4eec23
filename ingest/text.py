"""Text as it leaves Khabar: every string of a record goes through `clean`."""

from __future__ import annotations

import re
import unicodedata

_LINE_BREAKS = re.compile(r"\r\n?|\u0085")
# C0 but tab and newline, DEL and C1, lone surrogates, bidi embeddings, overrides and isolates
# (they can turn a line's reading order round: CVE-2021-42574), BOM, interlinear marks, noncharacters.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_PARAGRAPH_BREAK = re.compile(r"\n{2,}")
_NOTHING = frozenset({"", "none", "null", "undefined", "nan"})
_SEPARATORS = str.maketrans({"\u2028": "\n", "\u2029": "\n"})


def clean(text: str) -> str:
    """NFC, without what is unsafe to store or show, line breaks as newlines; idempotent.

    ZWNJ and ZWJ stay: Urdu spelling needs them.
    """
    if not text.isprintable():  # most texts are, and need no search for what is unsafe
        text = _UNSAFE.sub("", _LINE_BREAKS.sub("\n", text))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def one_line(text: str | None) -> str:
    """The text cleaned, with every run of white space (NBSP included) made one blank."""
    return " ".join(clean(text).split()) if text else ""


def known(text: str | None) -> str | None:
    """The text on one line, or None where it says nothing: empty, or a program's "None", "null" or "undefined"."""
    line = one_line(text)
    return None if line.casefold() in _NOTHING else line


def block(text: str | None) -> str:
    """The text cleaned, lines trimmed, at most one blank line between paragraphs."""
    if not text:
        return ""
    lines = (" ".join(line.split()) for line in clean(text.translate(_SEPARATORS)).split("\n"))
    return _PARAGRAPH_BREAK.sub("\n\n", "\n".join(lines)).strip()


def printable(text: str) -> str:
    """The text for a terminal or a log: control characters (ANSI escapes) are made visible."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
