"""The text of a page's bytes, whatever the server and the page claim of their encoding."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes
from w3lib.encoding import html_to_unicode

_UTF8 = frozenset({"utf-8", "utf8"})
# Python has codecs that the web has not: some raise, one reads escapes of Python's as characters.
_NO_CHARSETS = frozenset(
    {"unicode_escape", "unicode-escape", "raw_unicode_escape", "raw-unicode-escape"}
)
_SAMPLE = 32_768
"""Bytes of text that tell an encoding; a guess takes milliseconds for so many."""
_ENOUGH = 40
"""Wrong characters; fewer tell nothing of an encoding."""
_WIDE = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7"]
"""Encodings that bytes of markup are not taken for without a claim."""
_MARKUP = re.compile(rb"<(?:script|style)\b.*?</|<[^>]*>|&#?\w+;", re.IGNORECASE | re.DOTALL)
_LATIN_END = "\u0370"
"""Scripts other than Latin begin here, with Greek."""


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """The text of an HTML body and its encoding: BOM, then header, then `<meta>`, then a guess.

    This is the order of the WHATWG encoding sniffing algorithm, but for bytes beyond ASCII that are valid UTF-8:
    no other encoding gives those by chance, while saved and transcoded pages often keep the old `<meta>`.
    Wrong bytes and wrong claims never raise.
    """
    if not body.isascii():
        try:
            return body.removeprefix(codecs.BOM_UTF8).decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            pass  # the ordinary way then
    if "utf-16" in (content_type or "").casefold():
        body = _with_bom(body)
    try:
        encoding, text = html_to_unicode(
            content_type, body, default_encoding="utf-8", auto_detect_fun=_guess
        )
    except (
        LookupError,
        UnicodeError,
    ):  # the claim is a codec of Python's that is none of the web's, such as "rot13"
        encoding, text = _by_guess(body)
    if encoding in _NO_CHARSETS:
        encoding, text = _by_guess(body)
    if encoding in _UTF8 and "\ufffd" in text:
        encoding, text = _by_guess(body)
    return text, encoding


def _with_bom(body: bytes) -> bytes:
    """UTF-16 without a mark of its byte order, which shows in the order of a tag's letters and their zeros."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body
    big = body[:_SAMPLE:2].count(0) > body[1:_SAMPLE:2].count(0)
    return (codecs.BOM_UTF16_BE if big else codecs.BOM_UTF16_LE) + body


def _by_guess(body: bytes) -> tuple[str, str]:
    encoding = _guess(body)
    errors = "khabar-cp1252" if encoding == "utf-8" else "replace"
    return encoding, body.removeprefix(codecs.BOM_UTF8).decode(encoding, errors)


def _guess(body: bytes) -> str:
    """The encoding that the bytes themselves speak for.

    UTF-8, also where a few bytes of it are wrong; or one of another script than the Latin; or else windows-1252, as
    pages without a claim have it and as old articles have it inside of UTF-8 pages.
    """
    text = body.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = len(text) - wrong - len(body.translate(None, _HIGH_BYTES))
    if wrong < _ENOUGH or right >= wrong:
        return "utf-8" if right else "cp1252"
    sample = _MARKUP.sub(b" ", body[: 16 * _SAMPLE])[:_SAMPLE]
    found = from_bytes(sample, cp_exclusion=_WIDE).best()
    if found is None or not _is_foreign(str(found)):
        return "utf-8" if right else "cp1252"
    return found.encoding


_HIGH_BYTES = bytes(range(0x80, 0x100))


def _is_foreign(text: str) -> bool:
    """Whether most letters beyond ASCII are of another script than the Latin."""
    letters = [char for char in text if char > "\x7f" and char.isalpha()]
    return sum(char >= _LATIN_END for char in letters) * 2 > len(letters)


def _latin_bytes(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not UTF-8 on a page that claims it are windows-1252, as browsers of old wrote them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    piece = error.object[error.start : error.end]
    return piece.decode("cp1252", "replace"), error.end


codecs.register_error("khabar-cp1252", _latin_bytes)
