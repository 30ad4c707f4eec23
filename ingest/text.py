"""Text clean-up for output: every string of a record goes through `clean`."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any


def json_line(record: Mapping[str, Any], *, indent: int | None = None) -> str:
    """Return a JSON object on one line, or on several with `indent`; U+2028 and U+2029 escaped."""
    text = json.dumps(
        record, ensure_ascii=False, indent=indent, separators=None if indent else (",", ":")
    )
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


SENTENCE_END = re.compile(r"[.!?؟۔।…][\"”’»)]?(?:\s|$)|[。！？]")
"""The end of a sentence, in the scripts that newspapers use."""
WITHOUT_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""A letter of Chinese, Japanese or Korean. It says about as much as two letters of others."""
_LINE_BREAKS = re.compile(r"\r\n?|\u0085")
# C0 except tab and newline, DEL and C1, lone surrogates, bidi embeddings, overrides and isolates
# (they can reverse the reading order of a line: CVE-2021-42574), BOM, interlinear marks,
# noncharacters.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069"
    "\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_UNSAFE_ASCII = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Tag characters (U+E0000 to U+E007F) are invisible, so they can hide text from a reader. They are
# kept in flags of regions (Unicode TR51, ED-14a): black flag, three to six letters or digits, end.
_TAGS = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)"
    "|[\U000e0000-\U000e007f]"
)
# NFC takes quadratic time on a run of combining marks (40,000 of them: one second, measured). No
# letter of any language has more than 30 (Stream-Safe Text Format, UAX 15 section 13).
_MOST_MARKS = 30
_LONG = 1_000  # characters; shorter texts are fast without the check
_PARAGRAPH_BREAK = re.compile(r"\n{2,}")
_NOT_A_LETTER = re.compile(r"[\W_]+")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
# Characters without a glyph: soft hyphen, joiners, marks of direction, fillers, and blanks.
_UNSEEN = (
    " \t\n\r\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u2028\u2029\u2060\u2061\u2062\u2063\u2064\u2800\u3000\u3164\ufe0f\ufeff\uffa0"
)
_NOTHING = frozenset({"", "none", "null", "undefined"})
# In the spellings of programs only: "NAN" is the News Agency of Nigeria, and Nan a name.
_NO_NUMBER = frozenset({"nan", "NaN"})


def clean(text: str) -> str:
    """Return the text in NFC without unsafe characters, with line breaks as newlines. Idempotent.

    ZWNJ and ZWJ are kept: Urdu spelling needs them.
    """
    if not _without_harmless(text).isprintable():  # most texts are: no search is needed
        text = _TAGS.sub(r"\1", _UNSAFE.sub("", _LINE_BREAKS.sub("\n", text)))
    if text.isascii():
        return text
    if len(text) > _LONG:
        text = _without_long_runs_of_marks(text)
    return unicodedata.normalize("NFC", text)


def _without_harmless(text: str) -> str:
    """Return the text without the common characters that are safe, but not printable."""
    return text.replace("\n", "").replace("\t", "").replace("\u00a0", "")


def _without_long_runs_of_marks(text: str) -> str:
    if not any(map(unicodedata.combining, text[::128])):  # eight of every 16th are one of these
        return text
    sampled, excess = _mark_patterns()
    return excess.sub(r"\1", text) if sampled.search(text[::16]) else text


@cache
def _mark_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return a pattern for a long run of marks in every 16th character, and one for its excess.

    They are compiled at first use: few texts need them, and it takes about 50 ms.
    """
    marks = "".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))
    return re.compile(f"[{marks}]{{8}}"), re.compile(f"([{marks}]{{{_MOST_MARKS}}})[{marks}]+")


def one_line(text: str | None) -> str:
    """Return the cleaned text with each run of white space (including NBSP) as one space."""
    if not text:
        return ""
    if text.isascii() and (text.isprintable() or _UNSAFE_ASCII.search(text) is None):
        return " ".join(text.split())
    return " ".join(clean(text).split())


def visible(text: str | None) -> str:
    """Return the text on one line, without soft hyphens and other invisible characters."""
    return one_line(text.translate(_INVISIBLE)) if text else ""


@lru_cache(maxsize=512)
def title_key(text: str) -> str:
    """Return the letters and digits of a title in lower case, for comparison.

    Titles that differ only in typography have the same key.
    """
    return _NOT_A_LETTER.sub(
        "", unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).casefold()
    )


LINE_CHARACTERS = 10_000
"""Limit of a one-line field: a longer string is not a headline, name or caption."""


def hollow(text: str) -> bool:
    """Whether nothing of the text is seen, or it is a program's "None", "null", "undefined", "NaN"."""
    return _is_nothing(one_line(text[:100])) and not text[100:].strip(_UNSEEN)


def _is_nothing(line: str) -> bool:
    return line.casefold() in _NOTHING or line in _NO_NUMBER or not line.strip(_UNSEEN)


def known(text: str | None) -> str | None:
    """Return the text on one line, or None if it is hollow or longer than `LINE_CHARACTERS`."""
    line = one_line(text)
    return None if _is_nothing(line) or len(line) > LINE_CHARACTERS else line


def whole_number(text: str | None) -> int | None:
    """Return the number in a text of one to nine digits of any script, or None if it is not one."""
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) <= 9 else None


def block(text: str | None) -> str:
    """Return the cleaned text with trimmed lines and at most one blank line between paragraphs."""
    if not text:
        return ""
    text = clean(text.replace("\u2028", "\n").replace("\u2029", "\n"))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return _PARAGRAPH_BREAK.sub("\n\n", "\n".join(lines)).strip()


_JOINERS = frozenset("\u200c\u200d")


def printable(text: str) -> str:
    """Return the text for a terminal or a log, with unprintable characters as escapes.

    Those are ANSI escapes and bidi overrides, for example. ZWNJ and ZWJ are kept: they do not move
    the cursor, and Urdu words look wrong without them.
    """
    if text.isprintable():
        return text
    return "".join(_printable_char(char) for char in text)


def _printable_char(char: str) -> str:
    """Return the character, or its escape as in a Python literal if it is not printable."""
    if char.isprintable() or char in _JOINERS:
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
