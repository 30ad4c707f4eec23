"""Decode the bytes of a page, even if the server or the page names a wrong encoding."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes
from w3lib.encoding import html_to_unicode

from ingest.html.latin import latin_encoding

_UTF8 = frozenset({"utf-8", "utf8"})
# Codecs that Python has and the web does not: they read escapes of Python as characters.
_NO_CHARSETS = frozenset(
    {"unicode_escape", "unicode-escape", "raw_unicode_escape", "raw-unicode-escape"}
)
_SAMPLE = 32_768
"""Bytes of text for a guess. They are enough to recognise an encoding, in milliseconds."""
_ENOUGH = 40
"""The least number of invalid characters that are evidence against UTF-8."""
_HEAD = 1_024
_ZEROS = 0.1
"""The least share of zero bytes in the first bytes of UTF-16; a page in Urdu has about 0.3."""
_WIDE = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7"]
"""Encodings that are never guessed. The server or the page must name them."""
_MARKUP = re.compile(rb"<(?:script|style)\b.*?</|<[^>]*>|&#?\w+;", re.IGNORECASE | re.DOTALL)
_LATIN_END = "\u0370"
"""The first character after the Latin scripts, the first of Greek."""


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """Return the text of an HTML body, and the name of its encoding.

    The order is that of the WHATWG encoding sniffing algorithm: byte order mark, header, `<meta>`,
    guess. One case is different: bytes beyond ASCII that are valid UTF-8 are read as UTF-8. Other
    encodings do not give valid UTF-8 by chance, but saved and transcoded pages often keep an old
    `<meta>`. Invalid bytes and unknown encodings never raise an exception.

    Args:
        body: The bytes.
        content_type: The `Content-Type` header, if known.
    """
    if (order := utf_16_order(body)) and "utf-16" not in (content_type or "").casefold():
        return body.decode(order, "replace"), order
    if not body.isascii():
        try:
            return body.removeprefix(codecs.BOM_UTF8).decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            pass  # the steps below decide
    if "utf-16" in (content_type or "").casefold():
        body = _with_bom(body)
    try:
        encoding, text = html_to_unicode(
            content_type, body, default_encoding="utf-8", auto_detect_fun=_guess
        )
    except (LookupError, UnicodeError):
        # The page names a codec of Python that is not an encoding of text, such as "rot13".
        encoding, text = _by_guess(body)
    if encoding in _NO_CHARSETS:
        encoding, text = _by_guess(body)
    if encoding in _UTF8 and "\ufffd" in text:
        encoding, text = _by_guess(body)
    return text, encoding


def utf_16_order(body: bytes) -> str | None:
    """Return "utf-16-le" or "utf-16-be" if bytes without a byte order mark are UTF-16, else None.

    Tags and spaces have a zero byte each, all on the same side, and no other encoding has any.
    """
    head = body[:_HEAD]
    if b"\0" not in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < _ZEROS * len(head) or min(even, odd) > 0:
        return None
    return "utf-16-be" if even else "utf-16-le"


def _with_bom(body: bytes) -> bytes:
    """Return UTF-16 bytes with a byte order mark.

    If there is none, the order follows from the zero bytes beside the letters of tags.
    """
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body
    big = body[:_SAMPLE:2].count(0) > body[1:_SAMPLE:2].count(0)
    return (codecs.BOM_UTF16_BE if big else codecs.BOM_UTF16_LE) + body


def _by_guess(body: bytes) -> tuple[str, str]:
    """Return the guessed encoding, and the text in it."""
    encoding = _guess(body)
    errors = "khabar-cp1252" if encoding == "utf-8" else "replace"
    return encoding, body.removeprefix(codecs.BOM_UTF8).decode(encoding, errors)


def _guess(body: bytes) -> str:
    """Return the likeliest encoding of the bytes.

    It is UTF-8 if only a few of the bytes are invalid, else an encoding of a script other than
    Latin if one fits, else the one of a Latin script that fits: windows-1252 if in doubt.
    """
    text = body.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = len(text) - wrong - len(body.translate(None, _HIGH_BYTES))
    if not wrong or (right and (wrong < _ENOUGH or right >= wrong)):
        return "utf-8" if right else "cp1252"
    sample = _MARKUP.sub(b" ", body[: 16 * _SAMPLE])[:_SAMPLE]
    if wrong >= _ENOUGH:
        best = from_bytes(sample, cp_exclusion=_WIDE).best()
        if best is not None and _is_foreign(str(best)):
            return best.encoding
    return "utf-8" if right else latin_encoding(sample)


_HIGH_BYTES = bytes(range(0x80, 0x100))


def _is_foreign(text: str) -> bool:
    """Whether most letters beyond ASCII are of a script other than Latin."""
    letters = [char for char in text if char > "\x7f" and char.isalpha()]
    return sum(char >= _LATIN_END for char in letters) * 2 > len(letters)


def _latin_bytes(error: UnicodeError) -> tuple[str, int]:
    """Decode bytes that are invalid in a UTF-8 page as windows-1252, which old browsers sent."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    piece = error.object[error.start : error.end]
    return piece.decode("cp1252", "replace"), error.end


codecs.register_error("khabar-cp1252", _latin_bytes)
