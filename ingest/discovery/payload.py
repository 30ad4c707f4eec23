"""Bytes of a source as clean UTF-8: unpacked, decoded, without what is in front of the data.

Servers label encodings wrongly, pack a file twice or print a notice of PHP in front of it. Each
reader of this folder takes its bytes through this module.
"""

from __future__ import annotations

import codecs
import html
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.entities import html5
from typing import Any

from ingest.html.bounds import cut_at_marks
from ingest.html.encoding import decode

MAX_BYTES = 16 * 2**20
"""Unpacked, as for any answer (`limits.page_bytes`); 50,000 entries have some 10 MB."""
_MAX_LAYERS = 3
"""Of gzip in gzip: a packed file that is packed again for transport."""
_GZIP = b"\x1f\x8b"
_MAX_JSON_MARKS = 1_000_000
"""Each `[`, `{` or `,` begins a value, which takes some 100 bytes of memory."""
_MAX_JSON_STARTS = 10
"""Places after a notice at which JSON may begin; decoding at each may read the whole body."""
_JSON_START = re.compile(r"\[\s*(?:\{\s*[\"}]|\])|\{\s*\"")
_MAX_PROLOG = 65_536
"""Bytes in front of the root element that are searched for it."""
_ROOT = re.compile(
    rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(rss|feed|rdf|urlset|sitemapindex)(?=[\s>/])", re.IGNORECASE
)
_DECLARATION = re.compile(rb"<\?xml[^>]{0,500}\?>")
_PROLOG_PARTS = (
    re.compile(rb"\s+"),
    re.compile(rb"<\?.*?\?>", re.DOTALL),
    re.compile(rb"<!--.*?-->", re.DOTALL),
    re.compile(rb"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE),
)
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_FALSE_WIDE_LABEL = re.compile(
    rb"(<\?xml[^>]{0,200}?)encoding\s*=\s*[\"'](?:utf|ucs)-?(?:16|32)(?:le|be)?[\"']",
    re.IGNORECASE,
)
_AMPERSAND = re.compile(rb"&(?!(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z_][\w.-]{0,40});)")
_NAMED_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z_][\w.-]{0,40};)")


@dataclass(frozen=True, slots=True)
class Document:
    """The data of an answer in UTF-8.

    Attributes:
        body: from the XML prolog, the root element or the first character on.
        root: lower-case local name of an XML root that this folder reads, "" for anything else.
        error: why a part is missing, in one line.
    """

    body: bytes
    root: str = ""
    error: str | None = None

    @property
    def is_html(self) -> bool:
        """Whether it is an HTML page rather than data."""
        return not self.root and bool(_HTML.search(self.body[:4_000]))


def read_document(
    body: bytes, headers: Mapping[str, str] | None = None, max_bytes: int = MAX_BYTES
) -> Document:
    """Return the data of an answer. Never raises.

    Args:
        body: the answer, possibly gzip without a `Content-Encoding`.
        headers: with lower-case names; the charset of `content-type` is used.
        max_bytes: limit of the unpacked data.
    """
    unpacked, error = unpack(body, max_bytes)
    encoded = _to_utf8(unpacked, (headers or {}).get("content-type")).lstrip()
    head = encoded[:_MAX_PROLOG]
    match = _ROOT.search(head)
    if match is None:
        return Document(encoded, error=error)
    start = _prolog_start(head, match.start())
    data = _DECLARATION.sub(b'<?xml version="1.0" encoding="utf-8"?>', encoded[start:], count=1)
    return Document(data, match[1].decode().lower(), error)


def unpack(body: bytes, max_bytes: int) -> tuple[bytes, str | None]:
    """Return the body without gzip, all members and layers, and why a part is missing.

    At most `max_bytes` are unpacked, since a small file may unpack to gigabytes.
    """
    error = None
    for _ in range(_MAX_LAYERS):
        if not body.startswith(_GZIP):
            break
        body, problem = _unpack_members(body, max_bytes)
        error = error or problem
    if len(body) > max_bytes:
        body, error = body[:max_bytes], f"cut at {max_bytes} bytes"
    return body, error


def _unpack_members(body: bytes, max_bytes: int) -> tuple[bytes, str | None]:
    """Return the data of all members of a gzip file (RFC 1952, 2.2), without padding."""
    pieces: list[bytes] = []
    room = max_bytes
    while body.startswith(_GZIP):
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            piece = unpacker.decompress(body, room)
        except zlib.error as problem:
            return b"".join(pieces), f"broken gzip: {problem}"
        pieces.append(piece)
        room -= len(piece)
        if unpacker.unconsumed_tail or (room <= 0 and not unpacker.eof):
            return b"".join(pieces), f"cut at {max_bytes} bytes"
        if not unpacker.eof:
            return b"".join(pieces), "broken gzip: it ends early"
        body = unpacker.unused_data
        if room <= 0:
            error = f"cut at {max_bytes} bytes" if body.startswith(_GZIP) else None
            return b"".join(pieces), error
    return b"".join(pieces), None


def _to_utf8(body: bytes, content_type: str | None) -> bytes:
    """Return the text in UTF-8 without a byte order mark.

    Bytes that are valid UTF-8 are decoded as UTF-8 whatever their labels are, except for UTF-16
    and ISO 2022. Otherwise the rules of `ingest.html.encoding` decide.
    """
    if body.startswith(codecs.BOM_UTF8):
        body = body.removeprefix(codecs.BOM_UTF8)
    has_zeros = b"\0" in body[:1_000]
    if not has_zeros:
        if b"\x1b" not in body and _is_utf8(body):
            return body
        body = _FALSE_WIDE_LABEL.sub(rb"\1", body[:1_000], count=1) + body[1_000:]
    elif body.startswith((b"<\0", b"\0<")):
        content_type = "text/xml; charset=utf-16"
    text, _ = decode(body, content_type)
    return text.removeprefix("\ufeff").encode("utf-8", "replace")


def _is_utf8(body: bytes) -> bool:
    """Whether the bytes are UTF-8; a cut last character is allowed."""
    if body.isascii():
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return False
    return True


def _prolog_start(head: bytes, root: int) -> int:
    """Return where the XML begins: at its prolog, or at the root if other text is in between."""
    declaration = head.find(b"<?xml", 0, root)
    doctype = head.lower().find(b"<!doctype", 0, root)
    starts = [start for start in (declaration, doctype) if start >= 0]
    if not starts:
        return root
    position = start = min(starts)
    while position < root:
        matches = (part.match(head, position, root) for part in _PROLOG_PARTS)
        match = next((match for match in matches if match), None)
        if match is None:
            return root
        position = match.end()
    return start


def escape_ampersands(body: bytes) -> bytes:
    """Return XML with `&amp;` for each `&` that begins no reference, except in CDATA sections.

    Without a DOCTYPE no entity but XML's own five can be defined: those of HTML become their
    characters, and others plain text.
    """
    has_doctype = b"<!doctype" in body[:_MAX_PROLOG].lower()
    sections = body.split(b"<![CDATA[")
    escaped = [_escape(sections[0], has_doctype=has_doctype)]
    for section in sections[1:]:
        text, end, rest = section.partition(b"]]>")
        escaped.append(text + end + _escape(rest, has_doctype=has_doctype))
    return b"<![CDATA[".join(escaped)


def _escape(body: bytes, *, has_doctype: bool) -> bytes:
    if b"&" not in body:
        return body
    body = _AMPERSAND.sub(b"&amp;", body)
    return body if has_doctype else _NAMED_ENTITY.sub(_plain_entity, body)


def _plain_entity(match: re.Match[bytes]) -> bytes:
    character = html5.get(match[1].decode("ascii", "replace"))
    if character is None:
        return b"&amp;" + match[1]
    return html.escape(character).encode()


def read_json(body: bytes, accepts: Callable[[Any], bool]) -> tuple[Any, str | None]:
    """Return the JSON value of a body, and why there is none.

    Args:
        body: UTF-8; a notice before or after the value is ignored.
        accepts: whether a value after a notice is the requested one.
    """
    if cut_at_marks(body, b"[{,", _MAX_JSON_MARKS) is not body:
        return None, f"over {_MAX_JSON_MARKS} values"
    text = body.decode("utf-8", "replace").strip()
    try:
        return json.loads(text), None
    except (ValueError, RecursionError):
        pass
    if not text:
        return None, "an empty answer"
    value = _json_in_text(text, accepts)
    if value is not None:
        return value, None
    return None, "an HTML page, not JSON" if _HTML.search(body[:4_000]) else "not JSON"


def _json_in_text(text: str, accepts: Callable[[Any], bool]) -> Any:  # noqa: ANN401 - JSON
    decoder = json.JSONDecoder()
    position = 0
    for _ in range(_MAX_JSON_STARTS):
        match = _JSON_START.search(text, position)
        if match is None:
            return None
        try:
            value, position = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            position = match.end()
            continue
        if accepts(value):
            return value
    return None
